/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_MERGE_H
#define WORKER_CONTROL_MERGE_H

#include "worker/revoked.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * control_merge_revoked(revoked, told, now_s):
 * Take over what a neighbour tells: {id: [seconds, id]} or {id: seconds}.  A native worker's
 * seconds are those of its own monotonic clock: what is not of the last REVOKED_KEEP_S is as of
 * now. Returns how many ids it named.  Pure.
 */
size_t control_merge_revoked(struct revoked *revoked, json_t *told, int64_t now_s);

#endif
