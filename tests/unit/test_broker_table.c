/* SPDX-License-Identifier: Apache-2.0 */
/* Header tables to JSON and back: every kind of field, and what a stranger may put in. */
#include "tests/unit/suite.h"
#include "worker/broker_connection.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(kind_, member_, value_)                                                              \
    {                                                                                              \
        .kind = (kind_), .value.member_ = (value_)                                                 \
    }

static char some_text[] = "t\xc3\xa4xt";
static char with_nul[] = "a\0b";
static char no_utf8[] = "\xff\xfe";

/* One field, and the JSON it becomes. */
static const struct {
    amqp_field_value_t value;
    const char *json;
} fields[] = {
    {FIELD(AMQP_FIELD_KIND_BOOLEAN, boolean, 1), "true"},
    {FIELD(AMQP_FIELD_KIND_BOOLEAN, boolean, 0), "false"},
    {FIELD(AMQP_FIELD_KIND_I8, i8, -128), "-128"},
    {FIELD(AMQP_FIELD_KIND_U8, u8, 255), "255"},
    {FIELD(AMQP_FIELD_KIND_I16, i16, -32768), "-32768"},
    {FIELD(AMQP_FIELD_KIND_U16, u16, 65535), "65535"},
    {FIELD(AMQP_FIELD_KIND_I32, i32, INT32_MIN), "-2147483648"},
    {FIELD(AMQP_FIELD_KIND_U32, u32, UINT32_MAX), "4294967295"},
    {FIELD(AMQP_FIELD_KIND_I64, i64, INT64_MIN), "-9223372036854775808"},
    {FIELD(AMQP_FIELD_KIND_U64, u64, 7), "7"},
    {FIELD(AMQP_FIELD_KIND_U64, u64, UINT64_MAX), "-1"}, /* "L" means a signed number */
    {FIELD(AMQP_FIELD_KIND_U64, u64, (uint64_t)1 << 63), "-9223372036854775808"},
    {FIELD(AMQP_FIELD_KIND_TIMESTAMP, u64, 1760000000), "1760000000"},
    {FIELD(AMQP_FIELD_KIND_F32, f32, 1.5f), "1.5"},
    {FIELD(AMQP_FIELD_KIND_F64, f64, -0.25), "-0.25"},
    {FIELD(AMQP_FIELD_KIND_F64, f64, NAN), "null"},
    {FIELD(AMQP_FIELD_KIND_F64, f64, INFINITY), "null"},
    {FIELD(AMQP_FIELD_KIND_F32, f32, NAN), "null"},
    {{.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = {5, some_text}}, "\"t\\u00E4xt\""},
    {{.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = {1, some_text}}, "\"t\""}, /* not terminated */
    {{.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = {0, NULL}}, "\"\""},
    {{.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = {3, with_nul}}, "\"a\\u0000b\""},
    {{.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = {2, no_utf8}}, "null"},
    {{.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = {2, some_text}}, "null"}, /* cut in a letter */
    {{.kind = AMQP_FIELD_KIND_BYTES, .value.bytes = {5, some_text}}, "\"t\\u00E4xt\""},
    {{.kind = AMQP_FIELD_KIND_BYTES, .value.bytes = {2, no_utf8}}, "null"},
    {{.kind = AMQP_FIELD_KIND_DECIMAL, .value.decimal = {2, 314}}, "null"},
    {{.kind = AMQP_FIELD_KIND_VOID}, "null"},
    {{.kind = 'z'}, "null"},
    {{.kind = AMQP_FIELD_KIND_ARRAY}, "[]"},
    {{.kind = AMQP_FIELD_KIND_TABLE}, "{}"},
};

static char *
dump(const amqp_table_t *table)
{
    json_t *json = broker_table_to_json(table);
    char *text = json_dumps(json, JSON_ENSURE_ASCII | JSON_COMPACT);

    ck_assert_ptr_nonnull(text);
    json_decref(json);
    return text;
}

static void
check(const amqp_table_t *table, const char *expected)
{
    char *text = dump(table);

    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(to_json)
{
    amqp_table_entry_t entries[] = {
        {.key = amqp_cstring_bytes("before"), .value = FIELD(AMQP_FIELD_KIND_I32, i32, 1)},
        {.key = amqp_cstring_bytes("field"), .value = fields[_i].value},
        {.key = amqp_cstring_bytes("after"), .value = FIELD(AMQP_FIELD_KIND_I32, i32, 2)},
    };
    const amqp_table_t table = {.num_entries = 3, .entries = entries};
    char expected[128];

    (void)snprintf(expected, sizeof expected, "{\"before\":1,\"field\":%s,\"after\":2}",
                   fields[_i].json);
    check(&table, expected);
}
END_TEST

START_TEST(odd_keys)
{
    amqp_table_entry_t entries[] = {
        {.key = {2, no_utf8}, .value = FIELD(AMQP_FIELD_KIND_I32, i32, 1)},
        {.key = {1, some_text}, .value = FIELD(AMQP_FIELD_KIND_I32, i32, 2)},
        {.key = {1, some_text}, .value = FIELD(AMQP_FIELD_KIND_I32, i32, 3)},
    };
    const amqp_table_t one = {.num_entries = 1, .entries = entries};
    const amqp_table_t both = {.num_entries = 2, .entries = entries + 1};

    check(&one, "{}");
    check(&both, "{\"t\":3}"); /* the last one counts */
}
END_TEST

/* A number that is none inside an array takes the array with it, not the process. */
START_TEST(nan_in_array)
{
    amqp_field_value_t items[] = {FIELD(AMQP_FIELD_KIND_I32, i32, 1),
                                  FIELD(AMQP_FIELD_KIND_F64, f64, NAN)};
    amqp_table_entry_t entry = {
        .key = amqp_cstring_bytes("a"),
        .value = {.kind = AMQP_FIELD_KIND_ARRAY, .value.array = {2, items}},
    };
    const amqp_table_t table = {.num_entries = 1, .entries = &entry};

    check(&table, "{\"a\":null}");
}
END_TEST

/* Tables in tables, arrays in arrays: beyond 32 levels there is null, however deep it goes on. */
START_TEST(deep)
{
    enum { LEVELS = 5000, SHOWN = 32 };
    static amqp_table_entry_t tables[LEVELS];
    static amqp_field_value_t arrays[LEVELS];
    const amqp_table_t table = {.num_entries = 1, .entries = tables};
    char expected[SHOWN * 8] = "";

    for (int i = 0; i < LEVELS; i++) {
        tables[i].key = amqp_cstring_bytes("k");
        tables[i].value.kind = AMQP_FIELD_KIND_TABLE;
        tables[i].value.value.table =
            (amqp_table_t){i + 1 < LEVELS ? 1 : 0, i + 1 < LEVELS ? &tables[i + 1] : NULL};
        arrays[i].kind = AMQP_FIELD_KIND_ARRAY;
        arrays[i].value.array =
            (amqp_array_t){i + 1 < LEVELS ? 1 : 0, i + 1 < LEVELS ? &arrays[i + 1] : NULL};
    }
    for (int i = 0; i <= SHOWN; i++)
        strcat(expected, "{\"k\":");
    strcat(expected, "null");
    for (int i = 0; i <= SHOWN; i++)
        strcat(expected, "}");
    check(&table, expected);
    tables[0].value = arrays[0];
    strcpy(expected, "{\"k\":");
    for (int i = 0; i < SHOWN; i++)
        strcat(expected, "[");
    strcat(expected, "null");
    for (int i = 0; i < SHOWN; i++)
        strcat(expected, "]");
    strcat(expected, "}");
    check(&table, expected);
}
END_TEST

/* JSON, the kind of field it goes out as, and the JSON that comes back. */
static const struct {
    const char *json;
    char kind;
} values[] = {
    {"null", AMQP_FIELD_KIND_VOID},
    {"true", AMQP_FIELD_KIND_BOOLEAN},
    {"false", AMQP_FIELD_KIND_BOOLEAN},
    {"0", AMQP_FIELD_KIND_I32},
    {"2147483647", AMQP_FIELD_KIND_I32},
    {"-2147483648", AMQP_FIELD_KIND_I32},
    {"2147483648", AMQP_FIELD_KIND_I64},
    {"-2147483649", AMQP_FIELD_KIND_I64},
    {"9223372036854775807", AMQP_FIELD_KIND_I64},
    {"1.5", AMQP_FIELD_KIND_F64},
    {"\"\"", AMQP_FIELD_KIND_UTF8},
    {"\"t\\u00E4xt\"", AMQP_FIELD_KIND_UTF8},
    {"\"a\\u0000b\"", AMQP_FIELD_KIND_UTF8},
    {"[]", AMQP_FIELD_KIND_ARRAY},
    {"[null,null]", AMQP_FIELD_KIND_ARRAY},
    {"[1,[\"x\",{\"y\":[]}]]", AMQP_FIELD_KIND_ARRAY},
    {"{}", AMQP_FIELD_KIND_TABLE},
    {"{\"x\":{\"y\":1,\"z\":null}}", AMQP_FIELD_KIND_TABLE},
};

START_TEST(there_and_back)
{
    char wrapped[128];
    json_t *json;
    amqp_pool_t pool;
    amqp_table_t table;

    (void)snprintf(wrapped, sizeof wrapped, "{\"k\":%s,\"last\":7}", values[_i].json);
    json = json_loads(wrapped, JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(json);
    init_amqp_pool(&pool, 4096);
    ck_assert_int_eq(broker_table_from_json(json, &pool, &table), 0);
    ck_assert_int_eq(table.num_entries, 2);
    ck_assert_int_eq(table.entries[0].value.kind, values[_i].kind);
    check(&table, wrapped);
    empty_amqp_pool(&pool);
    json_decref(json);
}
END_TEST

START_TEST(no_headers)
{
    amqp_pool_t pool;
    amqp_table_t table = {.num_entries = 5};

    init_amqp_pool(&pool, 4096);
    ck_assert_int_eq(broker_table_from_json(NULL, &pool, &table), 0);
    ck_assert_int_eq(table.num_entries, 0);
    empty_amqp_pool(&pool);
}
END_TEST

START_TEST(texts)
{
    amqp_bytes_t nul = {3, with_nul};
    amqp_bytes_t cut = {1, some_text};
    char *text = broker_text(cut);

    ck_assert_str_eq(text, "t");
    free(text);
    ck_assert_ptr_null(broker_text(nul));
    ck_assert_ptr_null(broker_text(amqp_empty_bytes));
    ck_assert_uint_eq(broker_bytes(NULL).len, 0);
    ck_assert_uint_eq(broker_bytes("abc").len, 3);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {to_json, sizeof fields / sizeof fields[0]},
        {odd_keys, 1},
        {nan_in_array, 1},
        {deep, 1},
        {there_and_back, sizeof values / sizeof values[0]},
        {no_headers, 1},
        {texts, 1},
    };

    return suite_run("broker_table", tests, sizeof tests / sizeof tests[0]);
}
