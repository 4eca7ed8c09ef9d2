/*
 * base/mark.h: what tells Lethe's own system calls from the app's.
 *
 * The kernel ignores the registers behind a call's last argument, but the
 * sandbox's filter sees them.  Calls that handlers may not make, and Lethe
 * must, have this number there.
 */
#ifndef LETHE_BASE_MARK_H
#define LETHE_BASE_MARK_H

#include <signal.h>
#include <stdint.h>

#define LETHE_MARK UINT64_C(0x4c65746865e29a98)

/* The signal that ends a wait for a lock, and the only one that can get a
 * handler in the sandbox. */
#define LOCK_SIGNAL (SIGRTMIN + 6)

#endif
