/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>

/*
 * file_load(path, limit, text):
 * Read all of a file (or pipe) of text.  0: ${text} is owned (free).  Otherwise an errno, ${text}
 * untouched: what open and read say, EFBIG for more than ${limit} bytes, EILSEQ for a NUL byte.
 */
int file_load(const char *path, size_t limit, char **text);

#endif
