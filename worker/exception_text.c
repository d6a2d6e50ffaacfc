/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/exception_text.h"

#include "worker/quote.h"

#include <string.h>

/* An error text has at most 255 bytes, each of which repr() shows by at most 4 ("\x1b"). */
enum { QUOTED_SIZE = 1100 };

void
exception_put_repr(struct buffer *buffer, const struct exception *exception)
{
    char quoted[QUOTED_SIZE];

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
