/*
 * base/trace.h: where in the program something happened: the calls that led
 * there, as addresses.  Only development mode looks at them.
 */
#ifndef LETHE_BASE_TRACE_H
#define LETHE_BASE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_MAX 64

/* What is around the app's code while it runs. */
struct trace_base {
	/* The calls from main() to the one of the app's function. */
	size_t calls;
	/* The app's function: a compiler may have turned its last call into
	 * a jump, and then it is in no trace. */
	uintptr_t function;
};

struct trace {
	/* Where lethe_fail() stands in the source; NULL: not known. */
	const char *file;
	const char *function;
	int line;
	/* Addresses within the calls, innermost first. */
	uintptr_t calls[TRACE_MAX];
	size_t count;
	/* There are more than fit. */
	bool cut;
	/* The app's function that all this is in; 0: not known. */
	uintptr_t handler;
};

/* Loads what walking a stack needs.  Once, before the seal. */
void trace_prepare(void);

/* Notes that the caller is about to call the app's `function`. */
void trace_enter(struct trace_base *base, uintptr_t function);

/*
 * Fills in the calls from the one that contains the address `from` up to the
 * app's function (`base`; NULL: all).  `from` is what
 * __builtin_return_address(0) says, or, with `exact`, the instruction itself,
 * then also that of an interrupted function: a signal's handler may call
 * this.  It does not allocate, but walking a damaged stack may fault.
 */
void trace_take(struct trace *trace, const struct trace_base *base,
    uintptr_t from, bool exact);

#endif
