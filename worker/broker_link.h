/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_LINK_H
#define WORKER_BROKER_LINK_H

#include <amqp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An open connection as the loop has it, for broker_*.c only: neither reading nor writing waits.
 * librabbitmq 0.11 waits for as long as it takes when the socket has no room for a frame, and so it
 * does with the heartbeats it sends by itself; so it is asked to write only what fits for sure, and
 * the heartbeats are ours.
 */

struct broker_link {
    amqp_connection_state_t connection; /* NULL: closed, and then the rest means nothing */
    const char *who;                    /* in the log; a constant */
    int64_t heartbeat_ms;               /* as agreed with the broker; 0: none */
    size_t buffer;                      /* of the socket, for what is sent */
    size_t room;                        /* of it, so much takes the next bytes for sure */
    int64_t sent_ms;                    /* monotonic: when something was written last */
    int64_t heard_ms;                   /* monotonic: when something came in last */
    bool full;                          /* something waits until the socket takes more */
    bool held_back; /* the broker reads nothing from us, and has said so: not a dead link */
};

/* What every frame is reckoned at besides its bytes, for what the kernel and TLS add to it. */
enum { BROKER_FRAME_COST = 2048 };

/* A body goes in pieces of that size, so that each fits into a third of the smallest buffer. */
enum { BROKER_PIECE_BYTES = 16384 };

/*
 * broker_link_open(link, connection, who):
 * Take over ${connection}, which is logged in and between two frames.  False: it cannot be used;
 * logged, and still the caller's.
 */
bool broker_link_open(struct broker_link *link, amqp_connection_state_t connection,
                      const char *who);

/* broker_link_drop(link): close it as it is, saying nothing; fine if it is closed. */
void broker_link_drop(struct broker_link *link);

/*
 * broker_link_farewell(link, wait_ms):
 * Say goodbye, if there is room for it, and close.  The answer is waited for at most ${wait_ms}: it
 * says that all that was written before, acknowledgements above all, has arrived.  Closing a socket
 * with something unread in it resets it, and then a broker may drop what it has not read itself.
 */
void broker_link_farewell(struct broker_link *link, int64_t wait_ms);

/* broker_link_takes(link, bytes): would so many bytes in one frame be taken at once?  If not, poll
 * for broker_link_events(). */
bool broker_link_takes(struct broker_link *link, size_t bytes);

/* broker_link_takes_methods(link, count): would so many methods be taken, each of at most
 * BROKER_METHOD_BYTES? */
bool broker_link_takes_methods(struct broker_link *link, size_t count);

/* broker_link_largest(link): so many bytes in one frame are taken sooner or later. */
size_t broker_link_largest(const struct broker_link *link);

/*
 * Each writes what broker_link_takes() has found room for.  False: the connection is of no use any
 * more, which was logged.
 * broker_link_send(link, frame, bytes): ${bytes} is its size, or more.
 * broker_link_send_method(link, channel, id, method): one of at most BROKER_METHOD_BYTES.
 */
bool broker_link_send(struct broker_link *link, const amqp_frame_t *frame, size_t bytes);
bool broker_link_send_method(struct broker_link *link, amqp_channel_t channel,
                             amqp_method_number_t id, void *method);
enum { BROKER_METHOD_BYTES = 2048 };

/* broker_link_cork(link, corked): while corked frames are gathered into full packets. */
void broker_link_cork(const struct broker_link *link, bool corked);

enum broker_read {
    BROKER_READ_NOTHING, /* no more for now */
    BROKER_READ_FRAME,
    BROKER_READ_LOST, /* logged */
};

/* broker_link_read(link, frame): the next frame; what it points to stays until the next call.
 * Heartbeats are sent and looked for here. */
enum broker_read broker_link_read(struct broker_link *link, amqp_frame_t *frame);

/* broker_link_fd(link): to poll for broker_link_events(); -1: closed. */
int broker_link_fd(const struct broker_link *link);
short broker_link_events(const struct broker_link *link);

/* broker_link_has_buffered(link): data has been read already, so that poll() would wait in vain. */
bool broker_link_has_buffered(const struct broker_link *link);

#endif
