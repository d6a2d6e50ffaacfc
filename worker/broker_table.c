/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AMQP header tables as JSON and back.  Integers stay integers, void becomes null.  librabbitmq
 * reads an "L" as unsigned though Celery means a signed number: it is turned back here
 * (celery, 10.8).
 */
#include "worker/broker_connection.h"

#include <string.h>

enum { MAX_DEPTH = 32 }; /* deeper nesting becomes null: nobody sends it in good faith */

static json_t *table_to_json(const amqp_table_t *table, int depth);

static json_t *
text_to_json(amqp_bytes_t bytes)
{
    json_t *text = json_stringn(bytes.bytes == NULL ? "" : bytes.bytes, bytes.len);

    return text == NULL ? json_null() : text;
}

static json_t *value_to_json(const amqp_field_value_t *value, int depth);

static json_t *
array_to_json(const amqp_array_t *array, int depth)
{
    json_t *items = json_array();

    for (int i = 0; i < array->num_entries; i++) {
        if (json_array_append_new(items, value_to_json(&array->entries[i], depth)) != 0) {
            json_decref(items);
            return NULL;
        }
    }
    return items;
}

static json_t *
value_to_json(const amqp_field_value_t *value, int depth)
{
    switch ((amqp_field_value_kind_t)value->kind) {
    case AMQP_FIELD_KIND_BOOLEAN:
        return json_boolean(value->value.boolean);
    case AMQP_FIELD_KIND_I8:
        return json_integer(value->value.i8);
    case AMQP_FIELD_KIND_U8:
        return json_integer(value->value.u8);
    case AMQP_FIELD_KIND_I16:
        return json_integer(value->value.i16);
    case AMQP_FIELD_KIND_U16:
        return json_integer(value->value.u16);
    case AMQP_FIELD_KIND_I32:
        return json_integer(value->value.i32);
    case AMQP_FIELD_KIND_U32:
        return json_integer(value->value.u32);
    case AMQP_FIELD_KIND_I64:
        return json_integer(value->value.i64);
    case AMQP_FIELD_KIND_U64:
    case AMQP_FIELD_KIND_TIMESTAMP:
        return json_integer((json_int_t)value->value.u64);
    case AMQP_FIELD_KIND_F32:
        return json_real((double)value->value.f32);
    case AMQP_FIELD_KIND_F64:
        return json_real(value->value.f64);
    case AMQP_FIELD_KIND_UTF8:
    case AMQP_FIELD_KIND_BYTES:
        return text_to_json(value->value.bytes);
    case AMQP_FIELD_KIND_ARRAY:
        return depth < MAX_DEPTH ? array_to_json(&value->value.array, depth + 1) : json_null();
    case AMQP_FIELD_KIND_TABLE:
        return depth < MAX_DEPTH ? table_to_json(&value->value.table, depth + 1) : json_null();
    case AMQP_FIELD_KIND_DECIMAL:
    case AMQP_FIELD_KIND_VOID:
    default:
        return json_null();
    }
}

static json_t *
table_to_json(const amqp_table_t *table, int depth)
{
    json_t *object = json_object();

    for (int i = 0; object != NULL && i < table->num_entries; i++) {
        const amqp_table_entry_t *entry = &table->entries[i];
        json_t *value = value_to_json(&entry->value, depth);

        if (value == NULL) { /* NaN or out of memory: as if void */
            value = json_null();
        }
        /* a key that is not UTF-8 is left out */
        (void)json_object_setn_new(object, entry->key.bytes, entry->key.len, value);
    }
    return object;
}

json_t *
broker_table_to_json(const amqp_table_t *table)
{
    return table_to_json(table, 0);
}

static int value_from_json(json_t *json, amqp_pool_t *pool, amqp_field_value_t *value);

static int
array_from_json(json_t *json, amqp_pool_t *pool, amqp_array_t *array)
{
    size_t count = json_array_size(json);

    array->num_entries = (int)count;
    array->entries = amqp_pool_alloc(pool, (count + 1) * sizeof *array->entries);
    if (array->entries == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (value_from_json(json_array_get(json, i), pool, &array->entries[i]) != 0)
            return -1;
    return 0;
}

static amqp_bytes_t
borrowed(const char *text, size_t length)
{
    amqp_bytes_t bytes = {.len = length};

    /* librabbitmq's bytes are not const, but it only reads what is sent */
    memcpy(&bytes.bytes, &text, sizeof text);
    return bytes;
}

amqp_bytes_t
broker_bytes(const char *text)
{
    return text == NULL ? amqp_empty_bytes : borrowed(text, strlen(text));
}

static int
value_from_json(json_t *json, amqp_pool_t *pool, amqp_field_value_t *value)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        value->kind = AMQP_FIELD_KIND_TABLE;
        return broker_table_from_json(json, pool, &value->value.table);
    case JSON_ARRAY:
        value->kind = AMQP_FIELD_KIND_ARRAY;
        return array_from_json(json, pool, &value->value.array);
    case JSON_STRING:
        value->kind = AMQP_FIELD_KIND_UTF8;
        value->value.bytes = borrowed(json_string_value(json), json_string_length(json));
        return 0;
    case JSON_INTEGER:
        value->kind = AMQP_FIELD_KIND_I64;
        value->value.i64 = json_integer_value(json);
        if (value->value.i64 >= INT32_MIN && value->value.i64 <= INT32_MAX) {
            value->kind = AMQP_FIELD_KIND_I32;
            value->value.i32 = (int32_t)json_integer_value(json);
        }
        return 0;
    case JSON_REAL:
        value->kind = AMQP_FIELD_KIND_F64;
        value->value.f64 = json_real_value(json);
        return 0;
    case JSON_TRUE:
    case JSON_FALSE:
        value->kind = AMQP_FIELD_KIND_BOOLEAN;
        value->value.boolean = json_is_true(json);
        return 0;
    case JSON_NULL:
    default:
        value->kind = AMQP_FIELD_KIND_VOID;
        return 0;
    }
}

int
broker_table_from_json(json_t *headers, amqp_pool_t *pool, amqp_table_t *table)
{
    amqp_table_entry_t *entry;
    const char *key;
    json_t *value;

    table->num_entries = (int)json_object_size(headers);
    table->entries =
        amqp_pool_alloc(pool, (json_object_size(headers) + 1) * sizeof *table->entries);
    if (table->entries == NULL)
        return -1;
    entry = table->entries;
    json_object_foreach(headers, key, value)
    {
        entry->key = broker_bytes(key);
        if (value_from_json(value, pool, &entry->value) != 0)
            return -1;
        entry++;
    }
    return 0;
}
