/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to member.  Defaults, the environment and (as the text that was written) the file all
 * come through options_value_set, so that one value is judged by one rule wherever it stands.
 */
#include "common/options_value.h"

#include "common/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_BYTES = 48 };

static void *
member(const struct option_row *row, struct options *options)
{
    return (char *)options + row->offset;
}

static const void *
member_of(const struct option_row *row, const struct options *options)
{
    return (const char *)options + row->offset;
}

int
options_value_refuse(const struct option_row *row, const char *where, const char *shown,
                     const char *wanted, struct err *err)
{
    char name[OPTION_NAME_SIZE];
    char range[OPTION_RANGE_SIZE];
    char value[SHOWN_BYTES + sizeof "..."];
    size_t length = 0;
    size_t n;

    while ((n = utf8_length(shown + length)) > 0 && length + n <= SHOWN_BYTES)
        length += n;
    (void)snprintf(value, sizeof value, "%.*s%s", (int)length, shown,
                   shown[length] != '\0' ? "..." : "");
    for (char *c = value; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    options_table_name(row, name);
    options_table_range(row, range);
    return err_set(err, "%s: %s: %s: %s expected", where, name,
                   (row->flags & OPTION_SECRET) != 0 ? "(hidden)"
                   : value[0] == '\0'                ? "\"\""
                                                     : value,
                   wanted != NULL ? wanted : range);
}

static int
out_of_memory(const char *where, struct err *err)
{
    return err_set(err, "%s: out of memory", where);
}

/* Last step of every setter: now the value is from ${where}. */
static int
set_source(struct options *options, const struct option_row *row, const char *where,
           struct err *err)
{
    char **source = &options->sources[row - options_table];
    char *copy;

    if (asprintf(&copy, "%s", where) < 0)
        return out_of_memory(where, err);
    free(*source);
    *source = copy;
    return 0;
}

static bool
parse_bool(const char *text, bool *value)
{
    static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "off", "on"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i], text) == 0) {
            *value = i % 2 == 1;
            return true;
        }
    }
    return false;
}

/* As libconfig writes integers, too: 0x10, 16L. */
static bool
parse_integer(const char *text, const struct option_row *row, int64_t *value)
{
    bool hex = strncasecmp(text, "0x", 2) == 0;
    size_t length = strcspn(text, "L");
    char *end;
    long long number;

    if (text[strspn(text, "+-0123456789xXabcdefABCDEFL")] != '\0' || strlen(text + length) > 2)
        return false;
    errno = 0;
    number = strtoll(text, &end, hex ? 16 : 10);
    if (errno != 0 || end == text || end != text + length)
        return false;
    if (strspn(end, "L") != strlen(end) || (double)number < row->min || (double)number > row->max)
        return false;
    *value = number;
    return true;
}

static bool
parse_seconds(const char *text, const struct option_row *row, double *value)
{
    char *end;
    double number;

    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    number = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(number))
        return false;
    if (number < row->min || number > row->max)
        return false;
    *value = number;
    return true;
}

/* A text without control characters (but line ends, where the row allows them), of the row's
 * length. */
static bool
text_fits(const char *text, const struct option_row *row)
{
    bool lines = (row->flags & OPTION_LINES) != 0;
    size_t length = 0;
    size_t n;

    while ((n = utf8_length(text + length)) > 0) {
        char c = text[length];
        bool control = (unsigned char)c < 0x20 || c == 0x7f;

        if (control && !(lines && strchr("\t\r\n", c) != NULL))
            return false;
        length += n;
    }
    return text[length] == '\0' && (double)length >= row->min && (double)length <= row->max;
}

static int
set_text(struct options *options, const struct option_row *row, const char *where, const char *text,
         struct err *err)
{
    char **field = member(row, options);
    char *copy = strdup(text);

    if (copy == NULL || set_source(options, row, where, err) != 0) {
        free(copy);
        return out_of_memory(where, err);
    }
    free(*field);
    *field = copy;
    return 0;
}

/* A list written "a;b;c"; empty pieces are nothing. */
static int
set_list_text(struct options *options, const struct option_row *row, const char *where,
              const char *text, struct err *err)
{
    struct text_list pieces = {0};
    struct text_list list = {0};
    int failed = text_list_split(&pieces, text, ';');

    for (size_t i = 0; i < pieces.count && failed == 0; i++)
        if (pieces.items[i][0] != '\0')
            failed = text_list_add(&list, pieces.items[i], strlen(pieces.items[i]));
    text_list_clear(&pieces);
    if (failed != 0) {
        text_list_clear(&list);
        return out_of_memory(where, err);
    }
    return options_value_set_list(options, row, where, &list, err);
}

int
options_value_set_list(struct options *options, const struct option_row *row, const char *where,
                       struct text_list *list, struct err *err)
{
    struct text_list *field = member(row, options);
    int failed = 0;

    for (size_t i = 0; i < list->count && failed == 0; i++)
        if (!text_fits(list->items[i], row))
            failed = options_value_refuse(row, where, list->items[i], NULL, err);
    if (failed == 0)
        failed = set_source(options, row, where, err);
    if (failed != 0) {
        text_list_clear(list);
        return -1;
    }
    text_list_clear(field);
    *field = *list;
    *list = (struct text_list){0};
    return 0;
}

/* Aliases written "my.task=evaluate_user;other=evaluate_all". */
static int
set_tasks_text(struct options *options, const struct option_row *row, const char *where,
               const char *text, struct err *err)
{
    struct text_list pieces = {0};
    struct text_list names = {0};
    struct text_list runs = {0};
    int failed = text_list_split(&pieces, text, ';');

    for (size_t i = 0; i < pieces.count && failed == 0; i++) {
        struct text_list halves = {0};

        if (pieces.items[i][0] == '\0')
            continue;
        failed = text_list_split(&halves, pieces.items[i], '=');
        if (failed == 0 && halves.count != 2)
            failed = options_value_refuse(row, where, pieces.items[i], "name=task", err);
        else if (failed == 0)
            failed = text_list_add(&names, halves.items[0], strlen(halves.items[0])) |
                     text_list_add(&runs, halves.items[1], strlen(halves.items[1]));
        text_list_clear(&halves);
    }
    text_list_clear(&pieces);
    if (failed == 0)
        return options_value_set_tasks(options, row, where, &names, &runs, err);
    text_list_clear(&names);
    text_list_clear(&runs);
    return out_of_memory(where, err); /* unless there is a text already */
}

static int
check_task(const struct option_row *row, const char *where, const struct text_list *names,
           const char *name, const char *runs, struct err *err)
{
    size_t same = 0;

    if (!text_fits(name, row))
        return options_value_refuse(row, where, name, "a name of 1 to 255 bytes", err);
    if (!options_table_allows(row, runs))
        return options_value_refuse(row, where, runs, NULL, err);
    for (size_t i = 0; i < names->count; i++)
        same += strcmp(names->items[i], name) == 0;
    return same == 1 ? 0 : options_value_refuse(row, where, name, "a name only once", err);
}

int
options_value_set_tasks(struct options *options, const struct option_row *row, const char *where,
                        struct text_list *names, struct text_list *runs, struct err *err)
{
    struct task_alias *tasks = calloc(names->count + 1, sizeof *tasks);
    int failed = 0;

    if (tasks == NULL)
        failed = out_of_memory(where, err);
    for (size_t i = 0; tasks != NULL && i < names->count && failed == 0; i++) {
        failed = check_task(row, where, names, names->items[i], runs->items[i], err);
        tasks[i] = (struct task_alias){.name = names->items[i], .runs = runs->items[i]};
    }
    if (failed == 0)
        failed = set_source(options, row, where, err);
    if (failed == 0) {
        options_value_clear(row, options);
        options->tasks = tasks;
        options->tasks_count = names->count;
        tasks = NULL;
        names->count = 0; /* the texts are the tasks' now */
        runs->count = 0;
    }
    free(tasks);
    text_list_clear(names);
    text_list_clear(runs);
    return failed;
}

int
options_value_set(struct options *options, const struct option_row *row, const char *where,
                  const char *text, struct err *err)
{
    void *field = member(row, options);
    bool fits = false;

    switch (row->type) {
    case OPTION_LIST:
        return set_list_text(options, row, where, text, err);
    case OPTION_TASKS:
        return set_tasks_text(options, row, where, text, err);
    case OPTION_TEXT:
        if (!text_fits(text, row))
            break;
        return set_text(options, row, where, text, err);
    case OPTION_CHOICE:
        if (!options_table_allows(row, text))
            break;
        return set_text(options, row, where, text, err);
    case OPTION_BOOL:
        fits = parse_bool(text, field);
        break;
    case OPTION_INTEGER:
        fits = parse_integer(text, row, field);
        break;
    case OPTION_SECONDS:
        fits = parse_seconds(text, row, field);
        break;
    }
    return fits ? set_source(options, row, where, err)
                : options_value_refuse(row, where, text, NULL, err);
}

static bool
equal_tasks(const struct options *a, const struct options *b)
{
    if (a->tasks_count != b->tasks_count)
        return false;
    for (size_t i = 0; i < a->tasks_count; i++)
        if (strcmp(a->tasks[i].name, b->tasks[i].name) != 0 ||
            strcmp(a->tasks[i].runs, b->tasks[i].runs) != 0)
            return false;
    return true;
}

static bool
equal_lists(const struct text_list *a, const struct text_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

bool
options_value_equal(const struct option_row *row, const struct options *a, const struct options *b)
{
    const void *x = member_of(row, a);
    const void *y = member_of(row, b);

    switch (row->type) {
    case OPTION_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case OPTION_INTEGER:
        return *(const int64_t *)x == *(const int64_t *)y;
    case OPTION_SECONDS:
        return memcmp(x, y, sizeof(double)) == 0;
    case OPTION_TEXT:
    case OPTION_CHOICE:
        return strcmp(*(char *const *)x, *(char *const *)y) == 0;
    case OPTION_LIST:
        return equal_lists(x, y);
    case OPTION_TASKS:
        return equal_tasks(a, b);
    }
    return false;
}

void
options_value_clear(const struct option_row *row, struct options *options)
{
    void *field = member(row, options);

    if (row->type == OPTION_LIST) {
        text_list_clear(field);
    } else if (row->type == OPTION_TEXT || row->type == OPTION_CHOICE) {
        free(*(char **)field);
        *(char **)field = NULL;
    } else if (row->type == OPTION_TASKS) {
        for (size_t i = 0; i < options->tasks_count; i++) {
            free(options->tasks[i].name);
            free(options->tasks[i].runs);
        }
        free(options->tasks);
        options->tasks = NULL;
        options->tasks_count = 0;
    }
}
