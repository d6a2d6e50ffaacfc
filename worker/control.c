/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/control.h"

void
control_take(struct worker *worker, const struct delivery *delivery)
{
    (void)worker;
    (void)delivery;
}

void
control_hello(struct worker *worker)
{
    (void)worker;
}
