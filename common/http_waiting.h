/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_HTTP_WAITING_H
#define COMMON_HTTP_WAITING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The connections from which a head is awaited, and how long that may take.  The HTTP library has a
 * time-out of its own, but it starts anew with every byte; and it overlooks that a client has gone
 * if the end of its data arrives together with data (it reads once for an edge of epoll).  What is
 * found overdue or gone here is shut down, which the library notices.
 */

/* One connection; zero-initialised it does not wait. */
struct http_peer {
    struct http_peer *previous;
    struct http_peer *next;
    bool waits;
    bool gone; /* it had gone a sweep ago, and may still be answered */
    int fd;
    int64_t deadline_ms;
};

/* All of them. */
struct http_waiting {
    struct http_peer ends;
    int64_t next_sweep_ms;
};

enum { HTTP_SWEEP_MS = 250 };

void http_waiting_init(struct http_waiting *waiting);

/* http_waiting_add(waiting, peer, now_ms, patience_ms): ${peer}, borrowed, is to send a head, anew;
 * ${patience_ms} is the same for all. */
void http_waiting_add(struct http_waiting *waiting, struct http_peer *peer, int64_t now_ms,
                      int64_t patience_ms);

/* http_waiting_remove(peer): it has sent its head, or is closed. */
void http_waiting_remove(struct http_peer *peer);

/* http_waiting_sweep(waiting, now_ms): every HTTP_SWEEP_MS, shut down who is overdue or has gone.
 */
void http_waiting_sweep(struct http_waiting *waiting, int64_t now_ms);

/* http_waiting_left_ms(waiting, now_ms): until the next sweep; -1: nobody is waited for. */
int64_t http_waiting_left_ms(const struct http_waiting *waiting, int64_t now_ms);

#endif
