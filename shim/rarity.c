/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/rarity.h"

#include "common/clock.h"
#include "common/store_shim.h"

#include <math.h>
#include <stdlib.h>

#define DAY_US (INT64_C(24) * 3600 * 1000000)

static int
found(void *context, int32_t trophy_id, int64_t users)
{
    struct rarity *rarity = context;
    struct rarity_share *shares;

    if (trophy_id == 0) {
        rarity->users = users;
        return 0;
    }
    shares = reallocarray(rarity->shares, rarity->count + 1, sizeof *shares);
    if (shares == NULL)
        return -1;
    shares[rarity->count++] = (struct rarity_share){trophy_id, users};
    rarity->shares = shares;
    return 0;
}

enum db_status
rarity_refresh(struct rarity *rarity, struct db *db, const struct options *options)
{
    int64_t now_ms = clock_monotonic_ms();
    struct rarity counted = {
        .not_before_ms = now_ms + RARITY_SECONDS * 1000,
        .version = rarity->version + 1,
        .known = true,
    };
    struct store_shim_rarity_reader reader = {found, &counted};
    enum db_status status;

    if (now_ms < rarity->not_before_ms)
        return DB_OK;
    store_shim_rarity(db, clock_now_us() - options->trophies_inactive_user_days * DAY_US, &reader);
    status = db_run(db);
    if (status == DB_OK) {
        rarity_clear(rarity);
        *rarity = counted;
        return DB_OK;
    }
    rarity_clear(&counted);
    if (status == DB_TIMEOUT) {
        rarity->not_before_ms = now_ms + RARITY_SECONDS * 1000;
        return DB_OK;
    }
    return status;
}

double
rarity_of(const struct rarity *rarity, int32_t trophy_id)
{
    if (!rarity->known)
        return (double)NAN;
    for (size_t i = 0; i < rarity->count; i++)
        if (rarity->shares[i].trophy_id == trophy_id)
            return rarity->users == 0 ? 0.0
                                      : (double)rarity->shares[i].users / (double)rarity->users;
    return 0.0;
}

void
rarity_clear(struct rarity *rarity)
{
    free(rarity->shares);
    *rarity = (struct rarity){0};
}
