/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/control_merge.h"

static int64_t
moment(const json_t *told, int64_t now_s)
{
    const json_t *seconds = json_is_array(told) ? json_array_get(told, 0) : told;
    double value = json_number_value(seconds);

    if (value <= (double)(now_s - REVOKED_KEEP_S) || value > (double)now_s)
        return now_s;
    return (int64_t)value;
}

size_t
control_merge_revoked(struct revoked *revoked, json_t *told, int64_t now_s)
{
    size_t count = 0;
    const char *id;
    json_t *value;

    json_object_foreach(told, id, value)
    {
        count += revoked_add(revoked, id, moment(value, now_s)) == 0;
    }
    return count;
}
