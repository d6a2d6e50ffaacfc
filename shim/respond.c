/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the checks, which clients can see: path, slash, Accept, credentials, method, object,
 * parameters. */
#include "common/clock.h"
#include "common/store_shim.h"
#include "common/utf8.h"
#include "shim/identify.h"
#include "shim/negotiate.h"
#include "shim/shim.h"

#include <stdio.h>
#include <string.h>

enum { US_PER_S = 1000000, METHOD_SHOWN = 64 };

/* How the application names them to OPTIONS. */
static const char *const names[RESOURCES] = {
    [RESOURCE_TROPHY_LIST] = "Trophy List",
    [RESOURCE_TROPHY] = "Trophy Instance",
    [RESOURCE_PROGRESS] = "Progress",
    [RESOURCE_USER_TROPHY_LIST] = "User Trophy List",
    [RESOURCE_USER_TROPHY] = "User Trophy Instance",
    [RESOURCE_USER_STATISTICS_LIST] = "User Statistics List",
    [RESOURCE_USER_STATISTICS] = "User Statistics Instance",
};

static bool
is_private(enum resource resource)
{
    return resource != RESOURCE_TROPHY_LIST && resource != RESOURCE_TROPHY &&
           resource != RESOURCE_PROGRESS;
}

static bool
reads(const struct request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static bool
asks_for_options(const struct request *request)
{
    return strcmp(request->method, "OPTIONS") == 0;
}

static void
redirect(const struct request *request, struct answer *answer)
{
    struct buffer location = {0};

    answer_clear(answer);
    buffer_printf(&location, "%.*s/%s", (int)strcspn(request->target, "?"), request->target,
                  request->target + strcspn(request->target, "?"));
    if (location.failed) {
        buffer_free(&location);
        answer_unavailable(answer);
        return;
    }
    answer->status = 301;
    answer->location = location.text;
}

static void
refuse_method(const struct request *request, struct answer *answer)
{
    char text[METHOD_SHOWN + 32];

    (void)snprintf(text, sizeof text, "Method \"%.*s\" not allowed.", METHOD_SHOWN,
                   request->method);
    utf8_neutralise(text);
    answer_detail(answer, 405, text);
}

static void
describe(enum resource resource, struct answer *answer)
{
    answer_clear(answer);
    answer->status = 200;
    buffer_printf(&answer->body,
                  "{\"name\":\"%s\",\"description\":\"\",\"renders\":[\"application/json\"],"
                  "\"parses\":[\"application/json\"]}",
                  names[resource]);
}

static void
respond_page(enum page page, const struct request *request, struct answer *answer)
{
    if (reads(request))
        pages_answer(page, request->if_none_match, answer);
    else if (asks_for_options(request))
        answer_json(answer, 200, "");
    else
        refuse_method(request, answer);
}

/* The last steps, with a database: the method, the object and its rows. */
static enum db_status
respond_question(const struct question *question, struct request *request, bool has_id,
                 struct answer *answer)
{
    struct err err = {0};

    if (asks_for_options(request))
        describe(question->resource, answer);
    else if (!reads(request))
        refuse_method(request, answer);
    else if (route_has_object(question->resource) && !has_id)
        answer_detail(answer, 404, "Not found.");
    else if (query_parse(request->raw_query, &request->query, &err) != 0)
        answer_detail(answer, 400, err.text);
    else
        return resource_answer(question, answer);
    return DB_OK;
}

/* ---- who asks */

/* A question with the credentials that came with it. */
struct asking {
    struct shim *shim;
    const struct claim *claim;
    struct request *request;
    struct question question;
    struct foresight foresight; /* its asker also where nothing is foreseen */
    struct recall_key who;
    bool has_who;
    bool has_id;
};

/* The digest of the credentials and, where ${question} is not NULL, of all that selects the answer
 * and is not in the database or the configuration. */
static int
make_key(const struct claim *claim, const struct question *question, struct recall_key *key)
{
    struct buffer text = {0};
    int status = -1;

    buffer_printf(&text, "%d %d %s", (int)claim->kind, (int)claim->user_id, claim->token);
    if (question != NULL) {
        const struct request *request = question->request;
        const char *const parts[] = {request->base, request->path,
                                     request->raw_query == NULL ? "" : request->raw_query};

        buffer_printf(&text, " %d %d", (int)question->resource, clock_date(clock_now_us()));
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            buffer_put(&text, "", 1); /* a NUL: no two values run together */
            buffer_put(&text, parts[i], strlen(parts[i]));
        }
    }
    if (!text.failed)
        status = recall_key_make(text.text, text.length, key);
    buffer_free(&text);
    return status;
}

/* What ?rarity=true adds changes by itself. */
static bool
is_recallable(const struct asking *asking)
{
    const char *query = asking->request->raw_query;

    return reads(asking->request) && resource_has_version(asking->request) &&
           (query == NULL || strstr(query, "rarity") == NULL);
}

static int
take_snapshot(void *context, const char *text)
{
    char *snapshot = context;

    if (strlen(text) < RECALL_SNAPSHOT_SIZE)
        memcpy(snapshot, text, strlen(text) + 1);
    return 0;
}

/* 304 if the client has the version of last time, and nothing at all has changed since. */
static enum db_status
respond_unchanged(const struct asking *asking, const struct recall_key *key, struct answer *answer)
{
    struct recall *recall = &asking->shim->memory.recall;
    const struct question *question = &asking->question;
    char snapshot[RECALL_SNAPSHOT_SIZE] = "";
    struct store_shim_text_reader reader = {take_snapshot, snapshot};
    const char *etag = recall_etag(recall, key, clock_monotonic_ms());
    enum db_status status;

    if (etag == NULL || !negotiate_has_version(asking->request->if_none_match, etag))
        return DB_OK;
    store_shim_snapshot(question->db, &reader);
    status = db_run(question->db);
    if (status != DB_OK || !recall_holds(recall, snapshot, clock_monotonic_ms()))
        return status;
    answer->status = 304;
    (void)snprintf(answer->etag, sizeof answer->etag, "%s", etag);
    answer->personal =
        resource_is_personal(question->resource, asking->claim->kind == CLAIM_ANONYMOUS);
    return DB_OK;
}

/* Who asks; for a client that may have the answer already, in one round trip with its version. */
static enum db_status
find_asker(struct asking *asking, struct answer *answer)
{
    const struct claim *claim = asking->claim;
    struct question *question = &asking->question;
    const char *token = claim->kind == CLAIM_TOKEN ? claim->token : NULL;
    bool foresees = reads(question->request) && resource_has_version(question->request);
    enum db_status status;

    question->asker = (struct asker){.user_id = claim->user_id};
    if (foresees)
        status = resource_foresee(question, token, &asking->foresight);
    else if (claim->kind == CLAIM_ANONYMOUS)
        return DB_OK;
    else
        status = identify_find(question->db, claim, &asking->foresight.asker);
    question->foresight = foresees ? &asking->foresight : NULL;
    if (status == DB_OK && claim->kind != CLAIM_ANONYMOUS &&
        identify_asker(claim, &asking->foresight.asker, &question->asker, answer) == 0 &&
        asking->has_who)
        recall_note_asker(&asking->shim->memory.recall, &asking->who, &question->asker);
    return status;
}

static enum db_status
respond_known(struct asking *asking, struct answer *answer)
{
    enum db_status status = find_asker(asking, answer);

    if (status == DB_OK && answer->status == 0)
        status = respond_question(&asking->question, asking->request, asking->has_id, answer);
    return status;
}

/*
 * Whoever asked last time with these credentials is asked for at once, in the round trip that looks
 * up who it is now; if that is somebody else ${answer} is left without a status.
 */
static enum db_status
respond_guess(struct asking *asking, struct answer *answer)
{
    struct question *question = &asking->question;
    const struct asker guess = question->asker;
    struct store_asker *found = &asking->foresight.asker;
    struct store_asker_reader reader;
    struct answer refusal = {0};
    struct asker asker;
    enum db_status status;

    identify_send(question->db, asking->claim, &reader, found);
    status = respond_question(question, asking->request, asking->has_id, answer);
    if (status == DB_OK && !db_is_idle(question->db))
        status = db_run(question->db);
    if (status != DB_OK)
        return status;
    if (identify_asker(asking->claim, found, &asker, &refusal) != 0) {
        answer_clear(answer);
        *answer = refusal;
    } else if (asker.user_id != guess.user_id || asker.staff != guess.staff) {
        answer_clear(answer);
        query_clear(&asking->request->query);
    }
    return DB_OK;
}

static enum db_status
respond_asker(struct asking *asking, struct answer *answer)
{
    struct recall *recall = &asking->shim->memory.recall;
    bool recallable = is_recallable(asking);
    struct recall_key key;
    enum db_status status = DB_OK;

    if (recallable && make_key(asking->claim, &asking->question, &key) != 0)
        recallable = false;
    if (recallable)
        status = respond_unchanged(asking, &key, answer);
    else if (asking->has_who && reads(asking->request) && !resource_has_version(asking->request) &&
             recall_asker(recall, &asking->who, &asking->question.asker))
        status = respond_guess(asking, answer);
    if (status != DB_OK || answer->status != 0)
        return status;
    status = respond_known(asking, answer);
    if (status == DB_OK && answer->status == 304 && recallable)
        recall_note_etag(recall, &key, asking->foresight.snapshot, answer->etag);
    return status;
}

static enum db_status
ask(struct shim *shim, const struct route *route, const struct claim *claim,
    struct request *request, struct answer *answer)
{
    struct asking asking = {
        .shim = shim,
        .claim = claim,
        .request = request,
        .question =
            {
                .resource = route->resource,
                .id = route->id,
                .request = request,
                .options = shim->options,
                .db = shim->db,
                .memory = &shim->memory,
            },
        .has_id = route->has_id,
    };
    enum db_status status;

    asking.has_who = claim->kind != CLAIM_ANONYMOUS && make_key(claim, NULL, &asking.who) == 0;
    status = respond_asker(&asking, answer);
    foresight_clear(&asking.foresight);
    return status;
}

/*
 * A session that turns out to have ended is opened again, once, and the question asked anew.  Not
 * where finding that out took long already: the loop stands still meanwhile.
 */
static enum db_status
respond_claim(struct shim *shim, const struct route *route, const struct claim *claim,
              struct request *request, struct answer *answer)
{
    int64_t asked_ms = clock_monotonic_ms();
    enum db_status status = ask(shim, route, claim, request, answer);

    if (status != DB_LOST || clock_monotonic_ms() - asked_ms > RECONNECT_MS ||
        !shim_reconnect(shim))
        return status;
    answer_clear(answer);
    query_clear(&request->query);
    return ask(shim, route, claim, request, answer);
}

/* Does the answer need the database?  Whoever is anonymous and asks for no rows gets it without. */
static bool
needs_database(const struct claim *claim, const struct request *request)
{
    return claim->kind != CLAIM_ANONYMOUS || reads(request);
}

static void
respond_resource(struct shim *shim, const struct route *route, struct request *request,
                 struct answer *answer)
{
    struct claim claim;
    enum db_status status;

    if (!negotiate_json(request->accept)) {
        answer_detail(answer, 406, "Could not satisfy the request Accept header.");
        return;
    }
    if (identify_claim(request->authorization, shim->key, clock_now_us() / US_PER_S, &claim,
                       answer) != 0)
        return;
    if (claim.kind == CLAIM_ANONYMOUS && is_private(route->resource)) {
        answer_detail(answer, 403, "Authentication credentials were not provided.");
        return;
    }
    if (needs_database(&claim, request) && !shim_has_database(shim) && !shim_reconnect(shim)) {
        answer_unavailable(answer);
        return;
    }
    status = respond_claim(shim, route, &claim, request, answer);
    if (status == DB_DATA)
        answer_detail(answer, 500, "Internal server error.");
    else if (status != DB_OK)
        answer_unavailable(answer);
}

void
respond(struct shim *shim, const struct route *route, struct request *request,
        struct answer *answer)
{
    answer_clear(answer);
    if (route->kind == ROUTE_NONE)
        answer_detail(answer, 404, "Not found.");
    else if (request->preflight)
        answer->status = 200;
    else if (route->kind == ROUTE_SLASH)
        redirect(request, answer);
    else if (route->kind == ROUTE_PAGE)
        respond_page(route->page, request, answer);
    else
        respond_resource(shim, route, request, answer);
    if (route->kind == ROUTE_RESOURCE && is_private(route->resource))
        answer->personal = true;
}
