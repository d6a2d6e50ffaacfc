/* SPDX-License-Identifier: Apache-2.0 */
/* Progress: the texts are pure, and three functions decide when and where they are shown. */
#include "worker/progress.h"

#include "common/clock.h"
#include "common/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_MIN = 10, BAR_MAX = 40, COLUMNS = 80 };

/* Clamped: who came meanwhile does not make it more than all. */
static int64_t
done_of_total(const struct progress *progress)
{
    return progress->done < progress->total ? progress->done : progress->total;
}

static void
put_rest(int64_t seconds, char *text, size_t size)
{
    if (seconds < 60)
        (void)snprintf(text, size, "%lld s", (long long)seconds);
    else if (seconds < 3600)
        (void)snprintf(text, size, "%lld min %02lld s", (long long)seconds / 60,
                       (long long)seconds % 60);
    else
        (void)snprintf(text, size, "%lld h %02lld min", (long long)seconds / 3600,
                       (long long)seconds / 60 % 60);
}

void
progress_text(const struct progress *progress, int64_t now_ms, char text[PROGRESS_TEXT_SIZE])
{
    int64_t done = done_of_total(progress);
    int64_t elapsed_ms = now_ms - progress->started_ms;
    int64_t percent = progress->total > 0 ? done * 100 / progress->total : 100;
    char rest[60] = "";
    double rate;
    int length =
        snprintf(text, PROGRESS_TEXT_SIZE, "%lld of %lld users, %lld%%", (long long)progress->done,
                 (long long)progress->total, (long long)percent);

    if (progress->done <= 0 || elapsed_ms <= 0)
        return;
    rate = (double)progress->done * 1000 / (double)elapsed_ms;
    put_rest((int64_t)((double)(progress->total - done) / rate + 0.5), rest, sizeof rest);
    (void)snprintf(text + length, (size_t)(PROGRESS_TEXT_SIZE - length), ", %.*f/s, %s left",
                   rate < 10 ? 1 : 0, rate, rest);
}

void
progress_bar(const struct progress *progress, int64_t now_ms, int columns,
             char text[PROGRESS_TEXT_SIZE])
{
    char numbers[PROGRESS_TEXT_SIZE];
    int width;
    int full;

    progress_text(progress, now_ms, numbers);
    width = columns - 1 - 3 - (int)strlen(numbers); /* "[", "] " and one column that stays free */
    if (width < BAR_MIN) {
        (void)snprintf(text, PROGRESS_TEXT_SIZE, "%.*s", columns > 1 ? columns - 1 : 0, numbers);
        return;
    }
    width = width < BAR_MAX ? width : BAR_MAX;
    full = progress->total > 0 ? (int)(done_of_total(progress) * width / progress->total) : width;
    (void)snprintf(text, PROGRESS_TEXT_SIZE, "[%.*s%.*s] %.110s", full,
                   "########################################", width - full,
                   "........................................", numbers);
}

static int
find_columns(void)
{
    struct winsize size = {0};

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS;
    return size.ws_col;
}

static void
show(struct progress *progress, int64_t now_ms)
{
    char text[PROGRESS_TEXT_SIZE];

    progress->shown_ms = now_ms;
    if (!progress->on_terminal) {
        progress_text(progress, now_ms, text);
        log_info("progress: %s", text);
        return;
    }
    progress_bar(progress, now_ms, find_columns(), text);
    /* back to the left, so that a line of the log written meanwhile covers the bar */
    (void)fprintf(stderr, "\r%s\033[K\r", text);
}

void
progress_start(struct progress *progress, int64_t total)
{
    int64_t now_ms = clock_monotonic_ms();

    *progress = (struct progress){.total = total,
                                  .started_ms = now_ms,
                                  .shown_ms = now_ms,
                                  .on_terminal = isatty(STDERR_FILENO) == 1};
    if (progress->on_terminal)
        show(progress, now_ms);
}

void
progress_add(struct progress *progress, int64_t users)
{
    int64_t now_ms = clock_monotonic_ms();

    progress->done += users;
    if (now_ms - progress->shown_ms >= (progress->on_terminal ? PROGRESS_BAR_MS : PROGRESS_LINE_MS))
        show(progress, now_ms);
}

void
progress_hide(struct progress *progress)
{
    if (!progress->on_terminal)
        return;
    (void)fputs("\r\033[K", stderr);
    progress->shown_ms = 0; /* and it comes back with the next step */
}
