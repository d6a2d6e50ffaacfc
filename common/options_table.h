/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_OPTIONS_TABLE_H
#define COMMON_OPTIONS_TABLE_H

#include "common/options.h"

enum option_type {
    OPTION_BOOL,
    OPTION_INTEGER, /* int64_t */
    OPTION_SECONDS, /* double; written with or without a fraction */
    OPTION_TEXT,
    OPTION_CHOICE, /* a text of the row's choices */
    OPTION_LIST,   /* struct text_list */
    OPTION_TASKS,  /* the members tasks and tasks_count */
};

enum option_flag {
    OPTION_SECRET = 1, /* never shown */
    OPTION_LIVE = 2,   /* can change at run time (SIGHUP) */
    OPTION_LINES = 4,  /* a text that may have line ends */
};

/* One option: all that is known of it.  Plain data. */
struct option_row {
    const char *group; /* "" for one that stands alone */
    const char *name;
    enum option_type type;
    size_t offset; /* of the member of struct options */
    double min;    /* of a number; of a text, or of each text of a list, the bytes */
    double max;
    const char *choices; /* "classic, quorum" */
    const char *initial; /* the default, written as in the environment */
    unsigned flags;
    const char *meaning; /* one line */
};

extern const struct option_row options_table[];
extern const size_t options_table_count;

/* options_table_find(group, name): the row, or NULL. */
const struct option_row *options_table_find(const char *group, const char *name);

/* options_table_has_group(group): has any row this group? */
bool options_table_has_group(const char *group);

#define OPTION_NAME_SIZE 80

/* options_table_name(row, text): "broker.url". */
void options_table_name(const struct option_row *row, char text[OPTION_NAME_SIZE]);

/* options_table_variable(row, text): "TROPHY_BROKER_URL". */
void options_table_variable(const struct option_row *row, char text[OPTION_NAME_SIZE]);

#define OPTION_RANGE_SIZE 160

/* options_table_range(row, text): what is allowed, as in "an integer from 1 to 65535". */
void options_table_range(const struct option_row *row, char text[OPTION_RANGE_SIZE]);

/* options_table_allows(row, text): is ${text} one of the row's choices? */
bool options_table_allows(const struct option_row *row, const char *text);

#endif
