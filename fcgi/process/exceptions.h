/*
 * process/exceptions.h: what the app declares that the sandbox is to leave
 * open to it: its .reads, .writes and .connects.
 */
#ifndef LETHE_PROCESS_EXCEPTIONS_H
#define LETHE_PROCESS_EXCEPTIONS_H

#include <stddef.h>

#include <lethe.h>

#include "base/error.h"
#include "process/connects.h"

#define CONNECTS_MAX 32

/* Are they right?  -1 with a message about the first that is not. */
int exceptions_check(const struct lethe_app *app, struct error *error);

/* An entry of the list so named: itself, or the value of the environment
 * variable that it names.  NULL with a message: that is empty or missing. */
const char *exceptions_value(
    const char *entry, const char *list, struct error *error);

/* The app's .connects: at most CONNECTS_MAX.  -1 with a message. */
int exceptions_connects(const struct lethe_app *app,
    struct connects_place *places, size_t *count, struct error *error);

#endif
