/* SPDX-License-Identifier: Apache-2.0 */
/* The environment: precedence, forms of values, _FILE, wger's names, and what is only warned of. */
#include "common/options_table.h"
#include "tests/unit/capture.h"
#include "tests/unit/options_fixture.h"

static const struct refused refused[] = {
    {NULL,
     {"TROPHY_BROKER_PREFETCH=many"},
     "TROPHY_BROKER_PREFETCH: broker.prefetch: many: an integer from 1 to 65535 expected"},
    {NULL,
     {"TROPHY_BROKER_PREFETCH="},
     "TROPHY_BROKER_PREFETCH: broker.prefetch: \"\": an integer from 1 to 65535 expected"},
    {NULL,
     {"TROPHY_BROKER_PREFETCH= 5"},
     "TROPHY_BROKER_PREFETCH: broker.prefetch:  5: an integer from 1 to 65535 expected"},
    {NULL,
     {"TROPHY_BROKER_PREFETCH=99999999999999999999"},
     "TROPHY_BROKER_PREFETCH: broker.prefetch: 99999999999999999999: an integer from 1 to 65535 "
     "expected"},
    {NULL,
     {"TROPHY_BROKER_PREFETCH=5LLL"},
     "TROPHY_BROKER_PREFETCH: broker.prefetch: 5LLL: an integer from 1 to 65535 expected"},
    {NULL,
     {"TROPHY_BROKER_PREFETCH=5L5"},
     "TROPHY_BROKER_PREFETCH: broker.prefetch: 5L5: an integer from 1 to 65535 expected"},
    {NULL,
     {"TROPHY_BROKER_PREFETCH=L"},
     "TROPHY_BROKER_PREFETCH: broker.prefetch: L: an integer from 1 to 65535 expected"},
    {NULL,
     {"TROPHY_WORKER_TIME_LIMIT=inf"},
     "TROPHY_WORKER_TIME_LIMIT: worker.time_limit: inf: a number from 0 to 604800 expected"},
    {NULL,
     {"TROPHY_WORKER_TIME_LIMIT="},
     "TROPHY_WORKER_TIME_LIMIT: worker.time_limit: \"\": a number from 0 to 604800 expected"},
    {NULL,
     {"TROPHY_WORKER_TIME_LIMIT=1e"},
     "TROPHY_WORKER_TIME_LIMIT: worker.time_limit: 1e: a number from 0 to 604800 expected"},
    {NULL,
     {"TROPHY_TROPHIES_ENABLED=maybe"},
     "TROPHY_TROPHIES_ENABLED: trophies.enabled: maybe: true or false expected"},
    {NULL,
     {"TROPHY_LOG_LEVEL=verbose\n<0>"},
     "TROPHY_LOG_LEVEL: log.level: verbose?<0>: one of error, warning, notice, info, debug "
     "expected"},
    {NULL, {"TROPHY_TASKS=my.task"}, "TROPHY_TASKS: tasks: my.task: name=task expected"},
    {NULL,
     {"TROPHY_TASKS=a=b=evaluate_user"},
     "TROPHY_TASKS: tasks: a=b=evaluate_user: name=task expected"},
    {NULL,
     {"TROPHY_TASKS==evaluate_user"},
     "TROPHY_TASKS: tasks: \"\": a name of 1 to 255 bytes expected"},
    {NULL,
     {"TROPHY_TASKS=a=sleep"},
     "TROPHY_TASKS: tasks: sleep: names that run one of evaluate_user, evaluate_all, "
     "update_statistics, recalculate_all_statistics expected"},
    {NULL,
     {"TROPHY_TASKS=a=evaluate_all;a=evaluate_user"},
     "TROPHY_TASKS: tasks: a: a name only once expected"},
    /* _FILE */
    {NULL,
     {"TROPHY_DATABASE_URL_FILE=/no/such/file"},
     "TROPHY_DATABASE_URL_FILE: database.url: /no/such/file: No such file or directory"},
    {NULL, {"TROPHY_LOG_LEVEL_FILE=/"}, "TROPHY_LOG_LEVEL_FILE: log.level: /: Is a directory"},
    {NULL,
     {"TROPHY_DATABASE_URL=s3cret", "TROPHY_DATABASE_URL_FILE=/dev/null"},
     "TROPHY_DATABASE_URL, TROPHY_DATABASE_URL_FILE: only one of the two expected"},
    {NULL,
     {"TROPHY_BROKER_URL_FILE=/dev/null"},
     "TROPHY_BROKER_URL_FILE: broker.url: (hidden): a text of 1 to 4096 bytes expected"},
    /* secrets, wger's names */
    {NULL,
     {"TROPHY_BROKER_URL=http://u:s3cret@h"},
     "TROPHY_BROKER_URL: broker.url: (hidden): amqp://..., amqps://..., pyamqp://... or "
     "librabbitmq://..., several "
     "separated by ;, expected"},
    {NULL,
     {"CELERY_BROKER=redis://:s3cret@cache:6379/2"},
     "CELERY_BROKER: broker.url: (hidden): amqp://..., amqps://..., pyamqp://... or "
     "librabbitmq://..., several "
     "separated by ;, expected"},
    {NULL,
     {"PS_DATABASE_URI=postgresql://u:s3cret\x01@h/db"},
     "PS_DATABASE_URI: database.url: (hidden): a text of 0 to 4096 bytes expected"},
    {NULL,
     {"DJANGO_DB_DATABASE=wger", "DJANGO_DB_PASSWORD=s3cret\xff"},
     "DJANGO_DB_DATABASE: database.url: (hidden): a text of 0 to 4096 bytes expected"},
    {NULL,
     {"TIME_ZONE=Europe/Nowhere"},
     "TIME_ZONE: trophies.time_zone: Europe/Nowhere: a time zone of /usr/share/zoneinfo (package "
     "tzdata) expected"},
};

START_TEST(refuses)
{
    fixture_refuses(&refused[_i]);
}
END_TEST

static void
load(struct options *options, const char *text, const char *const environment[8])
{
    struct err err = {0};

    if (fixture_load(options, text, environment, &err) != 0)
        ck_abort_msg("%s", err.text);
}

static const struct {
    const char *text;
    bool value;
} bools[] = {
    {"true", true}, {"false", false}, {"1", true},   {"0", false},
    {"yes", true},  {"no", false},    {"on", true},  {"off", false},
    {"True", true}, {"FALSE", false}, {"Yes", true}, {"OFF", false},
};

START_TEST(bool_forms)
{
    char variable[100];
    const char *environment[8] = {variable, bools[_i].value ? "TROPHY_CELERY_EVENTS=0" : NULL};
    struct options options;

    (void)snprintf(variable, sizeof variable, "TROPHY_SHIM_TRUST_PROXY=%s", bools[_i].text);
    load(&options, NULL, environment);
    ck_assert_int_eq(options.shim_trust_proxy, bools[_i].value);
    ck_assert_int_eq(options.celery_events, !bools[_i].value);
    options_clear(&options);
}
END_TEST

START_TEST(beats_the_file)
{
    static const char *const environment[8] = {
        "TROPHY_BROKER_PREFETCH=7",  "TROPHY_LOG_LEVEL=debug",
        "TROPHY_TROPHIES_DISABLED=", "TROPHY_TASKS=",
        "TROPHY_BROKER_PARK_QUEUE=", "TROPHY_BROKER_PREFETCH=8"};
    struct options options;

    load(&options,
         "broker: { prefetch = 5; heartbeat = 10; park_queue = \"p\"; }; log: { level = \"error\"; "
         "};"
         "trophies: { disabled = [ \"a\" ]; }; tasks = ( { name = \"a\"; runs = \"evaluate_all\"; "
         "} );",
         environment);
    ck_assert_int_eq(options.broker_prefetch, 7);
    ck_assert_int_eq(options.broker_heartbeat, 10);
    ck_assert_str_eq(options.log_level, "debug");
    ck_assert_uint_eq(options.trophies_disabled.count, 0);
    ck_assert_uint_eq(options.tasks_count, 0);
    ck_assert_str_eq(options.broker_park_queue, "");
    ck_assert_str_eq(options_source(&options, "broker.prefetch"), "TROPHY_BROKER_PREFETCH");
    options_clear(&options);
}
END_TEST

START_TEST(lists)
{
    static const char *const environment[8] = {
        "TROPHY_TROPHIES_DISABLED=Beginner; 9f1c ;;Über 100 kg",
        "TROPHY_TASKS= my.task = evaluate_user ;b=update_statistics;"};
    struct options options;

    load(&options, NULL, environment);
    ck_assert_uint_eq(options.trophies_disabled.count, 3);
    ck_assert_str_eq(options.trophies_disabled.items[0], "Beginner");
    ck_assert_str_eq(options.trophies_disabled.items[1], "9f1c");
    ck_assert_str_eq(options.trophies_disabled.items[2], "Über 100 kg");
    ck_assert_uint_eq(options.tasks_count, 2);
    ck_assert_str_eq(options.tasks[0].name, "my.task");
    ck_assert_str_eq(options.tasks[0].runs, "evaluate_user");
    ck_assert_str_eq(options.tasks[1].name, "b");
    ck_assert_str_eq(options.tasks[1].runs, "update_statistics");
    options_clear(&options);
}
END_TEST

static const struct {
    const char *content;
    const char *value;
} contents[] = {
    {"dbname=x", "dbname=x"}, {"dbname=x\n", "dbname=x"}, {"", ""}, {"\n", ""}, {" x ", " x "},
};

START_TEST(value_from_file)
{
    char path[32];
    char variable[100];
    const char *environment[8] = {variable};
    struct options options;

    fixture_write(path, contents[_i].content, strlen(contents[_i].content));
    (void)snprintf(variable, sizeof variable, "TROPHY_DATABASE_URL_FILE=%s", path);
    load(&options, "database: { url = \"file\"; };", environment);
    (void)unlink(path);
    ck_assert_str_eq(options.database_url, contents[_i].value);
    ck_assert_str_eq(options_source(&options, "database.url"), "TROPHY_DATABASE_URL_FILE");
    options_clear(&options);
}
END_TEST

/* Only one line end is cut: a second one is the value's, which no URL has. */
START_TEST(value_from_file_of_two_lines)
{
    char path[32];
    char variable[100];
    const char *environment[8] = {variable};
    struct options options;
    struct err err = {0};

    fixture_write(path, "s3cret\n\n", 8);
    (void)snprintf(variable, sizeof variable, "TROPHY_DATABASE_URL_FILE=%s", path);
    ck_assert_int_eq(fixture_load(&options, NULL, environment, &err), -1);
    ck_assert_str_eq(err.text, "TROPHY_DATABASE_URL_FILE: database.url: (hidden): a text of 0 to "
                               "4096 bytes expected");
    (void)snprintf(variable, sizeof variable, "TROPHY_SHIM_JWT_PUBLIC_KEY_FILE=%s", path);
    load(&options, NULL, environment);
    (void)unlink(path);
    ck_assert_str_eq(options.shim_jwt_public_key, "s3cret\n");
    options_clear(&options);
}
END_TEST

/* A name that itself ends in _FILE: broker.ca_file. */
START_TEST(option_named_file)
{
    char path[32];
    char variable[100];
    const char *environment[8] = {"TROPHY_BROKER_CA_FILE=/etc/ca.pem", NULL};
    struct options options;

    load(&options, NULL, environment);
    ck_assert_str_eq(options.broker_ca_file, "/etc/ca.pem");
    options_clear(&options);
    fixture_write(path, "/x.pem\n", 7);
    (void)snprintf(variable, sizeof variable, "TROPHY_BROKER_CA_FILE_FILE=%s", path);
    environment[0] = variable;
    load(&options, NULL, environment);
    (void)unlink(path);
    ck_assert_str_eq(options.broker_ca_file, "/x.pem");
    options_clear(&options);
}
END_TEST

/* What the option is made of, and from where. */
static const struct {
    const char *text;
    const char *environment[8];
    const char *option;
    const char *value;
    const char *source;
} wger[] = {
    {"", {"CELERY_BROKER=amqp://a//"}, "broker.url", "amqp://a//", "CELERY_BROKER"},
    {"",
     {"CELERY_BROKER=redis://a", "TROPHY_BROKER_URL=amqps://b//"},
     "broker.url",
     "amqps://b//",
     "TROPHY_BROKER_URL"},
    {"broker: { url = \"amqp://c//\"; };",
     {"CELERY_BROKER=redis://a"},
     "broker.url",
     "amqp://c//",
     NULL},
    {"", {"CELERY_BROKER="}, "broker.url", "amqp://guest:guest@127.0.0.1:5672//", "default"},
    {"",
     {"PS_DATABASE_URI=postgresql://a/b"},
     "database.url",
     "postgresql://a/b",
     "PS_DATABASE_URI"},
    {"",
     {"PS_DATABASE_URI=postgresql://a/b", "DJANGO_DB_DATABASE=c"},
     "database.url",
     "postgresql://a/b",
     "PS_DATABASE_URI"},
    {"",
     {"DJANGO_DB_PORT=5432", "DJANGO_DB_DATABASE=wger", "DJANGO_DB_USER=u", "DJANGO_DB_HOST=db",
      "DJANGO_DB_PASSWORD=it's \\a b="},
     "database.url",
     "dbname='wger' user='u' password='it\\'s \\\\a b=' host='db' port='5432'",
     "DJANGO_DB_DATABASE"},
    {"",
     {"DJANGO_DB_DATABASE=wger", "DJANGO_DB_HOST="},
     "database.url",
     "dbname='wger'",
     "DJANGO_DB_DATABASE"},
    {"", {"DJANGO_DB_HOST=db", "DJANGO_DB_USER=u"}, "database.url", "postgresql:///", "default"},
    {"", {"DJANGO_DB_HOST=db", "DJANGO_DB_DATABASE="}, "database.url", "postgresql:///", "default"},
    {"",
     {"DJANGO_DB_DATABASE=wger", "TROPHY_DATABASE_URL="},
     "database.url",
     "",
     "TROPHY_DATABASE_URL"},
    {"database: { url = \"\"; };", {"DJANGO_DB_DATABASE=wger"}, "database.url", "", NULL},
    {"", {"TIME_ZONE=Asia/Tokyo"}, "trophies.time_zone", "Asia/Tokyo", "TIME_ZONE"},
    {"",
     {"TIME_ZONE=Asia/Tokyo", "TROPHY_TROPHIES_TIME_ZONE=UTC"},
     "trophies.time_zone",
     "UTC",
     "TROPHY_TROPHIES_TIME_ZONE"},
    {"", {"JWT_PUBLIC_KEY=a\nb"}, "shim.jwt_public_key", "a\nb", "JWT_PUBLIC_KEY"},
};

START_TEST(wger_names)
{
    struct options options;
    char name[OPTION_NAME_SIZE];
    const char *source;

    load(&options, wger[_i].text, wger[_i].environment);
    source = options_source(&options, wger[_i].option);
    if (wger[_i].source != NULL)
        ck_assert_str_eq(source, wger[_i].source);
    else
        ck_assert_ptr_nonnull(strstr(source, ":1"));
    for (size_t i = 0; i < options_table_count; i++) {
        const void *field = (const char *)&options + options_table[i].offset;

        options_table_name(&options_table[i], name);
        if (strcmp(name, wger[_i].option) == 0)
            ck_assert_str_eq(*(char *const *)field, wger[_i].value);
    }
    options_clear(&options);
}
END_TEST

START_TEST(unknown_variables)
{
    static const char *const environment[8] = {"TROPHY_SHIM_PORT=tcp://10.0.0.1:80",
                                               "TROPHY_BROKER_URLS=s3cret",
                                               "TROPHY_=",
                                               "TROPHY_BROKER_QUEUE_FILES=x",
                                               "TROPHYBROKER=x",
                                               "PATH=/bin",
                                               "TROPHY_LOG_LEVEL=info"};
    struct capture c;
    struct options options;
    struct err err = {0};
    char *log;
    int rc;

    capture_begin(&c, stderr);
    rc = fixture_load(&options, NULL, environment, &err);
    log = capture_end(&c);
    ck_assert_int_eq(rc, 0);
    ck_assert_str_eq(log, "<4>options: TROPHY_SHIM_PORT: no option has this variable, ignored\n"
                          "<4>options: TROPHY_BROKER_URLS: no option has this variable, ignored\n"
                          "<4>options: TROPHY_: no option has this variable, ignored\n"
                          "<4>options: TROPHY_BROKER_QUEUE_FILES: no option has this variable, "
                          "ignored\n");
    free(log);
    options_clear(&options);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("options_environment");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_loop_test(tc, refuses, 0, COUNT(refused));
    tcase_add_loop_test(tc, bool_forms, 0, COUNT(bools));
    tcase_add_test(tc, beats_the_file);
    tcase_add_test(tc, lists);
    tcase_add_loop_test(tc, value_from_file, 0, COUNT(contents));
    tcase_add_test(tc, value_from_file_of_two_lines);
    tcase_add_test(tc, option_named_file);
    tcase_add_loop_test(tc, wger_names, 0, COUNT(wger));
    tcase_add_test(tc, unknown_variables);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
