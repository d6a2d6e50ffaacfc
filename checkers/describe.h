/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_DESCRIBE_H
#define CHECKERS_DESCRIBE_H

#include "checkers/decimal.h"
#include "common/buffer.h"

#include <stddef.h>
#include <stdint.h>

/* Words that several checkers' describe() are made of, each appended to ${text}. */

/*
 * describe_ratio(value, scale, target, unit, text):
 * "4,200.00 of 5,000 kg": ${value} / 10^${scale} with all its places, ${target} in its own digits,
 * both grouped by commas; of a target that fills the line only the beginning and its length.
 */
void describe_ratio(int64_t value, unsigned scale, const struct decimal *target, const char *unit,
                    struct buffer *text);

/* describe_grouped(digits, length, text): "-1234567.5" → "-1,234,567.5". */
void describe_grouped(const char *digits, size_t length, struct buffer *text);

/* describe_daytime(time_us, text): "07:10", with seconds and microseconds only if there are any. */
void describe_daytime(int64_t time_us, struct buffer *text);

#endif
