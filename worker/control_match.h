/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_MATCH_H
#define WORKER_CONTROL_MATCH_H

#include <stdbool.h>

/* Which workers a control request is for, by a pattern of their names.  Source: celery, 6.2. */

enum { CONTROL_PATTERN_MAX = 255 }; /* bytes; a longer pattern matches nothing */

/*
 * control_match_glob(name, pattern):
 * As Python's fnmatch: "*", "?", "[a-z]", "[!x]", no escapes; the whole of ${name} has to match.
 * Both are UTF-8.  Takes time in proportion to the product of their lengths at most.
 */
bool control_match_glob(const char *name, const char *pattern);

/*
 * control_match_pcre(name, pattern):
 * As Python's re.match(): the beginning of ${name} has to match.  A pattern that is none, or takes
 * too much time or memory, matches nothing.
 */
bool control_match_pcre(const char *name, const char *pattern);

#endif
