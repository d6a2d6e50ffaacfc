/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: the configuration, and what a report of a bug needs. */
#include "common/buffer.h"
#include "common/repr.h"
#include "worker/celery_settings.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"

#include <string.h>
#include <sys/utsname.h>

json_t *
control_conf(struct worker *worker, const json_t *arguments)
{
    return celery_settings(worker->options, control_truth(arguments, "with_defaults"));
}

/* "key: value" a line, the values as Python shows them. */
static void
put_settings(struct buffer *text, json_t *settings)
{
    const char *key;
    json_t *value;

    json_object_foreach(settings, key, value)
    {
        buffer_printf(text, "%s: ", key);
        repr_put(text, value, /* tuple */ false, REPR_MAX_CHARS);
        buffer_put(text, "\n", 1);
    }
}

json_t *
control_report(struct worker *worker, const json_t *arguments)
{
    json_t *settings = celery_settings(worker->options, /* with_defaults */ false);
    const char *results = control_text(settings, "result_backend");
    struct buffer text = {0};
    struct utsname system = {0};
    json_t *answer = NULL;

    (void)arguments;
    (void)uname(&system);
    buffer_printf(&text,
                  "\nsoftware -> trophy-worker:" TROPHY_VERSION "\n"
                  "platform -> system:%s arch:%zubit, ELF\n"
                  "            kernel version:%s imp:C\n"
                  "loader   -> trophy-worker\n"
                  "settings -> transport:amqp results:%s\n\n",
                  system.sysname, 8 * sizeof(void *), system.release,
                  results == NULL ? "disabled" : results);
    put_settings(&text, settings);
    if (buffer_text(&text) != NULL)
        answer = control_ok("%s", buffer_text(&text));
    buffer_free(&text);
    json_decref(settings);
    return answer;
}
