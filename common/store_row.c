/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_row.h"

#include "common/number.h"
#include "common/text_list.h"

#include <string.h>

bool
row_number(const PGresult *result, int column, int64_t low, int64_t high, int64_t *number)
{
    return !PQgetisnull(result, 0, column) &&
           number_parse(PQgetvalue(result, 0, column), low, high, number);
}

bool
row_id(const PGresult *result, int column, int32_t *id)
{
    int64_t number;

    if (!row_number(result, column, INT32_MIN, INT32_MAX, &number))
        return false;
    *id = (int32_t)number;
    return true;
}

bool
row_flag(const PGresult *result, int column)
{
    return PQgetvalue(result, 0, column)[0] == 't';
}

const char *
row_text(const PGresult *result, int column)
{
    return PQgetisnull(result, 0, column) ? NULL : PQgetvalue(result, 0, column);
}

int
row_add_text(void *list, const PGresult *result)
{
    const char *text = row_text(result, 0);

    return text == NULL ? -1 : text_list_add(list, text, strlen(text));
}
