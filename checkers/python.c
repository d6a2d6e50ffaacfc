/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/python.h"

#include "common/real.h"
#include "common/repr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_TEXT_SIZE = 64 }; /* longer texts are taken for no numbers */

static const char BLANKS[] = " \t\n\v\f\r";

static void
put_number(const char *digits, struct buffer *text)
{
    char real[REAL_SIZE];

    if (strchr(digits, '.') == NULL) {
        buffer_put(text, digits, strlen(digits));
        return;
    }
    real_format(strtod(digits, NULL), real);
    buffer_put(text, real, strlen(real));
}

bool
python_put_str(const struct param *param, struct buffer *text)
{
    json_t *value;

    switch (param->type) {
    case PARAM_NULL:
        buffer_put(text, "None", 4);
        return true;
    case PARAM_BOOLEAN:
        buffer_printf(text, "%s", param->text[0] == 't' ? "True" : "False");
        return true;
    case PARAM_NUMBER:
        put_number(param->text, text);
        return true;
    case PARAM_STRING:
        buffer_put(text, param->text, strlen(param->text));
        return true;
    case PARAM_ARRAY:
    case PARAM_OBJECT:
        break;
    }
    value = json_loads(param->text, 0, NULL);
    if (value == NULL)
        return false;
    repr_put(text, value, /* tuple */ false, REPR_MAX_CHARS);
    json_decref(value);
    return true;
}

/* Without the blanks around it and the single underscores that Python allows between digits; false:
 * there are others, or it is too long. */
static bool
make_plain(const char *text, char plain[NUMBER_TEXT_SIZE])
{
    size_t used = 0;
    size_t length;

    text += strspn(text, BLANKS);
    length = strlen(text);
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        length--;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '_' && i > 0 && isdigit((unsigned char)text[i - 1]) &&
            isdigit((unsigned char)text[i + 1]))
            continue;
        if (text[i] == '_' || used == NUMBER_TEXT_SIZE - 1)
            return false;
        plain[used++] = text[i];
    }
    plain[used] = '\0';
    return true;
}

bool
python_parse_float(const char *text, double *value)
{
    char plain[NUMBER_TEXT_SIZE];
    const char *digits;
    char *end;
    double parsed;

    if (!make_plain(text, plain))
        return false;
    digits = plain + (plain[0] == '+' || plain[0] == '-');
    /* strtod() also reads "0x1p3", "nan(…)" and signs in a row */
    if (digits[strspn(digits, "0123456789.eE+-")] != '\0' && strcasecmp(digits, "inf") != 0 &&
        strcasecmp(digits, "infinity") != 0 && strcasecmp(digits, "nan") != 0)
        return false;
    parsed = strtod(plain, &end);
    if (end == plain || *end != '\0')
        return false;
    *value = parsed;
    return true;
}

bool
python_parse_int(const char *text, int64_t *value)
{
    char plain[NUMBER_TEXT_SIZE];
    const char *digits;

    if (!make_plain(text, plain))
        return false;
    digits = plain + (plain[0] == '+' || plain[0] == '-');
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    *value = strtoll(plain, NULL, 10); /* saturates */
    return true;
}

bool
python_float(const struct param *param, double *value)
{
    switch (param->type) {
    case PARAM_BOOLEAN:
        *value = param->text[0] == 't';
        return true;
    case PARAM_NUMBER:
        *value = strtod(param->text, NULL);
        return true;
    case PARAM_STRING:
        return python_parse_float(param->text, value);
    case PARAM_NULL:
    case PARAM_ARRAY:
    case PARAM_OBJECT:
        break;
    }
    return false;
}
