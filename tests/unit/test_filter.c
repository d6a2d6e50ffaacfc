/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that filter: what SQL gets, what is refused and in which words. */
#include "common/clock.h"
#include "shim/filter.h"
#include "tests/unit/suite.h"

#include <string.h>

#define CHOICE "Select a valid choice. That choice is not one of the available choices."

/* SQL's value: NULL is no filter; errors: NULL is none. */
static const struct {
    enum filter_kind kind;
    const char *query;
    const char *value;
    const char *errors;
} rows[] = {
    {FILTER_NUMBER, "", NULL, NULL},
    {FILTER_NUMBER, "k=", NULL, NULL},
    {FILTER_NUMBER, "other=5", NULL, NULL},
    {FILTER_NUMBER, "k=5", "5", NULL},
    {FILTER_NUMBER, "k=1&k=5", "5", NULL},
    {FILTER_NUMBER, "k=5&k=", NULL, NULL},
    {FILTER_NUMBER, "k=+5+", "5", NULL},
    {FILTER_NUMBER, "k=-5", "-5", NULL},
    {FILTER_NUMBER, "k=5.9", "5", NULL},
    {FILTER_NUMBER, "k=1e1", "10", NULL},
    {FILTER_NUMBER, "k=1_0", "10", NULL},
    {FILTER_NUMBER, "k=99999999999999999999999", "9223372036854775807", NULL},
    {FILTER_NUMBER, "k=-99999999999999999999999", "-9223372036854775808", NULL},
    {FILTER_NUMBER, "k=x", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_NUMBER, "k=nan", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_NUMBER, "k=Infinity", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_NUMBER, "k=0x10", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_NUMBER, "k=1;drop", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_NUMBERS, "k=1,2", "{1,2}", NULL},
    {FILTER_NUMBERS, "k=1,,2", "{1,2}", NULL},
    {FILTER_NUMBERS, "k=+1+,+2", "{1,2}", NULL},
    {FILTER_NUMBERS, "k=,", "{}", NULL},
    {FILTER_NUMBERS, "k=", NULL, NULL},
    {FILTER_NUMBERS, "k=1,x", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_NUMBERS, "k=x,y", NULL, "{\"k\":[\"Enter a number.\"]}"},
    {FILTER_FLAG, "k=true", "t", NULL},
    {FILTER_FLAG, "k=True", "t", NULL},
    {FILTER_FLAG, "k=TRUE", "t", NULL},
    {FILTER_FLAG, "k=1", "t", NULL},
    {FILTER_FLAG, "k=false", "f", NULL},
    {FILTER_FLAG, "k=False", "f", NULL},
    {FILTER_FLAG, "k=0", "f", NULL},
    {FILTER_FLAG, "k=yes", NULL, NULL},
    {FILTER_FLAG, "k=2", NULL, NULL},
    {FILTER_FLAG, "k=", NULL, NULL},
    {FILTER_TYPE, "k=volume", "volume", NULL},
    {FILTER_TYPE, "k=bogus", NULL,
     "{\"k\":[\"Select a valid choice. bogus is not one of the available choices.\"]}"},
    {FILTER_TYPE, "k=%22%C3%A4%0A", NULL,
     "{\"k\":[\"Select a valid choice. \\\"\xc3\xa4\\n is not one of the available choices.\"]}"},
    {FILTER_TYPE, "k=volume+", NULL,
     "{\"k\":[\"Select a valid choice. volume  is not one of the available choices.\"]}"},
    {FILTER_TYPE, "k=vol", NULL, /* neither the beginning of a choice nor more than one is one */
     "{\"k\":[\"Select a valid choice. vol is not one of the available choices.\"]}"},
    {FILTER_TYPE, "k=volumes", NULL,
     "{\"k\":[\"Select a valid choice. volumes is not one of the available choices.\"]}"},
    {FILTER_TYPES, "k=volume,bogus,count", "{volume,count}", NULL},
    {FILTER_TYPES, "k=vol,volumes,count", "{count}", NULL},
    {FILTER_TYPES, "k=bogus", "{}", NULL},
    {FILTER_TYPES, "k={a}", "{}", NULL},
    {FILTER_INSTANT, "k=2025-12-19", "2025-12-18T23:00:00.000000+00:00", NULL},
    {FILTER_INSTANT, "k=2025-07-01", "2025-06-30T22:00:00.000000+00:00", NULL},
    {FILTER_INSTANT, "k=2025-12-19+11:30", "2025-12-19T10:30:00.000000+00:00", NULL},
    {FILTER_INSTANT, "k=2025-12-19T11:30:05.5Z", "2025-12-19T11:30:05.500000+00:00", NULL},
    {FILTER_INSTANT, "k=2025-12-19T11:30:05%2B02:00", "2025-12-19T09:30:05.000000+00:00", NULL},
    {FILTER_INSTANT, "k=2025-12-19T11:30:05+02:00", NULL, "{\"k\":[\"Enter a valid date/time.\"]}"},
    {FILTER_INSTANT, "k=yesterday", NULL, "{\"k\":[\"Enter a valid date/time.\"]}"},
    {FILTER_TROPHY, "k=7", "7", NULL},
    {FILTER_TROPHY, "k=+7", "7", NULL},
    {FILTER_TROPHY, "k=abc", NULL, "{\"k\":[\"" CHOICE "\"]}"},
    {FILTER_TROPHY, "k=7.0", NULL, "{\"k\":[\"" CHOICE "\"]}"},
    {FILTER_TROPHIES, "k=7,,8", "{7,8}", NULL},
    {FILTER_TROPHIES, "k=7,abc", NULL, "{\"k\":[\"" CHOICE "\"]}"},
};

static void
expect_errors(const struct filters *filters, const char *want)
{
    struct buffer errors = {0};

    ck_assert_int_eq(filters_are_wrong(filters), want != NULL);
    if (want == NULL)
        return;
    filters_put_errors(filters, &errors);
    ck_assert_str_eq(buffer_text(&errors), want);
    buffer_free(&errors);
}

START_TEST(one)
{
    const struct filter_field field = {"k", rows[_i].kind};
    struct filters filters;
    struct query query;

    ck_assert_int_eq(clock_set_zone("Europe/Berlin", NULL), 0);
    ck_assert_int_eq(query_parse(rows[_i].query, &query, NULL), 0);
    ck_assert_int_eq(filters_read(&field, 1, &query, &filters), 0);
    ck_assert_pstr_eq(filters.values[0], rows[_i].value);
    ck_assert_int_eq(filters_are_given(&filters),
                     rows[_i].value != NULL || rows[_i].errors != NULL);
    expect_errors(&filters, rows[_i].errors);
    filters_clear(&filters);
    query_clear(&query);
}
END_TEST

static const struct filter_field several[] = {
    {"id", FILTER_NUMBER}, {"trophy", FILTER_TROPHY}, {"trophy__in", FILTER_TROPHIES}};

static const struct {
    const char *query;
    const char *ids; /* NULL: none are named */
    const char *errors;
} trophies[] = {
    {"id=1", NULL, NULL},
    {"trophy=1&trophy__in=2,1", "{1,2,1}", NULL},
    {"trophy=9", "{9}", "{\"trophy\":[\"" CHOICE "\"]}"},
    {"trophy=1&trophy__in=1,12", "{1,1,12}", "{\"trophy__in\":[\"" CHOICE "\"]}"},
    {"trophy=abc&trophy__in=1", "{1}", "{\"trophy\":[\"" CHOICE "\"]}"},
    {"trophy__in=9&trophy=8&id=x", "{8,9}",
     "{\"id\":[\"Enter a number.\"],\"trophy\":[\"" CHOICE "\"],\"trophy__in\":[\"" CHOICE "\"]}"},
    {"trophy__in=,", "{}", NULL},
};

/* Known are 1 and 2. */
START_TEST(trophies_exist)
{
    struct text_list known = {0};
    struct filters filters;
    struct query query;
    struct buffer ids = {0};

    ck_assert_int_eq(text_list_split(&known, "1,2", ','), 0);
    ck_assert_int_eq(query_parse(trophies[_i].query, &query, NULL), 0);
    ck_assert_int_eq(filters_read(several, 3, &query, &filters), 0);
    ck_assert_int_eq(filters_name_trophies(&filters), trophies[_i].ids != NULL);
    filters_put_trophies(&filters, &ids);
    ck_assert_str_eq(buffer_text(&ids), trophies[_i].ids == NULL ? "{}" : trophies[_i].ids);
    filters_check_trophies(&filters, &query, &known);
    expect_errors(&filters, trophies[_i].errors);
    buffer_free(&ids);
    filters_clear(&filters);
    query_clear(&query);
    text_list_clear(&known);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {one, sizeof rows / sizeof rows[0]},
        {trophies_exist, sizeof trophies / sizeof trophies[0]},
    };

    return suite_run("filter", tests, sizeof tests / sizeof tests[0]);
}
