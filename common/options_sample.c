/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config/trophy-worker.cfg, printed from the option table.  The options are commented out: a file
 * installed as it is changes nothing, wger's own variables included.
 */
#include "common/options_table.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "#\n"
    "# Configuration of trophy-worker and trophy-shim (libconfig), every option with its default.\n"
    "# Remove the # in front of an option to change it.  Each may be given as the environment\n"
    "# variable named above it instead, which wins; that name with _FILE names a file to read the\n"
    "# value from.  Printed from the option table; the programs refuse what they do not know.\n";

static void
print_value(const struct option_row *row)
{
    switch (row->type) {
    case OPTION_BOOL:
    case OPTION_INTEGER:
    case OPTION_SECONDS:
        (void)fputs(row->initial, stdout);
        break;
    case OPTION_TEXT:
    case OPTION_CHOICE:
        (void)printf("\"%s\"", row->initial);
        break;
    case OPTION_LIST:
        (void)fputs("[ ]", stdout);
        break;
    case OPTION_TASKS:
        (void)fputs("( )", stdout);
        break;
    }
}

static void
print_row(const struct option_row *row)
{
    const char *indent = row->group[0] != '\0' ? "    " : "";
    char variable[OPTION_NAME_SIZE];
    char range[OPTION_RANGE_SIZE];

    options_table_variable(row, variable);
    options_table_range(row, range);
    (void)printf("%s# %s\n%s# %s: %s\n%s#%s = ", indent, row->meaning, indent, variable, range,
                 indent, row->name);
    print_value(row);
    (void)puts(";");
}

void
options_print_sample(void)
{
    const char *group = "";

    (void)fputs(head, stdout);
    for (size_t i = 0; i < options_table_count; i++) {
        const struct option_row *row = &options_table[i];
        bool other = strcmp(group, row->group) != 0;

        if (other && group[0] != '\0')
            (void)puts("};");
        (void)puts("");
        group = row->group;
        if (other && group[0] != '\0')
            (void)printf("%s: {\n", group);
        print_row(row);
    }
    if (group[0] != '\0')
        (void)puts("};");
}
