/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks for all active users: cut into ranges that are published. */
#include "common/clock.h"
#include "common/log.h"
#include "worker/range.h"
#include "worker/result.h"
#include "worker/worker.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE = 100 }; /* ranges published at once */

static int64_t
active_since_us(const struct worker *worker)
{
    return evaluation_active_since_us(worker->options, clock_now_us());
}

static int
found_cut(void *context, int32_t id)
{
    struct range_cuts *cuts = context;

    if (cuts->count == cuts->room) {
        size_t room = cuts->room == 0 ? 64 : cuts->room * 2;
        int32_t *ids = realloc(cuts->ids, room * sizeof *ids);

        if (ids == NULL)
            return -1;
        cuts->ids = ids;
        cuts->room = room;
    }
    cuts->ids[cuts->count++] = id;
    return 0;
}

static int
publish_range(struct worker *worker, struct message *parent, const struct store_range *range)
{
    bool evaluates = parent->kind->work == WORK_EVALUATE_ALL;
    struct follow_up follow_up = {0};

    if (range_follow_up(&follow_up, evaluates ? TASK_EVALUATE_RANGE : TASK_RECALCULATE_RANGE, range,
                        &parent->task) != 0)
        return -1;
    follow_up.routing_key = strdup(worker_queue(worker, parent));
    follow_up.properties.priority = parent->delivery.properties.priority;
    return outbox_add_follow_up_take(&worker->outbox, parent, &follow_up);
}

void
worker_publish_ranges(struct worker *worker, struct message *parent)
{
    struct range_cuts *cuts = parent->cuts;

    for (size_t i = 0; i < SLICE && cuts->next <= cuts->count && !parent->incomplete; i++) {
        struct store_range range = {.after_id = INT32_MIN, .upto_id = INT32_MAX};

        /* end to end, and the last is open above: whoever comes or goes meanwhile is in exactly one
         */
        if (cuts->next > 0)
            range.after_id = cuts->ids[cuts->next - 1];
        if (cuts->next < cuts->count)
            range.upto_id = cuts->ids[cuts->next];
        cuts->next++;
        if (publish_range(worker, parent, &range) != 0)
            parent->incomplete =
                true; /* out of memory: all of them again, once those that went out are confirmed */
    }
    if (cuts->next <= cuts->count && !parent->incomplete)
        return;
    range_cuts_free(cuts);
    parent->cuts = NULL;
    worker_succeed(worker, parent);
}

static int
found_trophy(void *context, const struct store_trophy_row *row)
{
    return trophies_add(context, row);
}

/* The ranges are published, unless the task names a trophy that there is not. */
static void
end_parent(struct worker *worker, struct message *parent, struct trophies *trophies)
{
    const struct text_list *only = worker->evaluator.request.only;
    struct err err = {0};
    const struct exception unknown = {"ValueError", "builtins", err.text, NULL};

    if (only != NULL && trophies_choose(trophies, only, &err) != 0) {
        range_cuts_free(parent->cuts);
        parent->cuts = NULL;
        worker_fail(worker, parent, &unknown);
        return;
    }
    log_info("[%s] %s: %zu ranges", parent->task.id, parent->task.name, parent->cuts->count + 1);
    worker_publish_ranges(worker, parent);
}

enum db_status
worker_cut_ranges(struct worker *worker, struct message *parent)
{
    struct range_cuts *cuts = calloc(1, sizeof *cuts);
    struct trophies trophies = {0};
    struct store_ids_reader ranges = {found_cut, cuts};
    struct store_trophies_reader definitions = {found_trophy, &trophies};
    enum db_status status;

    if (cuts == NULL)
        return DB_RETRY;
    range_cuts_free(parent->cuts); /* of an attempt that came to nothing */
    parent->cuts = cuts;
    store_ranges_load(worker->db, active_since_us(worker), worker->options->worker_range_users,
                      &ranges);
    if (worker->evaluator.request.only != NULL)
        store_trophies_load(worker->db, &definitions);
    status = db_run(worker->db);
    if (status == DB_OK)
        end_parent(worker, parent, &trophies);
    trophies_clear(&trophies);
    return status;
}
