/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http_waiting.h"

#include <sys/socket.h>

void
http_waiting_init(struct http_waiting *waiting)
{
    *waiting = (struct http_waiting){0};
    waiting->ends.next = waiting->ends.previous = &waiting->ends;
}

void
http_waiting_remove(struct http_peer *peer)
{
    if (!peer->waits)
        return;
    peer->previous->next = peer->next;
    peer->next->previous = peer->previous;
    peer->waits = false;
}

void
http_waiting_add(struct http_waiting *waiting, struct http_peer *peer, int64_t now_ms,
                 int64_t patience_ms)
{
    http_waiting_remove(peer);
    peer->previous = waiting->ends.previous;
    peer->next = &waiting->ends;
    peer->previous->next = peer;
    waiting->ends.previous = peer;
    peer->waits = true;
    peer->gone = false;
    peer->deadline_ms = now_ms + patience_ms;
}

static void
drop(struct http_peer *peer)
{
    http_waiting_remove(peer);
    (void)shutdown(peer->fd, SHUT_RDWR);
}

/* Nothing to read is left, nor will be. */
static bool
has_gone(const struct http_peer *peer)
{
    char byte;

    return recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void
http_waiting_sweep(struct http_waiting *waiting, int64_t now_ms)
{
    struct http_peer *peer = waiting->ends.next;

    if (now_ms < waiting->next_sweep_ms)
        return;
    waiting->next_sweep_ms = now_ms + HTTP_SWEEP_MS;
    while (peer != &waiting->ends) {
        struct http_peer *next = peer->next;
        bool gone = has_gone(peer);

        if (peer->deadline_ms <= now_ms || (gone && peer->gone))
            drop(peer);
        peer->gone = gone;
        peer = next;
    }
}

int64_t
http_waiting_left_ms(const struct http_waiting *waiting, int64_t now_ms)
{
    if (waiting->ends.next == &waiting->ends)
        return -1;
    return waiting->next_sweep_ms > now_ms ? waiting->next_sweep_ms - now_ms : 0;
}
