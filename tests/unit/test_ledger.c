/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions of a batch, kept until it is committed.  A row is what happens, a word each: "bN" a
 * batch of N users begins, "uN" decisions about user N begin (again), "NAME+C" or "NAME-C" is one
 * of them, "cN" user N is committed.
 */
#include "tests/unit/suite.h"
#include "worker/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 8 };

static const struct {
    const char *story;
    const char *totals; /* "NAME users:awards users:awards samples;": gained, then lost */
} rows[] = {
    {"b1 u0 c0", ""},
    {"b1 u0 A+1 c0", "A 1:1 0:0 n0;"},
    {"b1 u0 A+3 B-2 c0", "A 1:3 0:0 n0;B 0:0 1:2 n0;"},
    {"b2 u0 A+1 u1 A+1 c0 c1", "A 2:2 0:0 n0,n1;"},
    {"b2 u0 A+1 u1 A+1 c1", "A 1:1 0:0 n1;"}, /* the other one failed */
    /* decided again, in a second attempt: the last counts, and once */
    {"b1 u0 A+1 u0 A+1 c0", "A 1:1 0:0 n0;"},
    {"b1 u0 A+1 B+1 u0 A+1 c0", "A 1:1 0:0 n0;B 0:0 0:0 ;"},
    {"b2 u0 A+1 u1 A+1 u0 A+2 u1 c0 c1", "A 1:2 0:0 n0;"},
    {"b2 u0 A+1 u1 B+1 u1 B+1 c0 c1", "A 1:1 0:0 n0;B 1:1 0:0 n1;"},
    /* halved: one after the other */
    {"b2 u0 A+1 u1 A+1 u0 A+1 c0 u1 A+1 c1", "A 2:2 0:0 n0,n1;"},
    /* the same batch begins anew after a lost COMMIT */
    {"b1 u0 A+1 b1 u0 A+1 c0", "A 1:1 0:0 n0;"},
    {"b1 u0 A+1 c0 b1 u0 c0", "A 1:1 0:0 n0;"},
    {"b1 u0 A+1 c0 b2 u0 A+1 u1 B-1 c0 c1", "A 2:2 0:0 n0,n0;B 0:0 1:1 n1;"},
    {"b5 u0 A+1 u1 A+1 u2 A+1 u3 A+1 u4 A+1 c0 c1 c2 c3 c4", "A 5:5 0:0 n0,n1,n2;"},
};

static struct subject subjects[USERS];

static void
decide(struct ledger *ledger, const struct subject *subject, const char *word)
{
    char name[2] = {word[0], '\0'};
    const struct trophy trophy = {.id = word[0], .uuid = "uuid", .name = name};

    ledger_decided(ledger, subject, &trophy, strtol(word + 1, NULL, 10));
}

static void
happen(struct ledger *ledger, const char *story)
{
    static const struct subject *deciding;
    char words[200];
    char *rest = words;
    const char *word;

    (void)snprintf(words, sizeof words, "%s", story);
    while ((word = strsep(&rest, " ")) != NULL) {
        size_t number = (size_t)strtoul(word + 1, NULL, 10);
        char name[8];

        (void)snprintf(name, sizeof name, "n%zu", number % 100);
        if (word[0] == 'b') {
            ck_assert_int_eq(ledger_begin(ledger, subjects, number), 0);
        } else if (word[0] == 'u') {
            deciding = &subjects[number];
            ledger_deciding(ledger, deciding);
        } else if (word[0] == 'c') {
            ledger_count(ledger, number, name);
        } else {
            decide(ledger, deciding, word);
        }
    }
}

static void
put_samples(const struct ledger_side *side, char *text, size_t size)
{
    for (size_t i = 0; i < side->samples.count; i++) {
        size_t length = strlen(text);

        (void)snprintf(text + length, size - length, "%s%s", i == 0 ? "" : ",",
                       side->samples.items[i]);
    }
}

START_TEST(counts)
{
    struct ledger ledger = {0};
    char text[400] = "";

    happen(&ledger, rows[_i].story);
    for (size_t i = 0; i < ledger.trophy_count; i++) {
        const struct ledger_trophy *trophy = &ledger.trophies[i];
        size_t length = strlen(text);

        ck_assert_str_eq(trophy->uuid, "uuid");
        (void)snprintf(text + length, sizeof text - length, "%s %lld:%lld %lld:%lld ", trophy->name,
                       (long long)trophy->gained.users, (long long)trophy->gained.awards,
                       (long long)trophy->lost.users, (long long)trophy->lost.awards);
        put_samples(&trophy->gained, text, sizeof text);
        put_samples(&trophy->lost, text, sizeof text);
        strcat(text, ";");
    }
    ck_assert_str_eq(text, rows[_i].totals);
    ck_assert(!ledger.failed);
    ledger_clear(&ledger);
}
END_TEST

/* More decisions than there is room for at first. */
START_TEST(grows)
{
    struct ledger ledger = {0};

    ck_assert_int_eq(ledger_begin(&ledger, subjects, USERS), 0);
    for (int user = 0; user < USERS; user++) {
        ledger_deciding(&ledger, &subjects[user]);
        for (int i = 0; i < 26; i++)
            decide(&ledger, &subjects[user], (char[]){(char)('A' + i), '1', '\0'});
    }
    for (size_t user = 0; user < USERS; user++)
        ledger_count(&ledger, user, NULL);
    ck_assert_uint_eq(ledger.trophy_count, 26);
    for (size_t i = 0; i < ledger.trophy_count; i++)
        ck_assert_int_eq(ledger.trophies[i].gained.users, USERS);
    ledger_clear(&ledger);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{counts, sizeof rows / sizeof rows[0]}, {grows, 1}};

    return suite_run("ledger", tests, sizeof tests / sizeof tests[0]);
}
