/*
 * deploy/child.h: the processes that lethe-run starts, and how they end.
 *
 * The signals that lethe-run listens to are blocked in it and arrive through
 * one descriptor; its children start with none blocked.
 */
#ifndef LETHE_DEPLOY_CHILD_H
#define LETHE_DEPLOY_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

/* How a child is started.  Descriptors of -1 mean /dev/null. */
struct child_plan {
	char *const *argv;
	/* "NAME=value" texts to add to the environment; NULL: none. */
	char *const *environment;
	int output;
	int errors;
	/* A descriptor that the program inherits under its number, or -1. */
	int inherited;
	/* The child gets SIGTERM when lethe-run dies. */
	bool dies_with_parent;
};

/* Blocks the signals listened to; returns the descriptor, -1 with errno. */
int child_signals(void);

/* The same for SIGUSR1, with which `lethe-run --reload` asks. */
int child_reload_signals(void);

/* Whether that arrived since the last look. */
bool child_was_asked(int reload_signals);

/*
 * Waits up to `timeout_ms` for signals, and for `also` (a descriptor, or -1)
 * to become readable.  Returns the number of a signal to stop, else 0, also
 * when a child ended or `also` is readable.
 */
int child_wait_signal(int signals, int also, int timeout_ms);

/* Starts a program found in PATH; returns its pid, or -1 with `error`. */
pid_t child_start(const struct child_plan *plan, struct error *error);

/* How a program run to its end ended. */
enum child_end {
	CHILD_DONE,    /* with status 0 */
	CHILD_FAILED,  /* not so; `error` says how */
	CHILD_STOPPED, /* a signal to stop arrived; the program was ended */
};

/*
 * Runs argv to its end, at most `limit_s` seconds, and collects what it
 * writes to standard output (and error, if `with_errors`) in `output`.
 */
enum child_end child_run(int signals, char *const *argv,
    char *const *environment, bool with_errors, int limit_s,
    struct buffer *output, struct error *error);

/* Says in words how a child ended: "status 1", "signal 9 (Killed)". */
void child_describe_end(int status, char *text, size_t size);

/*
 * Ends all children of this process, and their orphans as they are handed
 * on: first `gentle` (0: none) with SIGQUIT and the time to finish, then all
 * others with SIGTERM, in the end with SIGKILL.  A further signal to stop
 * means to wait no longer.
 */
void child_stop_all(int signals, pid_t gentle);

#endif
