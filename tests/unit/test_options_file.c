/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: what it may say, and the words with which the rest is refused. */
#include "tests/unit/options_fixture.h"

static const struct refused refused[] = {
    /* what is not there */
    {"brokr: { };", {0}, "FILE:1: brokr: unknown option"},
    {"broker: {\n prefetchh = 1;\n};", {0}, "FILE:2: broker.prefetchh: unknown option"},
    {"prefetch = 1;", {0}, "FILE:1: prefetch: unknown option"},
    {"broker = 5;", {0}, "FILE:1: broker: a group { ... } of options expected"},
    {"broker: { tasks = ( ); };", {0}, "FILE:1: broker.tasks: unknown option"},
    /* what cannot be read */
    {"broker: {\n prefetch = 1\n", {0}, "FILE:3: syntax error"},
    {"broker: { prefetch = 1,5; };", {0}, "FILE:1: syntax error"},
    {"broker: {\n prefetch = 1;\n prefetch = 2; };", {0}, "FILE:3: duplicate setting name"},
    {"# one\n@include \"other.cfg\"\n", {0}, "FILE:2: @include: one file only expected"},
    /* the wrong type */
    {"broker: { prefetch = \"64\"; };",
     {0},
     "FILE:1: broker.prefetch: \"64\": an integer from 1 to 65535 expected"},
    {"broker: { prefetch = true; };",
     {0},
     "FILE:1: broker.prefetch: true: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 64.0; };",
     {0},
     "FILE:1: broker.prefetch: 64.0: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = [ 1 ]; };",
     {0},
     "FILE:1: broker.prefetch: [ ]: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = { }; };",
     {0},
     "FILE:1: broker.prefetch: { }: an integer from 1 to 65535 expected"},
    {"broker: { queue = 5; };", {0}, "FILE:1: broker.queue: 5: a text of 1 to 4096 bytes expected"},
    {"broker: { queue = ( \"a\" ); };",
     {0},
     "FILE:1: broker.queue: ( ): a text of 1 to 4096 bytes expected"},
    {"trophies: { enabled = 1; };", {0}, "FILE:1: trophies.enabled: 1: true or false expected"},
    {"trophies: { enabled = \"true\"; };",
     {0},
     "FILE:1: trophies.enabled: \"true\": true or false expected"},
    {"log: { level = 5; };",
     {0},
     "FILE:1: log.level: 5: one of error, warning, notice, info, debug expected"},
    {"trophies: { disabled = \"a\"; };",
     {0},
     "FILE:1: trophies.disabled: \"a\": a list of texts of 1 to 255 bytes expected"},
    {"trophies: { disabled = [ 1, 2 ]; };",
     {0},
     "FILE:1: trophies.disabled: 1: a list of texts of 1 to 255 bytes expected"},
    {"trophies: { disabled = [ \"\" ]; };",
     {0},
     "FILE:1: trophies.disabled: \"\": a list of texts of 1 to 255 bytes expected"},
    /* out of range, as written: libconfig would make 1215752191 and -1294967296 of the first */
    {"\n\nbroker: {\n  prefetch = 99999999999;\n};",
     {0},
     "FILE:4: broker.prefetch: 99999999999: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 3000000000; };",
     {0},
     "FILE:1: broker.prefetch: 3000000000: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 4294967297; };", /* 2^32 + 1 */
     {0},
     "FILE:1: broker.prefetch: 4294967297: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 18446744073709551617; };", /* 2^64 + 1 */
     {0},
     "FILE:1: broker.prefetch: 18446744073709551617: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 0x10000000000000001L; };",
     {0},
     "FILE:1: broker.prefetch: 0x10000000000000001L: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 0; };",
     {0},
     "FILE:1: broker.prefetch: 0: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 65536; };",
     {0},
     "FILE:1: broker.prefetch: 65536: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = -1; };",
     {0},
     "FILE:1: broker.prefetch: -1: an integer from 1 to 65535 expected"},
    {"broker: { prefetch = 5s; };",
     {0},
     "FILE:1: broker.prefetch: 5s: an integer from 1 to 65535 expected"},
    {"worker: { time_limit = 1e400; };",
     {0},
     "FILE:1: worker.time_limit: 1e400: a number from 0 to 604800 expected"},
    {"worker: { time_limit = -0.5; };",
     {0},
     "FILE:1: worker.time_limit: -0.5: a number from 0 to 604800 expected"},
    {"celery: { heartbeat_interval = 0; };",
     {0},
     "FILE:1: celery.heartbeat_interval: 0: a number from 0.1 to 3600 expected"},
    {"worker: { eta_bytes = 17179869185; };",
     {0},
     "FILE:1: worker.eta_bytes: 17179869185: an integer from 0 to 17179869184 expected"},
    /* other values */
    {"broker: { queue_type = \"Quorum\"; };",
     {0},
     "FILE:1: broker.queue_type: Quorum: one of classic, quorum expected"},
    {"worker: { foreign_tasks = \"drop\"; };",
     {0},
     "FILE:1: worker.foreign_tasks: drop: one of reject, requeue, park expected"},
    {"celery: { results = \"\"; };",
     {0},
     "FILE:1: celery.results: \"\": one of rpc, django-db, off expected"},
    {"celery: { results = \"rpc, django-db\"; };",
     {0},
     "FILE:1: celery.results: rpc, django-db: one of rpc, django-db, off expected"},
    {"log: { level = \"warn\"; };",
     {0},
     "FILE:1: log.level: warn: one of error, warning, notice, info, debug expected"},
    {"log: { format = \"xml\"; };", {0}, "FILE:1: log.format: xml: one of text, json expected"},
    {"worker: { name = \"a\\x1bb\"; };",
     {0},
     "FILE:1: worker.name: a?b: a text of 1 to 128 bytes expected"},
    {"worker: { name = \"a\\xffb\"; };",
     {0},
     "FILE:1: worker.name: a...: a text of 1 to 128 bytes expected"},
    {"worker: { name = \"\\x01x\"; };", /* the mark of a number */
     {0},
     "FILE:1: worker.name: x: a text of 1 to 128 bytes expected"},
    {"celery: { sw_ident = "
     "\"0123456789012345678901234567890123456789012345678901234567890123456789\"; };",
     {0},
     "FILE:1: celery.sw_ident: 012345678901234567890123456789012345678901234567...: a text of 1 "
     "to 64 bytes expected"},
    /* tasks */
    {"tasks = [ ];",
     {0},
     "FILE:1: tasks: [ ]: a list ( { name = \"...\"; runs = \"...\"; } ) expected"},
    {"tasks: { };",
     {0},
     "FILE:1: tasks: { }: a list ( { name = \"...\"; runs = \"...\"; } ) expected"},
    {"tasks = ( \"a\" );",
     {0},
     "FILE:1: tasks: \"a\": { name = \"...\"; runs = \"...\"; } expected"},
    {"tasks = (\n { name = \"a\"; } );", {0}, "FILE:2: tasks: { }: both name and runs expected"},
    {"tasks = ( { runs = \"evaluate_all\"; } );",
     {0},
     "FILE:1: tasks: { }: both name and runs expected"},
    {"tasks = ( { name = \"a\"; run = \"evaluate_all\"; } );",
     {0},
     "FILE:1: tasks: run: name or runs expected"},
    {"tasks = ( { name = 5; runs = \"evaluate_all\"; } );",
     {0},
     "FILE:1: tasks: 5: a text expected"},
    {"tasks = ( { name = \"a\"; runs = \"evaluate\"; } );",
     {0},
     "FILE:1: tasks: evaluate: names that run one of evaluate_user, evaluate_all, "
     "update_statistics, recalculate_all_statistics expected"},
    {"tasks = ( { name = \"\"; runs = \"evaluate_all\"; } );",
     {0},
     "FILE:1: tasks: \"\": a name of 1 to 255 bytes expected"},
    {"tasks = ( { name = \"a\"; runs = \"evaluate_all\"; },\n"
     "          { name = \"a\"; runs = \"evaluate_user\"; } );",
     {0},
     "FILE:1: tasks: a: a name only once expected"},
    /* secrets are not shown */
    {"broker: { url = 5; };",
     {0},
     "FILE:1: broker.url: (hidden): a text of 1 to 4096 bytes expected"},
    {"broker: { url = \"redis://:s3cret@h/0\"; };",
     {0},
     "FILE:1: broker.url: (hidden): amqp://..., amqps://..., pyamqp://... or librabbitmq://..., "
     "several separated by "
     ";, expected"},
    {"database: { url = \"s3cret\\n\"; };",
     {0},
     "FILE:1: database.url: (hidden): a text of 0 to 4096 bytes expected"},
};

START_TEST(refuses)
{
    fixture_refuses(&refused[_i]);
}
END_TEST

static void
load(struct options *options, const char *text)
{
    static const char *const nothing[8] = {NULL};
    struct err err = {0};

    if (fixture_load(options, text, nothing, &err) != 0)
        ck_abort_msg("%s", err.text);
}

static const struct {
    const char *number;
    int64_t value;
} integers[] = {
    {"1", 1},     {"65535", 65535}, {"+7", 7},      {"010", 10},    {"64L", 64},
    {"64LL", 64}, {"0x10", 16},     {"0XfFL", 255}, {"0064LL", 64},
};

START_TEST(integer_forms)
{
    struct options options;
    char text[100];

    (void)snprintf(text, sizeof text, "broker = { prefetch = %s }", integers[_i].number);
    load(&options, text);
    ck_assert_int_eq(options.broker_prefetch, integers[_i].value);
    options_clear(&options);
}
END_TEST

START_TEST(big_integer)
{
    struct options options;

    load(&options, "worker: { eta_bytes = 17179869184; };");
    ck_assert_int_eq(options.worker_eta_bytes, INT64_C(17179869184));
    options_clear(&options);
}
END_TEST

static const struct {
    const char *number;
    double value;
} seconds[] = {
    {"2", 2.0}, {"2.5", 2.5}, {".5", 0.5}, {"3600", 3600.0}, {"+1.5e2", 150.0}, {"0.1", 0.1},
};

START_TEST(seconds_forms)
{
    struct options options;
    char text[100];

    (void)snprintf(text, sizeof text, "celery: { heartbeat_interval = %s; };", seconds[_i].number);
    load(&options, text);
    ck_assert_double_eq(options.celery_heartbeat_interval, seconds[_i].value);
    options_clear(&options);
}
END_TEST

/* Numbers in strings, comments and names are left alone. */
START_TEST(grammar)
{
    struct options options;

    load(&options, "// 1 @include\n# \"2\n/* 3 \" */ worker: {\n"
                   "  name = \"a\\\"5\\\\\" \"7@%h\"; /* 4 **/ batch_users = 7// 8\n"
                   "  range_users: 9 };\n"
                   "celery = { events = FALSE, sw_ident = \"\\x41-1\" };");
    ck_assert_str_eq(options.worker_name, "a\"5\\7@%h");
    ck_assert_int_eq(options.worker_batch_users, 7);
    ck_assert_int_eq(options.worker_range_users, 9);
    ck_assert(!options.celery_events);
    ck_assert_str_eq(options.celery_sw_ident, "A-1");
    options_clear(&options);
}
END_TEST

START_TEST(lists_and_sources)
{
    struct options options;

    load(&options, "trophies: {\n disabled = [ \"Beginner\", \"a;b\" ]; };\n"
                   "tasks = ( { name = \"my.task\"; runs = \"evaluate_user\"; },\n"
                   "  { runs = \"recalculate_all_statistics\"; name = \"b\"; } );\n"
                   "broker: { queue = \"a, b\"; url = \"amqp://x//;pyamqp://y//\"; };");
    ck_assert_uint_eq(options.trophies_disabled.count, 2);
    ck_assert_str_eq(options.trophies_disabled.items[0], "Beginner");
    ck_assert_str_eq(options.trophies_disabled.items[1], "a;b");
    ck_assert_uint_eq(options.tasks_count, 2);
    ck_assert_str_eq(options.tasks[0].name, "my.task");
    ck_assert_str_eq(options.tasks[0].runs, "evaluate_user");
    ck_assert_str_eq(options.tasks[1].name, "b");
    ck_assert_str_eq(options.tasks[1].runs, "recalculate_all_statistics");
    ck_assert_uint_eq(options.broker_queues.count, 2);
    ck_assert_str_eq(options.broker_queues.items[1], "b");
    ck_assert_uint_eq(options.broker_urls.count, 2);
    ck_assert_str_eq(options.broker_urls.items[1], "pyamqp://y//");
    ck_assert_ptr_nonnull(strstr(options_source(&options, "trophies.disabled"), ":2"));
    ck_assert_ptr_nonnull(strstr(options_source(&options, "tasks"), ":3"));
    ck_assert_str_eq(options_source(&options, "trophies.enabled"), "default");
    ck_assert_ptr_null(options_source(&options, "trophies.nothing"));
    options_clear(&options);
}
END_TEST

START_TEST(empty_lists)
{
    struct options options;

    load(&options, "trophies: { disabled = [ ]; }; tasks = ( );");
    ck_assert_uint_eq(options.trophies_disabled.count, 0);
    ck_assert_uint_eq(options.tasks_count, 0);
    options_clear(&options);
    load(&options, "");
    options_clear(&options);
    load(&options, "# the end");
    options_clear(&options);
}
END_TEST

START_TEST(missing_file)
{
    char *environment[] = {NULL};
    struct options options;
    struct err err = {0};

    ck_assert_int_eq(options_load(&options, "/no/such/file", false, environment, &err), 0);
    options_clear(&options);
    ck_assert_int_eq(options_load(&options, "/no/such/file", true, environment, &err), -1);
    ck_assert_str_eq(err.text, "/no/such/file: No such file or directory");
}
END_TEST

START_TEST(bad_files)
{
    static const char nul[] = "log: { };\0log: { };";
    char *environment[] = {NULL};
    char *big = malloc(1048577);
    char path[32];
    struct options options;
    struct err err = {0};

    ck_assert_int_eq(options_load(&options, "/", false, environment, &err), -1);
    ck_assert_str_eq(err.text, "/: Is a directory");
    err = (struct err){0};
    fixture_write(path, nul, sizeof nul - 1);
    ck_assert_int_eq(options_load(&options, path, false, environment, &err), -1);
    (void)unlink(path);
    ck_assert_ptr_nonnull(strstr(err.text, "Invalid or incomplete multibyte"));
    err = (struct err){0};
    ck_assert_ptr_nonnull(big);
    memset(big, '#', 1048577);
    fixture_write(path, big, 1048577);
    ck_assert_int_eq(options_load(&options, path, false, environment, &err), -1);
    (void)unlink(path);
    ck_assert_ptr_nonnull(strstr(err.text, "File too large"));
    err = (struct err){0};
    fixture_write(path, big, 1048576);
    ck_assert_int_eq(options_load(&options, path, false, environment, &err), 0);
    (void)unlink(path);
    options_clear(&options);
    free(big);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("options_file");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_loop_test(tc, refuses, 0, COUNT(refused));
    tcase_add_loop_test(tc, integer_forms, 0, COUNT(integers));
    tcase_add_test(tc, big_integer);
    tcase_add_loop_test(tc, seconds_forms, 0, COUNT(seconds));
    tcase_add_test(tc, grammar);
    tcase_add_test(tc, lists_and_sources);
    tcase_add_test(tc, empty_lists);
    tcase_add_test(tc, missing_file);
    tcase_add_test(tc, bad_files);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
