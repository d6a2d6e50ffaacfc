/* SPDX-License-Identifier: Apache-2.0 */
/* The handler only notes the signal and makes way for the second: the default action ends the
 * process, and the database rolls back what it had open. */
#include "worker/interrupt.h"

#include "common/clock.h"

#include <poll.h>
#include <signal.h>

static volatile sig_atomic_t came;

static void
note(int number)
{
    (void)number;
    came = 1;
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}

void
interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaddset(&action.sa_mask, SIGINT);
    (void)sigaddset(&action.sa_mask, SIGTERM);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool
interrupt_came(void)
{
    return came != 0;
}

void
interrupt_sleep(int64_t ms)
{
    enum { STEP_MS = 100 }; /* a signal just before poll() is seen this late */
    int64_t end_ms = clock_monotonic_ms() + ms;

    while (!interrupt_came() && clock_monotonic_ms() < end_ms)
        (void)poll(NULL, 0, STEP_MS);
}
