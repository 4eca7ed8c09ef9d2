/*
 * process/attributes.h: what belongs to the process as a whole.
 *
 * Each of these is a global variable that a program has in the kernel or in
 * libc, where no seal reaches.
 */
#ifndef LETHE_PROCESS_ATTRIBUTES_H
#define LETHE_PROCESS_ATTRIBUTES_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"

/* Those that a new program in this process would inherit. */
struct inherited {
	int directory; /* the working directory; -1: not known */
	mode_t mask;
	int nice;
	struct rlimit limits[RLIM_NLIMITS];
};

/* Opens a descriptor (close-on-exec) for the working directory. */
void inherited_take(struct inherited *inherited);

/* As far as this user may: a limit that was lowered for good, and a nice
 * value, cannot be raised again.  Async-signal-safe. */
void inherited_restore(const struct inherited *inherited);

struct attributes {
	struct inherited inherited;
	dev_t directory_device;
	ino_t directory_inode;
	sigset_t blocked;
	struct sigaction actions[NSIG];
	void *signal_stack;
	int rounding;
	int exceptions;
	char locale[512];
	char name[16];
	/* The environment, with the strings, to compare. */
	char **environment;
	char **strings;
};

/* -1: no memory. */
int attributes_take(struct attributes *attributes, struct error *error);

/* How much is looked at. */
enum attributes_extent {
	/* What code can change in the sandbox, whose filter refuses the system
	 * calls that change the rest: each question there costs one, too. */
	ATTRIBUTES_UNGUARDED,
	/* Also what it can change without that filter. */
	ATTRIBUTES_CHANGEABLE,
	/* Also what costs more to ask for. */
	ATTRIBUTES_ALL
};

/*
 * Are they still the same?  -1 with the rest of a sentence: "changed the
 * umask".  Signal mask and umask are put back, and the flags of floating-point
 * exceptions, of which every division leaves some, are cleared.
 */
int attributes_check(const struct attributes *attributes,
    enum attributes_extent extent, struct error *error);

#endif
