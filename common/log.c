/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"

#include "common/clock.h"
#include "common/throttle.h"
#include "common/utf8.h"

#include <jansson.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* atomic, as connections are made in threads of their own and log, too */
static _Atomic enum log_level threshold = LOG_LEVEL_INFO;
static _Atomic enum log_format layout = LOG_FORMAT_TEXT;

enum { TEXT_SIZE = 2048 };

static struct throttle throttle;
static pthread_mutex_t throttle_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct {
    enum log_level level;
    const char *name;
} names[] = {
    {LOG_LEVEL_ERROR, "error"}, {LOG_LEVEL_WARN, "warning"}, {LOG_LEVEL_NOTE, "notice"},
    {LOG_LEVEL_INFO, "info"},   {LOG_LEVEL_DEBUG, "debug"},
};

void
log_setup(enum log_level level, enum log_format format)
{
    threshold = level;
    layout = format;
}

bool
log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0) {
            *level = names[i].level;
            return true;
        }
    }
    return false;
}

bool
log_enabled(enum log_level level)
{
    return level <= threshold;
}

static const char *
level_name(enum log_level level)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].level == level)
            return names[i].name;
    return "info";
}

static void
write_json(enum log_level level, const char *text)
{
    char stamp[CLOCK_TEXT_SIZE];
    json_t *line;
    char *dump;

    clock_format_utc(clock_now_us(), stamp);
    line = json_pack("{s:s, s:s, s:s}", "ts", stamp, "level", level_name(level), "message", text);
    dump = line == NULL ? NULL : json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (dump != NULL)
        (void)fprintf(stderr, "%s\n", dump);
    free(dump);
    json_decref(line);
}

void
log_write(enum log_level level, const char *fmt, ...)
{
    char text[TEXT_SIZE];
    va_list ap;

    if (!log_enabled(level))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    utf8_neutralise(text);
    if (layout == LOG_FORMAT_JSON)
        write_json(level, text);
    else
        (void)fprintf(stderr, "<%d>%s\n", (int)level, text);
}

void
log_throttled(enum log_level level, const char *fmt, ...)
{
    char text[TEXT_SIZE];
    unsigned withheld = 0;
    bool admitted;
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)pthread_mutex_lock(&throttle_lock);
    admitted = throttle_admits(&throttle, text, clock_monotonic_ms(), &withheld);
    (void)pthread_mutex_unlock(&throttle_lock);
    if (!admitted)
        log_debug("%s", text);
    else if (withheld > 0)
        log_write(level, "%s (and %u times meanwhile)", text, withheld);
    else
        log_write(level, "%s", text);
}

/* glibc's snprintf() of numbers and texts takes neither a lock nor memory. */
void
log_last(enum log_level level, const char *text)
{
    char stamp[CLOCK_TEXT_SIZE];
    char line[256];
    int length;

    if (!log_enabled(level))
        return;
    clock_format_utc(clock_now_us(), stamp);
    if (layout == LOG_FORMAT_JSON)
        length =
            snprintf(line, sizeof line, "{\"ts\":\"%s\",\"level\":\"%s\",\"message\":\"%s\"}\n",
                     stamp, level_name(level), text);
    else
        length = snprintf(line, sizeof line, "<%d>%s\n", (int)level, text);
    if (write(STDERR_FILENO, line, (size_t)length) != length)
        return; /* there is nobody left to be told */
}
