/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>

/* Syslog's severities, as journald reads them from a "<n>" prefix. */
enum log_level {
    LOG_LEVEL_ERROR = 3, /* a human must look */
    LOG_LEVEL_WARN = 4,  /* odd, but handled */
    LOG_LEVEL_NOTE = 5,  /* life cycle */
    LOG_LEVEL_INFO = 6,  /* one line a settled task */
    LOG_LEVEL_DEBUG = 7,
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* log_setup(level, format): write lines up to ${level} from now on.  Before the first call: info,
 * text. */
void log_setup(enum log_level level, enum log_format format);

/* log_level_parse(name, level): "error", "warning", "notice", "info" or "debug" → ${level}; false:
 * no such name. */
bool log_level_parse(const char *name, enum log_level *level);

/* log_enabled(level): is a line of ${level} written at all? */
bool log_enabled(enum log_level level);

/*
 * log_write(level, fmt, ...):
 * Write one line to stderr, as text "<6>…" or as {"ts":…,"level":…,"message":…}.  Subject first,
 * lower case, no full stop; never bodies, passwords or connection strings.  Control characters and
 * bytes that are no UTF-8 are written as "?", so that a stranger's text cannot forge or break a
 * line; a line is cut at 2 KiB.
 */
__attribute__((format(printf, 2, 3))) void log_write(enum log_level level, const char *fmt, ...);

/*
 * log_throttled(level, fmt, ...):
 * The same for what may happen again and again, as an attempt that fails: a text that it has
 * written within the last ten seconds is written at debug level only, and counted; the next time
 * that it is written it says how many there were meanwhile.  Nothing is left out at debug level.
 */
__attribute__((format(printf, 2, 3))) void log_throttled(enum log_level level, const char *fmt,
                                                         ...);

/*
 * log_last(level, text):
 * The same for a signal handler that ends the process next, without the parts that may take a lock
 * or memory: ${text} is written as it is, so it is a constant of printable ASCII without quotes.
 */
void log_last(enum log_level level, const char *text);

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_note(...)  log_write(LOG_LEVEL_NOTE, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
