/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link to a peer that does not read, over a real TCP connection: whatever frames are written, as
 * long as broker_link_takes() says so none of them waits.  A write that does would hang this test,
 * which Check ends.
 */
#include "tests/unit/suite.h"
#include "worker/broker_connection.h"
#include "worker/broker_link.h"

#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int peer;
static struct broker_link link_;

static int
connect_pair(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    peer = accept(listener, NULL, NULL);
    ck_assert_int_ge(peer, 0);
    (void)close(listener);
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* The connection is as after a login, as far as librabbitmq can tell: it has read what a server may
 * begin with, and is tuned. */
static void
open_link(int heartbeat_s)
{
    char header[] = "AMQP\0\0\x09\x01";
    const amqp_bytes_t bytes = {sizeof header - 1, header};
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    amqp_frame_t frame;

    ck_assert_ptr_nonnull(socket);
    amqp_tcp_socket_set_sockfd(socket, connect_pair());
    ck_assert_int_gt(amqp_handle_input(connection, bytes, &frame), 0);
    ck_assert_int_eq(amqp_tune_connection(connection, 2, 131072, heartbeat_s), AMQP_STATUS_OK);
    ck_assert(broker_link_open(&link_, connection, "test"));
}

/* Sizes of body frames that are written one after the other. */
static const size_t sizes[] = {0, 1, 21, 100, 1000, 4096, BROKER_PIECE_BYTES, 60000, 131064};

static size_t
fill(size_t size)
{
    static char body[131072];
    const amqp_frame_t frame = {
        .frame_type = AMQP_FRAME_BODY, .channel = 1, .payload.body_fragment = {size, body}};
    size_t count = 0;

    while (broker_link_takes(&link_, size)) {
        ck_assert(broker_link_send(&link_, &frame, size));
        count++;
    }
    return count;
}

/* Everything that the other side has been sent up to now. */
static size_t
drain(void)
{
    static char bytes[1 << 16];
    struct pollfd p = {.fd = peer, .events = POLLIN};
    size_t sum = 0;

    while (poll(&p, 1, 200) > 0)
        sum += (size_t)recv(peer, bytes, sizeof bytes, 0);
    return sum;
}

START_TEST(never_waits)
{
    size_t size = sizes[_i];
    size_t count;

    open_link(0);
    for (int round = 0; round < 3; round++) {
        count = fill(size);
        ck_assert_uint_ge(count, 1);
        ck_assert(!broker_link_takes(&link_, size));
        ck_assert_uint_eq(drain(), count * (size + 8));
        ck_assert(broker_link_takes(&link_, size)); /* and on it goes */
    }
    broker_link_drop(&link_);
    (void)close(peer);
}
END_TEST

START_TEST(mixed_sizes)
{
    size_t sum = 0;

    open_link(0);
    for (int round = 0; round < 200; round++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            sum += fill(sizes[(i * 7 + (size_t)round) % (sizeof sizes / sizeof sizes[0])]);
    ck_assert_uint_gt(sum, 0);
    ck_assert_int_eq(broker_link_events(&link_), POLLIN | POLLOUT);
    (void)drain();
    ck_assert(broker_link_takes(&link_, 1));
    ck_assert_int_eq(broker_link_events(&link_), POLLIN);
    broker_link_farewell(&link_, 100); /* the peer does not answer */
    ck_assert_int_eq(broker_link_fd(&link_), -1);
    (void)close(peer);
}
END_TEST

/* A heartbeat is due, and there is no room for it: the link is given up, but not if the broker has
 * said that it does not read. */
START_TEST(heartbeats)
{
    static const unsigned char heartbeat[] = {AMQP_FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, 0xce};
    amqp_frame_t frame;

    open_link(1);
    ck_assert_int_eq(broker_link_read(&link_, &frame), BROKER_READ_NOTHING);
    (void)poll(NULL, 0, 600);
    ck_assert_int_eq(broker_link_read(&link_, &frame), BROKER_READ_NOTHING);
    ck_assert_uint_eq(drain(), sizeof heartbeat);
    for (int i = 0; i < 20; i++) { /* the peer's kernel makes room once more */
        (void)(fill(BROKER_PIECE_BYTES) + fill(0));
        (void)poll(NULL, 0, 50);
    }
    link_.held_back = true;
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(send(peer, heartbeat, sizeof heartbeat, 0), sizeof heartbeat);
        ck_assert_int_eq(broker_link_read(&link_, &frame), BROKER_READ_NOTHING);
        (void)poll(NULL, 0, 500);
    }
    link_.held_back = false;
    ck_assert_int_eq(send(peer, heartbeat, sizeof heartbeat, 0), sizeof heartbeat);
    ck_assert_int_eq(broker_link_read(&link_, &frame), BROKER_READ_LOST);
    broker_link_drop(&link_);
    (void)close(peer);
}
END_TEST

START_TEST(silence)
{
    amqp_frame_t frame;

    open_link(1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(broker_link_read(&link_, &frame), BROKER_READ_NOTHING);
        (void)poll(NULL, 0, 600);
    }
    (void)poll(NULL, 0, 300);
    ck_assert_int_eq(broker_link_read(&link_, &frame), BROKER_READ_LOST);
    broker_link_drop(&link_);
    (void)close(peer);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {never_waits, sizeof sizes / sizeof sizes[0]},
        {mixed_sizes, 1},
        {heartbeats, 1},
        {silence, 1},
    };

    return suite_run("broker_link", tests, sizeof tests / sizeof tests[0]);
}
