/* SPDX-License-Identifier: Apache-2.0 */
/* A whole small file as one text. */
#include "common/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
slurp(FILE *file, size_t limit, char **text)
{
    char *bytes = malloc(limit + 1);
    size_t count;
    int error = 0;

    if (bytes == NULL)
        return ENOMEM;
    errno = 0;
    count = fread(bytes, 1, limit + 1, file);
    if (ferror(file))
        error = errno != 0 ? errno : EIO;
    else if (count > limit)
        error = EFBIG;
    else if (memchr(bytes, '\0', count) != NULL)
        error = EILSEQ;
    if (error != 0) {
        free(bytes);
        return error;
    }
    bytes[count] = '\0';
    *text = bytes;
    return 0;
}

int
file_load(const char *path, size_t limit, char **text)
{
    FILE *file = fopen(path, "re");
    int error;

    if (file == NULL)
        return errno;
    error = slurp(file, limit, text);
    (void)fclose(file);
    return error;
}
