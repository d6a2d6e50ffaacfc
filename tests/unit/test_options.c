/* SPDX-License-Identifier: Apache-2.0 */
/* The table itself, the sample printed from it, and what options demand of each other. */
#include "common/options.h"
#include "common/options_value.h"
#include "tests/unit/capture.h"
#include "tests/unit/options_fixture.h"

#include <ctype.h>

#define A50  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A255 A50 A50 A50 A50 A50 "aaaaa"

static const struct refused refused[] = {
    {NULL,
     {"TROPHY_BROKER_URL=amqp:/x"},
     "TROPHY_BROKER_URL: "
     "broker.url: (hidden): amqp://..., amqps://..., pyamqp://... or librabbitmq://..., several "
     "separated by ;, "
     "expected"},
    {NULL,
     {"TROPHY_BROKER_URL=amqp://x;redis://y"},
     "TROPHY_BROKER_URL: "
     "broker.url: (hidden): amqp://..., amqps://..., pyamqp://... or librabbitmq://..., several "
     "separated by ;, "
     "expected"},
    {NULL,
     {"TROPHY_BROKER_QUEUE="},
     "TROPHY_BROKER_QUEUE: broker.queue: \"\": a text of 1 to 4096 bytes expected"},
    {NULL,
     {"TROPHY_BROKER_QUEUE=a,,b"},
     "TROPHY_BROKER_QUEUE: broker.queue: a,,b: no empty queue name expected"},
    {NULL,
     {"TROPHY_BROKER_QUEUE= "},
     "TROPHY_BROKER_QUEUE: broker.queue:  : no empty queue name expected"},
    {"broker: {\n queue = \"b,\"; };",
     {0},
     "FILE:2: broker.queue: b,: no empty queue name expected"},
    {NULL,
     {"TROPHY_BROKER_QUEUE=a,b, a"},
     "TROPHY_BROKER_QUEUE: broker.queue: a: each queue only once expected"},
    {NULL,
     {"TROPHY_BROKER_QUEUE=b," A255 "a"},
     "TROPHY_BROKER_QUEUE: broker.queue: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: a "
     "queue name of 1 to 255 bytes expected"},
    {NULL,
     {"TROPHY_BROKER_QUEUE=a,celery"},
     "TROPHY_BROKER_QUEUE: broker.queue: celery: a queue of our own (or broker.allow_celery_queue "
     "= true) expected"},
    {NULL,
     {"TROPHY_BROKER_PARK_QUEUE=trophies"},
     "TROPHY_BROKER_PARK_QUEUE: broker.park_queue: trophies: a queue that is not in broker.queue "
     "expected"},
    {NULL,
     {"TROPHY_BROKER_PARK_QUEUE=" A255 "a"},
     "TROPHY_BROKER_PARK_QUEUE: broker.park_queue: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: a text of 0 to 255 bytes expected"},
    {"worker: { foreign_tasks = \"park\"; };",
     {0},
     "FILE:1: worker.foreign_tasks: park: broker.park_queue not empty, or another value expected"},
    {NULL,
     {"TROPHY_BROKER_CERT_FILE=/c"},
     "TROPHY_BROKER_CERT_FILE: broker.cert_file: /c: broker.key_file with it expected"},
    {NULL,
     {"TROPHY_BROKER_KEY_FILE=/k"},
     "TROPHY_BROKER_KEY_FILE: broker.key_file: /k: broker.cert_file with it expected"},
    {"trophies: { time_zone = \"Berlin\"; };",
     {0},
     "FILE:1: trophies.time_zone: Berlin: a time zone of /usr/share/zoneinfo (package tzdata) "
     "expected"},
    {NULL,
     {"TROPHY_WORKER_NAME=a%n@%h"},
     "TROPHY_WORKER_NAME: worker.name: a%n@%h: of %-forms only %h and %i expected"},
    {NULL,
     {"TROPHY_WORKER_NAME=a%"},
     "TROPHY_WORKER_NAME: worker.name: a%: of %-forms only %h and %i expected"},
    {NULL,
     {"TROPHY_SHIM_LISTEN="},
     "TROPHY_SHIM_LISTEN: shim.listen: \"\": a text of 1 to 300 bytes expected"},
    {NULL,
     {"TROPHY_SHIM_LISTEN=8099"},
     "TROPHY_SHIM_LISTEN: shim.listen: 8099: host:port (port 1 to 65535, IPv6 as [::1]:port) "
     "expected"},
    {NULL,
     {"TROPHY_ADMIN_LISTEN=::1:80"},
     "TROPHY_ADMIN_LISTEN: admin.listen: ::1:80: host:port (port 1 to 65535, IPv6 as [::1]:port) "
     "expected"},
    {NULL,
     {"TROPHY_SHIM_ADMIN_LISTEN=h:0"},
     "TROPHY_SHIM_ADMIN_LISTEN: shim.admin_listen: h:0: host:port (port 1 to 65535, IPv6 as "
     "[::1]:port) expected"},
    {NULL,
     {"TROPHY_SHIM_STATIC_URL=/static"},
     "TROPHY_SHIM_STATIC_URL: shim.static_url: /static: a URL that ends with / expected"},
};

START_TEST(refuses)
{
    fixture_refuses(&refused[_i]);
}
END_TEST

static const char *const accepted[][8] = {
    {"TROPHY_BROKER_QUEUE=celery", "TROPHY_BROKER_ALLOW_CELERY_QUEUE=true"},
    {"TROPHY_BROKER_QUEUE=" A255},
    {"TROPHY_BROKER_URL=amqp://u:p@h:5672/v; amqps://h/;pyamqp://"},
    {"TROPHY_WORKER_FOREIGN_TASKS=park", "TROPHY_BROKER_PARK_QUEUE=parked"},
    {"TROPHY_WORKER_FOREIGN_TASKS=requeue"},
    {"TROPHY_BROKER_QUEUE_TYPE=quorum", "TROPHY_CELERY_RESULTS=django-db"},
    {"TROPHY_BROKER_CERT_FILE=/c", "TROPHY_BROKER_KEY_FILE=/k"},
    {"TROPHY_WORKER_NAME=%i%h%i"},
    {"TROPHY_WORKER_NAME=plain"},
    {"TROPHY_ADMIN_LISTEN=", "TROPHY_SHIM_ADMIN_LISTEN="},
    {"TROPHY_SHIM_STATIC_URL=https://cdn.example/s/"},
    {"TROPHY_DATABASE_URL="},
};

START_TEST(accepts)
{
    struct options options;
    struct err err = {0};

    ck_assert_msg(fixture_load(&options, NULL, accepted[_i], &err) == 0, "%s", err.text);
    options_clear(&options);
}
END_TEST

static const struct {
    const char *text;
    const char *host; /* NULL: refused */
    uint16_t port;
} addresses[] = {
    {"127.0.0.1:8099", "127.0.0.1", 8099},
    {"localhost:1", "localhost", 1},
    {"[::1]:65535", "::1", 65535},
    {"[::]:80", "::", 80},
    {"", NULL, 0},
    {"host", NULL, 0},
    {":80", NULL, 0},
    {"host:", NULL, 0},
    {"host:0", NULL, 0},
    {"host:65536", NULL, 0},
    {"host:000080", NULL, 0},
    {"host:+80", NULL, 0},
    {"host:80 ", NULL, 0},
    {"ho st:80", NULL, 0},
    {"::1:80", NULL, 0},
    {"[::1]80", NULL, 0},
    {"[::1]", NULL, 0},
    {"[]:80", NULL, 0},
    {"[:80", NULL, 0},
    {"[a]b]:80", NULL, 0},
    {"http://host:80", NULL, 0},
    {A255 ":80", A255, 80},
    {A255 "a:80", NULL, 0},
};

START_TEST(listen_addresses)
{
    char host[OPTIONS_HOST_SIZE] = "untouched";
    uint16_t port = 7;

    ck_assert_int_eq(options_listen_parse(addresses[_i].text, host, &port),
                     addresses[_i].host != NULL);
    ck_assert_str_eq(host, addresses[_i].host != NULL ? addresses[_i].host : "untouched");
    ck_assert_uint_eq(port, addresses[_i].host != NULL ? addresses[_i].port : 7);
}
END_TEST

START_TEST(defaults)
{
    char *environment[] = {NULL};
    struct options o;
    struct err err = {0};

    ck_assert_int_eq(options_load(&o, "./no-such-file", false, environment, &err), 0);
    ck_assert_str_eq(o.broker_url, "amqp://guest:guest@127.0.0.1:5672//");
    ck_assert_str_eq(o.broker_queue, "trophies");
    ck_assert_uint_eq(o.broker_queues.count, 1);
    ck_assert_uint_eq(o.broker_urls.count, 1);
    ck_assert(o.broker_create_queue && !o.broker_allow_celery_queue);
    ck_assert_str_eq(o.broker_queue_type, "classic");
    ck_assert_int_eq(o.broker_prefetch, 256);
    ck_assert_int_eq(o.broker_heartbeat, 60);
    ck_assert_str_eq(o.database_url, "postgresql:///");
    ck_assert_int_eq(o.database_statement_timeout, 30000);
    ck_assert_int_eq(o.database_lock_timeout, 5000);
    ck_assert(o.trophies_enabled);
    ck_assert_int_eq(o.trophies_inactive_user_days, 30);
    ck_assert_str_eq(o.trophies_time_zone, "Europe/Berlin");
    ck_assert_uint_eq(o.trophies_disabled.count, 0);
    ck_assert_uint_eq(o.tasks_count, 0);
    ck_assert_str_eq(o.worker_name, "trophy%i@%h");
    ck_assert_str_eq(o.worker_foreign_tasks, "reject");
    ck_assert_int_eq(o.worker_eta_bytes, 16777216);
    ck_assert_double_eq(o.worker_soft_time_limit, 0.0);
    ck_assert_double_eq(o.worker_time_limit, 0.0);
    ck_assert_int_eq(o.worker_batch_users, 200);
    ck_assert_int_eq(o.worker_range_users, 1000);
    ck_assert_int_eq(o.worker_drain_seconds, 20);
    ck_assert_int_eq(o.worker_max_message_bytes, 1048576);
    ck_assert_int_eq(o.worker_delivery_limit, 5);
    ck_assert(o.celery_events && o.celery_remote_control && !o.celery_result_persistent);
    ck_assert_str_eq(o.celery_results, "rpc");
    ck_assert_double_eq(o.celery_heartbeat_interval, 2.0);
    ck_assert_str_eq(o.celery_sw_ident, "trophy-worker");
    ck_assert_str_eq(o.admin_listen, "127.0.0.1:9809");
    ck_assert_str_eq(o.shim_listen, "127.0.0.1:8099");
    ck_assert_str_eq(o.shim_admin_listen, "127.0.0.1:9819");
    ck_assert_int_eq(o.shim_max_connections, 1024);
    ck_assert_int_eq(o.shim_connection_memory, 8192);
    ck_assert_str_eq(o.shim_static_url, "/static/");
    ck_assert(!o.shim_trust_proxy);
    ck_assert_str_eq(o.log_level, "info");
    ck_assert_str_eq(o.log_format, "text");
    options_clear(&o);
    options_clear(&o);
}
END_TEST

static char *
printed_sample(void)
{
    struct capture c;

    capture_begin(&c, stdout);
    options_print_sample();
    return capture_end(&c);
}

START_TEST(sample_is_committed)
{
    char *printed = printed_sample();
    FILE *file = fopen(PROJECT_DIR "/config/trophy-worker.cfg", "r");
    char committed[65536];
    size_t count;

    ck_assert_ptr_nonnull(file);
    count = fread(committed, 1, sizeof committed - 1, file);
    committed[count] = '\0';
    (void)fclose(file);
    ck_assert_str_eq(committed, printed);
    free(printed);
}
END_TEST

/* Remove the "#" that stands right in front of an option. */
static void
uncomment(char *text)
{
    for (char *at = text; (at = strchr(at, '#')) != NULL; at++)
        if (islower((unsigned char)at[1]) && (at == text || at[-1] == '\n' || at[-1] == ' '))
            *at = ' ';
}

/* As it is, the sample sets nothing; with every option uncommented it sets all, to the defaults. */
START_TEST(sample_is_the_defaults)
{
    static const char *const nothing[8] = {NULL};
    char *printed = printed_sample();
    struct options plain;
    struct options sample;
    struct options full;
    struct err err = {0};

    ck_assert_msg(fixture_load(&plain, "", nothing, &err) == 0, "%s", err.text);
    ck_assert_msg(fixture_load(&sample, printed, nothing, &err) == 0, "%s", err.text);
    uncomment(printed);
    ck_assert_msg(fixture_load(&full, printed, nothing, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < options_table_count; i++) {
        ck_assert_str_eq(sample.sources[i], "default");
        ck_assert_msg(strcmp(full.sources[i], "default") != 0, "%s", options_table[i].name);
        ck_assert_msg(options_value_equal(&options_table[i], &plain, &full), "%s",
                      options_table[i].name);
        ck_assert(options_value_equal(&options_table[i], &plain, &sample));
    }
    free(printed);
    options_clear(&plain);
    options_clear(&sample);
    options_clear(&full);
}
END_TEST

/* Each variable changes its own row and no other: offsets, names, comparison. */
START_TEST(row_by_row)
{
    static const char *const values[] = {
        "",     "1",    "2.5",      "x/",  "debug", "quorum",          "park",
        "off",  "json", "amqp://x", "UTC", "h:1",   "a=evaluate_user", "false",
        "2000", "true", "topic"};
    const struct option_row *row = &options_table[_i];
    char name[OPTION_NAME_SIZE];
    struct options plain = {0};
    struct options changed = {0};
    struct err err = {0};
    bool differs = false;

    plain.sources = calloc(options_table_count, sizeof *plain.sources);
    changed.sources = calloc(options_table_count, sizeof *changed.sources);
    for (size_t i = 0; i < options_table_count; i++) {
        ck_assert_int_eq(
            options_value_set(&plain, &options_table[i], "default", options_table[i].initial, &err),
            0);
        ck_assert_int_eq(options_value_set(&changed, &options_table[i], "default",
                                           options_table[i].initial, &err),
                         0);
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0] && !differs; i++) {
        (void)options_value_set(&changed, row, "test", values[i], &err);
        differs = !options_value_equal(row, &plain, &changed);
    }
    options_table_name(row, name);
    ck_assert_msg(differs, "%s", name);
    for (size_t i = 0; i < options_table_count; i++)
        ck_assert(&options_table[i] == row ||
                  options_value_equal(&options_table[i], &plain, &changed));
    ck_assert_ptr_eq(options_table_find(row->group, row->name), row);
    ck_assert_str_eq(options_source(&changed, name), "test");
    options_clear(&plain);
    options_clear(&changed);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("options");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_loop_test(tc, refuses, 0, COUNT(refused));
    tcase_add_loop_test(tc, accepts, 0, COUNT(accepted));
    tcase_add_loop_test(tc, listen_addresses, 0, COUNT(addresses));
    tcase_add_test(tc, defaults);
    tcase_add_test(tc, sample_is_committed);
    tcase_add_test(tc, sample_is_the_defaults);
    tcase_add_loop_test(tc, row_by_row, 0, (int)options_table_count);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
