/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The malformed and odd messages whose treatment by a native worker was recorded
 * (tests/data/celery/malformed-dispositions-5.6.3.txt), made again from their names, with our
 * treatment.  Seven of them kill a native worker.
 */
#include "worker/arguments.h"
#include "worker/celery.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVALUATE "wger.trophies.tasks.evaluate_user_trophies_task"
#define NAMED    "\"task\": \"" EVALUATE "\", \"id\": \"i\""
#define GOOD                                                                                       \
    "[[42], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]"
#define JSON     "application/json"
#define FIRST    "{" NAMED ", \"args\": [42], \"kwargs\": {}}"
#define BYTES(s) s, sizeof s - 1

/* What zlib.compress() and gzip.compress() make of GOOD. */
static const char zlib_body[] =
    "\x78\x9c\x8b\x8e\x36\x31\x8a\xd5\x51\xa8\xae\x05\x62\xa5\xe4\xc4\x9c\x9c\xa4\xc4\xe4\xec\x62"
    "\x25\x2b\x85\xbc\xd2\x9c\x1c\x1d\x05\xa5\xd4\xa2\x22\x34\x91\xe4\x8c\xc4\xcc\x3c\x64\x6e\x7e"
    "\x51\x0a\x94\x5b\x1b\x0b\x00\xf1\xd1\x19\xa7";
static const char gzip_body[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x8b\x8e\x36\x31\x8a\xd5\x51\xa8\xae\x05\x62\xa5\xe4"
    "\xc4\x9c\x9c\xa4\xc4\xe4\xec\x62\x25\x2b\x85\xbc\xd2\x9c\x1c\x1d\x05\xa5\xd4\xa2\x22\x34\x91"
    "\xe4\x8c\xc4\xcc\x3c\x64\x6e\x7e\x51\x0a\x94\x5b\x1b\x0b\x00\xd1\x9e\xc6\x44\x4f\x00\x00\x00";

/* What the task's call would be once decoded: only the evaluation is looked at. */
enum outcome {
    REFUSED, /* celery_decode: reject, and FAILURE if the id is known */
    UNBOUND, /* arguments_bind: the same with TypeError or ValueError */
    RUNS,
    UNKNOWN, /* decoded, but nobody knows the name */
    EXPIRED, /* decoded, and expires is in the past */
};

static const struct {
    const char *label;
    const char *content_type;
    const char *headers; /* NULL: none */
    const char *body;
    size_t length;
    enum outcome outcome;
    const char *name;
    const char *id;
    const char *text; /* the refusal begins so */
} rows[] = {
    {"ok", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"min_headers", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"no_id", JSON, "{\"task\": \"" EVALUATE "\"}", BYTES(GOOD), REFUSED, EVALUATE, NULL,
     "id: missing"},
    {"no_headers_v2body", JSON, NULL, BYTES(GOOD), REFUSED, NULL, NULL, "no task message"},
    {"empty_headers_v2body", JSON, "{}", BYTES(GOOD), REFUSED, NULL, NULL, "no task message"},
    {"garbage_json", JSON, "{" NAMED "}", BYTES("{not json"), REFUSED, EVALUATE, "i", "body: not"},
    {"empty_body", JSON, "{" NAMED "}", BYTES(""), REFUSED, EVALUATE, "i", "body: empty"},
    {"body_not_list", JSON, "{" NAMED "}", BYTES("{\"a\": 1}"), REFUSED, EVALUATE, "i",
     "body: array of 3"},
    {"body_two_elems", JSON, "{" NAMED "}", BYTES("[[42], {}]"), REFUSED, EVALUATE, "i",
     "body: array of 3"},
    {"body_four_elems", JSON, "{" NAMED "}", BYTES("[[42], {}, {}, 1]"), REFUSED, EVALUATE, "i",
     "body: array of 3"},
    {"args_not_list", JSON, "{" NAMED "}", BYTES("[42, {}, {}]"), REFUSED, EVALUATE, "i",
     "args: array expected"},
    {"kwargs_not_map", JSON, "{" NAMED "}", BYTES("[[42], [1], {}]"), REFUSED, EVALUATE, "i",
     "kwargs: object expected"},
    {"embed_null", JSON, "{" NAMED "}", BYTES("[[42], {}, null]"), RUNS, EVALUATE, "i", NULL},
    {"embed_empty", JSON, "{" NAMED "}", BYTES("[[42], {}, {}]"), RUNS, EVALUATE, "i", NULL},
    {"pickle", "application/x-python-serialize", "{" NAMED "}", BYTES("\x80\x04K*."), REFUSED,
     EVALUATE, "i", "content type: 'application/x-python-serialize'"},
    {"yaml", "application/x-yaml", "{" NAMED "}", BYTES("- [42]\n- {}\n- {}\n"), REFUSED, EVALUATE,
     "i", "content type: 'application/x-yaml'"},
    {"unknown_ct", "application/x-unknown", "{" NAMED "}", BYTES(GOOD), REFUSED, EVALUATE, "i",
     "content type: 'application/x-unknown'"},
    {"no_ct", NULL, "{" NAMED "}", BYTES(GOOD), REFUSED, EVALUATE, "i", "content type: missing"},
    {"text_plain", "text/plain", "{" NAMED "}", BYTES(GOOD), REFUSED, EVALUATE, "i",
     "content type: 'text/plain'"},
    {"json_charset", "application/json; charset=utf-8", "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE,
     "i", NULL},
    {"text_json", "text/json", "{" NAMED "}", BYTES(GOOD), REFUSED, EVALUATE, "i",
     "content type: 'text/json'"},
    /* the content encoding does not even reach the decoder */
    {"ce_utf16", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"ce_none", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"ce_binary", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"bad_utf8", JSON, "{" NAMED "}", BYTES("[[\"\xff\xfe\"], {}, {}]"), REFUSED, EVALUATE, "i",
     "body: not JSON: unable to decode"},
    {"bad_eta", JSON, "{" NAMED ", \"eta\": \"not a date\"}", BYTES(GOOD), REFUSED, EVALUATE, "i",
     "eta: 'not a date'"},
    {"eta_int", JSON, "{" NAMED ", \"eta\": 5}", BYTES(GOOD), REFUSED, EVALUATE, "i", "eta: text"},
    {"eta_past", JSON, "{" NAMED ", \"eta\": \"2020-01-01T00:00:00+00:00\"}", BYTES(GOOD), RUNS,
     EVALUATE, "i", NULL},
    {"eta_Z", JSON, "{" NAMED ", \"eta\": \"2020-01-01T00:00:00Z\"}", BYTES(GOOD), RUNS, EVALUATE,
     "i", NULL},
    {"bad_expires", JSON, "{" NAMED ", \"expires\": \"soon\"}", BYTES(GOOD), REFUSED, EVALUATE, "i",
     "expires: 'soon'"},
    {"expired", JSON, "{" NAMED ", \"expires\": \"2020-01-01T00:00:00+00:00\"}", BYTES(GOOD),
     EXPIRED, EVALUATE, "i", NULL},
    {"expires_naive_past", JSON, "{" NAMED ", \"expires\": \"2020-01-01T00:00:00\"}", BYTES(GOOD),
     EXPIRED, EVALUATE, "i", NULL},
    {"zlib", JSON, "{" NAMED ", \"compression\": \"application/x-gzip\"}", BYTES(zlib_body), RUNS,
     EVALUATE, "i", NULL},
    {"realgzip", JSON, "{" NAMED ", \"compression\": \"application/x-gzip\"}", BYTES(gzip_body),
     RUNS, EVALUATE, "i", NULL},
    {"bad_zlib", JSON, "{" NAMED ", \"compression\": \"application/x-gzip\"}", BYTES(GOOD), REFUSED,
     EVALUATE, "i", "compression: application/x-gzip: corrupt data"},
    {"comp_unknown", JSON, "{" NAMED ", \"compression\": \"application/x-foo\"}", BYTES(GOOD),
     REFUSED, EVALUATE, "i", "compression: 'application/x-foo' is not supported"},
    {"zstd_missing", JSON, "{" NAMED ", \"compression\": \"application/zstd\"}", BYTES(GOOD),
     REFUSED, EVALUATE, "i", "compression: 'application/zstd' is not supported"},
    {"v1", JSON, "{}", BYTES(FIRST), RUNS, EVALUATE, "i", NULL},
    {"v1_no_headers_prop", JSON, NULL, BYTES(FIRST), RUNS, EVALUATE, "i", NULL},
    {"v1_min", JSON, "{}", BYTES("{" NAMED "}"), UNBOUND, EVALUATE, "i",
     "evaluate_user_trophies_task() missing 1 required positional argument: 'user_id'"},
    /* native runs it under no id at all */
    {"v1_noid", JSON, "{}", BYTES("{\"task\": \"" EVALUATE "\", \"args\": [42]}"), REFUSED,
     EVALUATE, NULL, "id: missing"},
    {"v1_unknown", JSON, "{}", BYTES("{\"task\": \"x.y\", \"id\": \"i\"}"), UNKNOWN, "x.y", "i",
     NULL},
    {"v1_kwargs_list", JSON, "{}", BYTES("{" NAMED ", \"kwargs\": [1]}"), REFUSED, EVALUATE, "i",
     "kwargs: object expected"},
    {"v1_notask", JSON, "{}", BYTES("{\"id\": \"i\", \"args\": [42]}"), REFUSED, NULL, NULL,
     "no task message"},
    {"v1_list", JSON, "{}", BYTES("[1, 2]"), REFUSED, NULL, NULL, "no task message"},
    {"v1_string", JSON, "{}", BYTES("\"hello\""), REFUSED, NULL, NULL, "body: not JSON"},
    {"v1_garbage", JSON, "{}", BYTES("\x01\x02{{{"), REFUSED, NULL, NULL, "body: not JSON"},
    {"hybrid", JSON, "{" NAMED "}", BYTES(FIRST), RUNS, EVALUATE, "i", NULL},
    {"task_not_str", JSON, "{\"task\": 5, \"id\": \"i\"}", BYTES(GOOD), REFUSED, NULL, "i",
     "task: text expected"},
    {"id_not_str", JSON, "{\"task\": \"" EVALUATE "\", \"id\": 5}", BYTES(GOOD), RUNS, EVALUATE,
     "5", NULL},
    {"retries_str", JSON, "{" NAMED ", \"retries\": \"3\"}", BYTES(GOOD), RUNS, EVALUATE, "i",
     NULL},
    {"timelimit_bad", JSON, "{" NAMED ", \"timelimit\": [5]}", BYTES(GOOD), REFUSED, EVALUATE, "i",
     "timelimit: pair"},
    {"timelimit_null", JSON, "{" NAMED ", \"timelimit\": null}", BYTES(GOOD), RUNS, EVALUATE, "i",
     NULL},
    {"shadow", JSON, "{" NAMED ", \"shadow\": \"Eval!\"}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"unknown_task", JSON, "{\"task\": \"no.such\", \"id\": \"i\"}", BYTES(GOOD), UNKNOWN,
     "no.such", "i", NULL},
    {"unknown_task_with_errback", JSON, "{\"task\": \"no.such\", \"id\": \"i\"}",
     BYTES("[[42], {}, {\"errbacks\": [{\"task\": \"e\", \"args\": []}]}]"), UNKNOWN, "no.such",
     "i", NULL},
    /* AMQP's business, not the decoder's */
    {"no_reply_to", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"no_corr", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"dup_a", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    {"dup_b", JSON, "{" NAMED "}", BYTES(GOOD), RUNS, EVALUATE, "i", NULL},
    /* native runs what jansson cannot hold */
    {"big_int", JSON, "{" NAMED "}", BYTES("[[1000000000000000000000000], {}, {}]"), REFUSED,
     EVALUATE, "i", "body: not JSON: too big integer"},
    {"float_id", JSON, "{" NAMED "}", BYTES("[[42.0], {}, {}]"), RUNS, EVALUATE, "i", NULL},
    {"nan", JSON, "{" NAMED "}", BYTES("[[NaN], {}, {}]"), REFUSED, EVALUATE, "i",
     "body: not JSON: invalid token"},
    {"str_id", JSON, "{" NAMED "}", BYTES("[[\"42\"], {}, {}]"), RUNS, EVALUATE, "i", NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static enum outcome
treat(const struct celery_wire *wire, struct celery_task *task, struct err *err)
{
    static const struct signature evaluate = {.user_id = true, .options = true};
    struct arguments bound;
    struct python_error error = {0};

    if (celery_decode(wire, task, err) != 0)
        return REFUSED;
    if (strcmp(task->name, EVALUATE) != 0)
        return UNKNOWN;
    if (task->expires_us != CELERY_NO_TIME)
        return task->expires_us == INT64_C(1577836800000000) ? EXPIRED : REFUSED;
    if (arguments_bind(strrchr(EVALUATE, '.') + 1, &evaluate, task->args, task->kwargs, &bound,
                       &error) != 0) {
        *err = error.err;
        return UNBOUND;
    }
    ck_assert_int_eq(bound.user_id, 42);
    return RUNS;
}

START_TEST(row)
{
    json_auto_t *headers = rows[_i].headers != NULL ? json_loads(rows[_i].headers, 0, NULL) : NULL;
    unsigned char *body = malloc(rows[_i].length + 1);
    struct celery_wire wire = {.content_type = rows[_i].content_type,
                               .headers = headers,
                               .body = body,
                               .body_length = rows[_i].length,
                               .max_body = 1000};
    const char *text = rows[_i].text != NULL ? rows[_i].text : "";
    struct celery_task task;
    struct err err = {0};
    enum outcome outcome;

    memcpy(body, rows[_i].body, rows[_i].length);
    outcome = treat(&wire, &task, &err);
    ck_assert_msg(outcome == rows[_i].outcome, "%s: %d: '%s'", rows[_i].label, outcome, err.text);
    ck_assert_msg(text[0] == '\0' ? err.text[0] == '\0' : strstr(err.text, text) == err.text,
                  "%s: '%s'", rows[_i].label, err.text);
    ck_assert_pstr_eq(task.name, rows[_i].name);
    ck_assert_pstr_eq(task.id, rows[_i].id);
    celery_task_clear(&task);
    free(body);
}
END_TEST

/* The table is the record's, line by line. */
START_TEST(complete)
{
    FILE *file = fopen(TESTS_DIR "/data/celery/malformed-dispositions-5.6.3.txt", "r");
    char line[400];
    size_t seen = 0;

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#')
            continue;
        line[strcspn(line, " ")] = '\0';
        ck_assert_uint_lt(seen, ROWS);
        ck_assert_str_eq(line, rows[seen++].label);
    }
    (void)fclose(file);
    ck_assert_uint_eq(seen, ROWS);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("celery malformed");
    TCase *tc = tcase_create("messages");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, row, 0, ROWS);
    tcase_add_test(tc, complete);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
