/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_INTERRUPT_H
#define WORKER_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/* For commands that work batch by batch: the first INT or TERM asks to end after the batch in hand,
 * the second ends the process at once. */

/* interrupt_catch(): from now on. */
void interrupt_catch(void);

/* interrupt_came(): has the first one come? */
bool interrupt_came(void);

/* interrupt_sleep(ms): wait, but no longer than until a signal comes. */
void interrupt_sleep(int64_t ms);

#endif
