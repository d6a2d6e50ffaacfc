/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn of the loop.  A session that ends is replaced at once, while the loop stands still as it
 * does while a statement runs.  Where that fails the database is away: it is connected to with
 * pauses while the loop turns, and requests get their 503 at once.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/signals.h"
#include "shim/shim.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

static void
log_state(const struct shim *shim)
{
    log_note("state: database %s, connected %llu times; requests %llu; connections %u",
             shim_has_database(shim) ? "open" : "closed",
             (unsigned long long)shim->counters.db_connects,
             (unsigned long long)counters_total(&shim->counters), http_connections(shim->api));
}

static void
take_signals(struct shim *shim)
{
    int number;

    while ((number = signals_next(shim->signal_fd)) != 0) {
        switch (number) {
        case SIGUSR1:
            log_state(shim);
            break;
        case SIGHUP:
            shim->reload = true;
            break;
        default:
            log_note("%s: %s", strsignal(number),
                     shim->stopping ? "leaving at once" : "finishing the answers under way");
            shim->leaving = shim->stopping;
            shim->stopping = true;
            break;
        }
    }
}

static int
earlier(int a_ms, int b_ms)
{
    if (a_ms < 0 || b_ms < 0)
        return a_ms < 0 ? b_ms : a_ms;
    return a_ms < b_ms ? a_ms : b_ms;
}

bool
shim_has_database(const struct shim *shim)
{
    return !shim->connecting && db_is_open(shim->db);
}

/* It had nothing to do.  What the server has ended as soon as it was opened it may end again. */
static void
replace_idle_session(struct shim *shim)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms - shim->db_backoff.works_since_ms >= BACKOFF_MAX_MS)
        (void)shim_reconnect(shim);
    else
        log_warn("db: ended soon after it was opened, again in %lld ms",
                 (long long)backoff_failed(&shim->db_backoff, now_ms));
}

int
shim_turn(struct shim *shim, int fd, short events, int timeout_ms)
{
    struct pollfd fds[] = {
        {.fd = shim->signal_fd, .events = POLLIN},
        {.fd = http_fd(shim->api), .events = POLLIN},
        {.fd = shim->admin == NULL ? -1 : http_fd(shim->admin), .events = POLLIN},
        {.fd = shim_has_database(shim) ? db_fd(shim->db) : -1, .events = POLLIN},
        {.fd = fd, .events = events},
    };

    timeout_ms = earlier(timeout_ms, http_timeout_ms(shim->api));
    if (shim->admin != NULL)
        timeout_ms = earlier(timeout_ms, http_timeout_ms(shim->admin));
    if (poll(fds, sizeof fds / sizeof fds[0], timeout_ms) < 0 && errno != EINTR) {
        log_error("poll: %s", strerror(errno));
        shim->stopping = shim->leaving = true;
        return -1;
    }
    if (fds[0].revents != 0)
        take_signals(shim);
    if (fds[3].revents != 0 && db_attend(shim->db) != DB_OK)
        replace_idle_session(shim);
    http_turn(shim->api);
    if (shim->admin != NULL)
        http_turn(shim->admin);
    if (shim->connecting && shim->stopping)
        return -1;
    return fd < 0 ? 0 : fds[4].revents;
}

int
shim_wait(void *context, int fd, short events, int timeout_ms)
{
    struct shim *shim = context;
    struct pollfd one = {.fd = fd, .events = events};
    int count;

    if (shim->connecting)
        return shim_turn(shim, fd, events, timeout_ms);
    if (shim->reconnect_by_ms != 0) {
        int64_t left_ms = shim->reconnect_by_ms - clock_monotonic_ms();

        if (left_ms <= 0)
            return -1;
        timeout_ms = earlier(timeout_ms, (int)left_ms);
    }
    count = poll(&one, 1, timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : -1;
    return one.revents;
}

/* The session is to be opened, and what comes of it noted. */
static void
open_session(struct shim *shim)
{
    enum db_status status = db_open(shim->db);
    int64_t pause_ms;

    shim->connected = status == DB_OK;
    if (shim->connected) {
        shim->counters.db_connects++;
        recall_clear(&shim->memory.recall); /* it may be another server */
        backoff_works(&shim->db_backoff, clock_monotonic_ms());
        log_note("db: connected");
        return;
    }
    pause_ms = backoff_failed(&shim->db_backoff, clock_monotonic_ms());
    if (!shim->stopping)
        log_warn("db: %s, again in %lld ms",
                 status == DB_UNFIT ? "does not fit (see schema/)" : "not available",
                 (long long)pause_ms);
}

void
shim_connect(struct shim *shim)
{
    if (db_is_open(shim->db) || backoff_left_ms(&shim->db_backoff, clock_monotonic_ms()) > 0)
        return;
    shim->connecting = true;
    open_session(shim);
    shim->connecting = false;
}

bool
shim_reconnect(struct shim *shim)
{
    if (shim->connected && !shim->connecting && !db_is_open(shim->db)) {
        shim->reconnect_by_ms = clock_monotonic_ms() + RECONNECT_MS;
        open_session(shim);
        shim->reconnect_by_ms = 0;
    }
    return shim_has_database(shim);
}

int
shim_pause_ms(const struct shim *shim)
{
    return db_is_open(shim->db) ? -1
                                : (int)backoff_left_ms(&shim->db_backoff, clock_monotonic_ms());
}
