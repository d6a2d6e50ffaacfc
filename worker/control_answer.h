/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_ANSWER_H
#define WORKER_CONTROL_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What answers to control requests are made of.  Each is owned by the caller; NULL: out of memory,
 * which everywhere here means that there is no answer.  Source: celery, 6.3.
 */

/* control_ok(fmt, ...): {"ok": TEXT}. */
__attribute__((format(printf, 1, 2))) json_t *control_ok(const char *fmt, ...);

/* control_error(fmt, ...): {"error": TEXT}. */
__attribute__((format(printf, 1, 2))) json_t *control_error(const char *fmt, ...);

/* control_raised(type, text): {"error": "KeyError('frobnicate')"}: what Python's repr() would show
 * of an exception of that type with ${text}. */
json_t *control_raised(const char *type, const char *text);

/*
 * A list or an object in an answer that may not grow without bounds: what does not fit into the
 * bytes that are ${left} is left out, with all that would follow it.
 */
struct control_room {
    size_t left;
};

/* control_append_take(room, array, value), control_set_take(room, object, key, value): ${value} is
 * taken; false: no room, or no memory. */
bool control_append_take(struct control_room *room, json_t *array, json_t *value);
bool control_set_take(struct control_room *room, json_t *object, const char *key, json_t *value);

/* control_text(arguments, key): the text; NULL: none, or another type. */
const char *control_text(const json_t *arguments, const char *key);

/* control_texts(arguments, key): the text, or the texts of the array, as the keys of an object in
 * their order, each once; other types are left out. */
json_t *control_texts(const json_t *arguments, const char *key);

/* control_truth(arguments, key): is it there, and true as Python sees it?  (Flower sends 1.) */
bool control_truth(const json_t *arguments, const char *key);

#endif
