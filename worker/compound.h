/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_COMPOUND_H
#define WORKER_COMPOUND_H

#include <jansson.h>

/* What a signature stands for.  Source: celery, 1.4; Signature.TYPES of Celery's canvas.py. */
enum compound {
    COMPOUND_NONE,    /* a plain task */
    COMPOUND_GROUP,   /* its members at the same time */
    COMPOUND_CHAIN,   /* its members one after the other, the first one first */
    COMPOUND_CHORD,   /* the members of its header at the same time, then its body */
    COMPOUND_UNKNOWN, /* something that nobody knows */
};

/* compound_kind(signature): by its subtask_type. */
enum compound compound_kind(const json_t *signature);

/* compound_members(signature): kwargs.tasks of a group, a chain, or the group that is the header of
 * a chord; borrowed, whatever it is; NULL for anything else. */
json_t *compound_members(const json_t *signature);

/* compound_header(signature): kwargs.header of a chord: a group, or an array of its members; or
 * NULL. */
json_t *compound_header(const json_t *signature);

/* compound_body(signature): kwargs.body of a chord, a signature; or NULL. */
json_t *compound_body(const json_t *signature);

#endif
