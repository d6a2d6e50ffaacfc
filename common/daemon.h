/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DAEMON_H
#define COMMON_DAEMON_H

#include "common/options.h"

#include <stdbool.h>

/* What the daemons of both programs have in common. */

/* daemon_log_setup(options): log as ${options} say. */
void daemon_log_setup(const struct options *options);

/*
 * daemon_reload(options, file, required):
 * SIGHUP: read the configuration again and take over what can change at run time.  One that cannot
 * be read changes nothing.
 */
void daemon_reload(struct options *options, const char *file, bool required);

#endif
