/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_OPTIONS_VALUE_H
#define COMMON_OPTIONS_VALUE_H

#include "common/options_table.h"

/*
 * Values on their way into struct options.  ${where} is the place that a value stands at, for the
 * user: "FILE:LINE" or a variable's name.  All return 0, or -1 with a text, ${options} untouched.
 */

/*
 * options_value_set(options, row, where, text, err):
 * The value from a text as it stands in the environment, whatever the row's type is.
 */
int options_value_set(struct options *options, const struct option_row *row, const char *where,
                      const char *text, struct err *err);

/* options_value_set_list(options, row, where, list, err): the value of an OPTION_LIST; what ${list}
 * holds is moved (also on failure). */
int options_value_set_list(struct options *options, const struct option_row *row, const char *where,
                           struct text_list *list, struct err *err);

/* options_value_set_tasks(options, row, where, names, runs, err): the value of the OPTION_TASKS,
 * item by item; what ${names} and ${runs} hold is moved (also on failure). */
int options_value_set_tasks(struct options *options, const struct option_row *row,
                            const char *where, struct text_list *names, struct text_list *runs,
                            struct err *err);

/*
 * options_value_refuse(row, where, shown, wanted, err):
 * "WHERE: broker.prefetch: 0: an integer from 1 to 65535 expected".  ${wanted} NULL: the row's
 * range.  A secret is not shown, a long value is cut, control characters are replaced.  Returns -1.
 */
int options_value_refuse(const struct option_row *row, const char *where, const char *shown,
                         const char *wanted, struct err *err);

/* options_value_equal(row, a, b): have both the same value here? */
bool options_value_equal(const struct option_row *row, const struct options *a,
                         const struct options *b);

/* options_value_clear(row, options): free and zero the row's member. */
void options_value_clear(const struct option_row *row, struct options *options);

/* The further steps of options_load, each 0 or -1 with a text. */

/* options_file_load(options, path, required, err): what the libconfig file sets. */
int options_file_load(struct options *options, const char *path, bool required, struct err *err);

/* options_environment_load(options, environment, err): what the environment sets. */
int options_environment_load(struct options *options, char *const *environment, struct err *err);

/* options_check(options, err): what no row can tell by itself; makes the derived members. */
int options_check(struct options *options, struct err *err);

#define OPTIONS_FILE_LIMIT 1048576 /* bytes of a configuration or _FILE file */

#endif
