/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any request head through the shim's pure parts: no crash, and what has been taken apart can be
 * put together again.  The bytes are lines: the target; Authorization; Accept; Accept-Encoding;
 * If-None-Match; Host; X-Forwarded-Host.  A line that is missing is a header that is absent.
 */
#include "shim/identify.h"
#include "shim/negotiate.h"
#include "shim/origin.h"
#include "shim/percent.h"
#include "shim/query.h"
#include "shim/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 7, NOW_S = 1800000000 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nobody has the other half. */
static const char jwk[] =
    "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":"
    "\""
    "sRdui-rEQU14nhv1V2kdT6cCn8fjdJTz5I2R0JeYLEfHoDDcbWKikls2Y6tmvcfpHD0TQL5QBrr90MBI"
    "ObBt6W1uCH9IV5hTyRC8MOpSDfL8eZhpE4S8C67mUiYndvHrArR179JQX-r7KewLrwAQmhmd62GBmRss"
    "Kfk_BpPCJ2YbfOUktufwhB_p6Sw242MzLLvPE3Vn6HenIhuTVUDpnarMx7kVRpE0m1nLHulsUhdl2dnP"
    "nt0kMrvAAMMAc0GrjoC31sGXbZQTdMr1ZgrBPbME5ZxKZeZ9mUfM9_vxpxgocpHypn4EeZarzfQ1IO6I"
    "bBVVQOe91J_iVBTqkW5-2w"
    "\"}";
static struct jwt_key *key;

static void
expect(bool holds)
{
    if (!holds)
        abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct err err = {0};

    (void)argc;
    (void)argv;
    expect(jwt_key_load(jwk, &key, &err) == 0);
    return 0;
}

static void
try_path(const char *target)
{
    size_t length = strcspn(target, "?");
    char *path = malloc(length + 1);
    struct route route;

    expect(path != NULL);
    if (percent_decode(target, length, /* plus_is_blank */ false, path)) {
        expect(strlen(path) <= length);
        route = route_find(path);
        expect(route.kind != ROUTE_RESOURCE || route.resource < RESOURCES);
        expect(!route.has_id || route_has_object(route.resource));
        expect(route.kind != ROUTE_PAGE || route.page < PAGES);
    }
    free(path);
}

/* What was read, written and read again is the same. */
static void
try_query(const char *text)
{
    struct query query;
    struct query again;
    struct buffer written = {0};
    struct err err = {0};

    if (query_parse(text, &query, &err) != 0) {
        expect(err.text[0] != '\0' && query.count == 0);
        return;
    }
    for (size_t i = 0; i < query.count; i++) {
        buffer_printf(&written, "&");
        query_encode(query.items[i].key, &written);
        buffer_printf(&written, "=");
        query_encode(query.items[i].value, &written);
    }
    expect(query_parse(buffer_text(&written), &again, &err) == 0);
    expect(again.count == query.count);
    for (size_t i = 0; i < query.count; i++) {
        expect(strcmp(query.items[i].key, again.items[i].key) == 0);
        expect(strcmp(query.items[i].value, again.items[i].value) == 0);
        expect(query_get(&query, query.items[i].key) != NULL);
    }
    query_clear(&query);
    query_clear(&again);
    buffer_free(&written);
}

static void
try_credentials(const char *authorization)
{
    struct claim claim = {.kind = CLAIM_ANONYMOUS};
    struct answer answer = {0};

    if (identify_claim(authorization, key, NOW_S, &claim, &answer) != 0)
        expect(answer.status == 403 && answer.body.length > 0);
    else
        expect(claim.kind != CLAIM_USER); /* that would have been signed */
    answer_clear(&answer);
}

static void
try_origin(const struct origin_headers *headers)
{
    char origin[ORIGIN_SIZE];

    if (origin_make(headers, "localhost", origin))
        expect(strcspn(origin, "\"\\<>'; \r\n\t") == strlen(origin));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    char *lines[LINES] = {0};
    char *rest = text;
    const char *query;

    expect(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < LINES && rest != NULL; i++)
        lines[i] = strsep(&rest, "\n");
    query = strchr(lines[0], '?');
    try_path(lines[0]);
    if (query != NULL)
        try_query(query + 1);
    try_credentials(lines[1]);
    (void)negotiate_json(lines[2]);
    (void)negotiate_gzip(lines[3]);
    expect(!negotiate_has_version(lines[4], ""));
    (void)negotiate_has_version(lines[4], "\"a\"");
    try_origin(&(struct origin_headers){.host = lines[5], .forwarded_host = lines[6]});
    free(text);
    return 0;
}
