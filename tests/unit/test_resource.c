/* SPDX-License-Identifier: Apache-2.0 */
/* What a question comes to before the rows are read: parts of the version, filters, wishes. */
#include "shim/reading.h"
#include "tests/unit/suite.h"

#include <string.h>

enum { T = SHIM_VERSION_TROPHIES, A = SHIM_VERSION_AWARDS, S = SHIM_VERSION_STATISTICS };

/* For a user, and for somebody who is anonymous. */
static const struct {
    enum resource resource;
    int parts;
    int anonymous_parts;
    bool anonymous_is_personal;
} resources[] = {
    {RESOURCE_TROPHY_LIST, T | A, T, false}, /* hidden ones are shown to those who have them */
    {RESOURCE_TROPHY, T | A, T, false},          {RESOURCE_PROGRESS, T | A | S, T, true},
    {RESOURCE_USER_TROPHY_LIST, T | A, T, true}, {RESOURCE_USER_TROPHY, T | A, T, true},
    {RESOURCE_USER_STATISTICS_LIST, S, 0, true}, {RESOURCE_USER_STATISTICS, S, 0, true},
};

static void
begin(struct reading *reading, struct question *question, struct request *request,
      const char *query)
{
    static struct resource_memory memory;
    static const char *off[] = {"u1", "New Year"};
    static struct options options;

    options.trophies_disabled = (struct text_list){.items = (char **)(uintptr_t)off, .count = 2};
    question->options = &options;
    question->memory = &memory;
    question->request = request;
    ck_assert_int_eq(query_parse(query, &request->query, NULL), 0);
    ck_assert_int_eq(reading_begin(reading, question), 0);
}

START_TEST(parts)
{
    struct request request = {.base = "http://h"};
    struct question question = {.resource = resources[_i].resource, .asker = {.user_id = 7}};
    struct reading reading;

    begin(&reading, &question, &request, "");
    ck_assert_int_eq(reading.parts, resources[_i].parts);
    reading_end(&reading);
    query_clear(&request.query);
    question.asker.user_id = 0;
    begin(&reading, &question, &request, "");
    ck_assert_int_eq(reading.parts, resources[_i].anonymous_parts);
    reading_end(&reading);
    query_clear(&request.query);
    ck_assert(resource_is_personal(resources[_i].resource, /* anonymous */ false));
    ck_assert(resource_is_personal(resources[_i].resource, /* anonymous */ true) ==
              resources[_i].anonymous_is_personal);
}
END_TEST

static const struct {
    enum resource resource;
    const char *query;
    bool repeatable;
    bool rarity;
    bool wrong;
} queries[] = {
    {RESOURCE_TROPHY_LIST, "", false, false, false},
    {RESOURCE_TROPHY_LIST, "rarity=true", false, true, false},
    {RESOURCE_TROPHY_LIST, "rarity=false&include_repeatable=1", true, false, false},
    {RESOURCE_TROPHY_LIST, "rarity=yes", false, false, false},
    {RESOURCE_TROPHY_LIST, "trophy_type=volume", false, false, false},
    {RESOURCE_TROPHY_LIST, "trophy_type=vol", false, false, true},
    {RESOURCE_TROPHY_LIST, "earned_at=nonsense", false, false, false}, /* no field of trophies */
    {RESOURCE_USER_TROPHY_LIST, "earned_at=nonsense", false, false, true},
    {RESOURCE_USER_STATISTICS_LIST, "id=x", false, false, false}, /* has no filters */
};

START_TEST(parameters)
{
    struct request request = {.base = "http://h"};
    struct question question = {.resource = queries[_i].resource, .asker = {.user_id = 7}};
    struct reading reading;

    begin(&reading, &question, &request, queries[_i].query);
    ck_assert(reading.repeatable == queries[_i].repeatable);
    ck_assert(reading.rarity == queries[_i].rarity);
    ck_assert((reading.shape.rarity != NULL) == queries[_i].rarity);
    ck_assert(filters_are_wrong(&reading.filters) == queries[_i].wrong);
    ck_assert_str_eq(buffer_text(&reading.off), "u1\x1fNew Year");
    reading_end(&reading);
    query_clear(&request.query);
}
END_TEST

static const struct {
    const char *if_none_match;
    bool has;
} versions[] = {{NULL, false},     {"*", false},       {" \t*", false},
                {"W/\"x\"", true}, {"\"x\", *", true}, {"", true}};

START_TEST(has_version)
{
    const struct request request = {.if_none_match = versions[_i].if_none_match};

    ck_assert(resource_has_version(&request) == versions[_i].has);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {parts, sizeof resources / sizeof resources[0]},
        {parameters, sizeof queries / sizeof queries[0]},
        {has_version, sizeof versions / sizeof versions[0]},
    };

    return suite_run("resource", tests, sizeof tests / sizeof tests[0]);
}
