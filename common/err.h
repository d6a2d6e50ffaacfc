/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

/*
 * The text of what went wrong, written by the deepest function that knows it.
 * Plain data: copy freely, initialise with {0}.
 */
struct err {
    char text[512];
};

/*
 * err_set(err, fmt, ...):
 * Record a message unless one is already there: the first, deepest one wins.  ${err} may be NULL.
 * Returns -1, so that failing is one line: return err_set(err, "count: positive integer expected,
 * got %s", text).
 */
__attribute__((format(printf, 2, 3))) int err_set(struct err *err, const char *fmt, ...);

#endif
