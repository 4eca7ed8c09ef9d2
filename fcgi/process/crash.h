/*
 * process/crash.h: what happens when the app's code dies.
 *
 * A fault, an abort, a stack overflow, an exit() or an endless loop in a
 * handler is answered (http/last_answer.h), logged, and the process replaces
 * itself by running its own program again on the same listening socket: same
 * process id, nothing remembered, and the pool stays full without a
 * supervisor.
 */
#ifndef LETHE_PROCESS_CRASH_H
#define LETHE_PROCESS_CRASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "http/last_answer.h"

/*
 * Installs the handlers: SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS and
 * SIGTRAP on a stack of their own, the watchdog's signal, and exit().  Keeps a
 * copy of argv and the environment for running the program again.  Call once,
 * before the seal.  `replace`: run the program again after answering (a
 * worker); else end with status 1 (plain CGI).  -1 with a message.
 */
int crash_install(struct last_answer *answer, char *const argv[], bool replace,
    struct error *error);

struct development;

/* From now on answers are pages that say where the code died. */
void crash_develop(struct development *development);

/*
 * Arms the watchdog: `milliseconds` from now the process answers "took longer
 * than ..." and replaces itself.  0 disarms.  Costs one system call.
 */
void crash_watchdog(int64_t milliseconds);

/*
 * Sleeps (up to a second) when this process has replaced itself several times
 * without coming to serve, so that an app that dies at start does not burn a
 * core.  Call right after crash_install(), before anything of the app runs.
 *
 * Deaths of a request do not count: clients pace those.  What tells that the
 * app came to serving is crash_served(), or a watchdog armed while
 * answer->running is NULL; therefore set `running` to ".start" for the hook.
 */
void crash_back_off(void);
void crash_served(void);

/* Puts back the standard descriptors (listening socket, output, log) that the
 * app's code closed. */
void crash_restore_descriptors(void);

/*
 * Runs the program again now, without an answer, e.g. when a limit of
 * requests is reached.  Returns only when that failed (or for plain CGI);
 * the process has to end then, for its signals have lost their handlers.
 */
void crash_replace(void);

/*
 * Whether the program that is now where this one was started from is fit to
 * be run: see process/reload.h, which has the arguments.
 */
int crash_check_newer(int64_t limit_ms, int stop, struct error *error);

/* Runs that program in the place of this one. */
_Noreturn void crash_run_newer(void);

#endif
