/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the checks, which clients can see: path, slash, Accept, credentials, method, object,
 * parameters. */
#include "common/clock.h"
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

/* Who asks; for a client that may have the answer already, in one round trip with its version. */
static enum db_status
find_asker(const struct claim *claim, struct question *question, struct foresight *foresight,
           struct answer *answer)
{
    const char *token = claim->kind == CLAIM_TOKEN ? claim->token : NULL;
    bool foresees = reads(question->request) && resource_has_version(question->request);
    enum db_status status;

    if (claim->kind == CLAIM_ANONYMOUS)
        return DB_OK;
    question->asker.user_id = claim->user_id;
    if (foresees)
        status = resource_foresee(question, token, foresight);
    else
        status = identify_find(question->db, claim, &foresight->asker);
    question->foresight = foresees ? foresight : NULL;
    if (status == DB_OK)
        (void)identify_asker(claim, &foresight->asker, &question->asker, answer);
    return status;
}

static enum db_status
respond_asker(struct shim *shim, const struct route *route, const struct claim *claim,
              struct request *request, struct answer *answer)
{
    struct foresight foresight = {0};
    struct question question = {
        .resource = route->resource,
        .id = route->id,
        .request = request,
        .options = shim->options,
        .db = shim->db,
        .memory = &shim->memory,
    };
    enum db_status status = find_asker(claim, &question, &foresight, answer);

    if (status == DB_OK && answer->status == 0)
        status = respond_question(&question, request, route->has_id, answer);
    foresight_clear(&foresight);
    return status;
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
    if (needs_database(&claim, request) && !shim_has_database(shim)) {
        answer_unavailable(answer);
        return;
    }
    status = respond_asker(shim, route, &claim, request, answer);
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
