/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/images.h"

#include "common/file.h"
#include "common/json_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_MAX = 16 * 1024 * 1024, NAME_SIZE = 160 };

static const char FOLDER[] = "trophies/";

/* FNV-1a */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return (hash ^ 0xff) * 1099511628211u;
}

static int
read_paths(json_t *paths, struct images *images)
{
    const char *plain;
    json_t *served;

    images->names = json_object();
    images->version = 14695981039346656037u;
    json_object_foreach(paths, plain, served)
    {
        if (strncmp(plain, FOLDER, strlen(FOLDER)) != 0 || !json_is_string(served))
            continue;
        if (json_object_set(images->names, plain, served) != 0)
            return -1;
        images->version = hash_text(images->version, plain);
        images->version = hash_text(images->version, json_string_value(served));
    }
    return images->names == NULL ? -1 : 0;
}

/* ${text} is the manifest. */
static int
parse(const char *path, const char *text, struct images *images, struct err *err)
{
    json_error_t why;
    json_t *manifest = json_loads(text, 0, &why);
    json_t *paths = json_object_get(manifest, "paths");
    int status = 0;

    if (manifest == NULL)
        status = err_set(err, "%s: JSON expected: line %d: %s", path, why.line, why.text);
    else if (!json_is_object(paths))
        status =
            err_set(err, "%s: Django's staticfiles.json with an object \"paths\" expected", path);
    else if (read_paths(paths, images) != 0)
        status = err_set(err, "%s: out of memory", path);
    json_decref(manifest);
    return status;
}

int
images_load(const struct options *options, struct images *images, struct err *err)
{
    const char *path = options->shim_static_manifest;
    struct images loaded = {0};
    char *text = NULL;
    int error;

    if (path[0] != '\0') {
        error = file_load(path, MANIFEST_MAX, &text);
        if (error != 0)
            return err_set(err, "shim.static_manifest: %s: %s", path, strerror(error));
        error = parse(path, text, &loaded, err);
        free(text);
        if (error != 0) {
            images_clear(&loaded);
            return -1;
        }
    }
    images_clear(images);
    *images = loaded;
    return 0;
}

static const char *
served_name(const struct images *images, const char *plain)
{
    const char *served = json_string_value(json_object_get(images->names, plain));

    return served == NULL ? plain : served;
}

void
images_put_url(const struct images *images, const struct options *options, const char *base,
               const char *type, const char *uuid, struct buffer *json)
{
    const char *folder = options->shim_static_url;
    size_t length = strlen(folder);
    char plain[NAME_SIZE];
    struct buffer url = {0};

    (void)snprintf(plain, sizeof plain, "%s%s/%s.png", FOLDER, type, uuid);
    if (strstr(folder, "://") == NULL)
        buffer_printf(&url, "%s%s", base, folder[0] == '/' ? "" : "/");
    buffer_put(&url, folder, length);
    if (length == 0 || folder[length - 1] != '/')
        buffer_put(&url, "/", 1);
    buffer_printf(&url, "%s", served_name(images, plain));
    json->failed |= url.failed;
    json_put_string(json, buffer_text(&url));
    buffer_free(&url);
}

void
images_clear(struct images *images)
{
    json_decref(images->names);
    *images = (struct images){0};
}
