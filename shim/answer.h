/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_ANSWER_H
#define SHIM_ANSWER_H

#include "common/buffer.h"

#include <stdbool.h>

enum { ETAG_SIZE = 72 };

/* What goes out.  Owned: answer_clear(). */
struct answer {
    int status;
    struct buffer body;     /* JSON unless ${type} says otherwise */
    const char *type;       /* static; NULL: application/json */
    char etag[ETAG_SIZE];   /* with its quotes; "": none */
    char *location;         /* of a redirect; owned */
    bool personal;          /* Cache-Control: private, no-cache */
    unsigned retry_after_s; /* 0: no such header */
};

/* answer_detail(answer, status, text): {"detail":"<text>"}; what ${answer} held is replaced. */
void answer_detail(struct answer *answer, int status, const char *text);

/* answer_json(answer, status, json): the body ${json}, as it is; what ${answer} held is replaced.
 */
void answer_json(struct answer *answer, int status, const char *json);

/* answer_unavailable(answer): 503 with Retry-After; what ${answer} held is replaced. */
void answer_unavailable(struct answer *answer);

void answer_clear(struct answer *answer);

#endif
