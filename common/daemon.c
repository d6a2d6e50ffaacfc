/* SPDX-License-Identifier: Apache-2.0 */
#include "common/daemon.h"

#include "common/clock.h"
#include "common/log.h"

#include <string.h>
#include <unistd.h>

void
daemon_log_setup(const struct options *options)
{
    enum log_level level = LOG_LEVEL_INFO;

    (void)log_level_parse(options->log_level, &level);
    log_setup(level, strcmp(options->log_format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
}

void
daemon_reload(struct options *options, const char *file, bool required)
{
    struct options fresh = {0};
    struct err err = {0};

    log_note("SIGHUP: reading the configuration again");
    if (options_load(&fresh, file, required, environ, &err) != 0) {
        log_error("configuration: %s: nothing is changed", err.text);
        return;
    }
    options_take_live(options, &fresh);
    options_clear(&fresh);
    (void)clock_set_zone(options->trophies_time_zone, &err);
    daemon_log_setup(options);
}
