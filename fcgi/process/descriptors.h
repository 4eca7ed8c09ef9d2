/*
 * process/descriptors.h: which descriptors are open, and what they are.
 *
 * While the app's code runs, descriptors may only be opened or closed by
 * Lethe itself: the files of its store, which it opens when first needed.
 */
#ifndef LETHE_PROCESS_DESCRIPTORS_H
#define LETHE_PROCESS_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct descriptor {
	int fd;
	dev_t device;
	ino_t inode;
	bool own; /* a file of the store, or the app's data */
};

struct descriptors {
	int directory; /* /proc/self/fd */
	const char *state;
	const char *data;
	/* Those that are known, ascending. */
	struct descriptor *known;
	size_t count;
	size_t capacity;
	bool counted; /* the kernel tells how many there are at once */
};

/*
 * Prepares; `state` is the directory of Lethe's own files and `data` the
 * app's database ("": none), both borrowed.  -1 with a message.
 */
int descriptors_init(struct descriptors *descriptors, const char *state,
    const char *data, struct error *error);

/* Takes those that are open now for right, but for `connection` (-1: none).
 * -1 with a message. */
int descriptors_know(
    struct descriptors *descriptors, int connection, struct error *error);

/*
 * Are those that are open the ones that are known, and `connection` (-1:
 * none)?  Files of the store that were opened since are known from then on;
 * that they were closed is right when `reopened`.  -1 with the rest of a
 * sentence: "left descriptor 7 open (...)".  Without `thorough` a descriptor
 * above 2 that was closed and at once used again may not be found.
 */
int descriptors_check(struct descriptors *descriptors, int connection,
    bool reopened, bool thorough, struct error *error);

#endif
