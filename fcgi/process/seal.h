/*
 * process/seal.h: a process that cannot remember.
 *
 * Sealing makes every writable segment of the executable (and of each shared
 * object that is not the system's) read-only, and the memory that the app's
 * .start hook allocated.  A later write faults, and seal_describe() names the
 * variable.
 */
#ifndef LETHE_PROCESS_SEAL_H
#define LETHE_PROCESS_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Can this program be sealed?  Refuses in words: an app with thread-local
 * variables, a fully static executable, json-c, SQLite, libfcgi or a
 * sanitizer's runtime linked statically, a build that counts coverage.  A
 * program whose symbols are not all bound at start is run again with
 * LD_BIND_NOW=1 (does not return then).  0, or -1 with a message.
 */
int seal_check(char *const argv[], struct error *error);

/*
 * Runs `start(argument)` in a short-lived thread with a memory arena of its
 * own, and makes what it allocated read-only.  Its result in `*result`.
 * -1 with a message: a thread could not be made, or its memory could not be
 * told from the process's (MALLOC_ARENA_MAX).
 *
 * Two things of the process change: standard input and output get buffers
 * (output by lines), and malloc gets fixed thresholds.  Call it before other
 * threads exist, and do not fork() afterwards, which locks every arena and
 * so faults (posix_spawn() works).
 *
 * Not stopped: free() of a block of more than 64 MiB, which no arena can
 * hold; and with AddressSanitizer, whose malloc has no arenas, any write.
 */
int seal_start(const void *(*start)(void *argument), void *argument,
    const void **result, struct error *error);

/* Why what seal_start()'s hook allocates stays writable; "": it does not. */
const char *seal_start_missing(void);

/*
 * Seals the app.  The variables' names are copied first, so that
 * seal_describe() needs no file.  Once only.  -1 with a message.
 */
int seal_app(struct error *error);

/* Whether seal_app() was called: from then on end with _exit() only. */
bool seal_is_done(void);

/* Calls `each` for every piece of memory that the .start hook made, until one
 * call returns other than 0, which is the result. */
struct range;
int seal_each_range(
    int (*each)(void *context, const struct range *range), void *context);

/*
 * What a fault at `address` is: writes e.g. "the global variable df",
 * "the static variable counter", "memory that the .start hook made" into `out`
 * and returns 1; 0 when the address is not sealed memory.
 * Async-signal-safe.
 */
int seal_describe(const void *address, char *out, size_t size);

/*
 * Calls `each` with the name and size of every writable variable of the
 * executable that is the app's (not liblethe's, whose names begin with
 * lethe_, or the compiler's): for `app check`.  The name is as in the source.
 * Returns how many, or -1 with a message (no symbol table).
 */
int seal_list_variables(
    void (*each)(void *context, const char *name, size_t size), void *context,
    struct error *error);

#endif
