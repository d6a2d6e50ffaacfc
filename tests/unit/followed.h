/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_FOLLOWED_H
#define TESTS_UNIT_FOLLOWED_H

#include "worker/celery.h"
#include "worker/follow_up.h"

/* followed_parse(text): JSON, owned. */
json_t *followed_parse(const char *text);

/* followed_decode(headers, body, task): what our decoder makes of a message; clear it. */
void followed_decode(const json_t *headers, const json_t *body, struct celery_task *task);

/* followed_task(embed, task): task "t", id "I", root "R", with that embed; clear it. */
void followed_task(const char *embed, struct celery_task *task);

/* followed_json(list): [{"exchange", "routing_key", "properties": {}, "headers": {}, "body": []}],
 * owned; absent properties are null. */
json_t *followed_json(const struct follow_ups *list);

/*
 * followed_match(actual, expected):
 * Everything in ${expected} is in ${actual}; arrays have the same length; an object {"=": x} has to
 * be equal to x.  "$1" to "$9" stand for a UUID each, different ones for different ones.
 */
void followed_match(const json_t *actual, json_t *expected);

#endif
