/* SPDX-License-Identifier: Apache-2.0 */
/* One line a message, whatever is in it. */
#include "common/log.h"
#include "common/utf8.h"
#include "tests/unit/capture.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What log_write(level, "%s", text) writes, owned. */
static char *
written(enum log_level level, const char *text)
{
    struct capture c;

    capture_begin(&c, stderr);
    log_write(level, "%s", text);
    return capture_end(&c);
}

static const struct {
    const char *text;
    const char *clean;
} texts[] = {
    {"db: connected", "db: connected"},
    {"", ""},
    {"100% %s %n", "100% %s %n"},
    {"forged\n<3>line\r", "forged?<3>line?"},
    {"tab\tbell\aescape\x1b[31mdel\x7f", "tab?bell?escape?[31mdel?"},
    {"Grüße, 東京 🏆", "Grüße, 東京 🏆"},
    {"\xff\xfe", "??"},
    {"cut \xc3", "cut ?"},
    {"cut \xf0\x9f\x8f", "cut ???"},
    {"overlong \xc0\xaf \xe0\x80\xaf", "overlong ?? ???"},
    {"surrogate \xed\xa0\x80", "surrogate ???"},
    {"beyond \xf4\x90\x80\x80", "beyond ????"},
    {"c1 \xc2\x9b"
     "31m, not \xc2\xa0",
     "c1 ??31m, not \xc2\xa0"},
    {"quote \" back \\ slash /", "quote \" back \\ slash /"},
};

START_TEST(as_text)
{
    char wanted[200];
    char *line;

    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    (void)snprintf(wanted, sizeof wanted, "<4>%s\n", texts[_i].clean);
    line = written(LOG_LEVEL_WARN, texts[_i].text);
    ck_assert_str_eq(line, wanted);
    free(line);
}
END_TEST

static json_t *
parse_line(char *line)
{
    json_t *object;

    ck_assert_uint_gt(strlen(line), 1);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(object != NULL, "no JSON: %s", line);
    free(line);
    return object;
}

START_TEST(as_json)
{
    json_t *line;
    const char *ts;
    const char *level;
    const char *message;

    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    line = parse_line(written(LOG_LEVEL_NOTE, texts[_i].text));
    ck_assert_int_eq(
        json_unpack(line, "{s:s, s:s, s:s !}", "ts", &ts, "level", &level, "message", &message), 0);
    ck_assert_str_eq(message, texts[_i].clean);
    ck_assert_str_eq(level, "notice");
    ck_assert_uint_eq(strlen(ts), strlen("2026-11-23T03:06:29.374496+00:00"));
    json_decref(line);
}
END_TEST

/* 2048 bytes with the NUL; a character that does not fit whole becomes "?". */
START_TEST(cut_at_the_limit)
{
    char text[5001];
    char *line;
    json_t *object;

    memset(text, 'x', 5000);
    memcpy(text + 2046, "\xc3\xbc", 2);
    text[5000] = '\0';
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    line = written(LOG_LEVEL_INFO, text);
    ck_assert_uint_eq(strlen(line), strlen("<6>") + 2047 + 1);
    ck_assert_str_eq(line + strlen(line) - 3, "x?\n");
    free(line);
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    object = parse_line(written(LOG_LEVEL_INFO, text));
    ck_assert_uint_eq(json_string_length(json_object_get(object, "message")), 2047);
    json_decref(object);
}
END_TEST

static const struct {
    const char *name;
    enum log_level level;
} levels[] = {
    {"error", LOG_LEVEL_ERROR}, {"warning", LOG_LEVEL_WARN}, {"notice", LOG_LEVEL_NOTE},
    {"info", LOG_LEVEL_INFO},   {"debug", LOG_LEVEL_DEBUG},
};

START_TEST(threshold)
{
    enum log_level parsed = LOG_LEVEL_ERROR;

    ck_assert(log_level_parse(levels[_i].name, &parsed));
    ck_assert_int_eq(parsed, levels[_i].level);
    log_setup(parsed, LOG_FORMAT_TEXT);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        bool wanted = i <= (size_t)_i;
        char *line = written(levels[i].level, "x");

        ck_assert_int_eq(log_enabled(levels[i].level), wanted);
        ck_assert_uint_eq(strlen(line), wanted ? strlen("<6>x\n") : 0);
        if (wanted)
            ck_assert_int_eq(line[1] - '0', (int)levels[i].level);
        free(line);
    }
}
END_TEST

START_TEST(no_such_level)
{
    enum log_level level = LOG_LEVEL_DEBUG;

    ck_assert(!log_level_parse("warn", &level));
    ck_assert(!log_level_parse("INFO", &level));
    ck_assert(!log_level_parse("", &level));
    ck_assert_int_eq(level, LOG_LEVEL_DEBUG);
}
END_TEST

START_TEST(info_as_text_at_first)
{
    char *line = written(LOG_LEVEL_INFO, "x");

    ck_assert_str_eq(line, "<6>x\n");
    free(line);
    line = written(LOG_LEVEL_DEBUG, "x");
    ck_assert_str_eq(line, "");
    free(line);
}
END_TEST

static const struct {
    const char *text;
    size_t length;
} characters[] = {
    {"", 0},
    {"a", 1},
    {"\x7f", 1},
    {"\x80", 0},
    {"\xc1\x80", 0},
    {"\xc2\x80", 2},
    {"\xdf\xbf", 2},
    {"\xc2", 0},
    {"\xc2g", 0},
    {"\xe0\xa0\x80", 3},
    {"\xe0\x9f\xbf", 0},
    {"\xed\x9f\xbf", 3},
    {"\xed\xa0\x80", 0},
    {"\xee\x80\x80", 3},
    {"\xef\xbf\xbf", 3},
    {"\xef\xbf", 0},
    {"\xf0\x90\x80\x80", 4},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xf4\x8f\xbf\xbf", 4},
    {"\xf4\x90\x80\x80", 0},
    {"\xf1\x80\x80", 0},
    {"\xf5\x80\x80\x80", 0},
    {"\xc3\xbcx", 2},
};

START_TEST(utf8)
{
    ck_assert_uint_eq(utf8_length(characters[_i].text), characters[_i].length);
}
END_TEST

#define COUNT(rows) (int)(sizeof(rows) / sizeof(rows)[0])

int
main(void)
{
    Suite *suite = suite_create("log");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, info_as_text_at_first); /* first: with CK_FORK=no the others leave theirs */
    tcase_add_loop_test(tc, as_text, 0, COUNT(texts));
    tcase_add_loop_test(tc, as_json, 0, COUNT(texts));
    tcase_add_test(tc, cut_at_the_limit);
    tcase_add_loop_test(tc, threshold, 0, COUNT(levels));
    tcase_add_test(tc, no_such_level);
    tcase_add_loop_test(tc, utf8, 0, COUNT(characters));
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
