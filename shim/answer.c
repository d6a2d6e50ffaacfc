/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/answer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_AFTER_S = 5 };

void
answer_detail(struct answer *answer, int status, const char *text)
{
    json_t *detail = json_string(text);
    char *dump = detail == NULL ? NULL : json_dumps(detail, JSON_ENCODE_ANY);

    answer_clear(answer);
    answer->status = status;
    if (dump == NULL)
        answer->body.failed = true;
    else
        buffer_printf(&answer->body, "{\"detail\":%s}", dump);
    free(dump);
    json_decref(detail);
}

void
answer_json(struct answer *answer, int status, const char *json)
{
    answer_clear(answer);
    answer->status = status;
    buffer_put(&answer->body, json, strlen(json));
}

void
answer_unavailable(struct answer *answer)
{
    answer_detail(answer, 503, "Service temporarily unavailable, try again later.");
    answer->retry_after_s = RETRY_AFTER_S;
}

void
answer_clear(struct answer *answer)
{
    buffer_free(&answer->body);
    free(answer->location);
    memset(answer, 0, sizeof *answer);
}
