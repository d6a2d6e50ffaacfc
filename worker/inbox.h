/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_INBOX_H
#define WORKER_INBOX_H

#include "worker/arguments.h"
#include "worker/broker.h"
#include "worker/celery.h"
#include "worker/chord.h"
#include "worker/ending.h"
#include "worker/range.h"
#include "worker/tasks.h"
#include "worker/user_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is to become of a message. */
enum message_plan {
    PLAN_RUN,    /* do what it asks for */
    PLAN_AGAIN,  /* foreign: put it at the end of its queue, one more round counted */
    PLAN_ROTATE, /* it is for later: let it wait at the broker, as it is */
    PLAN_PARK,   /* move it to broker.park_queue */
};

enum message_state {
    MESSAGE_WAITING,    /* for its eta, or for its turn */
    MESSAGE_RUNNING,    /* in the batch in hand */
    MESSAGE_CONFIRMING, /* what replaces or follows it has been published and is not confirmed yet
                         */
    MESSAGE_CONFIRMED,  /* now it is: it may end */
    MESSAGE_STORING,    /* for its result to be written to the table */
    MESSAGE_ACKED,      /* settled: to be acknowledged and forgotten */
    MESSAGE_REJECTED,   /* settled: to be rejected, no requeue, and forgotten */
};

/* How long a message may run, in seconds; 0: no limit. */
struct time_limits {
    double soft_s; /* then its query is cancelled */
    double hard_s; /* then it is cancelled all the same, and Celery calls it killed */
};

/* Why a running message does not come to its end. */
enum cut {
    CUT_NONE,
    CUT_TERMINATED, /* by remote control */
    CUT_SOFT,       /* its soft time limit is over */
    CUT_HARD,
};

/* A delivery that we have taken on: decoded, or as it came. */
struct message {
    struct delivery delivery; /* with its body: it may have to go back to the broker */
    struct celery_task task;
    const struct task_kind *kind; /* NULL: a foreign task */
    struct arguments arguments;
    struct store_range range; /* of the task of a range */
    struct range_cuts *cuts;  /* of a task for all: its ranges not published yet; NULL: none */
    struct user_list rest;    /* of a range: its users that could not be done yet */
    bool swept;               /* all others of the range are done */
    enum message_plan plan;
    enum message_state state;
    int64_t arrived_ms;     /* monotonic */
    int64_t started_us;     /* wall clock: when its work began first; 0: not yet */
    int64_t started_ms;     /* monotonic: the same */
    int64_t not_before_ms;  /* monotonic; 0: no pause is imposed */
    int64_t rotate_at_ms;   /* monotonic: until then it may be held for its eta; 0: not early */
    size_t bytes;           /* as counted against worker.eta_bytes */
    unsigned timeouts;      /* how often it ran alone into the statement timeout */
    unsigned put_offs;      /* in a row, since another session held its user, see put_off.h */
    bool refused;           /* its user was, by a constraint that is none of ours */
    size_t unconfirmed;     /* published for it and not confirmed yet */
    enum message_state end; /* ACKED or REJECTED: what it becomes when all that is confirmed */
    const char *skipped;    /* why its user was; static, NULL: was not, or not known yet */
    struct ending ending;   /* and what is told of it then */
    struct follow_ups follow_ups; /* to be published before it ends */
    struct chord_ends chords;     /* headers that it completes: then their bodies, too */
    bool stored;                  /* its result stands in the table */
    bool releases;                /* FAILURE, also for the rest of its chain */
    bool bodies_sent;             /* of ${chords}; now their counters are to be removed */
    bool retry_told;              /* those who watch events know that it runs again */
    bool terminate;               /* running, and not wanted any more */
    struct time_limits limits;    /* of the present run, see cut.h */
    int64_t running_since_ms;     /* monotonic: the present run */
    enum cut cut;                 /* the same */
    bool admitted;                /* its task has a rate, and it may go, see ration.h */
    bool rationed;                /* it waits for that */
    bool retried;                 /* its sender has been told that it is run again */
    uint64_t digest;              /* of its body: is a message with the same id the same message? */
    bool incomplete;              /* there was no memory for all that follows it */
    bool told;                    /* the broker knows how it ended */
    bool alone;                   /* never in one batch with others: it has wishes of its own */
    bool suspect;      /* it came before, so it may have killed a process: see attempts.h */
    bool undecoded;    /* its body is as it came; ${task} is what the headers say */
    bool bare;         /* the headers do not say its id */
    int64_t returns;   /* how often a quorum queue says that it came back: x-delivery-count */
    bool marked;       /* as about to be run, in the database */
    int64_t marked_us; /* wall clock: when; 0: it is not, as far as is written */
    int64_t attempts;  /* the marks that it had before; 0: none that we know of */
};

/* message_is_same(a, b): the same task, not only the same id: also the same body, attempt of
 * Celery's (retries) and eta.  Where the headers do not say these, the body says all. */
bool message_is_same(const struct message *a, const struct message *b);

/* message_free(message): NULL is fine. */
void message_free(struct message *message);

/*
 * message_put_back(message, not_before_ms):
 * It waits again, at least until ${not_before_ms}, and nothing is decided about its end: never for
 * one that has failed.  If its connection is gone the broker delivers it anew, and this one ends
 * without a trace.
 */
void message_put_back(struct message *message, int64_t not_before_ms);

/* The messages delivered and not settled yet, in the order of their delivery tags. Zero-initialised
 * it is empty. */
struct inbox {
    struct message **messages;
    size_t count;
    size_t room;
};

/* inbox_add_take(inbox, message): append ${message}, which the inbox then owns.  -1: out of memory,
 * still the caller's. */
int inbox_add_take(struct inbox *inbox, struct message *message);

/*
 * inbox_forget_deliveries(inbox):
 * The connection is gone and the broker will deliver everything again: drop every message that is
 * not running, and let the running ones end without an acknowledgement.  Returns how many were
 * dropped.
 */
size_t inbox_forget_deliveries(struct inbox *inbox);

/*
 * inbox_find_orphan(inbox, message):
 * The message in hand whose connection is gone and that is the same as ${message}; NULL: none.
 * inbox_adopt(inbox, orphan): it takes the place and the delivery tag of the last message, which is
 * freed.
 */
struct message *inbox_find_orphan(const struct inbox *inbox, const struct message *message);
void inbox_adopt(struct inbox *inbox, struct message *orphan);

/*
 * inbox_settled_up_to(inbox):
 * The highest tag up to which every message is to be acknowledged, so that one acknowledgement does
 * for all of them; 0: the oldest message is still open.  Source: design, "After the commit".
 */
uint64_t inbox_settled_up_to(const struct inbox *inbox);

/* inbox_remove_settled(inbox): free the messages that are over.  Returns how many there were. */
size_t inbox_remove_settled(struct inbox *inbox);

/* message_is_settled(message): is its state one of the last two? */
bool message_is_settled(const struct message *message);

/* message_is_over(message): is it settled, and has the broker been told if it is to be? */
bool message_is_over(const struct message *message);

/* inbox_held(inbox, now_us, bytes): how many messages wait for an eta after ${now_us}, and their
 * ${bytes}. */
size_t inbox_held(const struct inbox *inbox, int64_t now_us, size_t *bytes);

/* inbox_is_storing(inbox): does a message wait for the table of results? */
bool inbox_is_storing(const struct inbox *inbox);

/* inbox_is_refused(inbox): does a message wait for a database that fits? */
bool inbox_is_refused(const struct inbox *inbox);

/* inbox_clear(inbox): free everything. */
void inbox_clear(struct inbox *inbox);

#endif
