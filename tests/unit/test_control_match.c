/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/suite.h"
#include "worker/control_match.h"

#include <string.h>

static const struct {
    const char *name;
    const char *pattern;
    bool glob;
    bool pcre;
} rows[] = {
    {"w1@here", "w1@here", true, true},
    {"w1@here", "w*", true, true},
    {"w1@here", "*", true, false}, /* nothing to repeat */
    {"w1@here", "**e", true, false},
    {"w1@here", "w?@here", true, false},
    {"w1@here", "w[0-9]@*", true, true},
    {"w1@here", "w[!0-9]@*", false, true},
    {"w1@here", "w[^0-9]@*", true, false}, /* "^" is nothing to fnmatch */
    {"w^@here", "w[^0-9]@*", true, true},
    {"wx@here", "w[!0-9]@*", true, false},
    {"w]@here", "w[]]@here", true, true},
    {"w-@here", "w[a-]@here", true, true},
    {"w[@here", "w[@here", true, false}, /* a "[" that does not end is itself */
    {"w\\@here", "w\\@here", true, false},
    {"w1@here", "W*", false, true},
    {"w1@here", "w", false, true},
    {"w1@here", "here", false, false}, /* from its beginning, as re.match() */
    {"w1@here", ".*here$", false, true},
    {"w1@here", "^w\\d+@(?:here|there)", false, true},
    {"w1@here", "(((", false, false},
    {"w1@here", "\\C", false, false},
    {"", "", true, true},
    {"", "*", true, false},
    {"", "?", false, false},
    {"w\xc3\xa4@h", "w?@h", true, false},
    {"w\xc3\xa4@h", "w[\xc3\xa0-\xc3\xbc]@h", true, true},
    {"w\xc3\xa4@h", "w.@h", false, true},
};

START_TEST(matches)
{
    ck_assert_int_eq(control_match_glob(rows[_i].name, rows[_i].pattern), rows[_i].glob);
    ck_assert_int_eq(control_match_pcre(rows[_i].name, rows[_i].pattern), rows[_i].pcre);
}
END_TEST

/* What takes other implementations ages. */
START_TEST(is_bounded)
{
    char name[CONTROL_PATTERN_MAX + 1];
    char pattern[CONTROL_PATTERN_MAX + 2];

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i < CONTROL_PATTERN_MAX; i++)
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    pattern[CONTROL_PATTERN_MAX - 1] = 'b';
    pattern[CONTROL_PATTERN_MAX] = '\0';
    ck_assert(!control_match_glob(name, pattern));
    ck_assert(!control_match_pcre(name, "(a+)+$b"));
    ck_assert(!control_match_pcre(name, "((a{1,200}){1,200}){1,200}"));
    memset(pattern, '*', sizeof pattern - 1);
    pattern[sizeof pattern - 1] = '\0';
    ck_assert(!control_match_glob(name, pattern)); /* too long */
    memset(pattern, 'a', sizeof pattern - 1);
    ck_assert(!control_match_pcre(name, pattern));
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{matches, sizeof rows / sizeof rows[0]}, {is_bounded, 1}};

    return suite_run("control_match", tests, sizeof tests / sizeof tests[0]);
}
