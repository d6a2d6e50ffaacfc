/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buffer.h"
#include "tests/unit/suite.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *ended;
} arrays[] = {
    {"{", "{}"}, {"{1,", "{1}"}, {"{1,2,", "{1,2}"}, {"{1", "{1}"}, {"{,,", "{,}"}, {"", "}"},
};

START_TEST(end_array)
{
    struct buffer buffer = {0};

    buffer_put(&buffer, arrays[_i].text, strlen(arrays[_i].text));
    buffer_end_array(&buffer);
    ck_assert_str_eq(buffer_text(&buffer), arrays[_i].ended);
    ck_assert_uint_eq(buffer.length, strlen(arrays[_i].ended));
    buffer_free(&buffer);
}
END_TEST

/* Pieces of every length across every growth: nothing lost, always terminated, within bounds
 * (ASan). */
START_TEST(grows)
{
    enum { PIECES = 40 };
    size_t piece = (size_t)_i;
    char *text = malloc(piece + 1);
    struct buffer buffer = {0};

    memset(text, 'x', piece);
    text[piece] = '\0';
    for (size_t i = 1; i <= PIECES; i++) {
        if (i % 2 == 0)
            buffer_put(&buffer, text, piece);
        else
            buffer_printf(&buffer, "%s", text);
        ck_assert_uint_eq(buffer.length, i * piece);
        ck_assert_uint_eq(strlen(buffer_text(&buffer)), i * piece);
    }
    ck_assert_uint_eq(strspn(buffer_text(&buffer), "x"), PIECES * piece);
    buffer_free(&buffer);
    ck_assert_ptr_null(buffer.text);
    ck_assert_uint_eq(buffer.length, 0);
    free(text);
}
END_TEST

START_TEST(empty_and_cleared)
{
    struct buffer buffer = {0};
    const char *text;

    ck_assert_str_eq(buffer_text(&buffer), "");
    buffer_clear(&buffer);
    ck_assert_str_eq(buffer_text(&buffer), "");
    buffer_printf(&buffer, "%d-%s", 7, "x");
    ck_assert_str_eq(buffer_text(&buffer), "7-x");
    text = buffer_text(&buffer);
    buffer_clear(&buffer);
    ck_assert_str_eq(buffer_text(&buffer), "");
    ck_assert_ptr_eq(buffer_text(&buffer), text);
    buffer_put(&buffer, "ab", 1);
    ck_assert_str_eq(buffer_text(&buffer), "a");
    buffer_free(&buffer);
}
END_TEST

/* Once memory has run out nothing more is written, so that no half text is taken for a whole one.
 */
START_TEST(failed)
{
    struct buffer buffer = {0};

    buffer_put(&buffer, "{1,", 3);
    buffer.failed = true;
    buffer_put(&buffer, "2,", 2);
    buffer_printf(&buffer, "%d,", 3);
    ck_assert_uint_eq(buffer.length, 3);
    ck_assert_ptr_null(buffer_text(&buffer));
    buffer_end_array(&buffer);
    ck_assert_ptr_null(buffer_text(&buffer));
    buffer_clear(&buffer);
    buffer_put(&buffer, "a", 1);
    ck_assert_str_eq(buffer_text(&buffer), "a");
    buffer_free(&buffer);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {end_array, sizeof arrays / sizeof arrays[0]},
        {grows, 300},
        {empty_and_cleared, 1},
        {failed, 1},
    };

    return suite_run("buffer", tests, sizeof tests / sizeof tests[0]);
}
