/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_FAILING_ALLOC_H
#define TESTS_UNIT_FAILING_ALLOC_H

#include <stddef.h>

/*
 * An allocator that runs out of memory when the test wants it to, in place of the one of the whole
 * program, jansson included.  What includes this header is linked accordingly
 * (tests/CMakeLists.txt).
 *
 *     for (size_t budget = 0;; budget++) {
 *         failing_alloc_begin(budget);
 *         rc = function();
 *         if (!failing_alloc_end())
 *             break;
 *     }
 */

/* failing_alloc_begin(budget): the next ${budget} allocations succeed, all others fail. */
void failing_alloc_begin(size_t budget);

/* failing_alloc_end(): every allocation succeeds again.  Returns how many have failed. */
size_t failing_alloc_end(void);

/* failing_alloc_live(): how many allocations have not been freed; only its changes tell anything.
 */
long failing_alloc_live(void);

#endif
