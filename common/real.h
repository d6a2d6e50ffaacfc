/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_REAL_H
#define COMMON_REAL_H

#define REAL_SIZE 32

/*
 * real_format(value, text):
 * The fewest digits that read back as the same number, always with a point or an exponent, which
 * stands from 1e16 up and below 1e-4: "100.0", "19.999", "1e+16", "inf", "nan".
 * Source: Python's float.__repr__(), which both Celery and the application write.
 */
void real_format(double value, char text[REAL_SIZE]);

#endif
