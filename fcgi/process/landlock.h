/*
 * process/landlock.h: which files and ports the kernel lets this thread have.
 */
#ifndef LETHE_PROCESS_LANDLOCK_H
#define LETHE_PROCESS_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The newest version that is known here; 1 has all that a sandbox needs. */
#define LANDLOCK_NEWEST 7

/* Rules in the making. */
struct landlock {
	int fd; /* -1: none */
	int version;
};

/* The version that this kernel has, but at most `most`; 0: none. */
int landlock_version(int most);

/* Begins: from landlock_enforce() on nothing can be had but what is allowed.
 * With `version` 0 nothing happens, then and in all that follows.  -1 with a
 * message. */
int landlock_begin(
    struct landlock *landlock, int version, struct error *error);
void landlock_end(struct landlock *landlock);

/*
 * Allows to read the file, or the directory with all below it; with `write`
 * also to write, make, rename and delete there.  A path that does not exist is
 * no error when `optional`.  -1 with a message.
 */
int landlock_allow(struct landlock *landlock, const char *path, bool write,
    bool optional, struct error *error);

/* Allows to connect to this TCP port.  -1 with a message. */
int landlock_allow_port(
    struct landlock *landlock, uint16_t port, struct error *error);

/* For good, for this thread and what it starts.  -1 with a message. */
int landlock_enforce(const struct landlock *landlock, struct error *error);

#endif
