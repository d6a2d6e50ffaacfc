/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version of an answer: a digest of all that its body is made from.  It is a weak one, as the
 * same answer may be compressed.  One that covers workout dates ends in a mark, so that the next
 * request with it asks for their version too, which the others are spared.
 */
#include "shim/reading.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define DATES_MARK "-d" /* no end of a digest in hexadecimal */

enum { DIGEST_SHOWN = 16 }; /* of 32 bytes */

static void
put(struct buffer *text, const char *value)
{
    buffer_put(text, value, strlen(value) + 1); /* with its NUL: no two values run together */
}

void
etag_make(const struct reading *reading, char etag[ETAG_SIZE])
{
    const struct question *question = reading->question;
    const struct request *request = question->request;
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct buffer text = {0};
    int used;

    etag[0] = '\0';
    buffer_printf(&text, "%s %d %lld %d %d %llu %llu %d", TROPHY_VERSION, (int)question->resource,
                  (long long)question->id, question->asker.user_id, question->asker.staff,
                  (unsigned long long)question->memory->images.version,
                  (unsigned long long)(reading->rarity ? question->memory->rarity.version : 0),
                  question->resource == RESOURCE_PROGRESS ? reading->today : 0);
    put(&text, "");
    put(&text, request->base);
    put(&text, request->path);
    put(&text, request->raw_query == NULL ? "" : request->raw_query);
    put(&text, question->options->trophies_time_zone);
    put(&text, question->options->shim_static_url);
    text.failed |= reading->off.failed || reading->version.failed;
    put(&text, buffer_text(&reading->off) == NULL ? "" : buffer_text(&reading->off));
    put(&text, buffer_text(&reading->version) == NULL ? "" : buffer_text(&reading->version));
    if (!text.failed && EVP_Digest(text.text, text.length, digest, NULL, EVP_sha256(), NULL) == 1) {
        used = snprintf(etag, ETAG_SIZE, "W/\"");
        for (int i = 0; i < DIGEST_SHOWN; i++)
            used += snprintf(etag + used, ETAG_SIZE - (size_t)used, "%02x", digest[i]);
        (void)snprintf(etag + used, ETAG_SIZE - (size_t)used, "%s\"",
                       (reading->parts & SHIM_VERSION_DATES) != 0 ? DATES_MARK : "");
    }
    buffer_free(&text);
}

bool
etag_may_cover_dates(const char *if_none_match)
{
    return if_none_match != NULL && strstr(if_none_match, DATES_MARK "\"") != NULL;
}
