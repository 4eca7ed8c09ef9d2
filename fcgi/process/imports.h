/*
 * process/imports.h: which functions of libc the app uses that remember from
 * one request to the next.
 */
#ifndef LETHE_PROCESS_IMPORTS_H
#define LETHE_PROCESS_IMPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dash/dash.h"

/*
 * Reports each function that the executable or a shared object of the app
 * imports and that is refused (process/refused.h): a mistake, with the
 * object, the functions that use it as far as they are known, and what to use
 * instead; a warning when it is one of `allowed` (ends with NULL; NULL:
 * none).  One of those that nobody would refuse is a mistake, too.  How many
 * mistakes.
 */
size_t imports_check(const char *const *allowed, dash_report *report,
    void *context);

/* Whether the address is that of a reference that Lethe itself makes; see
 * process/own_calls.h. */
bool own_calls_contain(uintptr_t address);

#endif
