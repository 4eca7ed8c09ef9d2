/*
 * process/fault.h: a fatal signal in words.
 */
#ifndef LETHE_PROCESS_FAULT_H
#define LETHE_PROCESS_FAULT_H

#include <signal.h>

#include "base/text.h"
#include "process/backtrace.h"

/* The signals that tell of it. */
#define FAULT_SIGNALS 7
extern const int fault_signals[FAULT_SIGNALS];

/*
 * Adds what happened, as the rest of a sentence that began with who did it:
 * "crashed: segmentation fault (address 0x0)", "wrote to the global variable
 * df: ...".  Async-signal-safe.
 */
void fault_describe(
    struct text *text, int signal, const siginfo_t *info, const void *context);

/* Where the signal came. */
struct backtrace_fault fault_place(const void *context);

#endif
