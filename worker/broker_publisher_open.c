/* SPDX-License-Identifier: Apache-2.0 */
/* How a publisher's connection is made: aside, with copies, as a consumer's. */
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_declare.h"
#include "worker/broker_publisher.h"

#include <stdlib.h>
#include <string.h>

static const char who[] = PUBLISHER_WHO;

/* Everything that settings and exchanges point to outlives the process's last thread. */
struct opening {
    struct broker_settings settings;
    unsigned turn;
    const struct broker_exchange *exchanges;
    size_t exchange_count;
    bool has[PUBLISHER_MAX_EXCHANGES];
    struct broker_delay *delays; /* their texts are owned */
    size_t delay_count;
    bool delays_made;
    enum delay_channel delay_channel;
    struct broker_link link;
    bool opened;
};

static bool
find_exchanges(struct opening *opening, amqp_connection_state_t connection)
{
    for (size_t i = 0; i < opening->exchange_count; i++) {
        enum broker_found found = broker_find_exchange(connection, &opening->exchanges[i], who);

        if (found == BROKER_GONE)
            return false;
        opening->has[i] = found == BROKER_FOUND;
    }
    return true;
}

/* The queues that messages may be under way to, before any is sent there.  One that is refused is
 * asked for again when the next message needs it. */
static bool
make_delays(struct opening *opening, amqp_connection_state_t connection)
{
    opening->delays_made = true;
    if (amqp_get_channel_max(connection) == BROKER_CHANNEL)
        return true; /* the broker allows no other */
    for (size_t i = 0; i < opening->delay_count && opening->delays_made; i++) {
        enum broker_found found = broker_declare_delay(connection, &opening->delays[i], who);

        if (found == BROKER_GONE)
            return false;
        opening->delays_made = found == BROKER_FOUND;
    }
    (void)amqp_channel_open(connection, BROKER_DELAY_CHANNEL);
    opening->delay_channel = DELAY_CHANNEL_READY;
    return !broker_reply_failed(amqp_get_rpc_reply(connection), "channel.open", who);
}

static bool
confirm(amqp_connection_state_t connection)
{
    (void)amqp_confirm_select(connection, BROKER_CHANNEL);
    return !broker_reply_failed(amqp_get_rpc_reply(connection), "confirm.select", who);
}

static void
run(void *job)
{
    struct opening *opening = job;
    amqp_connection_state_t connection = broker_connect(&opening->settings, opening->turn, who);

    opening->opened = connection != NULL && find_exchanges(opening, connection) &&
                      make_delays(opening, connection) && confirm(connection) &&
                      broker_link_open(&opening->link, connection, who);
    if (!opening->opened)
        broker_disconnect(connection, /* politely */ false);
}

static void
free_opening(void *job)
{
    struct opening *opening = job;

    broker_link_drop(&opening->link);
    for (size_t i = 0; i < opening->delay_count; i++) {
        free((void *)(uintptr_t)opening->delays[i].name);
        free((void *)(uintptr_t)opening->delays[i].target);
    }
    free(opening->delays);
    free(opening);
}

/* gcc 12 loses what a job owns once the job is handed over, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static bool
copy_delays(struct opening *opening, const struct broker_delay *delays, size_t count)
{
    opening->delays = count == 0 ? NULL : calloc(count, sizeof *delays);
    if (opening->delays == NULL)
        return count == 0;
    for (; opening->delay_count < count; opening->delay_count++) {
        struct broker_delay *copy = &opening->delays[opening->delay_count];

        *copy = delays[opening->delay_count];
        copy->name = strdup(copy->name);
        copy->target = strdup(copy->target);
        if (copy->name == NULL || copy->target == NULL) {
            opening->delay_count++;
            return false;
        }
    }
    return true;
}

enum broker_event
publisher_open(struct publisher *publisher, const struct broker_delay *delays, size_t count)
{
    static const struct aside_call call = {run, free_opening};
    struct opening *opening = calloc(1, sizeof *opening);

    publisher_close(publisher);
    if (opening != NULL && copy_delays(opening, delays, count)) {
        opening->settings = publisher->settings;
        opening->turn = publisher->turn;
        opening->exchanges = publisher->exchanges;
        opening->exchange_count = publisher->exchange_count;
        publisher->opening = aside_start(&call, opening);
    }
    if (publisher->opening != NULL)
        return BROKER_NOTHING;
    if (opening != NULL)
        free_opening(opening);
    log_error("broker: %s: cannot be opened: out of memory", who);
    return BROKER_LOST;
}
#pragma GCC diagnostic pop

static void
take(struct publisher *publisher, struct opening *opening)
{
    publisher->link = opening->link;
    opening->link = (struct broker_link){0};
    publisher->delays_made = opening->delays_made;
    publisher->delay_channel = opening->delay_channel;
    for (size_t i = 0; i < opening->exchange_count; i++)
        publisher->has[i] = opening->has[i] && !publisher->barred[i];
}

enum broker_event
publisher_opened(struct publisher *publisher)
{
    struct opening *opening;
    bool opened;

    if (!aside_is_done(publisher->opening))
        return BROKER_NOTHING;
    opening = aside_take(publisher->opening);
    publisher->opening = NULL;
    opened = opening->opened;
    if (opened)
        take(publisher, opening);
    else
        publisher->turn++; /* the next URL */
    free_opening(opening);
    return opened ? BROKER_OPENED : BROKER_LOST;
}
