/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of answers, counted while they are on their way out, so that clients that do not read
 * cannot fill the memory. */
#include "common/http_body.h"

#include "common/http.h"

#include <microhttpd.h>
#include <stdlib.h>

/* Its text is in memory of its own. */
struct body {
    size_t *under_way;
    char *text;
    size_t room;
};

static void
on_sent(void *context)
{
    struct body *body = context;

    *body->under_way -= body->room;
    free(body->text);
    free(body);
}

struct MHD_Response *
http_body_response(struct buffer *buffer, size_t *under_way)
{
    struct body *body = malloc(sizeof *body);
    struct MHD_Response *response = NULL;
    size_t length = buffer->length;

    if (body != NULL && !buffer->failed &&
        (length <= HTTP_SMALL_BODY || *under_way + buffer->room <= HTTP_BODIES_MAX)) {
        *body = (struct body){under_way, buffer->text, buffer->room};
        response = MHD_create_response_from_buffer_with_free_callback_cls(length, body->text,
                                                                          on_sent, body);
    }
    if (response == NULL) {
        free(body);
        buffer_free(buffer);
        return NULL;
    }
    *under_way += body->room;
    *buffer = (struct buffer){0};
    return response;
}
