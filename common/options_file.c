/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file.  libconfig accepts what it does not know, so its tree is walked and every
 * setting must find its row; libconfig's numbers are not trusted (options_numbers.h).
 */
#include "common/file.h"
#include "common/options_numbers.h"
#include "common/options_value.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 300

#ifdef __SANITIZE_ADDRESS__
/* libconfig 1.5 loses the string that it has just read when the next thing is a syntax error. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
    return "leak:strbuf_append";
}
#endif

/* A file on its way into the options. */
struct loading {
    struct options *options;
    const char *path;
    struct err *err;
};

static void
where_is(const struct loading *l, const config_setting_t *s, char where[WHERE_SIZE])
{
    (void)snprintf(where, WHERE_SIZE, "%s:%u", l->path, config_setting_source_line(s));
}

/* Text and number are both strings to libconfig; NULL: neither. */
static const char *
text_of(const config_setting_t *s, bool *number)
{
    const char *text = config_setting_get_string(s);

    *number = text != NULL && text[0] == OPTIONS_NUMBER_MARK;
    return *number ? text + 1 : text;
}

static bool
is_text(const config_setting_t *s)
{
    bool number;

    return text_of(s, &number) != NULL && !number;
}

static int
refuse_type(const struct loading *l, const struct option_row *row, const config_setting_t *s,
            const char *wanted)
{
    char where[WHERE_SIZE];
    char quoted[80];
    bool number;
    const char *shown = text_of(s, &number);

    if (shown != NULL && !number) {
        (void)snprintf(quoted, sizeof quoted, "\"%.60s\"", shown);
        shown = quoted;
    } else if (config_setting_type(s) == CONFIG_TYPE_BOOL) {
        shown = config_setting_get_bool(s) ? "true" : "false";
    } else if (shown == NULL) {
        shown = config_setting_is_group(s) ? "{ }" : config_setting_is_array(s) ? "[ ]" : "( )";
    }
    where_is(l, s, where);
    return options_value_refuse(row, where, shown, wanted, l->err);
}

static int
load_scalar(const struct loading *l, const struct option_row *row, const config_setting_t *s)
{
    char where[WHERE_SIZE];
    bool number;
    const char *text = text_of(s, &number);
    bool wants_number = row->type == OPTION_INTEGER || row->type == OPTION_SECONDS;

    if (row->type == OPTION_BOOL && config_setting_type(s) == CONFIG_TYPE_BOOL)
        text = config_setting_get_bool(s) ? "true" : "false";
    else if (text == NULL || row->type == OPTION_BOOL || number != wants_number)
        return refuse_type(l, row, s, NULL);
    where_is(l, s, where);
    return options_value_set(l->options, row, where, text, l->err);
}

static int
load_list(const struct loading *l, const struct option_row *row, const config_setting_t *s)
{
    char where[WHERE_SIZE];
    struct text_list list = {0};
    int failed = 0;

    where_is(l, s, where);
    if (!config_setting_is_array(s) && !config_setting_is_list(s))
        return refuse_type(l, row, s, NULL);
    for (int i = 0; i < config_setting_length(s) && failed == 0; i++) {
        const config_setting_t *item = config_setting_get_elem(s, (unsigned)i);
        const char *text = config_setting_get_string(item);

        if (!is_text(item))
            failed = refuse_type(l, row, item, NULL);
        else if (text_list_add(&list, text, strlen(text)) != 0)
            failed = err_set(l->err, "%s: out of memory", where);
    }
    if (failed == 0)
        return options_value_set_list(l->options, row, where, &list, l->err);
    text_list_clear(&list);
    return -1;
}

/* { name = "my.task"; runs = "evaluate_user"; } */
static int
load_task(const struct loading *l, const struct option_row *row, const config_setting_t *item,
          struct text_list *names, struct text_list *runs)
{
    const config_setting_t *name = NULL;
    const config_setting_t *run = NULL;

    if (!config_setting_is_group(item))
        return refuse_type(l, row, item, "{ name = \"...\"; runs = \"...\"; }");
    for (int i = 0; i < config_setting_length(item); i++) {
        const config_setting_t *part = config_setting_get_elem(item, (unsigned)i);

        if (strcmp(config_setting_name(part), "name") == 0)
            name = part;
        else if (strcmp(config_setting_name(part), "runs") == 0)
            run = part;
        else
            return err_set(l->err, "%s:%u: tasks: %s: name or runs expected", l->path,
                           config_setting_source_line(part), config_setting_name(part));
        if (!is_text(part))
            return refuse_type(l, row, part, "a text");
    }
    if (name == NULL || run == NULL)
        return refuse_type(l, row, item, "both name and runs");
    if (text_list_add(names, config_setting_get_string(name),
                      strlen(config_setting_get_string(name))) != 0 ||
        text_list_add(runs, config_setting_get_string(run),
                      strlen(config_setting_get_string(run))) != 0)
        return err_set(l->err, "%s: out of memory", l->path);
    return 0;
}

static int
load_tasks(const struct loading *l, const struct option_row *row, const config_setting_t *s)
{
    char where[WHERE_SIZE];
    struct text_list names = {0};
    struct text_list runs = {0};
    int failed = 0;

    where_is(l, s, where);
    if (!config_setting_is_list(s))
        return refuse_type(l, row, s, "a list ( { name = \"...\"; runs = \"...\"; } )");
    for (int i = 0; i < config_setting_length(s) && failed == 0; i++)
        failed = load_task(l, row, config_setting_get_elem(s, (unsigned)i), &names, &runs);
    if (failed == 0)
        return options_value_set_tasks(l->options, row, where, &names, &runs, l->err);
    text_list_clear(&names);
    text_list_clear(&runs);
    return -1;
}

static int
load_option(const struct loading *l, const char *group, const config_setting_t *s)
{
    const char *name = config_setting_name(s);
    const struct option_row *row = options_table_find(group, name);

    if (row == NULL)
        return err_set(l->err, "%s:%u: %s%s%s: unknown option", l->path,
                       config_setting_source_line(s), group, group[0] != '\0' ? "." : "", name);
    if (row->type == OPTION_LIST)
        return load_list(l, row, s);
    if (row->type == OPTION_TASKS)
        return load_tasks(l, row, s);
    return load_scalar(l, row, s);
}

static int
load_group(const struct loading *l, const config_setting_t *s)
{
    const char *name = config_setting_name(s);
    int failed = 0;

    if (!options_table_has_group(name) || name[0] == '\0')
        return load_option(l, "", s);
    if (!config_setting_is_group(s))
        return err_set(l->err, "%s:%u: %s: a group { ... } of options expected", l->path,
                       config_setting_source_line(s), name);
    for (int i = 0; i < config_setting_length(s) && failed == 0; i++)
        failed = load_option(l, name, config_setting_get_elem(s, (unsigned)i));
    return failed;
}

static int
load_source(const struct loading *l, const char *source, config_t *config)
{
    struct err inner = {0};
    char *quoted;
    int parsed;
    int failed = 0;

    if (options_numbers_quote(source, &quoted, &inner) != 0)
        return err_set(l->err, "%s:%s", l->path, inner.text);
    parsed = config_read_string(config, quoted);
    free(quoted);
    if (parsed != CONFIG_TRUE)
        return err_set(l->err, "%s:%d: %s", l->path, config_error_line(config),
                       config_error_text(config));
    for (int i = 0; i < config_setting_length(config_root_setting(config)) && failed == 0; i++)
        failed = load_group(l, config_setting_get_elem(config_root_setting(config), (unsigned)i));
    return failed;
}

int
options_file_load(struct options *options, const char *path, bool required, struct err *err)
{
    const struct loading l = {.options = options, .path = path, .err = err};
    char *source;
    config_t config;
    int failed = file_load(path, OPTIONS_FILE_LIMIT, &source);

    if (failed == ENOENT && !required)
        return 0;
    if (failed != 0)
        return err_set(err, "%s: %s", path, strerror(failed));
    config_init(&config);
    failed = load_source(&l, source, &config);
    config_destroy(&config);
    free(source);
    return failed;
}
