/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_FIELDS_H
#define WORKER_FIELDS_H

#include "common/err.h"

#include <jansson.h>
#include <stdint.h>

/*
 * The fields of one task message: protocol 2 keeps them in the headers, protocol 1 in the body, a
 * hybrid in both.  Void, null and absent mean the same.  Everything is borrowed.
 */
struct fields {
    const json_t *headers; /* an object, or NULL */
    const json_t *body;    /* an object, or NULL */
};

/* fields_get(fields, key): the header, else the entry of the body, else NULL; never a JSON null. */
json_t *fields_get(const struct fields *fields, const char *key);

/*
 * fields_name(fields, name, err), fields_id(fields, id, err):
 * Headers task and id: 1 to 255 bytes (they travel as AMQP short strings) without NUL; the id may
 * be an integer as well.  The copy is owned by the caller.
 */
int fields_name(const struct fields *fields, char **name, struct err *err);
int fields_id(const struct fields *fields, char **id, struct err *err);

/*
 * fields_text(fields, key, text, err):
 * A field that may be missing: a copy owned by the caller, or NULL if there is none or it is no
 * text.  -1: out of memory.
 */
int fields_text(const struct fields *fields, const char *key, char **text, struct err *err);

/*
 * fields_shown(fields, key, text, err):
 * The same for a text that is only shown to people: what exceeds FIELDS_SHOWN_MAX characters is
 * cut.
 */
enum { FIELDS_SHOWN_MAX = 1056 }; /* Celery cuts at 1024 and then adds its marks */
int fields_shown(const struct fields *fields, const char *key, char **text, struct err *err);

/* fields_instant(fields, key, instant_us, err): eta, expires; CELERY_NO_TIME if missing. */
int fields_instant(const struct fields *fields, const char *key, int64_t *instant_us,
                   struct err *err);

/* fields_retries(fields, retries, err): 0 if missing; at most 2^31 - 1, what a header holds. */
int fields_retries(const struct fields *fields, int64_t *retries, struct err *err);

/*
 * fields_time_limits(fields, hard_s, soft_s, err):
 * The pair of timelimit, on the wire [hard, soft].  Missing, void, zero and negative: 0, which is
 * none.  More than 10^9 seconds are cut to that.
 */
int fields_time_limits(const struct fields *fields, double *hard_s, double *soft_s,
                       struct err *err);

#endif
