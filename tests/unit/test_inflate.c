/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decompression: what the libraries themselves compress comes back; every truncation, every flipped
 * byte and every byte too many is an error or at least no crash; the limit holds to the byte.
 */
#include "worker/inflate.h"

#include <bzlib.h>
#include <check.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char sentence[] = "[[42], {}, {\"callbacks\": null, \"chain\": null}]";

enum kind { ZLIB, GZIP, BZIP2, XZ, KINDS };

static const char *const mime[KINDS] = {"application/x-gzip", "application/x-gzip",
                                        "application/x-bz2", "application/x-lzma"};

struct bytes {
    unsigned char *at;
    size_t length;
};

static struct bytes
compress_zlib(const unsigned char *text, size_t length, int window_bits)
{
    z_stream z = {0};
    struct bytes out = {.length = length + length / 100 + 1024};

    out.at = malloc(out.length);
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (unsigned)length;
    z.next_out = out.at;
    z.avail_out = (unsigned)out.length;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.length = z.total_out;
    (void)deflateEnd(&z);
    return out;
}

static struct bytes
compress_as(enum kind kind, const unsigned char *text, size_t length, unsigned preset)
{
    struct bytes out = {.length = length + length / 100 + 1024};
    unsigned length32 = (unsigned)out.length;
    size_t at = 0;

    if (kind == ZLIB || kind == GZIP)
        return compress_zlib(text, length, kind == GZIP ? 15 + 16 : 15);
    out.at = malloc(out.length);
    if (kind == BZIP2) {
        ck_assert_int_eq(BZ2_bzBuffToBuffCompress((char *)out.at, &length32,
                                                  (char *)(uintptr_t)text, (unsigned)length, 9, 0,
                                                  0),
                         BZ_OK);
        at = length32;
    } else {
        ck_assert_int_eq(lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, NULL, text, length,
                                                 out.at, &at, out.length),
                         LZMA_OK);
    }
    out.length = at;
    return out;
}

/* ${length} bytes that compress a little, not extremely. */
static unsigned char *
prose(size_t length)
{
    unsigned char *text = malloc(length + 1);
    uint32_t seed = 12345;

    for (size_t i = 0; i < length; i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = (unsigned char)("abcdefghijklmnop"[seed >> 28]);
    }
    return text;
}

static void
fails(const char *method, struct bytes in, size_t max, const char *part)
{
    struct inflated text = {.length = 7};
    struct err err = {0};
    unsigned char *copy =
        malloc(in.length > 0 ? in.length : 1); /* exact size: ASan sees overreads */

    memcpy(copy, in.at, in.length);
    ck_assert_int_eq(inflate_body(method, copy, in.length, max, &text, &err), -1);
    ck_assert_msg(strstr(err.text, part) != NULL, "'%s' lacks '%s'", err.text, part);
    ck_assert_ptr_null(text.text);
    ck_assert_uint_eq(text.length, 7);
    free(copy);
}

/* Lengths around the sizes that the buffer takes. */
START_TEST(round_trip)
{
    static const size_t lengths[] = {0, 1, 46, 1023, 1024, 1025, 2048, 2049, 100000};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t n = lengths[i];
        unsigned char *text = prose(n);
        struct bytes in = compress_as((enum kind)_i, text, n, 6);
        struct inflated out = {0};
        struct err err = {0};

        /* exactly at the limit it fits, one byte below it does not */
        ck_assert_msg(inflate_body(mime[_i], in.at, in.length, n, &out, &err) == 0, "%zu: %s", n,
                      err.text);
        ck_assert_uint_eq(out.length, n);
        ck_assert(memcmp(out.text, text, n) == 0);
        free(out.text);
        ck_assert_int_eq(inflate_body(mime[_i], in.at, in.length, n * 10, &out, &err), 0);
        ck_assert_uint_eq(out.length, n);
        free(out.text);
        if (n > 0)
            fails(mime[_i], in, n - 1, "more than");
        free(in.at);
        free(text);
    }
}
END_TEST

START_TEST(truncated)
{
    struct bytes in =
        compress_as((enum kind)_i, (const unsigned char *)sentence, sizeof sentence - 1, 6);

    for (size_t n = 0; n < in.length; n++)
        fails(mime[_i], (struct bytes){in.at, n}, 1000, "truncated data");
    free(in.at);
}
END_TEST

START_TEST(trailing)
{
    struct bytes in =
        compress_as((enum kind)_i, (const unsigned char *)sentence, sizeof sentence - 1, 6);
    struct bytes more = {malloc(in.length * 2), in.length + 1};

    memcpy(more.at, in.at, in.length);
    more.at[in.length] = 0;
    fails(mime[_i], more, 1000, "data after the end");
    memcpy(more.at + in.length, in.at, in.length);
    more.length = in.length * 2; /* a second stream is no less trailing */
    fails(mime[_i], more, 1000, "data after the end");
    free(more.at);
    free(in.at);
}
END_TEST

/* All four formats end in a check sum: no changed byte may yield other text. */
START_TEST(flipped)
{
    struct bytes in =
        compress_as((enum kind)_i, (const unsigned char *)sentence, sizeof sentence - 1, 6);

    for (size_t n = 0; n < in.length; n++) {
        struct inflated out = {0};
        struct err err = {0};

        in.at[n] ^= 0x10;
        if (inflate_body(mime[_i], in.at, in.length, 1000, &out, &err) == 0) {
            ck_assert_uint_eq(out.length, sizeof sentence - 1); /* gzip's header is not covered */
            ck_assert(memcmp(out.text, sentence, out.length) == 0);
            free(out.text);
        } else {
            ck_assert_str_ne(err.text, "");
        }
        in.at[n] ^= 0x10;
    }
    free(in.at);
}
END_TEST

static const struct {
    const char *method;
    enum kind kind;
    const char *text; /* part of the error, NULL: it works */
} names[] = {
    {"application/x-gzip", ZLIB, NULL},
    {"application/x-gzip", GZIP, NULL},
    {"gzip", ZLIB, NULL},
    {"zlib", ZLIB, NULL},
    {"application/x-bz2", BZIP2, NULL},
    {"bzip2", BZIP2, NULL},
    {"bzip", BZIP2, NULL},
    {"application/x-lzma", XZ, NULL},
    {"lzma", XZ, NULL},
    {"xz", XZ, NULL},
    {"application/x-gzip", BZIP2, "corrupt data"},
    {"application/x-bz2", XZ, "corrupt data"},
    {"application/x-lzma", ZLIB, "corrupt data"},
    {"application/zstd", ZLIB, "'application/zstd' is not supported"},
    {"application/x-brotli", ZLIB, "not supported"},
    {"", ZLIB, "'' is not supported"},
    {"GZIP", ZLIB, "not supported"},
    {"bad\n\xff", ZLIB,
     "'bad?"
     "?' is not supported"},
};

START_TEST(name)
{
    struct bytes in =
        compress_as(names[_i].kind, (const unsigned char *)sentence, sizeof sentence - 1, 6);
    struct inflated out = {0};
    struct err err = {0};

    if (names[_i].text != NULL) {
        fails(names[_i].method, in, 1000, names[_i].text);
    } else {
        ck_assert_int_eq(inflate_body(names[_i].method, in.at, in.length, 1000, &out, &err), 0);
        ck_assert_uint_eq(out.length, sizeof sentence - 1);
        free(out.text);
    }
    free(in.at);
}
END_TEST

/* 64 MiB of zeros from little input: cut off at the limit, for each library. */
START_TEST(bomb)
{
    size_t length = (size_t)64 << 20;
    unsigned char *zeros = calloc(length, 1);
    struct bytes in = compress_as((enum kind)_i, zeros, length, 0);

    ck_assert_uint_lt(in.length, length / 500);
    fails(mime[_i], in, 100000, "more than 100000 bytes");
    free(in.at);
    free(zeros);
}
END_TEST

/* The dictionary of xz -9 is allowed; one of 256 MiB, announced in the header, is not. */
START_TEST(xz_memory)
{
    lzma_options_lzma options;
    size_t length = 0;
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
    struct bytes in = compress_as(XZ, (const unsigned char *)sentence, sizeof sentence - 1, 9);
    static const unsigned char zeros[10000]; /* stored without dictionary if it did not shrink */
    unsigned char stream[500];
    struct inflated out = {0};
    struct err err = {0};

    ck_assert_int_eq(inflate_body("xz", in.at, in.length, 1000, &out, &err), 0);
    free(out.text);
    free(in.at);
    ck_assert(!lzma_lzma_preset(&options, 0));
    options.dict_size = (uint32_t)256 << 20;
    ck_assert_int_eq(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, zeros, sizeof zeros,
                                               stream, &length, sizeof stream),
                     LZMA_OK);
    fails("xz", (struct bytes){stream, length}, 1000, "needs more than 72 MiB");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("inflate");
    TCase *tc = tcase_create("bodies");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, round_trip, 0, KINDS);
    tcase_add_loop_test(tc, truncated, 0, KINDS);
    tcase_add_loop_test(tc, trailing, 0, KINDS);
    tcase_add_loop_test(tc, flipped, 0, KINDS);
    tcase_add_loop_test(tc, name, 0, (int)(sizeof names / sizeof names[0]));
    tcase_add_loop_test(tc, bomb, 0, KINDS);
    tcase_add_test(tc, xz_memory);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
