/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever an answer is made from makes another version. */
#include "shim/reading.h"
#include "tests/unit/suite.h"

#include <string.h>

/* A reading with all that belongs to it, so that a test may change any of it. */
struct whole {
    struct request request;
    struct options options;
    struct resource_memory memory;
    struct question question;
    struct reading reading;
};

static char berlin[] = "Europe/Berlin";
static char tokyo[] = "Asia/Tokyo";
static char here[] = "/static/";
static char there[] = "https://cdn.example/";

static void
prepare(struct whole *w, const char *off, const char *version)
{
    *w = (struct whole){
        .request = {.base = "http://h", .path = "/api/v2/trophy/", .raw_query = "limit=5"},
        .options = {.trophies_time_zone = berlin, .shim_static_url = here},
        .question = {.resource = RESOURCE_TROPHY_LIST, .asker = {.user_id = 5}},
        .reading = {.today = 20000, .parts = SHIM_VERSION_TROPHIES},
    };
    w->question.request = &w->request;
    w->question.options = &w->options;
    w->question.memory = &w->memory;
    w->reading.question = &w->question;
    buffer_printf(&w->reading.off, "%s", off);
    buffer_printf(&w->reading.version, "%s", version);
}

static void
make(struct whole *w, char etag[ETAG_SIZE])
{
    etag_make(&w->reading, etag);
    buffer_free(&w->reading.off);
    buffer_free(&w->reading.version);
}

static void
change(struct whole *w, int what)
{
    switch (what) {
    case 0:
        w->request.base = "https://h";
        return;
    case 1:
        w->request.path = "/api/v2/trophy/1/";
        return;
    case 2:
        w->request.raw_query = "limit=6";
        return;
    case 3:
        w->request.raw_query = NULL;
        return;
    case 4:
        w->options.trophies_time_zone = tokyo;
        return;
    case 5:
        w->options.shim_static_url = there;
        return;
    case 6:
        w->question.asker.user_id = 6;
        return;
    case 7:
        w->question.asker.staff = true;
        return;
    case 8:
        w->memory.images.version = 1;
        return;
    case 9:
        w->reading.rarity = true;
        w->memory.rarity.version = 1;
        return;
    case 10:
        w->question.resource = RESOURCE_USER_TROPHY_LIST;
        return;
    case 11:
        w->question.id = 1;
        return;
    case 12:
        w->reading.parts |= SHIM_VERSION_DATES;
        return;
    case 13:
        buffer_printf(&w->reading.off, "x");
        return;
    case 14:
        buffer_printf(&w->reading.version, "x");
        return;
    /* not a part of these answers */
    case 15:
        w->reading.today++;
        return;
    case 16:
        w->memory.rarity.version = 1;
        return;
    default:
        return;
    }
}

enum { CHANGES = 18, SAME_FROM = 15 };

START_TEST(changed)
{
    char before[ETAG_SIZE];
    char after[ETAG_SIZE];
    struct whole w;

    prepare(&w, "a", "1t2");
    make(&w, before);
    prepare(&w, "a", "1t2");
    change(&w, _i);
    make(&w, after);
    ck_assert_int_eq(strncmp(before, "W/\"", 3), 0);
    ck_assert_uint_eq(strlen(before), strlen("W/\"\"") + 32);
    ck_assert_int_eq(strcmp(before, after) == 0, _i >= SAME_FROM);
}
END_TEST

START_TEST(values_do_not_run_together)
{
    char one[ETAG_SIZE];
    char other[ETAG_SIZE];
    struct whole w;

    prepare(&w, "a", "b1t2");
    make(&w, one);
    prepare(&w, "ab", "1t2");
    make(&w, other);
    ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(progress_knows_the_day)
{
    char before[ETAG_SIZE];
    char after[ETAG_SIZE];
    struct whole w;

    prepare(&w, "", "1t2");
    w.question.resource = RESOURCE_PROGRESS;
    make(&w, before);
    prepare(&w, "", "1t2");
    w.question.resource = RESOURCE_PROGRESS;
    w.reading.today++;
    make(&w, after);
    ck_assert_str_ne(before, after);
}
END_TEST

START_TEST(dates_show)
{
    char etag[ETAG_SIZE];
    struct whole w;

    prepare(&w, "", "");
    make(&w, etag);
    ck_assert(!etag_may_cover_dates(etag));
    prepare(&w, "", "");
    w.reading.parts |= SHIM_VERSION_DATES;
    make(&w, etag);
    ck_assert(etag_may_cover_dates(etag));
    ck_assert(!etag_may_cover_dates(NULL));
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {changed, CHANGES},
        {values_do_not_run_together, 1},
        {progress_knows_the_day, 1},
        {dates_show, 1},
    };

    return suite_run("etag", tests, sizeof tests / sizeof tests[0]);
}
