/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/subject.h"

bool
subject_waits(const struct subject *subject)
{
    switch (subject->outcome) {
    case SUBJECT_LOCKED:
    case SUBJECT_CONFLICTED:
    case SUBJECT_REFUSED:
        return true;
    case SUBJECT_PENDING:
    case SUBJECT_DONE:
    case SUBJECT_SKIPPED:
    case SUBJECT_UNKNOWN:
    case SUBJECT_FAILED:
    case SUBJECT_TIMED_OUT:
        break;
    }
    return false;
}
