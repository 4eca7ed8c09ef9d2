/*
 * process/reload.h: a newer program in the place of this one.
 *
 * The newer program is the file that is now where this one was started from.
 * It is asked to check itself in a child process first: what is broken is
 * told, and this one goes on.
 */
#ifndef LETHE_PROCESS_RELOAD_H
#define LETHE_PROCESS_RELOAD_H

#include <stdint.h>

#include "base/error.h"
#include "process/replace.h"

/*
 * Whether the newer program can be run: 0, or -1 with a message.  Waits up to
 * `limit_ms` for its check, or until `stop` (a descriptor) becomes readable.
 */
int reload_check(const struct replacement *replacement, int64_t limit_ms,
    int stop, struct error *error);

#endif
