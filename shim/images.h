/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_IMAGES_H
#define SHIM_IMAGES_H

#include "common/buffer.h"
#include "common/err.h"
#include "common/options.h"

#include <jansson.h>
#include <stdint.h>

/* Where the images of trophies are.  Owned; zero-initialised there is no manifest. */
struct images {
    json_t *names;    /* of a file under trophies/, the name under which it is served */
    uint64_t version; /* differs if they do */
};

/*
 * images_load(options, images, err):
 * Read shim.static_manifest, Django's staticfiles.json, if there is one: of its object "paths" the
 * files under trophies/.  What ${images} held is replaced.  -1 and a text that names the file,
 * ${images} untouched: it cannot be read, is larger than 16 MiB or no manifest.
 */
int images_load(const struct options *options, struct images *images, struct err *err);

/* images_put_url(images, options, base, type, uuid, json): append the address of a trophy's image
 * in quotes.  ${base}: "http://host", where shim.static_url is only a path. */
void images_put_url(const struct images *images, const struct options *options, const char *base,
                    const char *type, const char *uuid, struct buffer *json);

void images_clear(struct images *images);

#endif
