/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of evaluate and recalculate: words to lists and flags, or a complaint. */
#include "tests/unit/suite.h"
#include "worker/choice.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 12, TEXT = 256 };

static void
put_list(char *text, char mark, const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        (void)snprintf(text + strlen(text), TEXT - strlen(text), "%c(%s)", mark, list->items[i]);
}

/* What was understood, in one line: u(...) n(...) t(...) and a letter a flag. */
static void
describe(const struct choice *choice, char text[TEXT])
{
    text[0] = '\0';
    put_list(text, 'u', &choice->users);
    put_list(text, 'n', &choice->usernames);
    put_list(text, 't', &choice->trophies);
    (void)snprintf(text + strlen(text), TEXT - strlen(text), "%s%s%s%s%s%s", choice->all ? "A" : "",
                   choice->active_only ? "O" : "", choice->force ? "F" : "",
                   choice->revoke ? "R" : "", choice->dry_run ? "D" : "", choice->json ? "J" : "");
}

static const struct {
    enum choice_command command;
    const char *words[WORDS];
    const char *found; /* NULL: refused */
    const char *complaint;
} lines[] = {
    {CHOICE_EVALUATE, {"x", "--user", "a"}, "u(a)", NULL},
    {CHOICE_EVALUATE, {"x", "--user", "a", "b", "--user=c", "d"}, "u(a)u(b)u(c)u(d)", NULL},
    {CHOICE_EVALUATE, {"x", "--username", "1", "2", "--user", "3"}, "u(3)n(1)n(2)", NULL},
    {CHOICE_EVALUATE, {"x", "--user", "-a"}, "u(-a)", NULL},
    {CHOICE_EVALUATE, {"x", "--user", "a", "--", "-b", "--all"}, "u(a)u(-b)u(--all)", NULL},
    {CHOICE_EVALUATE, {"x", "--trophy", "1", "2", "--all", "--json"}, "t(1)t(2)AJ", NULL},
    {CHOICE_EVALUATE, {"x", "--all", "--force-reevaluate", "--revoke", "--dry-run"}, "AFRD", NULL},
    {CHOICE_EVALUATE, {"x", "--revoke", "--all", "--force-reevaluate"}, "AFR", NULL},
    {CHOICE_RECALCULATE, {"x", "--all", "--active-only", "--json"}, "AOJ", NULL},
    {CHOICE_RECALCULATE, {"x", "--user", "a", "--json", "--user", "b"}, "u(a)u(b)J", NULL},
    {CHOICE_EVALUATE, {"x"}, NULL, "whom? Expected|--user NAME... or --all"},
    {CHOICE_EVALUATE, {"x", "a"}, NULL, "unexpected argument|a"},
    {CHOICE_EVALUATE, {"x", "--all", "a"}, NULL, "unexpected argument|a"},
    {CHOICE_EVALUATE, {"x", "--user", "a", "--json", "b"}, NULL, "unexpected argument|b"},
    {CHOICE_EVALUATE, {"x", "--", "a"}, NULL, "unexpected argument|a"},
    {CHOICE_EVALUATE, {"x", "--user"}, NULL, "an argument expected behind|--user"},
    {CHOICE_EVALUATE, {"x", "--bogus"}, NULL, "unknown or misused option|--bogus"},
    {CHOICE_EVALUATE, {"x", "-u", "a"}, NULL, "unknown or misused option|-u"},
    {CHOICE_EVALUATE, {"x", "--all=1"}, NULL, "unknown or misused option|--all=1"},
    {CHOICE_EVALUATE, {"x", "--all", "--user", "a"}, NULL, "named users exclude|--all"},
    {CHOICE_EVALUATE, {"x", "--all", "--username", "a"}, NULL, "named users exclude|--all"},
    {CHOICE_EVALUATE,
     {"x", "--all", "--revoke"},
     NULL,
     "--force-reevaluate is needed for|--revoke"},
    {CHOICE_EVALUATE,
     {"x", "--all", "--active-only"},
     NULL,
     "unknown or misused option|--active-only"},
    {CHOICE_RECALCULATE,
     {"x", "--user", "a", "--active-only"},
     NULL,
     "--all is needed for|--active-only"},
    {CHOICE_RECALCULATE, {"x", "--all", "--dry-run"}, NULL, "unknown or misused option|--dry-run"},
};

START_TEST(line)
{
    struct choice choice = {0};
    struct choice_complaint complaint = {0};
    char *words[WORDS];
    char text[TEXT];
    int count = 0;
    int status;

    memcpy((void *)words, lines[_i].words, sizeof words);
    while (words[count] != NULL)
        count++;
    status = choice_parse(lines[_i].command, count, words, &choice, &complaint);
    if (lines[_i].found != NULL) {
        ck_assert_int_eq(status, 0);
        describe(&choice, text);
        ck_assert_str_eq(text, lines[_i].found);
    } else {
        ck_assert_int_eq(status, -1);
        (void)snprintf(text, sizeof text, "%s|%s", complaint.text, complaint.value);
        ck_assert_str_eq(text, lines[_i].complaint);
    }
    choice_clear(&choice);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{line, sizeof lines / sizeof lines[0]}};

    return suite_run("choice", tests, sizeof tests / sizeof tests[0]);
}
