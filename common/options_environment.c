/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment: TROPHY_ variables, their _FILE forms, and wger's own names for what neither file
 * nor TROPHY_ variable has set.  An empty variable of wger's counts as unset: its compose files
 * pass such.
 */
#include "common/file.h"
#include "common/log.h"
#include "common/options_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "TROPHY_"

static const struct {
    const char *variable;
    const char *group;
    const char *name;
} wger_names[] = {
    {"CELERY_BROKER", "broker", "url"},
    {"PS_DATABASE_URI", "database", "url"},
    {"TIME_ZONE", "trophies", "time_zone"},
    {"JWT_PUBLIC_KEY", "shim", "jwt_public_key"},
};

/* Django's parts of a database, by libpq's keywords. */
static const struct {
    const char *variable;
    const char *keyword;
} django_names[] = {
    {"DJANGO_DB_DATABASE", "dbname"},   {"DJANGO_DB_USER", "user"},
    {"DJANGO_DB_PASSWORD", "password"}, {"DJANGO_DB_HOST", "host"},
    {"DJANGO_DB_PORT", "port"},
};

/* The value of ${variable}, NULL if it is not there. */
static const char *
find(char *const *environment, const char *variable)
{
    size_t length = strlen(variable);

    for (; *environment != NULL; environment++)
        if (strncmp(*environment, variable, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

static int
set_from_file(struct options *options, const struct option_row *row, const char *variable,
              const char *path, struct err *err)
{
    char *text;
    int failed = file_load(path, OPTIONS_FILE_LIMIT, &text);
    size_t length;

    if (failed != 0) {
        char name[OPTION_NAME_SIZE];

        options_table_name(row, name);
        return err_set(err, "%s: %s: %s: %s", variable, name, path, strerror(failed));
    }
    length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    failed = options_value_set(options, row, variable, text, err);
    free(text);
    return failed;
}

static int
load_row(struct options *options, const struct option_row *row, char *const *environment,
         struct err *err)
{
    char variable[OPTION_NAME_SIZE];
    char file_variable[OPTION_NAME_SIZE + sizeof "_FILE"];
    const char *value;
    const char *path;

    options_table_variable(row, variable);
    (void)snprintf(file_variable, sizeof file_variable, "%s_FILE", variable);
    value = find(environment, variable);
    path = find(environment, file_variable);
    if (value != NULL && path != NULL)
        return err_set(err, "%s, %s: only one of the two expected", variable, file_variable);
    if (path != NULL)
        return set_from_file(options, row, file_variable, path, err);
    return value == NULL ? 0 : options_value_set(options, row, variable, value, err);
}

static bool
unset(const struct options *options, const struct option_row *row)
{
    return strcmp(options->sources[row - options_table], "default") == 0;
}

static const char *
find_not_empty(char *const *environment, const char *variable)
{
    const char *value = find(environment, variable);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* keyword='value' with libpq's escapes. */
static void
write_pair(FILE *out, const char *keyword, const char *value)
{
    (void)fprintf(out, "%s%s='", ftell(out) > 0 ? " " : "", keyword);
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            (void)fputc('\\', out);
        (void)fputc(*value, out);
    }
    (void)fputc('\'', out);
}

static int
load_django(struct options *options, char *const *environment, struct err *err)
{
    const struct option_row *row = options_table_find("database", "url");
    char *conninfo = NULL;
    size_t size;
    FILE *out;
    int failed;

    if (!unset(options, row) || find_not_empty(environment, "DJANGO_DB_DATABASE") == NULL)
        return 0;
    out = open_memstream(&conninfo, &size);
    if (out == NULL)
        return err_set(err, "DJANGO_DB_DATABASE: out of memory");
    for (size_t i = 0; i < sizeof django_names / sizeof django_names[0]; i++) {
        const char *value = find_not_empty(environment, django_names[i].variable);

        if (value != NULL)
            write_pair(out, django_names[i].keyword, value);
    }
    failed = fclose(out) == 0 ? options_value_set(options, row, "DJANGO_DB_DATABASE", conninfo, err)
                              : err_set(err, "DJANGO_DB_DATABASE: out of memory");
    free(conninfo);
    return failed;
}

static int
load_wger(struct options *options, char *const *environment, struct err *err)
{
    for (size_t i = 0; i < sizeof wger_names / sizeof wger_names[0]; i++) {
        const struct option_row *row = options_table_find(wger_names[i].group, wger_names[i].name);
        const char *value = find_not_empty(environment, wger_names[i].variable);

        if (value != NULL && unset(options, row) &&
            options_value_set(options, row, wger_names[i].variable, value, err) != 0)
            return -1;
    }
    return load_django(options, environment, err);
}

static bool
known(const char *variable, size_t length)
{
    char name[OPTION_NAME_SIZE];

    for (size_t i = 0; i < options_table_count; i++) {
        size_t n;

        options_table_variable(&options_table[i], name);
        n = strlen(name);
        if (strncmp(variable, name, n) == 0 &&
            (length == n || (length == n + 5 && strncmp(variable + n, "_FILE", 5) == 0)))
            return true;
    }
    return false;
}

static void
warn_of_unknown(char *const *environment)
{
    for (; *environment != NULL; environment++) {
        size_t length = strcspn(*environment, "=");

        if (strncmp(*environment, PREFIX, strlen(PREFIX)) == 0 && !known(*environment, length))
            log_warn("options: %.*s: no option has this variable, ignored", (int)length,
                     *environment);
    }
}

int
options_environment_load(struct options *options, char *const *environment, struct err *err)
{
    for (size_t i = 0; i < options_table_count; i++)
        if (load_row(options, &options_table[i], environment, err) != 0)
            return -1;
    if (load_wger(options, environment, err) != 0)
        return -1;
    warn_of_unknown(environment);
    return 0;
}
