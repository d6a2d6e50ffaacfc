/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_ROW_H
#define COMMON_STORE_ROW_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* Reading one row of a result, for store_*.c only.  Column numbers count from 0. */

/* row_number(result, column, low, high, number): a column that is an integer in ${low}..${high} and
 * not null. */
bool row_number(const PGresult *result, int column, int64_t low, int64_t high, int64_t *number);

/* row_id(result, column, id): an int4 column that is not null. */
bool row_id(const PGresult *result, int column, int32_t *id);

/* row_flag(result, column): is it true? */
bool row_flag(const PGresult *result, int column);

/* row_text(result, column): its text, NULL for SQL null; borrowed until the result goes. */
const char *row_text(const PGresult *result, int column);

/* row_add_text(list, result): a db_row_fn that appends the first column, not null, to a text_list.
 */
int row_add_text(void *list, const PGresult *result);

#endif
