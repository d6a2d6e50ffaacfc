/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force, for an administrator: each value with where it is from. */
#include "common/options_table.h"

#include <stdio.h>

static void
print_list(const struct text_list *list)
{
    (void)fputs("[", stdout);
    for (size_t i = 0; i < list->count; i++)
        (void)printf("%s\"%s\"", i == 0 ? " " : ", ", list->items[i]);
    (void)fputs(" ]", stdout);
}

static void
print_tasks(const struct options *options)
{
    (void)fputs("(", stdout);
    for (size_t i = 0; i < options->tasks_count; i++)
        (void)printf("%s{ name = \"%s\"; runs = \"%s\"; }", i == 0 ? " " : ", ",
                     options->tasks[i].name, options->tasks[i].runs);
    (void)fputs(" )", stdout);
}

static void
print_value(const struct option_row *row, const struct options *options)
{
    const void *member = (const char *)options + row->offset;

    if (row->flags & OPTION_SECRET) {
        (void)fputs("(hidden)", stdout);
        return;
    }
    switch (row->type) {
    case OPTION_BOOL:
        (void)fputs(*(const bool *)member ? "true" : "false", stdout);
        break;
    case OPTION_INTEGER:
        (void)printf("%lld", (long long)*(const int64_t *)member);
        break;
    case OPTION_SECONDS:
        (void)printf("%g", *(const double *)member);
        break;
    case OPTION_LIST:
        print_list(member);
        break;
    case OPTION_TASKS:
        print_tasks(options);
        break;
    case OPTION_TEXT:
    case OPTION_CHOICE:
    default:
        (void)printf("\"%s\"", *(char *const *)member);
        break;
    }
}

void
options_print_effective(const struct options *options)
{
    for (size_t i = 0; i < options_table_count; i++) {
        char name[OPTION_NAME_SIZE];

        options_table_name(&options_table[i], name);
        (void)printf("%s = ", name);
        print_value(&options_table[i], options);
        (void)printf("  # %s\n", options_source(options, name));
    }
}
