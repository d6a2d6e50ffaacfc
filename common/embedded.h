/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_EMBEDDED_H
#define COMMON_EMBEDDED_H

/* Files that are part of the program, byte for byte: those of schema/ that an administrator needs,
 * and the SQL of common/script.  Named after the file, with "_" for the dot. */
enum embedded {
#define TEXT(name, ...) EMBEDDED_##name,
#include "texts.inc"
#undef TEXT
    EMBEDDED_TEXTS
};

/* embedded_text(which): its text; static. */
const char *embedded_text(enum embedded which);

/* embedded_name(which): its name, for the log; static. */
const char *embedded_name(enum embedded which);

#endif
