/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PAGES_H
#define SHIM_PAGES_H

#include "shim/answer.h"

#include <stdbool.h>

/* The files of shim/page, which are part of the program, named after them with "_" for the dot. */
enum page {
#define TEXT(name, ...) PAGE_##name,
#include "pages.inc"
#undef TEXT
    PAGES
};

/*
 * pages_find(path, page):
 * Which file ${path} leads to: "/", "/page/NAME" of a style sheet or a script, "/api/v2/schema" and
 * "/api/v2/schema/ui".  false: none; ${page} is then untouched.
 */
bool pages_find(const char *path, enum page *page);

/* pages_answer(page, if_none_match, answer): 200 with the file, its type and its version, or 304 if
 * the client has that version. */
void pages_answer(enum page page, const char *if_none_match, struct answer *answer);

#endif
