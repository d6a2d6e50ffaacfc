/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which the sources of the configuration beat each other; the work is elsewhere. */
#include "common/options.h"

#include "common/options_value.h"

#include <stdlib.h>
#include <string.h>

static int
load_defaults(struct options *options, struct err *err)
{
    options->sources = calloc(options_table_count, sizeof *options->sources);
    if (options->sources == NULL)
        return err_set(err, "options: out of memory");
    for (size_t i = 0; i < options_table_count; i++)
        if (options_value_set(options, &options_table[i], "default", options_table[i].initial,
                              err) != 0)
            return -1;
    return 0;
}

int
options_load(struct options *options, const char *file, bool required, char *const *environment,
             struct err *err)
{
    *options = (struct options){0};
    if (load_defaults(options, err) == 0 && options_file_load(options, file, required, err) == 0 &&
        options_environment_load(options, environment, err) == 0 &&
        options_check(options, err) == 0)
        return 0;
    options_clear(options);
    return -1;
}

const char *
options_source(const struct options *options, const char *name)
{
    char text[OPTION_NAME_SIZE];

    for (size_t i = 0; i < options_table_count; i++) {
        options_table_name(&options_table[i], text);
        if (strcmp(text, name) == 0)
            return options->sources[i];
    }
    return NULL;
}

void
options_clear(struct options *options)
{
    for (size_t i = 0; i < options_table_count; i++) {
        options_value_clear(&options_table[i], options);
        if (options->sources != NULL)
            free(options->sources[i]);
    }
    free(options->sources);
    text_list_clear(&options->broker_urls);
    text_list_clear(&options->broker_queues);
    *options = (struct options){0};
}
