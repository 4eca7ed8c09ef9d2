/*
 * process/seccomp.h: which system calls the kernel lets this thread make.
 */
#ifndef LETHE_PROCESS_SECCOMP_H
#define LETHE_PROCESS_SECCOMP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "process/maps.h"

/* What a filter depends on. */
struct seccomp_terms {
	/* Memory whose mapping must stay as it is. */
	const struct range *sealed;
	size_t sealed_count;
};

/* Can this kernel filter system calls, and is this processor known here? */
bool seccomp_is_possible(void);

/* For good, for this thread and what it starts.  -1 with a message. */
int seccomp_enforce(const struct seccomp_terms *terms, struct error *error);

/* Was this SIGSYS the filter's? */
bool seccomp_is_trap(const siginfo_t *info);

/* Adds what was called, and what to do instead, as the rest of a sentence that
 * began with who did it.  Async-signal-safe. */
void seccomp_describe(struct text *text, const siginfo_t *info);

#endif
