/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REPORT_H
#define WORKER_REPORT_H

#include "worker/choice.h"
#include "worker/ledger.h"
#include "worker/subject.h"

#include <stdbool.h>
#include <stdint.h>

/* What evaluate and recalculate say on stdout: sentences, or with --json one object a line. */
struct report {
    const struct choice *choice;
    bool evaluates;
    struct ledger ledger;
    int64_t users; /* looked at, of whatever outcome */
    int64_t done;
    int64_t skipped;
    int64_t unknown;
    int64_t failed;
    int64_t refused; /* of those: by a constraint that is none of ours */
    int64_t awarded;
    int64_t lost;
    bool interrupted; /* or given up: not all users were looked at */
    double seconds;
};

/* report_user(report, place, name): what became of user number ${place} of the ledger's batch;
 * ${name} may be NULL. */
void report_user(struct report *report, size_t place, const char *name);

/* report_nobody(report, word): ${word} of the command line names no user. */
void report_nobody(struct report *report, const char *word);

/* report_summary(report): last. */
void report_summary(const struct report *report);

/* report_skipped(subject): "opted out", "inactive", "switched off" or "no such user"; NULL: not
 * skipped. */
const char *report_skipped(const struct subject *subject);

/* The same as JSON, for report.c. */
void report_json_user(const struct report *report, size_t place, const char *name);
void report_json_nobody(const char *word);
void report_json_summary(const struct report *report);

#endif
