/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction has done, said and counted once it stands: by the rows written and deleted,
 * not by what was decided. */
#include "common/clock.h"
#include "common/log.h"
#include "worker/transaction.h"

static const struct trophy *
find_trophy(const struct transaction *t, int32_t trophy_id)
{
    for (size_t i = 0; i < t->trophies.count; i++)
        if (t->trophies.items[i].id == trophy_id)
            return &t->trophies.items[i];
    return NULL;
}

/* So that what was taken by mistake can be given back. */
static void
log_taken(const struct transaction *t)
{
    for (size_t i = 0; i < t->taken.count; i++) {
        const struct store_taken *award = &t->taken.items[i];
        const struct trophy *trophy = find_trophy(t, award->trophy_id);
        char earned_at[CLOCK_TEXT_SIZE] = "infinity";

        if (award->earned_us != INT64_MIN)
            clock_format_utc(award->earned_us, earned_at);
        log_info("award taken: user %d, trophy %d '%s', earned_at %s, context %s", award->user_id,
                 award->trophy_id, trophy == NULL ? "" : trophy->name, earned_at,
                 award->context == NULL ? "null" : award->context);
    }
    if (t->taken.forgotten > 0)
        log_error("out of memory: %zu awards taken are not named", t->taken.forgotten);
}

/* Of a trophy that can be earned once somebody else may have given it meanwhile. */
static void
warn_unwritten(const struct transaction *t, const struct trophy *trophy, const struct tally *tally)
{
    if (trophy->is_repeatable && tally->change > tally->written)
        trophy_warn_once(trophy, &t->evaluator->warnings,
                         "a unique index refuses its awards though it is repeatable (see "
                         "trophy-worker schema --check)");
}

/* What has changed for one user and trophy: awards more or, below zero, fewer or no longer met. */
static int64_t
find_change(const struct transaction *t, const struct tally *tally)
{
    if (t->evaluator->request.dry_run)
        return tally->change;
    if (tally->change >= 0)
        return tally->written;
    return t->evaluator->request.revoke ? -tally->deleted : tally->change;
}

static void
tell_user(const struct transaction *t, size_t place)
{
    const struct evaluator *evaluator = t->evaluator;
    struct subject *subject = t->entries[place].subject;

    if (evaluator->deciding != NULL)
        evaluator->deciding(evaluator->decided_context, subject);
    for (size_t i = 0; i < t->trophies.count; i++) {
        const struct tally *tally = &t->tallies[place * t->trophies.count + i];
        int64_t change = find_change(t, tally);

        subject->awards += change > 0 ? (int32_t)change : 0;
        subject->lost += change < 0 ? -change : 0;
        if (change != 0 && evaluator->decided != NULL)
            evaluator->decided(evaluator->decided_context, subject, &t->trophies.items[i], change);
        if (!evaluator->request.dry_run)
            warn_unwritten(t, &t->trophies.items[i], tally);
    }
}

void
transaction_tell(struct transaction *t)
{
    log_taken(t);
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].evaluate)
            tell_user(t, i);
}
