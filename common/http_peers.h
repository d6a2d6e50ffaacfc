/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_HTTP_PEERS_H
#define COMMON_HTTP_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * The connections of an HTTP server: which of them are waited for, for how long, and which has to
 * go when there are too many.  The HTTP library has a time-out of its own, but it starts anew with
 * every byte; it overlooks that a client has gone if the end of its data arrives together with data
 * (it reads once for an edge of epoll); and at its limit it stops accepting, so that idle clients
 * would keep all others out.  A connection that has to go is shut down, which the library notices.
 */

enum { HTTP_ADDRESS_SIZE = 16 };

/* One connection; zero-initialised it is in no list. */
struct http_peer {
    struct http_peer *previous; /* in the list of those that are waited for */
    struct http_peer *next;
    struct http_peer *older; /* in the list of all */
    struct http_peer *newer;
    bool waits;   /* the head of its next request has not come yet */
    bool gone;    /* it had gone a sweep ago, and may still be answered */
    bool dropped; /* shut down: it is about to be closed */
    int fd;
    unsigned char address[HTTP_ADDRESS_SIZE]; /* IPv6, or IPv4 in it */
    int64_t deadline_ms;
    void *request; /* what the server keeps for the request under way; NULL: nothing */
};

struct http_peers {
    struct http_peer waiting; /* both lists are rings through these */
    struct http_peer all;
    size_t count; /* without those dropped */
    size_t limit;
    size_t address_limit; /* of one address; 0: no limit of its own */
    int64_t next_sweep_ms;
};

enum { HTTP_SWEEP_MS = 250 };

/* http_peers_init(peers, limit, address_limit): there are none yet. */
void http_peers_init(struct http_peers *peers, size_t limit, size_t address_limit);

/* http_peer_set_address(peer, address): keep ${address}; other families than IP share one. */
void http_peer_set_address(struct http_peer *peer, const struct sockaddr *address);

/*
 * http_peers_add(peers, peer):
 * A new connection, borrowed.  If there are more than either limit now, the idle one that has been
 * waited for longest is shut down: of the same address for address_limit, and if that address has
 * no idle one ${peer} itself.
 */
void http_peers_add(struct http_peers *peers, struct http_peer *peer);

/* http_peers_remove(peers, peer): it is closed. */
void http_peers_remove(struct http_peers *peers, struct http_peer *peer);

/* http_peers_await(peers, peer, now_ms, patience_ms): ${peer} is to send a head, anew;
 * ${patience_ms} is the same for all. */
void http_peers_await(struct http_peers *peers, struct http_peer *peer, int64_t now_ms,
                      int64_t patience_ms);

/* http_peer_stop_waiting(peer): it has sent its head, or is closed. */
void http_peer_stop_waiting(struct http_peer *peer);

/* http_peers_sweep(peers, now_ms): every HTTP_SWEEP_MS, shut down what is overdue or has gone, and
 * what is idle by now while there are more than the limit. */
void http_peers_sweep(struct http_peers *peers, int64_t now_ms);

/* http_peers_left_ms(peers, now_ms): until the next sweep; -1: none is waited for. */
int64_t http_peers_left_ms(const struct http_peers *peers, int64_t now_ms);

#endif
