/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "common/backoff.h"
#include "common/buffer.h"
#include "common/db.h"
#include "common/options.h"
#include "worker/attempts.h"
#include "worker/batch_outcome.h"
#include "worker/broker.h"
#include "worker/delay.h"
#include "worker/evaluate.h"
#include "worker/finished.h"
#include "worker/inbox.h"
#include "worker/lamport.h"
#include "worker/outbox.h"
#include "worker/results_set.h"
#include "worker/revoked.h"
#include "worker/revoked_stamps.h"
#include "worker/task_settings.h"

#include <stdbool.h>
#include <stdint.h>

/* What has happened since the start, for the log and, later, the metrics. */
struct counters {
    uint64_t received;
    uint64_t succeeded;
    uint64_t failed;
    uint64_t rejected;
    uint64_t expired;
    uint64_t revoked;
    uint64_t started; /* "processed" of Celery's tools */
    uint64_t awards;
    uint64_t batches;
    uint64_t coalesced; /* messages that shared an evaluation with another one for the same user */
    uint64_t redelivered;
    uint64_t users_left_out; /* of ranges: their data failed */
    uint64_t put_off;        /* users of a batch, since another session held them */
    uint64_t awards_taken;
};

/* The exchanges of Celery's side channels. */
#define EVENT_EXCHANGE         "celeryev"
#define CONTROL_EXCHANGE       "celery.pidbox"
#define CONTROL_REPLY_EXCHANGE "reply.celery.pidbox"

/* What is sent of events. */
struct events_state {
    bool tasks;                /* task events are on: somebody listens */
    bool barred;               /* there is no exchange that we may publish them to */
    bool farewell;             /* worker-offline has been sent */
    int64_t next_heartbeat_ms; /* monotonic */
    struct buffer collected; /* task events not handed to the outbox yet, a JSON array half done */
    size_t collected_count;
};

/* What remote control keeps. */
struct control_state {
    char hello[UUID_SIZE];                 /* the ticket that answers to our hello bear; "": none */
    uint64_t dropped;                      /* requests that were none, since the last line of log */
    int64_t next_complaint_ms;             /* monotonic: when that may be said again */
    int64_t second_ends_ms;                /* monotonic: of the second in which */
    size_t answered_bytes;                 /* so much has been answered */
    const struct control_request *request; /* the one being answered; NULL: none */
    json_t *additions; /* queues to be consumed that are still looked for, in their order */
};

/* What is kept of suspects, see suspects.c. */
struct suspects {
    struct attempts attempts;
    struct backoff backoff;        /* of writing marks, while the database itself is there */
    bool uncounted;                /* there is no table, and that has been said */
    bool returned;                 /* we stop, and marks go with the messages: not written here */
    struct evaluation_guest guest; /* and */
    const struct evaluation_guest *inner;
};

/* Everything the daemon has.  One process, one of these, and one thread that knows it: others only
 * make connections, of copies (common/aside.h). */
struct worker {
    const struct options *options;
    const char *name;
    struct db *db;
    struct backoff db_backoff;
    bool db_unfit;   /* the database does not fit: nothing can be done until it is mended */
    bool db_refuses; /* and that showed in a batch: to open the session again proves nothing */
    struct consumer *consumer;
    struct backoff consumer_backoff;
    struct publisher *publisher;
    struct backoff publisher_backoff;
    struct inbox inbox;
    struct outbox outbox;
    struct batch batch;
    struct evaluator evaluator;
    struct results_set results; /* for the tables of django-celery-results, as the next three */
    json_t *results_noted;      /* of tasks that have not ended; NULL: none */
    struct store_chords_reader results_reader;
    struct evaluation_guest results_guest;
    struct counters counters;
    json_t *totals; /* how many were begun, by the task's name; NULL: none */
    struct lamport clock;
    struct revoked revoked;
    struct finished finished;
    struct suspects suspects;
    struct delays delays;
    struct revoked_stamps revoked_stamps;
    bool revoked_unread;                /* what the table of them has is not known yet */
    struct task_settings task_settings; /* by remote control */
    struct control_state control;
    struct events_state events;
    int64_t started_ms; /* monotonic: the process's start */
    int signal_fd;
    bool reload;              /* the configuration is to be read again, between two batches */
    bool stopping;            /* take nothing new */
    bool leaving;             /* at once, whatever is in hand */
    int64_t stop_deadline_ms; /* monotonic; when ${stopping} becomes ${leaving} */
};

/* ---- turn.c */

/*
 * worker_turn(worker, fd, events, timeout_ms):
 * One turn of the poll loop: wait at most ${timeout_ms} (-1: for ever) for the broker, the
 * publisher, a signal or, if
 * ${fd} is not -1, for ${events} on it; then take in what has come and send what waits.  Does not
 * start any work, so it may be called while a batch runs.  Returns the events seen on ${fd}; -1:
 * leave at once.
 */
int worker_turn(struct worker *worker, int fd, short events, int64_t timeout_ms);

/* worker_stop(worker, why): finish what is in hand and leave; the second time: leave at once. */
void worker_stop(struct worker *worker, const char *why);

/* worker_wait(worker, fd, events, timeout_ms): worker_turn() as db.h wants it; a message of the
 * batch that is terminated or whose time is over cancels what the database does for it. */
int worker_wait(void *worker, int fd, short events, int timeout_ms);

/* ---- arrive.c */

/* worker_arrive(worker, delivery): take ${delivery} (owned from now on) into the inbox, or refuse
 * it. */
void worker_arrive(struct worker *worker, struct delivery *delivery);

/* worker_decode(worker, message): decode it and decide what becomes of it: a plan, or its end. */
void worker_decode(struct worker *worker, struct message *message);

/* ---- suspects.c */

/* worker_suspects_connected(worker): the database is connected: can suspects be marked?  False: it
 * is gone again. */
bool worker_suspects_connected(struct worker *worker);

/* worker_suspects_tidy(worker): write down which marks are to go, if there are any, unless that has
 * just failed.  False: the database is gone. */
bool worker_suspects_tidy(struct worker *worker);

/*
 * worker_suspects_take(worker):
 * The batch is one of suspects.  They are marked, decoded and planned; what ends by that ends, what
 * cannot run now or not together with the others is put back.  What is left in the batch, perhaps
 * nothing, runs.  Other than DB_OK: none was decoded, all were put back.
 */
enum db_status worker_suspects_take(struct worker *worker);

/* worker_suspects_guest(worker): who writes along with the effects of worker->batch: marks of its
 * suspects, and ${inner}, which may be NULL, as the answer may be. */
const struct evaluation_guest *worker_suspects_guest(struct worker *worker,
                                                     const struct evaluation_guest *inner);

/* worker_suspects_left_ms(worker): until marks can be written again; 0: now; -1: there is nothing
 * to write. */
int64_t worker_suspects_left_ms(const struct worker *worker);

/*
 * worker_suspects_return(worker):
 * We stop.  Marks of what waits here are written off; without a database a copy of each goes back
 * to its queue that says which mark is to go.  worker_suspects_returned(worker, message): does
 * ${message}, which has just come, say so?
 */
void worker_suspects_return(struct worker *worker);
void worker_suspects_returned(struct worker *worker, const struct message *message);

/* worker_suspects_leave(worker): we stop: what is here goes back to its queue without a mark. */
void worker_suspects_leave(struct worker *worker);

/* worker_forget_deliveries(worker): the connection is gone: as inbox_forget_deliveries(), and no
 * mark is forgotten.  Returns how many messages were dropped. */
size_t worker_forget_deliveries(struct worker *worker);

/* ---- course.c */

/* worker_begin(worker, message): its work begins, for the first time or again. */
void worker_begin(struct worker *worker, struct message *message);

/* worker_retry(worker, message, why): it came to nothing for a reason that passes: it is put back,
 * and its sender hears of the first time only. */
void worker_retry(struct worker *worker, struct message *message, const char *why);

/* ---- redelivered.c */

/*
 * worker_adopt(worker, message):
 * Is ${message}, the last of the inbox, a redelivery of one that we have still in hand though its
 * connection is gone, or that has ended here a moment ago?  Then it is not run twice: the one in
 * hand takes its delivery tag and ${message} is freed, or it ends as that one did.
 */
bool worker_adopt(struct worker *worker, struct message *message);

/* ---- replace.c */

/* Counts how often a foreign task has gone round in its queue. */
#define ATTEMPTS_HEADER "x-trophy-attempts"

/* The copy of a message whose mark could not be taken back when we stopped: the mark's instant,
 * microseconds since 1970. */
#define RETURNED_HEADER "x-trophy-returned"

/* The copy of a message that came before: it is no less a suspect. */
#define SUSPECT_HEADER "x-trophy-suspect"

/*
 * worker_replace(worker, message, queue, round):
 * Publish a copy of ${message} to ${queue}, with one more round counted if ${round}; confirmed, it
 * takes the place of the message, which is then acknowledged.
 */
void worker_replace(struct worker *worker, struct message *message, const char *queue, bool round);

/* ---- hand_back.c */

/*
 * worker_hand_back(worker):
 * What waits here and should not goes to the broker: messages for later that are not held any more;
 * those put off or held back by a rate beyond a quarter of the prefetch, so that they do not keep
 * everybody else from coming; and what a quorum queue has delivered so often that the broker might
 * drop it.
 */
void worker_hand_back(struct worker *worker);

/*
 * worker_open_publisher(worker): begin to open it, with the delay queues that its broker has to
 * have before anything is sent there; as publisher_open(). worker_publisher_opened(worker): it is
 * open. worker_delay_answered(worker, made): whether the delay queue asked for is there.
 */
enum broker_event worker_open_publisher(struct worker *worker);
void worker_publisher_opened(struct worker *worker);
void worker_delay_answered(struct worker *worker, bool made);

/* ---- database.c */

/* worker_has_database(worker): is the database there, or can it be had now? */
bool worker_has_database(struct worker *worker);

/* worker_note_database(worker, what, status): how a transaction went decides when there is another
 * one. */
void worker_note_database(struct worker *worker, const char *what, enum db_status status);

/* ---- dispatch.c */

/* worker_limits(worker): what may run now. */
struct batch_limits worker_limits(const struct worker *worker);

/* worker_weed_out(worker, message, now_ms): end a message that nobody wants any more, checked when
 * its turn comes, as Celery does; or let it wait for its task's rate. */
void worker_weed_out(struct worker *worker, struct message *message, int64_t now_ms);

/* worker_dispatch(worker): do the next batch, if anything is due.  False: nothing was, or it has to
 * wait. */
bool worker_dispatch(struct worker *worker);

/* ---- count.c */

/* worker_count_batch(worker): add to the counters what the batch in hand came to, and return it. */
struct batch_outcome worker_count_batch(struct worker *worker);

/* worker_log_batch(worker, outcome, took_ms): a line of log, if anything was done. */
void worker_log_batch(const struct worker *worker, const struct batch_outcome *outcome,
                      int64_t took_ms);

/* ---- run_all.c */

/*
 * worker_cut_ranges(worker, parent):
 * Publish the ranges of a task for all users; the parent succeeds once they are confirmed, and
 * fails if it names a trophy that does not exist.  Other than DB_OK: none was published and nothing
 * decided.
 */
enum db_status worker_cut_ranges(struct worker *worker, struct message *parent);

/*
 * worker_publish_ranges(worker, parent):
 * Publish the next of parent->cuts: not all at once, so that memory does not grow with the users.
 * With the last ones the parent succeeds, once they are confirmed.
 */
void worker_publish_ranges(struct worker *worker, struct message *parent);

/* ---- run_range.c */

/*
 * worker_run_range(worker, message):
 * Do the users of a range, one transaction after the other.  DB_OK: the message has succeeded, or
 * is put off with the users that another session holds.  Otherwise some users are not done, or we
 * are stopping.
 */
enum db_status worker_run_range(struct worker *worker, struct message *message);

/* ---- settle.c */

/* worker_queue(worker, message): the name of the queue it came from; borrowed. */
const char *worker_queue(const struct worker *worker, const struct message *message);

/*
 * Each of these says how ${message} ends; it is acknowledged by a later worker_settle(), once what
 * its workflow wants published is confirmed and the result is on its way.
 *
 * worker_succeed(worker, message): SUCCESS, the next step of its chain, its callbacks;
 * acknowledged.
 */
void worker_succeed(struct worker *worker, struct message *message);

/*
 * worker_fail(worker, message, exception): FAILURE, also for the steps of its chain that will not
 * run, and its errbacks; rejected without requeue, so that a dead-letter policy keeps it.
 */
void worker_fail(struct worker *worker, struct message *message, const struct exception *exception);

/* worker_refuse(worker, message, exception): FAILURE and rejected, without errbacks: it was never a
 * task of ours. */
void worker_refuse(struct worker *worker, struct message *message,
                   const struct exception *exception);

/* worker_time_out(worker, message): FAILURE as Celery has it for the limit that message->cut says.
 */
void worker_time_out(struct worker *worker, struct message *message);

/* worker_revoke(worker, message, why): REVOKED; acknowledged. */
void worker_revoke(struct worker *worker, struct message *message, enum revocation why);

/*
 * worker_decide_success(worker, message):
 * It will have succeeded, and this will follow it: known before its transaction commits, so that
 * its result may be written there.  worker_succeed() then does not decide again.  -1: out of
 * memory.
 */
int worker_decide_success(struct worker *worker, struct message *message);

/*
 * worker_proceed(worker, message):
 * It has ended, and the next of these is done: its result is in the table (where that is used),
 * what follows it is published and confirmed, it is told and settled.
 */
void worker_proceed(struct worker *worker, struct message *message);

/* worker_revoke_unwanted(worker, message): the same if it has expired or its id is revoked; true:
 * so it was. */
bool worker_revoke_unwanted(struct worker *worker, struct message *message);

/* worker_repeat(worker, message, task): it ends as the same message ended before, which is told its
 * sender again. */
void worker_repeat(struct worker *worker, struct message *message,
                   const struct finished_task *task);

/* worker_settle(worker): send what waits to be sent, then acknowledge and reject what has ended, as
 * far as the socket takes that at the moment, and forget it. */
void worker_settle(struct worker *worker);

/* worker_remember_untold(worker): the connection is gone before the broker knew of what has ended:
 * when that comes again it is not run again. */
void worker_remember_untold(struct worker *worker);

/* ---- daemon.c */

/* What the command line says. */
struct daemon_settings {
    const char *file; /* of the configuration */
    bool file_required;
    int instance; /* --instance, 0 for none */
};

/*
 * daemon_run(settings, options):
 * The daemon's life, until a signal ends it.  ${options} are those of ${settings}; SIGHUP may
 * change them.  Returns an exit code.
 */
int daemon_run(const struct daemon_settings *settings, struct options *options);

#endif
