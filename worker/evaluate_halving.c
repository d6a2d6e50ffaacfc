/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of users that could not be evaluated together.  Whose fault is it?  The set is halved until
 * the culprit is alone; but first a few users are tried alone, for what those meet alike is not the
 * fault of any of them.
 */
#include "common/log.h"
#include "worker/evaluate.h"

#include <string.h>

enum { PROBES = 2 };

/* What failed, as far as the server says. */
struct failure {
    char sqlstate[6];
    struct db_place place;
};

static struct failure
last_failure(const struct evaluator *evaluator)
{
    struct failure failure = {.place = *db_place(evaluator->db)};

    (void)strncat(failure.sqlstate, db_sqlstate(evaluator->db), sizeof failure.sqlstate - 1);
    return failure;
}

static bool
is_same(const struct failure *a, const struct failure *b)
{
    return strcmp(a->sqlstate, b->sqlstate) == 0 && strcmp(a->place.table, b->place.table) == 0 &&
           strcmp(a->place.column, b->place.column) == 0 &&
           strcmp(a->place.constraint, b->place.constraint) == 0;
}

static bool
begins_with(const struct evaluator *evaluator, const char *prefix)
{
    return strncmp(db_sqlstate(evaluator->db), prefix, strlen(prefix)) == 0;
}

/* Deadlock, serialization, lock timeout, out of resources: it may pass. */
static bool
is_conflict(const struct evaluator *evaluator, enum db_status status)
{
    return status == DB_RETRY && (begins_with(evaluator, "40") || begins_with(evaluator, "55P03") ||
                                  begins_with(evaluator, "53"));
}

/*
 * We violate no constraint of the application's own tables (semantics), whatever a user has done:
 * this is one that was added.
 */
static bool
is_refusal(const struct evaluator *evaluator)
{
    return begins_with(evaluator, "23");
}

/* ${subject}, alone, cannot be done: what that means for it. */
static void
condemn(const struct evaluator *evaluator, struct subject *subject, enum db_status status)
{
    const struct db_place *place = db_place(evaluator->db);

    if (status == DB_TIMEOUT) {
        subject->outcome = SUBJECT_TIMED_OUT;
        (void)err_set(&subject->err, "statement timeout");
    } else if (status == DB_RETRY) {
        subject->outcome = SUBJECT_CONFLICTED;
        (void)err_set(&subject->err, "%s", db_message(evaluator->db));
    } else if (is_refusal(evaluator)) {
        subject->outcome = SUBJECT_REFUSED;
        (void)err_set(&subject->err, "the database does not fit: %s.%s refuses it: %s",
                      place->table,
                      place->constraint[0] == '\0' ? place->column : place->constraint,
                      db_message(evaluator->db));
        log_throttled(LOG_LEVEL_ERROR, "user %d: put off: %s", subject->user_id, subject->err.text);
    } else {
        subject->outcome = SUBJECT_FAILED;
        (void)err_set(&subject->err, "%s", db_message(evaluator->db));
    }
}

/*
 * Foreign keys are checked at COMMIT: the user, or a trophy, has been deleted meanwhile.  A second
 * look tells which: a deleted user is not found any more, a deleted trophy not given.
 */
static enum db_status
evaluate_again(struct evaluator *evaluator, struct subject *subjects, size_t count)
{
    enum db_status status = evaluate(evaluator, subjects, count);

    if (status == DB_DATA && count == 1 && begins_with(evaluator, "23503"))
        status = evaluate(evaluator, subjects, count);
    return status;
}

/* Do users tried alone, other ones each time, meet the same failure? */
static bool
is_met_alike(struct evaluator *evaluator, struct subject *subjects, size_t count)
{
    const struct failure met = last_failure(evaluator);
    size_t probes = count < PROBES ? count : PROBES;

    for (size_t i = 0; i < probes; i++) {
        size_t place = (evaluator->probes + i * (count / PROBES)) % count;
        enum db_status status = evaluate_again(evaluator, &subjects[place], 1);
        struct failure failure = last_failure(evaluator);

        if (status == DB_OK || !is_same(&met, &failure))
            return false;
    }
    evaluator->probes++;
    return true;
}

/* A whole batch cannot be evaluated, and it lies in none of its users. */
static enum db_status
blame_the_database(const struct evaluator *evaluator, enum db_status status)
{
    const struct db_place *place = db_place(evaluator->db);

    if (status != DB_DATA)
        return status;
    log_throttled(LOG_LEVEL_ERROR,
                  "the database does not fit: every user is refused alike: %s %s%s%s%s%s",
                  db_sqlstate(evaluator->db), db_message(evaluator->db),
                  place->table[0] == '\0' ? "" : ", table ", place->table,
                  place->constraint[0] == '\0' ? "" : ", constraint ", place->constraint);
    return DB_UNFIT;
}

/* Can less at a time get round this failure?  Round a conflict only if ${conflicts} says so. */
static bool
is_divisible(const struct evaluator *evaluator, enum db_status status, bool conflicts)
{
    return status == DB_DATA || status == DB_TIMEOUT ||
           (conflicts && is_conflict(evaluator, status));
}

/*
 * ${subject} alone came to ${status}.  If it is only what the guest writes along that is refused,
 * the user's effects stand without: the guest has its own way to end that.
 */
static enum db_status
judge(struct evaluator *evaluator, struct subject *subject, enum db_status status)
{
    const struct evaluation_guest *guest = evaluator->guest;

    if (status == DB_DATA && guest != NULL) {
        evaluator->guest = NULL;
        status = evaluate_again(evaluator, subject, 1);
        evaluator->guest = guest;
        if (!is_divisible(evaluator, status, /* conflicts */ false))
            return status;
    }
    condemn(evaluator, subject, status);
    return DB_OK;
}

/* These could not be evaluated together, which came to ${status}. */
static enum db_status
divide(struct evaluator *evaluator, struct subject *subjects, size_t count, enum db_status status,
       bool conflicts)
{
    const size_t halves[] = {count / 2, count - count / 2};

    if (count == 1)
        return judge(evaluator, subjects, status);
    log_warn("batch of %zu users is halved: %s", count, db_message(evaluator->db));
    for (size_t i = 0; i < 2; i++) {
        struct subject *half = i == 0 ? subjects : subjects + halves[0];

        status = evaluate_again(evaluator, half, halves[i]);
        if (is_divisible(evaluator, status, conflicts))
            status = divide(evaluator, half, halves[i], status, conflicts);
        if (status != DB_OK)
            return status;
    }
    return DB_OK;
}

enum db_status
evaluate_halving(struct evaluator *evaluator, struct subject *subjects, size_t count)
{
    enum db_status status = evaluate_again(evaluator, subjects, count);
    bool twice = evaluator->conflicted || evaluator->hurried;

    evaluator->conflicted = is_conflict(evaluator, status);
    if (!is_divisible(evaluator, status, twice))
        return status;
    if (count > 1 && status != DB_TIMEOUT && is_met_alike(evaluator, subjects, count))
        return blame_the_database(evaluator, status);
    status = divide(evaluator, subjects, count, status, twice);
    evaluator->conflicted = is_conflict(evaluator, status);
    return status;
}
