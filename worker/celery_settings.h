/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CELERY_SETTINGS_H
#define WORKER_CELERY_SETTINGS_H

#include "common/options.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * celery_settings(options, with_defaults):
 * Our configuration as Celery shows its own: a flat object, under Celery's names what is one of
 * Celery's settings, the rest under ours ("worker_batch_users").  Without defaults what was set by
 * somebody, and always broker and result backend.  Masked is what Celery masks, by its name, and
 * every secret of ours.  Owned; NULL: out of memory.  Pure.  Source: celery, 6.4;
 * celery.app.utils.Settings.
 */
json_t *celery_settings(const struct options *options, bool with_defaults);

#endif
