/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/exception_text.h"

#include "common/repr.h"
#include "worker/quote.h"

#include <string.h>

/* An error text has at most 255 bytes, each of which repr() shows by at most 4 ("\x1b"). */
enum { QUOTED_SIZE = 1100 };

static void
put_arguments(struct buffer *buffer, const struct exception *exception)
{
    size_t index;
    json_t *argument;

    buffer_printf(buffer, "%s(", exception->type);
    json_array_foreach(exception->arguments, index, argument)
    {
        buffer_printf(buffer, "%s", index == 0 ? "" : ", ");
        repr_put(buffer, argument, /* tuple */ false, REPR_MAX_CHARS);
    }
    buffer_printf(buffer, ")");
}

void
exception_put_repr(struct buffer *buffer, const struct exception *exception)
{
    char quoted[QUOTED_SIZE];

    if (exception->arguments != NULL) {
        put_arguments(buffer, exception);
        return;
    }
    quote_repr(exception->message, strlen(exception->message), quoted, sizeof quoted);
    buffer_printf(buffer, "%s(%s)", exception->type, quoted);
}

void
exception_put_traceback(struct buffer *buffer, const struct exception *exception)
{
    if (strcmp(exception->module, "builtins") != 0)
        buffer_printf(buffer, "%s.", exception->module);
    buffer_printf(buffer, "%s: %s\n", exception->type, exception->message);
}
