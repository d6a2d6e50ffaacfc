/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_OPTIONS_FIXTURE_H
#define TESTS_UNIT_OPTIONS_FIXTURE_H

#include "common/options.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file with a text, in the current folder; fixture_file(): its name, to be unlinked by the same
 * test. */
static inline void
fixture_write(char path[32], const char *text, size_t length)
{
    int fd;

    (void)snprintf(path, 32, "./options.XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
    ck_assert_int_eq(close(fd), 0);
}

/* Replace every ${from} in ${text} by ${to}, in place; ${size} is the room. */
static inline void
fixture_replace(char *text, size_t size, const char *from, const char *to)
{
    char *at = text;

    while ((at = strstr(at, from)) != NULL) {
        size_t tail = strlen(at + strlen(from)) + 1;

        ck_assert_uint_lt(strlen(text) + strlen(to), size);
        memmove(at + strlen(to), at + strlen(from), tail);
        memcpy(at, to, strlen(to));
        at += strlen(to);
    }
}

/*
 * options_load() of a file with ${text} (NULL: none) and up to 7 variables.  In the error's text
 * the file's name is written "FILE", as it is in options->sources.
 */
static inline int
fixture_load(struct options *options, const char *text, const char *const environment[8],
             struct err *err)
{
    char path[32] = "./no-such-file";
    char *variables[8] = {NULL};
    int rc;

    if (text != NULL)
        fixture_write(path, text, strlen(text));
    for (size_t i = 0; i < 7 && environment[i] != NULL; i++) {
        variables[i] = strdup(environment[i]);
        ck_assert_ptr_nonnull(variables[i]);
    }
    rc = options_load(options, path, text != NULL, variables, err);
    for (size_t i = 0; i < 7; i++)
        free(variables[i]);
    if (text != NULL)
        (void)unlink(path);
    fixture_replace(err->text, sizeof err->text, path, "FILE");
    return rc;
}

/* A file of one option each, or nothing: what is refused and with which words. */
struct refused {
    const char *text;
    const char *environment[8];
    const char *error;
};

static inline void
fixture_refuses(const struct refused *row)
{
    static const struct options zero;
    struct options options;
    struct err err = {0};

    memset(&options, 0x55, sizeof options);
    ck_assert_int_eq(fixture_load(&options, row->text, row->environment, &err), -1);
    ck_assert_str_eq(err.text, row->error);
    ck_assert_mem_eq(&options, &zero, sizeof zero);
    ck_assert_ptr_null(strstr(err.text, "s3cret"));
    options_clear(&options);
}

#define COUNT(rows) (int)(sizeof(rows) / sizeof(rows)[0])

#endif
