/*
 * process/replace.h: running the program again in its own place.
 *
 * Same process id, same standard descriptors, the arguments, environment,
 * working directory and limits that it was started with, and nothing else: no
 * memory, no other descriptor, no child process.
 */
#ifndef LETHE_PROCESS_REPLACE_H
#define LETHE_PROCESS_REPLACE_H

#include "base/error.h"

/* Tells the next program how often in a row it died at start. */
#define REPLACED_VARIABLE "LETHE_REPLACED"

struct replacement;

/*
 * Notes where the program was started from, copies `argv` and the environment into memory of its own, which becomes
 * read-only but for the count, and duplicates the standard descriptors.
 * -1 with a message.
 */
int replacement_prepare(
    struct replacement **replacement, char *const argv[], struct error *error);

/* Puts the standard descriptors back, as far as their duplicates are there. */
void replacement_restore_descriptors(const struct replacement *replacement);

/* How many deaths at start the program before this one counted. */
unsigned int replacement_count(const struct replacement *replacement);

/*
 * Runs the program again and hands it `count`.  A termination signal that
 * waits blocked ends the process instead.  Async-signal-safe.  Returns only
 * when the program cannot be run.
 */
void replacement_run(struct replacement *replacement, unsigned int count);

/*
 * The same with the program that is now where this one was started from; if
 * that cannot be run, with this one.
 */
void replacement_run_newer(struct replacement *replacement);

/* The path of that program. */
const char *replacement_program(const struct replacement *replacement);

/*
 * In a child: becomes that program's `check`, with the settings that this one
 * was started with.  Returns, with errno, only when it cannot be run.
 */
void replacement_check(const struct replacement *replacement);

#endif
