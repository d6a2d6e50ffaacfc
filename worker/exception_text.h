/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_EXCEPTION_TEXT_H
#define WORKER_EXCEPTION_TEXT_H

#include "common/buffer.h"
#include "worker/ending.h"

/* Exceptions as Python shows them. */

/* exception_put_repr(buffer, exception): "ValueError('boom')", "TimeLimitExceeded(2)". */
void exception_put_repr(struct buffer *buffer, const struct exception *exception);

/*
 * exception_put_traceback(buffer, exception):
 * What Python prints of an exception that has not passed any frames, since ours have not:
 * "ValueError: boom\n", with the module in front unless it is builtins.
 */
void exception_put_traceback(struct buffer *buffer, const struct exception *exception);

#endif
