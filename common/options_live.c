/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration read again while the program runs. */
#include "common/log.h"
#include "common/options_value.h"

#include <string.h>

static size_t
member_size(const struct option_row *row)
{
    switch (row->type) {
    case OPTION_BOOL:
        return sizeof(bool);
    case OPTION_INTEGER:
        return sizeof(int64_t);
    case OPTION_SECONDS:
        return sizeof(double);
    case OPTION_LIST:
        return sizeof(struct text_list);
    case OPTION_TASKS:
        return sizeof(struct task_alias *);
    case OPTION_TEXT:
    case OPTION_CHOICE:
    default:
        return sizeof(char *);
    }
}

/* Both keep what they own: the values change places. */
static void
exchange(const struct option_row *row, struct options *a, struct options *b)
{
    char kept[sizeof(struct text_list)];
    void *left = (char *)a + row->offset;
    void *right = (char *)b + row->offset;
    size_t count = a->tasks_count;

    memcpy(kept, left, member_size(row));
    memcpy(left, right, member_size(row));
    memcpy(right, kept, member_size(row));
    if (row->type == OPTION_TASKS) {
        a->tasks_count = b->tasks_count;
        b->tasks_count = count;
    }
}

void
options_take_live(struct options *options, struct options *fresh)
{
    for (size_t i = 0; i < options_table_count; i++) {
        const struct option_row *row = &options_table[i];
        char name[OPTION_NAME_SIZE];

        if (options_value_equal(row, options, fresh))
            continue;
        options_table_name(row, name);
        if (row->flags & OPTION_LIVE) {
            exchange(row, options, fresh);
            log_note("configuration: %s: changed", name);
        } else {
            log_warn("configuration: %s: changed, which needs a restart", name);
        }
    }
}
