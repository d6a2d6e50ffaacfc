/* SPDX-License-Identifier: Apache-2.0 */
/* Who is waited for, on pairs of sockets. */
#include "common/http_peers.h"
#include "tests/unit/suite.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 30000 };

struct pair {
    struct http_peer peer;
    int client;
};

static struct pair
connected(void)
{
    struct pair pair = {0};
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    pair.peer.fd = fds[0];
    pair.client = fds[1];
    return pair;
}

static void
disconnect(struct pair *pair)
{
    http_peer_stop_waiting(&pair->peer);
    (void)close(pair->peer.fd);
    (void)close(pair->client);
}

/* Has our side been shut down? */
static bool
is_dropped(const struct pair *pair)
{
    char byte;

    return !pair->peer.waits && recv(pair->client, &byte, 1, MSG_DONTWAIT) == 0;
}

START_TEST(overdue)
{
    struct http_peers peers;
    struct pair first = connected();
    struct pair second = connected();

    http_peers_init(&peers, 100, 0);
    ck_assert_int_eq(http_peers_left_ms(&peers, 5), -1);
    http_peers_add(&peers, &first.peer);
    http_peers_add(&peers, &second.peer);
    http_peers_await(&peers, &first.peer, 0, PATIENCE_MS);
    http_peers_await(&peers, &second.peer, 1000, PATIENCE_MS);
    ck_assert_int_eq(http_peers_left_ms(&peers, 1000), 0);
    http_peers_sweep(&peers, 1000);
    ck_assert_int_eq(http_peers_left_ms(&peers, 1000), HTTP_SWEEP_MS);
    http_peers_sweep(&peers, PATIENCE_MS - 1);
    ck_assert(!is_dropped(&first));
    http_peers_sweep(&peers, PATIENCE_MS + HTTP_SWEEP_MS);
    ck_assert(is_dropped(&first));
    ck_assert(!is_dropped(&second));
    /* it sends something in time and is waited for anew */
    http_peers_await(&peers, &second.peer, PATIENCE_MS + 900, PATIENCE_MS);
    http_peers_sweep(&peers, PATIENCE_MS + 1000);
    ck_assert(!is_dropped(&second));
    http_peers_sweep(&peers, PATIENCE_MS + 900 + PATIENCE_MS);
    ck_assert(is_dropped(&second));
    ck_assert_int_eq(http_peers_left_ms(&peers, 0), -1);
    disconnect(&first);
    disconnect(&second);
}
END_TEST

START_TEST(gone)
{
    struct http_peers peers;
    struct pair silent = connected();
    struct pair left = connected();
    struct pair left_data = connected();
    int64_t now_ms = 0;

    http_peers_init(&peers, 100, 0);
    http_peers_add(&peers, &silent.peer);
    http_peers_add(&peers, &left.peer);
    http_peers_add(&peers, &left_data.peer);
    http_peers_await(&peers, &silent.peer, 0, PATIENCE_MS);
    http_peers_await(&peers, &left.peer, 0, PATIENCE_MS);
    http_peers_await(&peers, &left_data.peer, 0, PATIENCE_MS);
    ck_assert_int_eq(shutdown(left.client, SHUT_WR), 0);
    ck_assert_int_eq(send(left_data.client, "G", 1, 0), 1);
    ck_assert_int_eq(shutdown(left_data.client, SHUT_WR), 0);
    http_peers_sweep(&peers, now_ms);
    ck_assert(!is_dropped(&left)); /* what it sent before may still be under way to an answer */
    http_peers_sweep(&peers, now_ms + HTTP_SWEEP_MS - 1);
    ck_assert(!is_dropped(&left));
    http_peers_sweep(&peers, now_ms + HTTP_SWEEP_MS);
    ck_assert(is_dropped(&left));
    http_peers_sweep(&peers, now_ms + 2 * HTTP_SWEEP_MS);
    ck_assert(!is_dropped(&silent));
    ck_assert(!is_dropped(&left_data)); /* there is something to read */
    disconnect(&silent);
    disconnect(&left);
    disconnect(&left_data);
}
END_TEST

/* ---- limits */

enum { CROWD = 6 };

struct crowd {
    struct http_peers peers;
    struct pair pairs[CROWD];
};

/* Connections one after the other, from addresses that differ in their last byte only. */
static void
crowd_connect(struct crowd *crowd, size_t place, unsigned char last_byte)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(0x7f000000U + last_byte)};

    crowd->pairs[place] = connected();
    http_peer_set_address(&crowd->pairs[place].peer, (const struct sockaddr *)&address);
    http_peers_add(&crowd->peers, &crowd->pairs[place].peer);
    http_peers_await(&crowd->peers, &crowd->pairs[place].peer, (int64_t)place, PATIENCE_MS);
}

static void
crowd_disconnect(struct crowd *crowd, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        http_peers_remove(&crowd->peers, &crowd->pairs[i].peer);
        disconnect(&crowd->pairs[i]);
    }
    ck_assert_uint_eq(crowd->peers.count, 0);
    ck_assert_int_eq(http_peers_left_ms(&crowd->peers, 0), -1);
}

START_TEST(the_longest_idle_gives_way)
{
    struct crowd crowd = {0};

    http_peers_init(&crowd.peers, 3, 0);
    for (size_t i = 0; i < 3; i++)
        crowd_connect(&crowd, i, (unsigned char)i);
    http_peer_stop_waiting(&crowd.pairs[0].peer);                /* is being answered */
    ck_assert_int_eq(send(crowd.pairs[1].client, "G", 1, 0), 1); /* its request is there */
    crowd_connect(&crowd, 3, 3);
    ck_assert(!is_dropped(&crowd.pairs[0]));
    ck_assert(!is_dropped(&crowd.pairs[1]));
    ck_assert(is_dropped(&crowd.pairs[2]));
    ck_assert(!is_dropped(&crowd.pairs[3]));
    crowd_disconnect(&crowd, 4);
}
END_TEST

START_TEST(none_is_idle)
{
    struct crowd crowd = {0};

    http_peers_init(&crowd.peers, 1, 0);
    crowd_connect(&crowd, 0, 1);
    http_peer_stop_waiting(&crowd.pairs[0].peer);
    crowd_connect(&crowd, 1, 2);
    ck_assert(!is_dropped(&crowd.pairs[0]));
    ck_assert(!is_dropped(&crowd.pairs[1]));
    http_peers_await(&crowd.peers, &crowd.pairs[0].peer, 2, PATIENCE_MS); /* it has its answer */
    http_peers_sweep(&crowd.peers, 3);
    ck_assert_int_eq(crowd.pairs[0].peer.dropped + crowd.pairs[1].peer.dropped, 1);
    crowd_disconnect(&crowd, 2);
}
END_TEST

START_TEST(of_one_address)
{
    struct crowd crowd = {0};

    http_peers_init(&crowd.peers, 100, 2);
    crowd_connect(&crowd, 0, 1);
    crowd_connect(&crowd, 1, 2);
    crowd_connect(&crowd, 2, 2);
    crowd_connect(&crowd, 3, 2); /* one too many: its own oldest goes, nobody else's */
    ck_assert(!is_dropped(&crowd.pairs[0]));
    ck_assert(is_dropped(&crowd.pairs[1]));
    ck_assert(!is_dropped(&crowd.pairs[2]));
    http_peers_remove(&crowd.peers, &crowd.pairs[1].peer);
    disconnect(&crowd.pairs[1]);
    http_peer_stop_waiting(&crowd.pairs[2].peer);
    http_peer_stop_waiting(&crowd.pairs[3].peer);
    crowd_connect(&crowd, 1, 2); /* all of them are being answered: it goes itself */
    ck_assert_int_eq(recv(crowd.pairs[1].client, (char[1]){0}, 1, MSG_DONTWAIT), 0);
    crowd_connect(&crowd, 4, 3);
    ck_assert(!is_dropped(&crowd.pairs[4]));
    crowd_disconnect(&crowd, 5);
}
END_TEST

START_TEST(addresses)
{
    struct http_peer a = {0};
    struct http_peer b = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)};
    struct sockaddr_in6 mapped = {
        .sin6_family = AF_INET6,
        .sin6_addr = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1}}}};

    http_peer_set_address(&a, (const struct sockaddr *)&v4);
    http_peer_set_address(&b, (const struct sockaddr *)&mapped);
    ck_assert_mem_eq(a.address, b.address, HTTP_ADDRESS_SIZE);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {overdue, 1},      {gone, 1},           {the_longest_idle_gives_way, 1},
        {none_is_idle, 1}, {of_one_address, 1}, {addresses, 1},
    };

    return suite_run("http_peers", tests, sizeof tests / sizeof tests[0]);
}
