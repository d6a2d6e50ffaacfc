/* SPDX-License-Identifier: Apache-2.0 */
/* What a client's headers allow.  Source: RFC 9110, 12.5 and 13.1.2. */
#include "shim/negotiate.h"
#include "tests/unit/suite.h"

#include <stddef.h>

static const struct {
    const char *accept;
    bool allowed;
} json[] = {
    {NULL, true},
    {"", true},
    {"*/*", true},
    {"application/*", true},
    {"application/json", true},
    {"APPLICATION/JSON", true},
    {" application/json ", true},
    {"application/json; indent=4", true},
    {"application/json;q=0.001", true},
    {"text/html, application/json;q=0.5", true},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
    {"text/html;level=1;q=0.5 , */* ; q=0.1", true},
    {"text/html", false},
    {"image/png", false},
    {"application/jsonp", false},
    {"application/json5, text/*", false},
    {"*", false},
    {",", false},
    {"application/json;q=0", false},
    {"application/json;q=0.0, */*", false},
    {"application/json; q=0.000, application/*", false},
    {"*/*;q=0", false},
    {"*/*;q=0, application/json", true},
    {"application/*;q=0, */*", false},
    {"application/json;q=0, application/json", true},
    {"application/json;q=00", true}, /* no weight: malformed, and not a refusal */
};

START_TEST(accept)
{
    ck_assert_int_eq(negotiate_json(json[_i].accept), json[_i].allowed);
}
END_TEST

static const struct {
    const char *codings;
    bool asked;
} gzip[] = {
    {NULL, false},
    {"", false},
    {"gzip", true},
    {"GZIP", true},
    {"x-gzip", true},
    {"*", true},
    {"br, gzip;q=0.5", true},
    {"gzip, deflate, br", true},
    {"identity", false},
    {"br", false},
    {"gzip;q=0", false},
    {"gzip;q=0, *", false},
    {"gzip ;Q=0.00", false},
    {"*;q=0", false},
    {"*;q=0, gzip", true},
    {"gzipped", false},
};

START_TEST(accept_encoding)
{
    ck_assert_int_eq(negotiate_gzip(gzip[_i].codings), gzip[_i].asked);
}
END_TEST

static const struct {
    const char *if_none_match;
    const char *etag;
    bool has;
} versions[] = {
    {NULL, "\"a\"", false},
    {"", "\"a\"", false},
    {"\"a\"", "\"a\"", true},
    {"W/\"a\"", "\"a\"", true},
    {"\"a\"", "W/\"a\"", true},
    {"\"b\", \"a\"", "\"a\"", true},
    {"\"b\",W/\"a\"", "\"a\"", true},
    {" , \"a\"", "\"a\"", true},
    {"*", "\"a\"", true},
    {"*", "", false},
    {"\"a,b\"", "\"a,b\"", true},
    {"\"a,b\"", "\"b\"", false},
    {"\"b\"", "\"a\"", false},
    {"\"aa\"", "\"a\"", false},
    {"\"a", "\"a\"", false},
    {"a", "\"a\"", false},
    {"\"b\" x \"a\"", "\"a\"", false},
    {"w/\"a\"", "\"a\"", false},
    {"\"\"", "", false},
};

START_TEST(if_none_match)
{
    ck_assert_int_eq(negotiate_has_version(versions[_i].if_none_match, versions[_i].etag),
                     versions[_i].has);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {accept, sizeof json / sizeof json[0]},
        {accept_encoding, sizeof gzip / sizeof gzip[0]},
        {if_none_match, sizeof versions / sizeof versions[0]},
    };

    return suite_run("negotiate", tests, sizeof tests / sizeof tests[0]);
}
