/* SPDX-License-Identifier: Apache-2.0 */
/* Two rings: all connections, by age, and those whose next head is awaited, by how long they have
 * been. */
#include "common/http_peers.h"

#include <netinet/in.h>
#include <string.h>

void
http_peers_init(struct http_peers *peers, size_t limit, size_t address_limit)
{
    *peers = (struct http_peers){.limit = limit, .address_limit = address_limit};
    peers->waiting.next = peers->waiting.previous = &peers->waiting;
    peers->all.older = peers->all.newer = &peers->all;
}

void
http_peer_set_address(struct http_peer *peer, const struct sockaddr *address)
{
    static const unsigned char mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        memcpy(peer->address, mapped, sizeof mapped);
        memcpy(peer->address + sizeof mapped, &v4.sin_addr, sizeof v4.sin_addr);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        memcpy(peer->address, &v6.sin6_addr, sizeof peer->address);
    }
}

void
http_peer_stop_waiting(struct http_peer *peer)
{
    if (!peer->waits)
        return;
    peer->previous->next = peer->next;
    peer->next->previous = peer->previous;
    peer->waits = false;
}

static void
drop(struct http_peers *peers, struct http_peer *peer)
{
    http_peer_stop_waiting(peer);
    (void)shutdown(peer->fd, SHUT_RDWR);
    if (!peer->dropped)
        peers->count--;
    peer->dropped = true;
}

static bool
is_of_address(const struct http_peer *peer, const unsigned char *address)
{
    return address == NULL || memcmp(peer->address, address, HTTP_ADDRESS_SIZE) == 0;
}

/* Has everything that it sent been read?  Otherwise its request may be waiting in the kernel. */
static bool
is_idle(const struct http_peer *peer)
{
    char byte;

    return recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

/* Shuts down the idle connection that has been waited for longest, of ${address} if that is not
 * NULL; false: there is none besides ${except}. */
static bool
drop_idle(struct http_peers *peers, const struct http_peer *except, const unsigned char *address)
{
    for (struct http_peer *peer = peers->waiting.next; peer != &peers->waiting; peer = peer->next) {
        if (peer != except && is_of_address(peer, address) && is_idle(peer)) {
            drop(peers, peer);
            return true;
        }
    }
    return false;
}

static size_t
count_of_address(const struct http_peers *peers, const unsigned char *address)
{
    size_t count = 0;

    for (const struct http_peer *peer = peers->all.newer; peer != &peers->all; peer = peer->newer)
        count += !peer->dropped && is_of_address(peer, address);
    return count;
}

void
http_peers_add(struct http_peers *peers, struct http_peer *peer)
{
    peer->older = peers->all.older;
    peer->newer = &peers->all;
    peer->older->newer = peer;
    peers->all.older = peer;
    peers->count++;
    if (peers->address_limit > 0 && count_of_address(peers, peer->address) > peers->address_limit) {
        if (!drop_idle(peers, peer, peer->address))
            drop(peers, peer);
    } else if (peers->count > peers->limit) {
        (void)drop_idle(peers, peer, NULL);
    }
}

void
http_peers_remove(struct http_peers *peers, struct http_peer *peer)
{
    http_peer_stop_waiting(peer);
    peer->older->newer = peer->newer;
    peer->newer->older = peer->older;
    if (!peer->dropped)
        peers->count--;
}

void
http_peers_await(struct http_peers *peers, struct http_peer *peer, int64_t now_ms,
                 int64_t patience_ms)
{
    http_peer_stop_waiting(peer);
    peer->previous = peers->waiting.previous;
    peer->next = &peers->waiting;
    peer->previous->next = peer;
    peers->waiting.previous = peer;
    peer->waits = true;
    peer->gone = false;
    peer->deadline_ms = now_ms + patience_ms;
}

/* Nothing to read is left, nor will be. */
static bool
has_gone(const struct http_peer *peer)
{
    char byte;

    return recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void
http_peers_sweep(struct http_peers *peers, int64_t now_ms)
{
    struct http_peer *peer;

    if (now_ms < peers->next_sweep_ms)
        return;
    peers->next_sweep_ms = now_ms + HTTP_SWEEP_MS;
    while (peers->count > peers->limit && drop_idle(peers, NULL, NULL))
        continue;
    peer = peers->waiting.next;
    while (peer != &peers->waiting) {
        struct http_peer *next = peer->next;
        bool gone = has_gone(peer);

        if (peer->deadline_ms <= now_ms || (gone && peer->gone))
            drop(peers, peer);
        peer->gone = gone;
        peer = next;
    }
}

int64_t
http_peers_left_ms(const struct http_peers *peers, int64_t now_ms)
{
    if (peers->waiting.next == &peers->waiting)
        return -1;
    return peers->next_sweep_ms > now_ms ? peers->next_sweep_ms - now_ms : 0;
}
