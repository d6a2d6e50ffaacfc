/* SPDX-License-Identifier: Apache-2.0 */
/* Who is waited for, on pairs of sockets. */
#include "common/http_waiting.h"
#include "tests/unit/suite.h"

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
    http_waiting_remove(&pair->peer);
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
    struct http_waiting waiting;
    struct pair first = connected();
    struct pair second = connected();

    http_waiting_init(&waiting);
    ck_assert_int_eq(http_waiting_left_ms(&waiting, 5), -1);
    http_waiting_add(&waiting, &first.peer, 0, PATIENCE_MS);
    http_waiting_add(&waiting, &second.peer, 1000, PATIENCE_MS);
    ck_assert_int_eq(http_waiting_left_ms(&waiting, 1000), 0);
    http_waiting_sweep(&waiting, 1000);
    ck_assert_int_eq(http_waiting_left_ms(&waiting, 1000), HTTP_SWEEP_MS);
    http_waiting_sweep(&waiting, PATIENCE_MS - 1);
    ck_assert(!is_dropped(&first));
    http_waiting_sweep(&waiting, PATIENCE_MS + HTTP_SWEEP_MS);
    ck_assert(is_dropped(&first));
    ck_assert(!is_dropped(&second));
    /* it sends something in time and is waited for anew */
    http_waiting_add(&waiting, &second.peer, PATIENCE_MS + 900, PATIENCE_MS);
    http_waiting_sweep(&waiting, PATIENCE_MS + 1000);
    ck_assert(!is_dropped(&second));
    http_waiting_sweep(&waiting, PATIENCE_MS + 900 + PATIENCE_MS);
    ck_assert(is_dropped(&second));
    ck_assert_int_eq(http_waiting_left_ms(&waiting, 0), -1);
    disconnect(&first);
    disconnect(&second);
}
END_TEST

START_TEST(gone)
{
    struct http_waiting waiting;
    struct pair silent = connected();
    struct pair left = connected();
    struct pair left_data = connected();
    int64_t now_ms = 0;

    http_waiting_init(&waiting);
    http_waiting_add(&waiting, &silent.peer, 0, PATIENCE_MS);
    http_waiting_add(&waiting, &left.peer, 0, PATIENCE_MS);
    http_waiting_add(&waiting, &left_data.peer, 0, PATIENCE_MS);
    ck_assert_int_eq(shutdown(left.client, SHUT_WR), 0);
    ck_assert_int_eq(send(left_data.client, "G", 1, 0), 1);
    ck_assert_int_eq(shutdown(left_data.client, SHUT_WR), 0);
    http_waiting_sweep(&waiting, now_ms);
    ck_assert(!is_dropped(&left)); /* what it sent before may still be under way to an answer */
    http_waiting_sweep(&waiting, now_ms + HTTP_SWEEP_MS - 1);
    ck_assert(!is_dropped(&left));
    http_waiting_sweep(&waiting, now_ms + HTTP_SWEEP_MS);
    ck_assert(is_dropped(&left));
    http_waiting_sweep(&waiting, now_ms + 2 * HTTP_SWEEP_MS);
    ck_assert(!is_dropped(&silent));
    ck_assert(!is_dropped(&left_data)); /* there is something to read */
    disconnect(&silent);
    disconnect(&left);
    disconnect(&left_data);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{overdue, 1}, {gone, 1}};

    return suite_run("http_waiting", tests, sizeof tests / sizeof tests[0]);
}
