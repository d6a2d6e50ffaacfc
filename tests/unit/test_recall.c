/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of earlier requests, and when it is forgotten. */
#include "shim/recall.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <string.h>

static struct recall_key
key_of(const char *text)
{
    struct recall_key key = {{0}};

    ck_assert_int_eq(recall_key_make(text, strlen(text), &key), 0);
    return key;
}

START_TEST(etag_of_a_snapshot)
{
    struct recall recall = {0};
    struct recall_key a = key_of("a");
    struct recall_key b = key_of("b");

    ck_assert_ptr_null(recall_etag(&recall, &a, 0));
    recall_note_etag(&recall, &a, "1:1:", "W/\"x\"");
    ck_assert_str_eq(recall_etag(&recall, &a, 0), "W/\"x\"");
    ck_assert_ptr_null(recall_etag(&recall, &b, 0));
    ck_assert(recall_holds(&recall, "1:1:", 0));
    recall_note_etag(&recall, &b, "1:1:", "W/\"y\"");
    ck_assert_str_eq(recall_etag(&recall, &a, 0), "W/\"x\"");
    recall_note_etag(&recall, &b, "1:2:", "W/\"z\""); /* what was seen in another one is gone */
    ck_assert_ptr_null(recall_etag(&recall, &a, 0));
    ck_assert_str_eq(recall_etag(&recall, &b, 0), "W/\"z\"");
    recall_clear(&recall);
}
END_TEST

START_TEST(another_snapshot)
{
    struct recall recall = {0};
    struct recall_key a = key_of("a");

    recall_note_etag(&recall, &a, "5:9:5,7", "W/\"x\"");
    ck_assert(!recall_holds(&recall, "5:9:5", 1000)); /* 7 has ended */
    recall_note_etag(&recall, &a, "5:9:5", "W/\"x\"");
    ck_assert_ptr_null(recall_etag(&recall, &a, 1000));
    ck_assert_ptr_null(recall_etag(&recall, &a, 1000 + RECALL_PAUSE_MS - 1));
    ck_assert_ptr_nonnull(recall_etag(&recall, &a, 1000 + RECALL_PAUSE_MS));
    recall_clear(&recall);
}
END_TEST

/* Of a standby, longer than there is room for, or without a version. */
START_TEST(not_remembered)
{
    struct recall recall = {0};
    struct recall_key a = key_of("a");
    char large[RECALL_SNAPSHOT_SIZE + 1];

    memset(large, '1', sizeof large);
    large[RECALL_SNAPSHOT_SIZE] = '\0';
    recall_note_etag(&recall, &a, "", "W/\"x\"");
    recall_note_etag(&recall, &a, large, "W/\"x\"");
    recall_note_etag(&recall, &a, "1:1:", "");
    ck_assert_ptr_null(recall_etag(&recall, &a, 0));
    ck_assert(!recall_holds(&recall, "", 0));
    recall_clear(&recall);
}
END_TEST

START_TEST(askers)
{
    struct recall recall = {0};
    struct recall_key a = key_of("a");
    struct recall_key b = key_of("b");
    struct asker asker = {0};

    ck_assert(!recall_asker(&recall, &a, &asker));
    recall_note_asker(&recall, &a, &(struct asker){7, true});
    ck_assert(recall_asker(&recall, &a, &asker));
    ck_assert_int_eq(asker.user_id, 7);
    ck_assert(asker.staff);
    ck_assert(!recall_asker(&recall, &b, &asker));
    recall_note_asker(&recall, &a, &(struct asker){8, false});
    ck_assert(recall_asker(&recall, &a, &asker));
    ck_assert_int_eq(asker.user_id, 8);
    recall_clear(&recall);
    ck_assert(!recall_asker(&recall, &a, &asker));
}
END_TEST

/* As a key whose digest begins alike: it has the same place. */
static struct recall_key
rival_of(struct recall_key key)
{
    key.bytes[RECALL_KEY_SIZE - 1] ^= 1;
    return key;
}

/* Two tokens with one place: neither ever gets the other's rights. */
START_TEST(rivals)
{
    struct recall recall = {0};
    const struct recall_key a = key_of("a");
    const struct recall_key b = rival_of(a);
    struct asker asker = {0};

    recall_note_asker(&recall, &a, &(struct asker){7, true});
    ck_assert(!recall_asker(&recall, &b, &asker));
    recall_note_asker(&recall, &b, &(struct asker){8, false});
    ck_assert(!recall_asker(&recall, &a, &asker)); /* the later has the place to itself */
    ck_assert(recall_asker(&recall, &b, &asker));
    ck_assert_int_eq(asker.user_id, 8);
    recall_note_etag(&recall, &a, "1:1:", "W/\"x\"");
    ck_assert_ptr_null(recall_etag(&recall, &b, 0));
    recall_note_etag(&recall, &b, "1:1:", "W/\"y\"");
    ck_assert_ptr_null(recall_etag(&recall, &a, 0));
    recall_clear(&recall);
}
END_TEST

/* Far more keys than places: none is ever taken for another. */
START_TEST(many)
{
    struct recall recall = {0};
    size_t known = 0;

    for (int i = 0; i < 3 * RECALL_PLACES; i++) {
        char text[16];
        struct recall_key key;

        (void)snprintf(text, sizeof text, "%d", i);
        key = key_of(text);
        recall_note_etag(&recall, &key, "1:1:", text);
    }
    for (int i = 0; i < 3 * RECALL_PLACES; i++) {
        char text[16];
        struct recall_key key;
        const char *etag;

        (void)snprintf(text, sizeof text, "%d", i);
        key = key_of(text);
        etag = recall_etag(&recall, &key, 0);
        known += etag != NULL;
        ck_assert(etag == NULL || strcmp(etag, text) == 0);
    }
    ck_assert_uint_gt(known, RECALL_PLACES / 2);
    ck_assert_uint_le(known, RECALL_PLACES);
    recall_clear(&recall);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {etag_of_a_snapshot, 1},
        {another_snapshot, 1},
        {not_remembered, 1},
        {askers, 1},
        {rivals, 1},
        {many, 1},
    };

    return suite_run("recall", tests, sizeof tests / sizeof tests[0]);
}
