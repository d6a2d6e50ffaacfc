/* SPDX-License-Identifier: Apache-2.0 */
#include "common/embedded.h"

#define TEXT(name, ...) static const char text_##name[] = {__VA_ARGS__};
#include "texts.inc"
#undef TEXT

static const struct {
    const char *name;
    const char *text;
} texts[] = {
#define TEXT(name, ...) {#name, text_##name},
#include "texts.inc"
#undef TEXT
};

const char *
embedded_text(enum embedded which)
{
    return texts[which].text;
}

const char *
embedded_name(enum embedded which)
{
    return texts[which].name;
}
