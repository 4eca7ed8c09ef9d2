/*
 * process/outside.h: what a sandboxed process still does outside of it.
 *
 * A sandbox holds for a thread and for all that this thread starts, for ever:
 * a program that it runs in its place, too.  So a second thread, begun before
 * the sandbox, waits outside for what only Lethe may do: to run the program
 * again, to check a newer one, and to find out where code failed.
 */
#ifndef LETHE_PROCESS_OUTSIDE_H
#define LETHE_PROCESS_OUTSIDE_H

#include <sys/types.h>

#include "base/error.h"

/* Begins the thread.  Once, before the seal.  -1 with a message. */
int outside_begin(struct error *error);

/* Runs `work(argument)` outside, or here if no thread was begun, and waits for
 * its end.  Async-signal-safe, as far as `work` is. */
void outside_run(void (*work)(void *argument), void *argument);

/* As fork(), but the child, which goes on here as well, is not in the sandbox.
 * Async-signal-safe. */
pid_t outside_fork(void);

#endif
