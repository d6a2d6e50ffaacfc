/* SPDX-License-Identifier: Apache-2.0 */
/* From what a clock on the wall shows to the instant, and back to text. */
#include "common/clock.h"
#include "common/iso8601.h"
#include "shim/shape.h"
#include "tests/unit/suite.h"

#include <string.h>

static const struct {
    const char *zone;
    const char *text;
    const char *utc; /* NULL: unreadable */
} rows[] = {
    {"Europe/Berlin", "2025-12-19", "2025-12-18T23:00:00.000000+00:00"},
    {"Europe/Berlin", "2025-07-01", "2025-06-30T22:00:00.000000+00:00"},
    {"Europe/Berlin", "2025-12-19 11:30", "2025-12-19T10:30:00.000000+00:00"},
    {"Europe/Berlin", "2025-12-19T11:30", "2025-12-19T10:30:00.000000+00:00"},
    {"Europe/Berlin", "2025-12-19T11:30:01.000001", "2025-12-19T10:30:01.000001+00:00"},
    {"Europe/Berlin", "2025-12-19 11:30Z", "2025-12-19T11:30:00.000000+00:00"},
    {"Europe/Berlin", "2025-12-19 11:30+05:30", "2025-12-19T06:00:00.000000+00:00"},
    {"Europe/Berlin", "2025-12-19 11:30-0530", "2025-12-19T17:00:00.000000+00:00"},
    {"Europe/Berlin", "2025-12-19 11:30:15+02", "2025-12-19T09:30:15.000000+00:00"},
    /* the hour that comes twice, the hour that is left out */
    {"Europe/Berlin", "2025-10-26 01:59", "2025-10-25T23:59:00.000000+00:00"},
    {"Europe/Berlin", "2025-10-26 02:30", "2025-10-26T00:30:00.000000+00:00"},
    {"Europe/Berlin", "2025-10-26 03:00", "2025-10-26T02:00:00.000000+00:00"},
    {"Europe/Berlin", "2025-03-30 01:59", "2025-03-30T00:59:00.000000+00:00"},
    {"Europe/Berlin", "2025-03-30 02:30", "2025-03-30T01:30:00.000000+00:00"},
    {"Europe/Berlin", "2025-03-30 03:00", "2025-03-30T01:00:00.000000+00:00"},
    {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000000+00:00"}, /* no midnight */
    {"Pacific/Kiritimati", "2025-01-01", "2024-12-31T10:00:00.000000+00:00"},
    {"America/New_York", "2025-11-02 01:30", "2025-11-02T05:30:00.000000+00:00"},
    {"UTC", "2025-12-19", "2025-12-19T00:00:00.000000+00:00"},
    {"UTC", "2025-12-19T", NULL},
    {"UTC", "2025-12-19 11", NULL},
    {"UTC", "2025-12-19 11:30:", NULL},
    {"UTC", "2025-12-19 11:30:05.", NULL},
    {"UTC", "2025-12-19 11:30:05.1234567", NULL},
    {"UTC", "2025-12-19 11:30 01:00", NULL}, /* "+" not encoded */
    {"UTC", "2025-12-19 11:30+1", NULL},
    {"UTC", "2025-12-19 11:30+01:", NULL},
    {"UTC", "2025-12-19 24:00", NULL},
    {"UTC", "2025-02-29", NULL},
    {"UTC", "19.12.2025", NULL},
    {"UTC", "", NULL},
};

START_TEST(read)
{
    int64_t instant_us = -1;
    char text[CLOCK_TEXT_SIZE];

    ck_assert_int_eq(clock_set_zone(rows[_i].zone, NULL), 0);
    ck_assert_int_eq(iso8601_parse_local(rows[_i].text, &instant_us),
                     rows[_i].utc == NULL ? -1 : 0);
    if (rows[_i].utc == NULL) {
        ck_assert_int_eq(instant_us, -1);
        return;
    }
    clock_format_utc(instant_us, text);
    ck_assert_str_eq(text, rows[_i].utc);
}
END_TEST

static const struct {
    const char *zone;
    const char *instant;
    const char *json;
} shown[] = {
    {"Europe/Berlin", "2025-12-19T10:00:00.123456Z", "\"2025-12-19T11:00:00.123456+01:00\""},
    {"Europe/Berlin", "2025-07-19T10:00:00Z", "\"2025-07-19T12:00:00+02:00\""},
    {"Europe/Berlin", "2025-10-26T00:30:00.1Z", "\"2025-10-26T02:30:00.100000+02:00\""},
    {"Europe/Berlin", "2025-10-26T01:30:00Z", "\"2025-10-26T02:30:00+01:00\""},
    {"America/St_Johns", "2025-12-19T10:00:00Z", "\"2025-12-19T06:30:00-03:30\""},
    {"UTC", "2025-12-19T10:00:00.000001Z", "\"2025-12-19T10:00:00.000001Z\""},
    {"UTC", "1969-12-31T23:59:59.5Z", "\"1969-12-31T23:59:59.500000Z\""},
};

START_TEST(written)
{
    struct buffer json = {0};
    int64_t instant_us;

    ck_assert_int_eq(clock_set_zone(shown[_i].zone, NULL), 0);
    ck_assert_int_eq(iso8601_parse(shown[_i].instant, &instant_us), 0);
    shape_instant(instant_us, &json);
    ck_assert_str_eq(buffer_text(&json), shown[_i].json);
    buffer_free(&json);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {read, sizeof rows / sizeof rows[0]},
        {written, sizeof shown / sizeof shown[0]},
    };

    return suite_run("local_time", tests, sizeof tests / sizeof tests[0]);
}
