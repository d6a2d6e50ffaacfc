/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_shim.h"

#include "common/clock.h"
#include "common/store_row.h"

#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_SIZE = 24 };

static const char *
put_number(char text[NUMBER_SIZE], int64_t number)
{
    (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
    return text;
}

/* The nine columns of a trophy from ${first} on. */
static bool
read_trophy(const PGresult *result, int first, struct store_shim_trophy *trophy)
{
    int64_t order;

    *trophy = (struct store_shim_trophy){
        .uuid = row_text(result, first + 1),
        .name = row_text(result, first + 2),
        .description = row_text(result, first + 3),
        .type = row_text(result, first + 4),
        .is_hidden = row_flag(result, first + 5),
        .is_progressive = row_flag(result, first + 6),
        .is_repeatable = row_flag(result, first + 7),
    };
    if (!row_id(result, first, &trophy->id) || trophy->uuid == NULL || trophy->name == NULL ||
        trophy->description == NULL || trophy->type == NULL ||
        !row_number(result, first + 8, 0, INT32_MAX, &order))
        return false;
    trophy->order = (int32_t)order;
    return true;
}

enum { TROPHY_COLUMN = 2, AWARD_COLUMN = 11 };

static bool
read_place(const PGresult *result, struct store_shim_row *row)
{
    return row_number(result, 0, 1, INT64_MAX, &row->total) &&
           row_number(result, 1, 1, INT64_MAX, &row->place) &&
           read_trophy(result, TROPHY_COLUMN, &row->trophy);
}

static int
read_trophy_row(void *context, const PGresult *result)
{
    const struct store_shim_list_reader *reader = context;
    struct store_shim_row row = {0};

    if (!read_place(result, &row))
        return -1;
    reader->found(reader->context, &row);
    return 0;
}

static int
read_award_row(void *context, const PGresult *result)
{
    const struct store_shim_list_reader *reader = context;
    const char *progress = row_text(result, AWARD_COLUMN + 2);
    struct store_shim_row row = {
        .is_notified = row_flag(result, AWARD_COLUMN + 3),
        .context_data = row_text(result, AWARD_COLUMN + 4),
    };

    if (!read_place(result, &row) || !row_id(result, AWARD_COLUMN, &row.id) || progress == NULL ||
        !row_number(result, AWARD_COLUMN + 1, INT64_MIN, INT64_MAX, &row.earned_at_us))
        return -1;
    row.progress = strtod(progress, NULL);
    reader->found(reader->context, &row);
    return 0;
}

/* The numbers at the end of a list's parameters, which the texts are room for. */
struct page_texts {
    char id[NUMBER_SIZE];
    char order[SHIM_ORDER_TERMS][NUMBER_SIZE];
    char limit[NUMBER_SIZE];
    char offset[NUMBER_SIZE];
};

/* From the id on all parameters of lists are alike: the id, ${count} filters, order, limit, offset.
 */
static void
put_list(const struct store_shim_list *list, size_t count, struct page_texts *texts,
         const char **parameters)
{
    *parameters++ = list->id == NULL ? NULL : put_number(texts->id, *list->id);
    for (size_t i = 0; i < count; i++)
        *parameters++ = list->filters == NULL ? NULL : list->filters[i];
    for (size_t i = 0; i < SHIM_ORDER_TERMS; i++)
        *parameters++ = put_number(texts->order[i], list->order[i]);
    *parameters++ = put_number(texts->limit, list->limit);
    *parameters = put_number(texts->offset, list->offset);
}

void
store_shim_trophies(struct db *db, const struct store_shim_list *list,
                    struct store_shim_list_reader *reader)
{
    struct page_texts texts;
    char user_id[NUMBER_SIZE];
    const char *parameters[3 + 1 + SHIM_TROPHY_FILTERS + SHIM_ORDER_TERMS + 2] = {
        put_number(user_id, list->user_id), list->staff ? "t" : "f", list->off};

    put_list(list, SHIM_TROPHY_FILTERS, &texts, parameters + 3);
    db_send(db, DB_shim_trophies, parameters, read_trophy_row, reader);
}

void
store_shim_awards(struct db *db, const struct store_shim_list *list,
                  struct store_shim_list_reader *reader)
{
    struct page_texts texts;
    char user_id[NUMBER_SIZE];
    const char *parameters[2 + 1 + SHIM_AWARD_FILTERS + SHIM_ORDER_TERMS + 2] = {
        put_number(user_id, list->user_id), list->off};

    put_list(list, SHIM_AWARD_FILTERS, &texts, parameters + 2);
    db_send(db, DB_shim_awards, parameters, read_award_row, reader);
}

static int
read_progress(void *context, const PGresult *result)
{
    const struct store_shim_progress_reader *reader = context;
    struct store_shim_progress row = {
        .earned_at_us = NOT_EARNED,
        .checker_class = row_text(result, 10),
        .params_type = row_text(result, 11),
        .params_text = row_text(result, 12),
        .key = row_text(result, 13),
        .type = row_text(result, 14),
        .text = row_text(result, 15),
    };

    if (!read_trophy(result, 0, &row.trophy) || row.checker_class == NULL ||
        row.params_type == NULL)
        return -1;
    (void)row_number(result, 9, INT64_MIN + 1, INT64_MAX, &row.earned_at_us);
    return reader->found(reader->context, &row);
}

void
store_shim_progress(struct db *db, const struct store_shim_list *list, bool repeatable,
                    struct store_shim_progress_reader *reader)
{
    char user_id[NUMBER_SIZE];
    const char *const parameters[] = {put_number(user_id, list->user_id), list->staff ? "t" : "f",
                                      list->off, repeatable ? "t" : "f"};

    db_send(db, DB_shim_progress, parameters, read_progress, reader);
}

static int
read_text(void *context, const PGresult *result)
{
    const struct store_shim_text_reader *reader = context;
    const char *text = row_text(result, 0);

    return reader->found(reader->context, text == NULL ? "{}" : text);
}

void
store_shim_dates(struct db *db, int32_t user_id, struct store_shim_text_reader *reader)
{
    char text[NUMBER_SIZE];
    const char *const parameters[] = {put_number(text, user_id)};

    db_send(db, DB_shim_dates, parameters, read_text, reader);
}

static int
read_version(void *context, const PGresult *result)
{
    const struct store_shim_version_reader *reader = context;
    struct store_shim_version version = {
        .asker = {.active = row_flag(result, 1), .staff = row_flag(result, 2)},
        .text = row_text(result, 3),
        .snapshot = row_text(result, 4),
    };

    if ((row_text(result, 0) != NULL && !row_id(result, 0, &version.asker.id)) ||
        version.text == NULL || version.snapshot == NULL)
        return -1;
    reader->found(reader->context, &version);
    return 0;
}

void
store_shim_version(struct db *db, int32_t user_id, const char *token, int parts,
                   struct store_shim_version_reader *reader)
{
    char user[NUMBER_SIZE];
    char wanted[NUMBER_SIZE];
    const char *const parameters[] = {token == NULL ? put_number(user, user_id) : NULL, token,
                                      put_number(wanted, parts)};

    db_send(db, DB_shim_version, parameters, read_version, reader);
}

void
store_shim_snapshot(struct db *db, struct store_shim_text_reader *reader)
{
    db_send(db, DB_shim_snapshot, NULL, read_text, reader);
}

void
store_shim_known_trophies(struct db *db, const char *ids, struct text_list *known)
{
    const char *const parameters[] = {ids};

    db_send(db, DB_shim_known_trophies, parameters, row_add_text, known);
}

static int
read_rarity(void *context, const PGresult *result)
{
    const struct store_shim_rarity_reader *reader = context;
    int32_t trophy_id = 0;
    int64_t users;

    if ((row_text(result, 0) != NULL && !row_id(result, 0, &trophy_id)) ||
        !row_number(result, 1, 0, INT64_MAX, &users))
        return -1;
    return reader->found(reader->context, trophy_id, users);
}

void
store_shim_rarity(struct db *db, int64_t active_since_us, struct store_shim_rarity_reader *reader)
{
    char active_since[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {active_since};

    clock_format_utc(active_since_us, active_since);
    db_send(db, DB_shim_rarity, parameters, read_rarity, reader);
}
