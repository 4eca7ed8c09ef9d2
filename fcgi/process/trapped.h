/*
 * process/trapped.h: system calls that the filter stopped and that the handler
 * of SIGSYS looks at, for the filter cannot see what a pointer points to.
 */
#ifndef LETHE_PROCESS_TRAPPED_H
#define LETHE_PROCESS_TRAPPED_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "process/connects.h"

/* Does the call in the place of the interrupted code, if it may be done: true,
 * and that code goes on with its result.  Async-signal-safe. */
bool trapped_answer(const siginfo_t *info, void *context,
    const struct connects_place *places, size_t place_count);

/* Adds what was called, as the rest of a sentence that began with who did it.
 * Async-signal-safe. */
void trapped_describe(
    struct text *text, const siginfo_t *info, const void *context);

#endif
