/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_READING_H
#define SHIM_READING_H

#include "common/store_shim.h"
#include "shim/filter.h"
#include "shim/paging.h"
#include "shim/resource.h"
#include "shim/shape.h"

#include <stdbool.h>
#include <stdint.h>

/* One question being answered; for resource*.c and etag.c only. */
struct reading {
    const struct question *question;
    struct filters filters;
    struct paging paging;
    struct order order;
    bool repeatable; /* ?include_repeatable=true */
    bool rarity;     /* ?rarity=true */
    struct shape shape;
    struct buffer off; /* the trophies switched off, as store_shim.h wants them */
    int32_t today;
    int parts;             /* SHIM_VERSION_*: what the answer is made from */
    struct buffer version; /* of these parts, as soon as it has been read */
};

/* reading_begin(reading, question): read the parameters.  -1: out of memory.  Either way
 * reading_end() is due. */
int reading_begin(struct reading *reading, const struct question *question);

void reading_end(struct reading *reading);

/* reading_ask_version(reading, reader): put the version into the pipeline, in front of the rows, so
 * that it is never newer than they are; ${reader} has to live until the next db_run(). */
void reading_ask_version(struct reading *reading, struct store_shim_version_reader *reader);

/* Each reads the rows and fills in ${answer} but for its version: 200, 400 or 404. */
enum db_status resource_read_list(struct reading *reading, struct answer *answer);
enum db_status resource_read_statistics(struct reading *reading, struct answer *answer);
enum db_status resource_read_progress(struct reading *reading, struct answer *answer);

/* etag_make(reading, etag): the version of the answer: of the rows and of everything else it is
 * made from.  "" if that fails. */
void etag_make(const struct reading *reading, char etag[ETAG_SIZE]);

/* etag_may_cover_dates(if_none_match): has the client a version that covers workout dates? */
bool etag_may_cover_dates(const char *if_none_match);

#endif
