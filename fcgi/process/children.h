/*
 * process/children.h: processes that the app's code started and left behind.
 */
#ifndef LETHE_PROCESS_CHILDREN_H
#define LETHE_PROCESS_CHILDREN_H

#include <stdbool.h>

/* From now on this process is the parent of those whose parent ends, so that
 * none escapes it. */
void children_adopt(void);

/* Is there one, running or not waited for?  One system call. */
bool children_exist(void);

/* Kills them all, and those whom they leave, and waits for them.
 * Async-signal-safe. */
void children_end(void);

#endif
