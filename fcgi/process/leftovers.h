/*
 * process/leftovers.h: what the app's code leaves behind in the process.
 *
 * The seal keeps a handler from writing to its variables.  This finds the
 * other ways to remember: whatever was not there before the app's code ran
 * and is there when it has returned.  Nothing of the response was sent by
 * then, so the request fails, in words, and the worker is replaced.
 */
#ifndef LETHE_PROCESS_LEFTOVERS_H
#define LETHE_PROCESS_LEFTOVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct process;
struct leftovers;

/* Opens what is asked later; before a sandbox closes /proc.  NULL with a
 * message. */
struct leftovers *leftovers_new(
    const struct process *process, struct error *error);

/* Takes the process as it is now for right, and limits the memory that it
 * may take beyond that (LETHE_MEMORY_LIMIT).  -1 with a message. */
int leftovers_begin(struct leftovers *leftovers, struct error *error);

/*
 * Looks for what was left; `connection`: what is open because of the request
 * (-1: nothing).  0, or -1 with the rest of a sentence that begins with who
 * did it: "left descriptor 7 open (...): close it before returning".
 */
int leftovers_check(
    struct leftovers *leftovers, int connection, struct error *error);

/* Takes the descriptors that are open now for right: Lethe itself may have
 * opened some. */
void leftovers_know(struct leftovers *leftovers);

/* Memory of the process's own, without files, beyond what it had at first. */
int64_t leftovers_memory(const struct leftovers *leftovers);

#endif
