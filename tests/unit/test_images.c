/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/images.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/test_images.XXXXXX";

static void
write_manifest(const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void
expect_url(const struct images *images, char *static_url, const char *want)
{
    const struct options options = {.shim_static_url = static_url};
    struct buffer json = {0};

    images_put_url(images, &options, "https://h", "count", "u1", &json);
    ck_assert_str_eq(buffer_text(&json), want);
    buffer_free(&json);
}

START_TEST(where)
{
    struct images none = {0};
    char rooted[] = "/static/";
    char bare[] = "static";
    char absolute[] = "https://cdn.example/s/";

    expect_url(&none, rooted, "\"https://h/static/trophies/count/u1.png\"");
    expect_url(&none, bare, "\"https://h/static/trophies/count/u1.png\"");
    expect_url(&none, absolute, "\"https://cdn.example/s/trophies/count/u1.png\"");
}
END_TEST

START_TEST(manifest)
{
    const struct options options = {.shim_static_manifest = path};
    struct images images = {0};
    char rooted[] = "/static/";
    uint64_t version;

    write_manifest("{\"version\": \"1.1\", \"paths\": {\"css/a.css\": \"css/a.1.css\","
                   "\"trophies/count/u2.png\": \"trophies/count/u2.bb.png\","
                   "\"trophies/count/u1.png\": \"trophies/count/u1.aa.png\", \"trophies/x\": 5}}");
    ck_assert_int_eq(images_load(&options, &images, NULL), 0);
    ck_assert_uint_eq(json_object_size(images.names), 2);
    expect_url(&images, rooted, "\"https://h/static/trophies/count/u1.aa.png\"");
    version = images.version;
    write_manifest("{\"paths\": {\"trophies/count/u1.png\": \"trophies/count/u1.cc.png\"}}");
    ck_assert_int_eq(images_load(&options, &images, NULL), 0);
    expect_url(&images, rooted, "\"https://h/static/trophies/count/u1.cc.png\"");
    ck_assert_uint_ne(images.version, version);
    images_clear(&images);
}
END_TEST

static const struct {
    const char *text; /* NULL: there is no file */
    const char *says;
} wrong[] = {
    {NULL, "No such file"},       {"", "JSON expected"},
    {"{\"paths\": [}", "line 1"}, {"{\"version\": 1}", "\"paths\" expected"},
    {"[]", "\"paths\" expected"}, {"{\"paths\": []}", "\"paths\" expected"},
};

START_TEST(refused)
{
    char missing[] = "/nonexistent/staticfiles.json";
    struct options options = {.shim_static_manifest = wrong[_i].text == NULL ? missing : path};
    struct images images = {.version = 77};
    struct err err = {0};

    write_manifest(wrong[_i].text == NULL ? "" : wrong[_i].text);
    ck_assert_int_eq(images_load(&options, &images, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, options.shim_static_manifest));
    ck_assert_msg(strstr(err.text, wrong[_i].says) != NULL, "%s", err.text);
    ck_assert_uint_eq(images.version, 77);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {where, 1},
        {manifest, 1},
        {refused, sizeof wrong / sizeof wrong[0]},
    };
    int file = mkstemp(path);
    int status;

    if (file < 0)
        return 1;
    (void)close(file);
    status = suite_run("images", tests, sizeof tests / sizeof tests[0]);
    (void)unlink(path);
    return status;
}
