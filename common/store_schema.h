/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_SCHEMA_H
#define COMMON_STORE_SCHEMA_H

#include "common/db_script.h"
#include "common/text_list.h"

#include <stdbool.h>

/* store_schema_is_migrated(db, migrated): does the application keep this schema with Django's
 * migrations? */
enum db_status store_schema_is_migrated(struct db_script *db, bool *migrated);

/* store_schema_misfits(db, django_results, misfits): append a line for each table, column and right
 * that the worker needs and does not find, as the role of the session; with ${django_results} also
 * of django-celery-results. */
enum db_status store_schema_misfits(struct db_script *db, bool django_results,
                                    struct text_list *misfits);

/* store_schema_lacks(db, lacks): append a line for each of the worker's own tables that is missing
 * or may not be used, and what it does without.  These are no misfits. */
enum db_status store_schema_lacks(struct db_script *db, struct text_list *lacks);

#endif
