/*
 * process/sandbox.h: what the kernel keeps the app's code from.
 *
 * Landlock closes the files and ports that the app did not declare, and a
 * filter of system calls (seccomp) all else by which code could leave
 * something behind for the next request.  It guards against mistakes: whoever
 * runs machine code of his own in the process can have its other thread
 * (process/outside.h) do what he likes.
 */
#ifndef LETHE_PROCESS_SANDBOX_H
#define LETHE_PROCESS_SANDBOX_H

#include <signal.h>
#include <stdbool.h>

#include <lethe.h>

#include "base/error.h"
#include "base/text.h"
#include "process/settings.h"

/* Gets ready: what it takes outside is begun, the app's exceptions are read.
 * Before the seal.  -1 with a message. */
int sandbox_prepare(const struct lethe_app *app,
    const struct settings *settings, struct error *error);

/* Enters it, for good; after the seal.  -1 with a message: LETHE_SANDBOX is
 * "require", and something is missing; or it failed. */
int sandbox_enter(struct error *error);

/* What is missing, for the log, `app check` and the health answer: a sentence
 * without its end; "" when nothing is.  After sandbox_prepare(). */
const char *sandbox_missing(void);

/* Does its filter keep the app's code from the system calls that change the
 * process?  After sandbox_prepare(). */
bool sandbox_filters(void);

/* Is there a state directory that the sandbox does not know, for it was made
 * later?  This process can never have it; a new one can. */
bool sandbox_lacks_state(const char *path);

/*
 * For the handler of SIGSYS.  Does what the app may do after all (connect to
 * what it declared, block signals that are not the worker's): true, the interrupted code goes on.  Async-signal-safe.
 */
bool sandbox_answer(const siginfo_t *info, void *context);

/* Adds what the sandbox refused, as the rest of a sentence that began with who
 * did it.  False: this signal was not the sandbox's.  Async-signal-safe. */
bool sandbox_describe(
    struct text *text, const siginfo_t *info, const void *context);

#endif
