/* SPDX-License-Identifier: Apache-2.0 */
/* Confirmations come in any order, one by one or for all up to a number: a ring of flags says which
 * of the messages on the way are settled. */
#include "worker/sender.h"

#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { STALL_MS = 10000, TURN_MS = 1000 }; /* without a word from the broker; for heartbeats */

/* False: poll() fails, which was logged. */
static bool
wait_for_publisher(const struct sender *sender)
{
    struct pollfd fd = {.fd = publisher_fd(sender->publisher),
                        .events = publisher_events(sender->publisher)};

    publisher_flush(sender->publisher);
    if (publisher_has_buffered(sender->publisher) || poll(&fd, 1, TURN_MS) >= 0 || errno == EINTR)
        return true;
    log_error("poll: %s", strerror(errno));
    return false;
}

/* Connects to the URL whose turn it is. */
static bool
open_publisher(struct sender *sender)
{
    struct confirmation none;
    enum broker_event event = publisher_open(sender->publisher, NULL, 0);

    while (event == BROKER_NOTHING && wait_for_publisher(sender))
        event = publisher_next(sender->publisher, &none);
    return event == BROKER_OPENED;
}

int
sender_open(struct sender *sender, const struct broker_settings *settings)
{
    sender->publisher = publisher_new(settings, NULL, 0);
    if (sender->publisher == NULL) {
        log_error("out of memory");
        return -1;
    }
    for (size_t i = 0; i < settings->urls->count; i++)
        if (open_publisher(sender))
            return 0;
    return -1;
}

void
sender_close(struct sender *sender)
{
    publisher_free(sender->publisher);
    sender->publisher = NULL;
}

static void
settle(struct sender *sender, const struct confirmation *confirmation, uint64_t *count)
{
    uint64_t number = confirmation->multiple ? sender->settled + 1 : confirmation->number;

    if (confirmation->number > sender->sent || number <= sender->settled)
        return; /* of none that is on the way */
    for (; number <= confirmation->number; number++) {
        bool *done = &sender->done[number % SENDER_WINDOW];

        *count += !*done;
        *done = true;
    }
    while (sender->settled < sender->sent && sender->done[(sender->settled + 1) % SENDER_WINDOW])
        sender->done[++sender->settled % SENDER_WINDOW] = false;
}

/* Takes in what the broker has said; -1: lost. */
static int
take(struct sender *sender, bool *heard)
{
    struct confirmation confirmation;
    enum broker_event event;

    *heard = false;
    while ((event = publisher_next(sender->publisher, &confirmation)) != BROKER_NOTHING) {
        *heard = true;
        if (event == BROKER_LOST)
            return -1;
        if (event == BROKER_RETURNED)
            sender->returned++;
        else if (event == BROKER_CONFIRMED)
            settle(sender, &confirmation, &sender->confirmed);
        else
            settle(sender, &confirmation, &sender->refused);
    }
    return 0;
}

/* Waits until at most ${most} are on the way and the broker takes more. */
static int
wait_until(struct sender *sender, uint64_t most)
{
    int64_t deadline_ms = clock_monotonic_ms() + STALL_MS;
    bool heard;

    while (take(sender, &heard) == 0) {
        if (sender->sent - sender->settled <= most && publisher_is_ready(sender->publisher))
            return 0;
        if (heard)
            deadline_ms = clock_monotonic_ms() + STALL_MS;
        if (clock_monotonic_ms() >= deadline_ms) {
            log_error("broker: no confirmation for %d s", STALL_MS / 1000);
            return -1;
        }
        if (!wait_for_publisher(sender))
            return -1;
    }
    return -1;
}

int
sender_send(struct sender *sender, const struct publication *publication)
{
    uint64_t number;
    enum broker_event event;

    do {
        if (wait_until(sender, SENDER_WINDOW - 1) != 0)
            return -1;
        event = publisher_send(sender->publisher, publication, &number);
        if (event == BROKER_FULL && !wait_for_publisher(sender))
            return -1;
    } while (event == BROKER_FULL);
    if (event == BROKER_LOST)
        return -1;
    if (event == BROKER_REFUSED)
        sender->refused++;
    else
        sender->sent = number;
    return 0;
}

int
sender_finish(struct sender *sender)
{
    return wait_until(sender, 0);
}
