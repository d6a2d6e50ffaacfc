/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: what becomes of the messages that lie in the inbox. */
#include "common/clock.h"
#include "worker/control.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"
#include "worker/request_info.h"

#include <stdio.h>
#include <string.h>

enum { PRIORITY = 6 }; /* of every entry of Celery's timer */

/* As Celery sorts them. */
enum stage { STAGE_NONE, STAGE_SCHEDULED, STAGE_RESERVED, STAGE_ACTIVE };

/* A message that ends by what it publishes (ranges) is at work until that is safe; one that is
 * moved was never begun. */
static enum stage
stage_of(const struct message *message, int64_t now_us)
{
    if (message->kind == NULL || message_is_settled(message))
        return STAGE_NONE;
    if (message->state == MESSAGE_WAITING)
        return message->task.eta_us > now_us ? STAGE_SCHEDULED : STAGE_RESERVED;
    return message->started_us != 0 ? STAGE_ACTIVE : STAGE_RESERVED;
}

/* As Python writes it: without a fraction if there is none. */
static json_t *
write_eta(int64_t eta_us)
{
    static const char no_fraction[] = ".000000";
    char text[CLOCK_TEXT_SIZE];
    char *fraction;

    clock_format_utc(eta_us, text);
    fraction = strstr(text, no_fraction);
    if (fraction != NULL)
        memmove(fraction, fraction + strlen(no_fraction),
                strlen(fraction + strlen(no_fraction)) + 1);
    return json_string(text);
}

static json_t *
show(const struct worker *worker, const struct message *message, enum stage stage, bool safe)
{
    json_t *info = request_info(worker->name, message, safe);

    if (stage != STAGE_SCHEDULED || info == NULL)
        return info;
    return json_pack("{s:o, s:i, s:o}", "eta", write_eta(message->task.eta_us), "priority",
                     (int)PRIORITY, "request", info);
}

static json_t *
list(const struct worker *worker, enum stage stage, bool safe)
{
    struct control_room room = {CONTROL_ROOM};
    int64_t now_us = clock_now_us();
    json_t *found = json_array();

    for (size_t i = 0; i < worker->inbox.count; i++) {
        const struct message *message = worker->inbox.messages[i];

        if (stage_of(message, now_us) == stage &&
            !control_append_take(&room, found, show(worker, message, stage, safe)))
            break;
    }
    return found;
}

json_t *
control_active(struct worker *worker, const json_t *arguments)
{
    return list(worker, STAGE_ACTIVE, control_truth(arguments, "safe"));
}

json_t *
control_reserved(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    return list(worker, STAGE_RESERVED, /* safe */ false);
}

json_t *
control_scheduled(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    return list(worker, STAGE_SCHEDULED, /* safe */ false);
}

json_t *
control_query_task(struct worker *worker, const json_t *arguments)
{
    struct control_room room = {CONTROL_ROOM};
    json_t *ids = control_texts(arguments, "ids");
    int64_t now_us = clock_now_us();
    json_t *found = json_object();

    for (size_t i = 0; i < worker->inbox.count; i++) {
        const struct message *message = worker->inbox.messages[i];
        enum stage stage = stage_of(message, now_us);

        if (stage < STAGE_RESERVED || json_object_get(ids, message->task.id) == NULL)
            continue;
        if (!control_set_take(&room, found, message->task.id,
                              json_pack("[s, o]", stage == STAGE_ACTIVE ? "active" : "reserved",
                                        request_info(worker->name, message, /* safe */ false))))
            break;
    }
    json_decref(ids);
    return found;
}
