/* SPDX-License-Identifier: Apache-2.0 */
/* The files that are served as they are. */
#include "shim/pages.h"

#include "shim/negotiate.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TEXT(name, ...) static const unsigned char bytes_##name[] = {__VA_ARGS__};
#include "pages.inc"
#undef TEXT

static const struct {
    const unsigned char *bytes;
    size_t length; /* without the NUL at the end */
} files[] = {
#define TEXT(name, ...) [PAGE_##name] = {bytes_##name, sizeof bytes_##name - 1},
#include "pages.inc"
#undef TEXT
};

static const struct {
    const char *path;
    enum page page;
    const char *type; /* NULL: application/json */
} paths[] = {
    {"/", PAGE_index_html, "text/html; charset=utf-8"},
    {"/page/icon.svg", PAGE_icon_svg, "image/svg+xml"},
    {"/page/page.css", PAGE_page_css, "text/css; charset=utf-8"},
    {"/page/page.js", PAGE_page_js, "text/javascript; charset=utf-8"},
    {"/page/schema.js", PAGE_schema_js, "text/javascript; charset=utf-8"},
    {"/api/v2/schema", PAGE_schema_json, NULL},
    {"/api/v2/schema/ui", PAGE_schema_html, "text/html; charset=utf-8"},
};

enum { PATHS = sizeof paths / sizeof paths[0] };

bool
pages_find(const char *path, enum page *page)
{
    for (size_t i = 0; i < PATHS; i++) {
        if (strcmp(paths[i].path, path) == 0) {
            *page = paths[i].page;
            return true;
        }
    }
    return false;
}

/* FNV-1a: another text, another version; nobody has to be kept from finding a twin. */
static uint64_t
digest(enum page page)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < files[page].length; i++)
        hash = (hash ^ files[page].bytes[i]) * 1099511628211u;
    return hash;
}

void
pages_answer(enum page page, const char *if_none_match, struct answer *answer)
{
    static uint64_t digests[PAGES]; /* 0: not yet made */

    answer_clear(answer);
    if (digests[page] == 0)
        digests[page] = digest(page);
    (void)snprintf(answer->etag, sizeof answer->etag, "\"%016llx\"",
                   (unsigned long long)digests[page]);
    for (size_t i = 0; i < PATHS; i++)
        if (paths[i].page == page)
            answer->type = paths[i].type;
    if (negotiate_has_version(if_none_match, answer->etag)) {
        answer->status = 304;
        return;
    }
    answer->status = 200;
    buffer_put(&answer->body, (const char *)files[page].bytes, files[page].length);
}
