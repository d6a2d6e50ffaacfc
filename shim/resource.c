/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a question to an answer: parameters, the version if the client has one already, else the
 * rows, whose version is read in the same round trip.
 */
#include "common/clock.h"
#include "shim/negotiate.h"
#include "shim/reading.h"

#include <string.h>

static const struct filter_field trophy_fields[] = {
    {"id", FILTER_NUMBER},           {"id__in", FILTER_NUMBERS},
    {"trophy_type", FILTER_TYPE},    {"trophy_type__in", FILTER_TYPES},
    {"is_active", FILTER_FLAG},      {"is_hidden", FILTER_FLAG},
    {"is_progressive", FILTER_FLAG}, {"is_repeatable", FILTER_FLAG},
};

static const struct filter_field award_fields[] = {
    {"id", FILTER_NUMBER},
    {"id__in", FILTER_NUMBERS},
    {"earned_at", FILTER_INSTANT},
    {"earned_at__gt", FILTER_INSTANT},
    {"earned_at__gte", FILTER_INSTANT},
    {"earned_at__lt", FILTER_INSTANT},
    {"earned_at__lte", FILTER_INSTANT},
    {"is_notified", FILTER_FLAG},
    {"trophy", FILTER_TROPHY},
    {"trophy__in", FILTER_TROPHIES},
    {"trophy__is_active", FILTER_FLAG},
    {"trophy__is_hidden", FILTER_FLAG},
    {"trophy__is_repeatable", FILTER_FLAG},
    {"trophy__trophy_type", FILTER_TYPE},
    {"trophy__trophy_type__in", FILTER_TYPES},
};

/* The order of fields and names is that of the parameters and keys in sql/shim/. */
_Static_assert(sizeof trophy_fields / sizeof trophy_fields[0] == SHIM_TROPHY_FILTERS, "");
_Static_assert(sizeof award_fields / sizeof award_fields[0] == SHIM_AWARD_FILTERS, "");
_Static_assert((int)ORDER_TERMS_MAX == (int)SHIM_ORDER_TERMS, "");

static const char *const trophy_keys[] = {"order", "name", "trophy_type"};
static const char *const award_keys[] = {"earned_at", "trophy__trophy_type", "trophy__name"};

/* What each resource understands and is made from. */
static const struct {
    const struct filter_field *fields;
    size_t fields_count;
    const char *const *keys;
    struct order order;
    int parts;
    bool personal;
    enum db_status (*read)(struct reading *reading, struct answer *answer);
} resources[RESOURCES] = {
    [RESOURCE_TROPHY_LIST] = {trophy_fields,
                              SHIM_TROPHY_FILTERS,
                              trophy_keys,
                              {{1, 2}},
                              SHIM_VERSION_TROPHIES | SHIM_VERSION_AWARDS,
                              false,
                              resource_read_list},
    [RESOURCE_TROPHY] = {trophy_fields,
                         SHIM_TROPHY_FILTERS,
                         trophy_keys,
                         {{1, 2}},
                         SHIM_VERSION_TROPHIES | SHIM_VERSION_AWARDS,
                         false,
                         resource_read_list},
    [RESOURCE_PROGRESS] = {NULL,
                           0,
                           NULL,
                           {{0}},
                           SHIM_VERSION_TROPHIES | SHIM_VERSION_AWARDS | SHIM_VERSION_STATISTICS,
                           true,
                           resource_read_progress},
    [RESOURCE_USER_TROPHY_LIST] = {award_fields,
                                   SHIM_AWARD_FILTERS,
                                   award_keys,
                                   {{-1}},
                                   SHIM_VERSION_TROPHIES | SHIM_VERSION_AWARDS,
                                   true,
                                   resource_read_list},
    [RESOURCE_USER_TROPHY] = {award_fields,
                              SHIM_AWARD_FILTERS,
                              award_keys,
                              {{-1}},
                              SHIM_VERSION_TROPHIES | SHIM_VERSION_AWARDS,
                              true,
                              resource_read_list},
    [RESOURCE_USER_STATISTICS_LIST] =
        {NULL, 0, NULL, {{0}}, SHIM_VERSION_STATISTICS, true, resource_read_statistics},
    [RESOURCE_USER_STATISTICS] =
        {NULL, 0, NULL, {{0}}, SHIM_VERSION_STATISTICS, true, resource_read_statistics},
};

static bool
is_asked_for(const struct query *query, const char *key)
{
    const char *text = query_get(query, key);
    bool flag = false;

    return text != NULL && filter_flag(text, &flag) && flag;
}

int
reading_begin(struct reading *reading, const struct question *question)
{
    const struct query *query = &question->request->query;
    const struct text_list *off = &question->options->trophies_disabled;
    enum resource resource = question->resource;

    *reading = (struct reading){
        .question = question,
        .order = resources[resource].order,
        .repeatable = is_asked_for(query, "include_repeatable"),
        .rarity = is_asked_for(query, "rarity"),
        .shape = {&question->memory->images, question->options, question->request->base, NULL},
        .today = clock_date(clock_now_us()),
        .parts = resources[resource].parts,
    };
    if (question->asker.user_id == 0)
        reading->parts &= SHIM_VERSION_TROPHIES;
    if (reading->rarity)
        reading->shape.rarity = &question->memory->rarity;
    for (size_t i = 0; i < off->count; i++)
        buffer_printf(&reading->off, "%s%s", i > 0 ? "\x1f" : "", off->items[i]);
    paging_read(query, &reading->paging);
    if (resources[resource].keys != NULL)
        order_read(query, resources[resource].keys, SHIM_ORDER_TERMS, &reading->order);
    if (buffer_text(&reading->off) == NULL)
        return -1;
    return filters_read(resources[resource].fields, resources[resource].fields_count, query,
                        &reading->filters);
}

void
reading_end(struct reading *reading)
{
    filters_clear(&reading->filters);
    buffer_free(&reading->off);
    buffer_free(&reading->version);
}

static void
found_version(void *context, const struct store_shim_version *version)
{
    struct reading *reading = context;

    buffer_clear(&reading->version);
    buffer_put(&reading->version, version->text, strlen(version->text));
}

void
reading_ask_version(struct reading *reading, struct store_shim_version_reader *reader)
{
    *reader = (struct store_shim_version_reader){found_version, reading};
    store_shim_version(reading->question->db, reading->question->asker.user_id, NULL,
                       reading->parts, reader);
}

bool
resource_is_personal(enum resource resource, bool anonymous)
{
    return resources[resource].personal || !anonymous;
}

static bool
is_any(const char *if_none_match)
{
    return if_none_match[strspn(if_none_match, " \t")] == '*';
}

/* "*" is any version there is, and says nothing about whether there is one. */
bool
resource_has_version(const struct request *request)
{
    return request->if_none_match != NULL && !is_any(request->if_none_match);
}

/* What the client's version of an answer made from ${parts} may cover. */
static int
parts_to_compare(const struct question *question, int parts)
{
    if (question->resource == RESOURCE_PROGRESS && parts != 0 &&
        etag_may_cover_dates(question->request->if_none_match))
        return parts | SHIM_VERSION_DATES;
    return parts;
}

static void
foresee(void *context, const struct store_shim_version *version)
{
    struct foresight *foresight = context;

    foresight->asker = version->asker;
    buffer_put(&foresight->version, version->text, strlen(version->text));
    if (strlen(version->snapshot) < sizeof foresight->snapshot)
        memcpy(foresight->snapshot, version->snapshot, strlen(version->snapshot) + 1);
}

enum db_status
resource_foresee(const struct question *question, const char *token, struct foresight *foresight)
{
    struct store_shim_version_reader reader = {foresee, foresight};

    foresight->parts = resources[question->resource].parts;
    if (question->asker.user_id == 0 && token == NULL)
        foresight->parts &= SHIM_VERSION_TROPHIES;
    foresight->parts = parts_to_compare(question, foresight->parts);
    store_shim_version(question->db, question->asker.user_id, token, foresight->parts, &reader);
    return db_run(question->db);
}

void
foresight_clear(struct foresight *foresight)
{
    buffer_free(&foresight->version);
    *foresight = (struct foresight){0};
}

/* Reads the version of the parts, unless that has been done. */
static enum db_status
read_version(struct reading *reading)
{
    const struct foresight *foresight = reading->question->foresight;
    struct store_shim_version_reader reader;

    if (reading->parts == 0)
        return DB_OK;
    if (foresight != NULL && foresight->parts == reading->parts) {
        reading->version.failed |= foresight->version.failed;
        buffer_put(&reading->version, buffer_text(&foresight->version), foresight->version.length);
        return DB_OK;
    }
    reading_ask_version(reading, &reader);
    return db_run(reading->question->db);
}

/* Answers 304 if the client has the version that there would be now. */
static enum db_status
answer_version(struct reading *reading, struct answer *answer)
{
    const struct request *request = reading->question->request;
    int parts = reading->parts;
    enum db_status status = DB_OK;

    if (!resource_has_version(request) || filters_are_wrong(&reading->filters))
        return DB_OK;
    reading->parts = parts_to_compare(reading->question, parts);
    status = read_version(reading);
    if (status == DB_OK)
        etag_make(reading, answer->etag);
    if (status == DB_OK && negotiate_has_version(request->if_none_match, answer->etag))
        answer->status = 304;
    reading->parts = parts;
    return status;
}

static enum db_status
answer_rows(struct reading *reading, struct answer *answer)
{
    const char *if_none_match = reading->question->request->if_none_match;
    enum db_status status = resources[reading->question->resource].read(reading, answer);

    if (status != DB_OK || answer->status != 200)
        return status;
    etag_make(reading, answer->etag);
    if (if_none_match != NULL && is_any(if_none_match) && answer->etag[0] != '\0') {
        buffer_free(&answer->body);
        answer->status = 304;
    }
    return status;
}

enum db_status
resource_answer(const struct question *question, struct answer *answer)
{
    struct answer built = {0};
    struct reading reading;
    enum db_status status = DB_RETRY; /* out of memory: again later may work */

    if (reading_begin(&reading, question) == 0)
        status = reading.rarity
                     ? rarity_refresh(&question->memory->rarity, question->db, question->options)
                     : DB_OK;
    if (status == DB_OK)
        status = answer_version(&reading, &built);
    if (status == DB_OK && built.status == 0) {
        built.etag[0] = '\0';
        status = answer_rows(&reading, &built);
    }
    reading_end(&reading);
    if (status == DB_OK && built.body.failed)
        status = DB_RETRY;
    if (status != DB_OK) {
        answer_clear(&built);
        return status;
    }
    built.personal = resource_is_personal(question->resource, question->asker.user_id == 0);
    answer_clear(answer);
    *answer = built;
    return DB_OK;
}

void
resource_memory_clear(struct resource_memory *memory)
{
    images_clear(&memory->images);
    rarity_clear(&memory->rarity);
    recall_clear(&memory->recall);
    *memory = (struct resource_memory){0};
}
