/*
 * base/trace.c: walks the stack.
 */
#include "base/trace.h"

#include <execinfo.h>

/* More calls than a sound program nests. */
#define WALK_MAX 1024

void
trace_prepare(void)
{
	void *calls[4];

	/* The first walk loads the library that later ones use. */
	(void)backtrace(calls, 4);
}

__attribute__((noinline)) void
trace_enter(struct trace_base *base, uintptr_t function)
{
	void *calls[WALK_MAX];
	int count = backtrace(calls, WALK_MAX);

	/* All but this function's own. */
	base->calls = count > 1 ? (size_t)count - 1 : 0;
	base->function = function;
}

void
trace_take(struct trace *trace, const struct trace_base *base, uintptr_t from,
    bool exact)
{
	void *walked[WALK_MAX];
	int count = backtrace(walked, WALK_MAX);
	size_t first = 0, end = count > 0 ? (size_t)count : 0;

	trace->count = 0;
	trace->handler = base != NULL ? base->function : 0;
	while (first < end && (uintptr_t)walked[first] != from)
		first++;
	/* Of a stack that is deeper than the walk, the outermost calls are not
	 * among those seen. */
	trace->cut = end == WALK_MAX;
	if (base != NULL && !trace->cut && end >= base->calls)
		end -= base->calls;
	if (first >= end) {
		/* A jump to nowhere, or the app's function is the one. */
		if (exact)
			trace->calls[trace->count++] = from;
		return;
	}
	for (size_t i = first; i < end; i++) {
		if (trace->count == TRACE_MAX) {
			trace->cut = true;
			return;
		}
		/* Where a call returns to may be the next line, or the next
		 * function: the call is before it. */
		trace->calls[trace->count++] =
		    (uintptr_t)walked[i] - (exact && i == first ? 0 : 1);
	}
}
