/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux says that a TCP socket can be written to when at least a third of its buffer is free, so
 * after such a word a third of the buffer takes all that is written into it.  The buffer is set,
 * since one that the kernel resizes may also shrink.
 *
 * librabbitmq's own heartbeats are switched off by "tuning" the connection anew: with them it would
 * write whenever one is due, room or not, and wait for the socket.
 */
#include "worker/broker_link.h"

#include "common/clock.h"
#include "common/log.h"
#include "worker/broker_connection.h"

#include <amqp_framing.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

enum {
    BUFFER_BYTES = 512 << 10, /* asked for; the kernel doubles it, or gives what it allows */
    WRITABLE_SHARE = 3,
    HEARTBEAT_BYTES = 8,
    MISSED_HEARTBEATS = 2, /* as AMQP has it */
};

static int
poll_now(const struct broker_link *link, short events)
{
    struct pollfd p = {.fd = broker_link_fd(link), .events = events};

    return poll(&p, 1, 0) > 0 ? p.revents : 0;
}

static bool
set_buffer(struct broker_link *link, int fd)
{
    int bytes = BUFFER_BYTES;
    socklen_t length = sizeof bytes;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &length) != 0 || bytes <= 0)
        return false;
    link->buffer = (size_t)bytes;
    return true;
}

bool
broker_link_open(struct broker_link *link, amqp_connection_state_t connection, const char *who)
{
    int64_t now_ms = clock_monotonic_ms();

    *link = (struct broker_link){
        .who = who,
        .heartbeat_ms = (int64_t)amqp_get_heartbeat(connection) * 1000,
        .sent_ms = now_ms,
        .heard_ms = now_ms,
    };
    if (!amqp_release_buffers_ok(connection) ||
        amqp_tune_connection(connection, amqp_get_channel_max(connection),
                             amqp_get_frame_max(connection),
                             /* heartbeat */ 0) != AMQP_STATUS_OK ||
        !set_buffer(link, amqp_get_sockfd(connection))) {
        log_warn("broker: %s: the connection cannot be set up", who);
        return false;
    }
    link->connection = connection;
    return true;
}

void
broker_link_drop(struct broker_link *link)
{
    broker_disconnect(link->connection, /* politely */ false);
    *link = (struct broker_link){0};
}

/* Until the broker answers, or hangs up; what else it still sends goes back to its queue. */
static void
await_close(struct broker_link *link, int64_t wait_ms)
{
    int64_t deadline_ms = clock_monotonic_ms() + wait_ms;
    enum broker_read read;
    amqp_frame_t frame;
    int64_t left_ms;

    while ((left_ms = deadline_ms - clock_monotonic_ms()) > 0) {
        struct pollfd p = {.fd = broker_link_fd(link), .events = POLLIN};

        read = broker_link_read(link, &frame);
        if (read == BROKER_READ_LOST ||
            (read == BROKER_READ_FRAME && frame.frame_type == AMQP_FRAME_METHOD &&
             frame.payload.method.id == AMQP_CONNECTION_CLOSE_OK_METHOD))
            return;
        if (read == BROKER_READ_NOTHING)
            (void)poll(&p, 1, (int)left_ms);
    }
}

void
broker_link_farewell(struct broker_link *link, int64_t wait_ms)
{
    amqp_connection_close_t farewell = {.reply_code = AMQP_REPLY_SUCCESS,
                                        .reply_text = broker_bytes("goodbye")};

    if (link->connection != NULL && broker_link_takes(link, BROKER_METHOD_BYTES) &&
        broker_link_send_method(link, 0, AMQP_CONNECTION_CLOSE_METHOD, &farewell))
        await_close(link, wait_ms);
    broker_link_drop(link);
}

/* Has the other side got everything?  Then the whole buffer is free. */
static bool
is_empty(const struct broker_link *link)
{
    int waiting;

    return ioctl(broker_link_fd(link), SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

bool
broker_link_takes(struct broker_link *link, size_t bytes)
{
    size_t cost = bytes + BROKER_FRAME_COST;

    if (cost <= link->room)
        return true;
    link->full = (poll_now(link, POLLOUT) & POLLOUT) == 0;
    link->room = link->full ? 0 : link->buffer / WRITABLE_SHARE;
    if (cost > link->room && !link->full && is_empty(link))
        link->room = link->buffer;
    return cost <= link->room;
}

bool
broker_link_takes_methods(struct broker_link *link, size_t count)
{
    return broker_link_takes(link,
                             count * (BROKER_METHOD_BYTES + BROKER_FRAME_COST) - BROKER_FRAME_COST);
}

size_t
broker_link_largest(const struct broker_link *link)
{
    size_t frame = (size_t)amqp_get_frame_max(link->connection);
    size_t half = link->buffer / 2;

    return frame < half ? frame : half;
}

bool
broker_link_send(struct broker_link *link, const amqp_frame_t *frame, size_t bytes)
{
    size_t cost = bytes + BROKER_FRAME_COST;
    int status = amqp_send_frame(link->connection, frame);

    link->room -= cost < link->room ? cost : link->room;
    link->sent_ms = clock_monotonic_ms();
    if (status == AMQP_STATUS_OK)
        return true;
    log_warn("broker: %s: %s", link->who, amqp_error_string2(status));
    return false;
}

bool
broker_link_send_method(struct broker_link *link, amqp_channel_t channel, amqp_method_number_t id,
                        void *method)
{
    const amqp_frame_t frame = {
        .frame_type = AMQP_FRAME_METHOD,
        .channel = channel,
        .payload.method = {.id = id, .decoded = method},
    };

    return broker_link_send(link, &frame, BROKER_METHOD_BYTES);
}

void
broker_link_cork(const struct broker_link *link, bool corked)
{
    int on = corked;

    (void)setsockopt(broker_link_fd(link), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

/* Twice as often as agreed.  False: nothing could be written for too long, or it failed. */
static bool
send_heartbeat(struct broker_link *link, int64_t now_ms)
{
    const amqp_frame_t heartbeat = {.frame_type = AMQP_FRAME_HEARTBEAT};

    if (link->heartbeat_ms == 0 || now_ms - link->sent_ms < link->heartbeat_ms / 2)
        return true;
    if (broker_link_takes(link, HEARTBEAT_BYTES))
        return broker_link_send(link, &heartbeat, HEARTBEAT_BYTES);
    if (link->held_back || now_ms - link->sent_ms < MISSED_HEARTBEATS * link->heartbeat_ms)
        return true;
    log_warn("broker: %s: it has taken nothing for %lld s", link->who,
             (long long)(now_ms - link->sent_ms) / 1000);
    return false;
}

/* Is there something to read?  False: there is not, and what came last came too long ago. */
static bool
listen_to(struct broker_link *link, int64_t now_ms, bool *readable)
{
    *readable = broker_link_has_buffered(link);
    if (!*readable && poll_now(link, POLLIN) != 0) {
        link->heard_ms = now_ms;
        *readable = true;
    }
    if (*readable || link->heartbeat_ms == 0 ||
        now_ms - link->heard_ms < MISSED_HEARTBEATS * link->heartbeat_ms)
        return true;
    log_warn("broker: %s: no heartbeat for %lld s", link->who,
             (long long)(now_ms - link->heard_ms) / 1000);
    return false;
}

enum broker_read
broker_link_read(struct broker_link *link, amqp_frame_t *frame)
{
    const struct timeval at_once = {0};
    int64_t now_ms = clock_monotonic_ms();
    bool readable;
    int status;

    if (link->full)
        (void)broker_link_takes(link, 0);
    if (!send_heartbeat(link, now_ms) || !listen_to(link, now_ms, &readable))
        return BROKER_READ_LOST;
    if (!readable)
        return BROKER_READ_NOTHING;
    amqp_maybe_release_buffers(link->connection); /* all that was decoded has been copied */
    status = amqp_simple_wait_frame_noblock(link->connection, frame, &at_once);
    if (status == AMQP_STATUS_OK)
        return BROKER_READ_FRAME;
    if (status == AMQP_STATUS_TIMEOUT)
        return BROKER_READ_NOTHING;
    log_warn("broker: %s: %s", link->who, amqp_error_string2(status));
    return BROKER_READ_LOST;
}

int
broker_link_fd(const struct broker_link *link)
{
    return link->connection == NULL ? -1 : amqp_get_sockfd(link->connection);
}

short
broker_link_events(const struct broker_link *link)
{
    return link->full ? POLLIN | POLLOUT : POLLIN;
}

bool
broker_link_has_buffered(const struct broker_link *link)
{
    return link->connection != NULL &&
           (amqp_frames_enqueued(link->connection) || amqp_data_in_buffer(link->connection));
}
