/* SPDX-License-Identifier: Apache-2.0 */
/* The linker's --wrap sends every call of the wrapped functions here; what a shared library
 * allocates for itself is left alone, but jansson can be asked to come here, too. */
#include "tests/unit/failing_alloc.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
void *__wrap_reallocarray(void *old, size_t number, size_t size);
void __wrap_free(void *old);

static struct {
    size_t budget;
    size_t failures;
    long live;
} state = {.budget = SIZE_MAX};

static bool
spend(void)
{
    if (state.budget == 0) {
        state.failures++;
        return false;
    }
    state.budget -= state.budget != SIZE_MAX;
    return true;
}

static void *
count(void *made)
{
    state.live += made != NULL;
    return made;
}

void *
__wrap_malloc(size_t size)
{
    return spend() ? count(__real_malloc(size)) : NULL;
}

void *
__wrap_calloc(size_t number, size_t size)
{
    return spend() ? count(__real_calloc(number, size)) : NULL;
}

void *
__wrap_realloc(void *old, size_t size)
{
    if (!spend())
        return NULL;
    return old == NULL ? count(__real_malloc(size)) : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t number, size_t size)
{
    return size != 0 && number > SIZE_MAX / size ? NULL : __wrap_realloc(old, number * size);
}

char *
__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void
__wrap_free(void *old)
{
    state.live -= old != NULL;
    __real_free(old);
}

void
failing_alloc_begin(size_t budget)
{
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
    state.failures = 0;
    state.budget = budget;
}

size_t
failing_alloc_end(void)
{
    state.budget = SIZE_MAX;
    return state.failures;
}

long
failing_alloc_live(void)
{
    return state.live;
}
