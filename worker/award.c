/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/award.h"

int64_t
award_count(bool is_repeatable, int64_t owed, int64_t given)
{
    int64_t missing = owed - given;

    if (!is_repeatable)
        return given == 0 && owed > 0 ? 1 : 0;
    if (missing <= 0)
        return 0;
    return missing < AWARD_LIMIT ? missing : AWARD_LIMIT;
}

int64_t
award_excess(bool is_repeatable, int64_t owed, int64_t given)
{
    if (is_repeatable)
        return given > owed ? given - owed : 0;
    return owed == 0 ? given : 0;
}
