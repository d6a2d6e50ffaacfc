/* SPDX-License-Identifier: Apache-2.0 */
/* What neighbours tell of revoked tasks, and stamps. */
#include "tests/unit/suite.h"
#include "worker/control_merge.h"
#include "worker/revoked_stamps.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 1795403350 };

static const struct {
    const char *told;
    size_t named;
    int64_t at_s; /* of the first */
} rows[] = {
    {"{}", 0, 0},
    {"null", 0, 0},
    {"[\"a\"]", 0, 0},
    {"{\"a\": [1795403340.5, \"a\"]}", 1, 1795403340},
    {"{\"a\": 1795403340.5}", 1, 1795403340},
    {"{\"a\": [1795403340, \"a\"], \"b\": []}", 2, 1795403340},
    /* a monotonic clock, the future, long ago, nonsense: as of now */
    {"{\"a\": [4711.25, \"a\"]}", 1, NOW},
    {"{\"a\": [1795403351.5, \"a\"]}", 1, NOW},
    {"{\"a\": [1795392550, \"a\"]}", 1, NOW},
    {"{\"a\": [-1e300, \"a\"]}", 1, NOW},
    {"{\"a\": [\"x\", \"a\"]}", 1, NOW},
    {"{\"a\": null}", 1, NOW},
};

START_TEST(merges)
{
    json_t *told = json_loads(rows[_i].told, JSON_DECODE_ANY, NULL);
    struct revoked revoked = {0};

    ck_assert_uint_eq(control_merge_revoked(&revoked, told, NOW), rows[_i].named);
    ck_assert_uint_eq(revoked.count, rows[_i].named);
    if (rows[_i].named > 0) {
        ck_assert_str_eq(revoked.ids[0].id, "a");
        ck_assert_int_eq(revoked.ids[0].at_s, rows[_i].at_s);
    }
    revoked_clear(&revoked);
    json_decref(told);
}
END_TEST

static const struct {
    const char *headers;
    bool matches;
} stamped[] = {
    {"{}", false},
    {"{\"stamps\": null}", false},
    {"{\"stamps\": {}}", false},
    {"{\"stamps\": {\"k\": \"v\"}}", true},
    {"{\"stamps\": {\"k\": [\"x\", \"v\"]}}", true},
    {"{\"stamps\": {\"k\": [\"x\", 1]}}", false},
    {"{\"stamps\": {\"k\": \"w\"}}", false},
    {"{\"stamps\": {\"v\": \"k\"}}", false},
    {"{\"k\": \"v\"}", false},
};

START_TEST(matches_stamps)
{
    json_t *headers = json_loads(stamped[_i].headers, 0, NULL);
    struct revoked_stamps stamps = {0};

    ck_assert(!revoked_stamps_match(&stamps, headers));
    ck_assert_int_eq(revoked_stamps_add(&stamps, "other", "v", 7), 0);
    ck_assert_int_eq(revoked_stamps_add(&stamps, "k", "v", 7), 0);
    ck_assert_int_eq(revoked_stamps_match(&stamps, headers), stamped[_i].matches);
    revoked_stamps_clear(&stamps);
    json_decref(headers);
}
END_TEST

START_TEST(stamps_are_bounded)
{
    struct revoked_stamps stamps = {0};
    char text[REVOKED_STAMP_SIZE + 2];

    for (int i = 0; i < REVOKED_STAMPS_MAX + 3; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        ck_assert_int_eq(revoked_stamps_add(&stamps, "k", text, 7), 0);
        ck_assert_int_eq(revoked_stamps_add(&stamps, "k", text, 7), 0);
    }
    ck_assert_uint_eq(stamps.count, REVOKED_STAMPS_MAX);
    ck_assert_str_eq(stamps.items[0].stamp, "3");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(revoked_stamps_add(&stamps, "k", text, 7), -1);
    ck_assert_int_eq(revoked_stamps_add(&stamps, text, "v", 7), -1);
    revoked_stamps_clear(&stamps);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {merges, sizeof rows / sizeof rows[0]},
        {matches_stamps, sizeof stamped / sizeof stamped[0]},
        {stamps_are_bounded, 1},
    };

    return suite_run("control_merge", tests, sizeof tests / sizeof tests[0]);
}
