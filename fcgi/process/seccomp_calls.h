/*
 * process/seccomp_calls.h: the system calls that the filter knows.  Only for
 * seccomp*.c.
 */
#ifndef LETHE_PROCESS_SECCOMP_CALLS_H
#define LETHE_PROCESS_SECCOMP_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a call is refused. */
enum reason {
	REASON_PROCESS,
	REASON_TIMER,
	REASON_MEMORY,
	REASON_SEALED,
	REASON_MARKS,
	REASON_WORKER,
	REASON_SIGNALS,
	REASON_WAIT,
	REASON_SOCKETS,
	REASON_LISTEN,
	REASON_FILES,
	REASON_SYSTEM,
	REASON_COUNT
};

extern const char *const seccomp_reasons[REASON_COUNT];

enum verdict {
	ALLOW,
	REFUSE,	 /* with a message, and the end of the request */
	FAIL,	 /* with EPERM, for who can do without */
	MISSING, /* with ENOSYS, so that libc takes another call */
	REFUSE_IF, /* any condition holds; else allow */
	REFUSE_UNLESS, /* any condition holds */
	FAIL_UNLESS,
	SEALED /* as REFUSE_IF, and if it touches sealed memory */
};

/* Values of conditions that are only known when a filter is made. */
#define SELF 0xfffffffeU /* the process's id */
#define LOCK 0xfffffffdU /* LOCK_SIGNAL */

/* A 64-bit argument that has this value in these bits. */
struct condition {
	uint64_t bits; /* 0: there is no condition */
	uint64_t value;
	unsigned char argument;
	bool differs; /* it must not have the value */
	bool fails;   /* with EPERM, in place of what the rule says */
};

#define CONDITIONS_MAX 16

struct call_rule {
	int number;
	const char *name;
	enum verdict verdict;
	enum reason reason;
	struct condition conditions[CONDITIONS_MAX];
};

extern const struct call_rule seccomp_rules[];
extern const size_t seccomp_rule_count;

#endif
