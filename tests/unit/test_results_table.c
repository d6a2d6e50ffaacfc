/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes into the transaction of a batch for the table of results: the success of each message
 * whose user it decides about, unless that message was terminated meanwhile.
 */
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/results_table.h"
#include "worker/worker.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    bool user_exists; /* its id is in range */
    bool joins;       /* its user is in the transaction */
    bool terminated;
    bool ignored;
    size_t written;
} rows[] = {
    {true, true, false, false, 1},  {true, true, true, false, 0},   {true, true, false, true, 0},
    {true, false, false, false, 0}, {false, true, false, false, 0},
};

static char django[] = "django-db";
static const struct options options = {.celery_results = django};

START_TEST(decided_before_the_commit)
{
    const char *const queues[] = {"trophies"};
    const struct consumer_settings consumer = {.queues = queues, .queue_count = 1};
    const struct db_settings settings = {.url = "postgresql://127.0.0.1:1/x", .name = "test"};
    struct worker worker = {.options = &options,
                            .name = "w@h",
                            .db = db_new(&settings),
                            .consumer = consumer_new(&consumer)};
    struct subject subject = {.user_id = 7, .joins = rows[_i].joins};
    struct message message = {.arguments = {.user_exists = rows[_i].user_exists, .user_id = 7},
                              .state = MESSAGE_RUNNING,
                              .terminate = rows[_i].terminated};
    struct message *messages[] = {&message};
    const struct evaluation_guest *guest = results_table_guest(&worker);

    ck_assert_ptr_nonnull(worker.db); /* neither is ever opened: what is sent goes nowhere */
    ck_assert_ptr_nonnull(guest);
    followed_task("{}", &message.task);
    message.task.ignore_result = rows[_i].ignored;
    worker.batch.messages = messages;
    worker.batch.message_count = 1;
    worker.batch.subjects = &subject;
    worker.batch.subject_count = 1;
    ck_assert_int_eq(guest->committing(guest->context), 0);
    ck_assert_uint_eq(worker.results.count, rows[_i].written);
    if (rows[_i].terminated)
        ck_assert_int_eq(message.ending.state, TASK_UNDECIDED);
    guest->committed(guest->context);
    ck_assert(message.stored == (rows[_i].written > 0));
    celery_task_clear(&message.task);
    ending_clear(&message.ending);
    follow_ups_clear(&message.follow_ups);
    results_set_free(&worker.results);
    db_free(worker.db);
    consumer_free(worker.consumer);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{decided_before_the_commit, sizeof rows / sizeof rows[0]}};

    return suite_run("results table", tests, sizeof tests / sizeof tests[0]);
}
