/* SPDX-License-Identifier: Apache-2.0 */
/* Time texts: what was seen on the wire, the edges of each part, what is not a time at all, and
 * what Celery's own parsers make of every form. */
#include "common/iso8601.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { UNTOUCHED = -4711 };

static const struct {
    const char *text;
    const char *utc; /* the same instant, "YYYY-MM-DD HH:MM:SS"; NULL: unreadable */
    int64_t us;      /* beyond the second */
} rows[] = {
    /* celery 1.6 */
    {"2026-11-23T03:06:29.374496+00:00", "2026-11-23 03:06:29", 374496},
    {"2026-11-23T04:20:09.390702+01:00", "2026-11-23 03:20:09", 390702},
    {"2030-01-02T03:04:05+05:30", "2030-01-01 21:34:05", 0},
    {"2030-01-02T03:04:05.500000", "2030-01-02 03:04:05", 500000},
    {"2026-11-23T22:20:10.774832+19:00", "2026-11-23 03:20:10", 774832},
    {"2026-11-23T03:06:29Z", "2026-11-23 03:06:29", 0},
    {"2026-11-23T03:06:29.374Z", "2026-11-23 03:06:29", 374000},
    {"2026-11-23 03:06:29.374-00:30", "2026-11-23 03:36:29", 374000},
    /* fractions */
    {"2026-11-23T03:06:29.1", "2026-11-23 03:06:29", 100000},
    {"2026-11-23T03:06:29.000001", "2026-11-23 03:06:29", 1},
    {"2026-11-23T03:06:29.123456789", "2026-11-23 03:06:29", 123456},
    {"2026-11-23T03:06:29.9999999", "2026-11-23 03:06:29", 999999},
    {"2026-11-23T03:06:29.1234567890", "2026-11-23 03:06:29", 123456},
    {"2026-11-23T03:06:29.", NULL, 0},
    {"2026-11-23T03:06:29.Z", NULL, 0},
    {"2026-11-23T03:06:29,5", "2026-11-23 03:06:29", 500000},
    /* the calendar */
    {"1970-01-01T00:00:00", "1970-01-01 00:00:00", 0},
    {"1969-12-31T23:59:59.5", "1969-12-31 23:59:59", 500000},
    {"2000-02-29T00:00:00", "2000-02-29 00:00:00", 0},
    {"2024-02-29T23:59:59Z", "2024-02-29 23:59:59", 0},
    {"0001-01-01T00:00:00+23:59", "0000-12-31 00:01:00", 0},
    {"9999-12-31T23:59:59.999999-23:59", "10000-01-01 23:58:59", 999999},
    {"2026-12-31T00:00:00", "2026-12-31 00:00:00", 0},
    {"2026-02-29T00:00:00", NULL, 0},
    {"1900-02-29T00:00:00", NULL, 0},
    {"2026-04-31T00:00:00", NULL, 0},
    {"2026-12-32T00:00:00", NULL, 0},
    {"2026-00-01T00:00:00", NULL, 0},
    {"2026-13-01T00:00:00", NULL, 0},
    {"2026-01-00T00:00:00", NULL, 0},
    {"0000-01-01T00:00:00", NULL, 0},
    {"2026-11-23T24:00:00", "2026-11-24 00:00:00", 0},
    {"2026-11-23T03:60:00", NULL, 0},
    {"2026-11-23T03:06:60", NULL, 0},
    /* offsets */
    {"2026-11-23T03:06:29-23:59", "2026-11-24 03:05:29", 0},
    {"2026-11-23T03:06:29+24:00", NULL, 0},
    {"2026-11-23T03:06:29+01:60", NULL, 0},
    {"2026-11-23T03:06:29+0100", "2026-11-23 02:06:29", 0},
    {"2026-11-23T03:06:29+01", "2026-11-23 02:06:29", 0},
    {"2026-11-23T03:06:29+1:00", NULL, 0},
    {"2026-11-23T03:06:29+", NULL, 0},
    {"2026-11-23T03:06:29z", "2026-11-23 03:06:29", 0},
    {"2026-11-23T03:06:29 Z", NULL, 0},
    {"2026-11-23T03:06:29Z ", NULL, 0},
    {"2026-11-23T03:06:29+01:00x", NULL, 0},
    /* other shapes */
    {"", NULL, 0},
    {"garbage", NULL, 0},
    {"2026-11-23", "2026-11-23 00:00:00", 0},
    {"2026-11-23T", NULL, 0},
    {"2026-11-23T03", "2026-11-23 03:00:00", 0},
    {"2026-11-23T03:06", "2026-11-23 03:06:00", 0},
    {"2026-11-23t03:06:29", "2026-11-23 03:06:29", 0},
    {"2026-11-23  03:06:29", NULL, 0},
    {" 2026-11-23T03:06:29", NULL, 0},
    {"20261123T030629", "2026-11-23 03:06:29", 0},
    {"+026-11-23T03:06:29", NULL, 0},
    {"2026-11-2:T03:06:29", NULL, 0},
    {"1764000000", NULL, 0},
};

/* libc's own calendar, so that ours is not its own witness. */
static int64_t
expected_us(const char *utc, int64_t us)
{
    struct tm tm = {0};

    ck_assert_int_eq(sscanf(utc, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                            &tm.tm_hour, &tm.tm_min, &tm.tm_sec),
                     6);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * 1000000 + us;
}

START_TEST(row)
{
    int64_t instant = UNTOUCHED;
    int rc = iso8601_parse(rows[_i].text, &instant);

    ck_assert_msg(rc == (rows[_i].utc == NULL ? -1 : 0), "'%s': returned %d", rows[_i].text, rc);
    if (rows[_i].utc == NULL)
        ck_assert_int_eq(instant, UNTOUCHED);
    else
        ck_assert_msg(instant == expected_us(rows[_i].utc, rows[_i].us), "'%s': %lld",
                      rows[_i].text, (long long)instant);
}
END_TEST

/* Every text that native producers wrote under all their time zone settings. */
START_TEST(captured)
{
    FILE *file = fopen(TESTS_DIR "/data/celery/eta-timezone-variants.txt", "r");
    char line[1024];
    int found = 0;

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        for (char *at = strstr(line, "'20"); at != NULL; at = strstr(at + 1, "'20")) {
            int64_t instant;
            size_t length = strcspn(at + 1, "'");
            char *text = strndup(at + 1, length);

            ck_assert_msg(iso8601_parse(text, &instant) == 0, "%s", text);
            free(text);
            found++;
        }
    }
    (void)fclose(file);
    ck_assert_int_eq(found, 40);
}
END_TEST

/* 5.2 adds the minutes up; a typing error in an offset is not guessed at. */
static bool
is_odd(const char *text)
{
    return strcmp(text, "2026-11-30T14:11:12+01:60") == 0;
}

/* What 5.6 takes has its instant; what only 5.2 reads to its end has that one; the rest is refused.
 */
static void
compare(const char *text, const char *celery52, const char *celery56)
{
    const char *expected = celery56;
    int64_t instant = UNTOUCHED;
    int rc = iso8601_parse(text, &instant);

    if (strcmp(expected, "-") == 0 && strcmp(celery52, "ignores") != 0 && !is_odd(text))
        expected = celery52;
    ck_assert_msg(rc == (strcmp(expected, "-") == 0 ? -1 : 0), "'%s': returned %d, %s expected",
                  text, rc, expected);
    ck_assert_msg(instant == (rc == 0 ? strtoll(expected, NULL, 10) : UNTOUCHED),
                  "'%s': %lld, %s expected", text, (long long)instant, expected);
}

START_TEST(celerys_own)
{
    FILE *file = fopen(TESTS_DIR "/data/celery/eta-forms.tsv", "r");
    char line[1024];
    int found = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file)); /* where it is from */
    while (fgets(line, sizeof line, file) != NULL) {
        char *rest = line;
        const char *text = strsep(&rest, "\t");
        const char *celery52 = strsep(&rest, "\t");
        const char *celery56 = strsep(&rest, "\n");

        ck_assert_ptr_nonnull(celery56);
        compare(text, celery52, celery56);
        found++;
    }
    (void)fclose(file);
    ck_assert_int_eq(found, 362);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("iso8601");
    TCase *tc = tcase_create("texts");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, row, 0, (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tc, captured);
    tcase_add_test(tc, celerys_own);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
