/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_SWEEP_H
#define WORKER_SWEEP_H

#include "worker/choice.h"
#include "worker/command.h"

/*
 * sweep(line, choice, evaluates):
 * Evaluate the users that ${choice} names, or only recalculate their statistics: directly, batch by
 * batch, each a transaction, as the daemon does and safely beside it.  What became of them goes to
 * stdout, progress to stderr.  Returns an exit code: EX_OK; EX_DATAERR: a user's data failed, or
 * there is no such trophy; EX_NOUSER; EX_UNAVAILABLE; EX_TEMPFAIL: interrupted, or locked out for
 * too long; EX_SOFTWARE.
 */
int sweep(const struct command_line *line, const struct choice *choice, bool evaluates);

#endif
