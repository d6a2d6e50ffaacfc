/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: how often tasks of a name begin, and for how long they run. */
#include "common/log.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"
#include "worker/quote.h"
#include "worker/rate.h"

#include <string.h>

static bool
is_known(const struct worker *worker, const char *name)
{
    return name != NULL &&
           task_find(name, worker->options->tasks, worker->options->tasks_count) != NULL;
}

static json_t *
unknown(const char *what)
{
    log_warn("control: %s: unknown task", what);
    return control_error("unknown task");
}

json_t *
control_rate_limit(struct worker *worker, const json_t *arguments)
{
    const char *name = control_text(arguments, "task_name");
    struct task_setting *setting;
    struct rate rate;
    struct python_error error = {0};

    if (rate_read(json_object_get(arguments, "rate_limit"), &rate, &error) != 0) {
        if (strcmp(error.type, "ValueError") != 0)
            return control_raised(error.type, error.err.text);
        return control_error("Invalid rate limit string: %s", error.err.text);
    }
    if (!is_known(worker, name))
        return unknown("rate_limit");
    setting = task_settings_enter(&worker->task_settings, name);
    if (setting == NULL)
        return NULL;
    setting->rate_per_s = rate.per_s;
    memcpy(setting->rate, rate.text, sizeof setting->rate);
    if (!rate.given) {
        log_note("control: rate limit of %s disabled", name);
        return control_ok("rate limit disabled successfully");
    }
    log_note("control: rate limit of %s: %s", name, rate.text);
    return control_ok("new rate limit set successfully");
}

/* Seconds, or none of its own. */
static double
seconds(const json_t *arguments, const char *key)
{
    double value = json_number_value(json_object_get(arguments, key));

    return value > 0 && value <= TASK_LIMIT_MAX_S ? value : 0;
}

json_t *
control_time_limit(struct worker *worker, const json_t *arguments)
{
    const char *name = control_text(arguments, "task_name");
    struct task_setting *setting;

    if (!is_known(worker, name))
        return unknown("time_limit");
    setting = task_settings_enter(&worker->task_settings, name);
    if (setting == NULL)
        return NULL;
    setting->soft_time_limit_s = seconds(arguments, "soft");
    setting->time_limit_s = seconds(arguments, "hard");
    log_note("control: time limits of %s: soft %g s, hard %g s", name, setting->soft_time_limit_s,
             setting->time_limit_s);
    return control_ok("time limits set successfully");
}
