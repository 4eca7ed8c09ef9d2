/*
 * process/backtrace.h: a trace in words: functions, files and lines.
 *
 * A child process finds them out, so that nothing of it has to work in a
 * process that is dying, and its parent waits for a limited time.  Functions
 * come from the symbol tables; files and lines from addr2line (binutils),
 * when it is there and the program was built with -g.
 */
#ifndef LETHE_PROCESS_BACKTRACE_H
#define LETHE_PROCESS_BACKTRACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/trace.h"

/* Where a process was interrupted. */
struct backtrace_fault {
	uintptr_t from; /* see trace_take() */
	bool exact;
	/* For a call of a function that is nowhere: who called, or where on
	 * the stack that stands; 0: not known. */
	uintptr_t caller;
	uintptr_t stack;
	const struct trace_base *base;
};

/* Looks for addr2line; `path` (PATH_MAX bytes) is "" when there is none. */
void backtrace_find_tool(char *path);

/*
 * Writes a line for each call, innermost first: the function, a tab, the
 * file and line or what else is known, a tab, the line of the source.  Either
 * of `trace`, or, taken in the child, of `fault`.  Returns the size of the
 * text; 0: nothing could be found out.  Async-signal-safe.
 */
size_t backtrace_describe(const char *tool, const struct trace *trace,
    const struct backtrace_fault *fault, char *out, size_t size);

/* Adds " [FUNCTION, PLACE < FUNCTION, PLACE]": of `trace`, as described, the
 * innermost calls, up to `most`.  Async-signal-safe. */
void backtrace_add_calls(struct text *text, const char *trace, size_t most);

/* Adds " (FUNCTION, FILE:LINE)" for the first call of `trace`, as described,
 * that has them, or else for its first.  Async-signal-safe. */
void backtrace_add_place(struct text *text, const char *trace);

#endif
