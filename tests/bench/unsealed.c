/*
 * unsealed.c: preloaded into a worker, it takes the seal's effect away and
 * nothing else: what the worker would make read-only stays as it is.
 */
#include <stddef.h>
#include <sys/mman.h>

int
mprotect(void *start, size_t size, int protection)
{
	(void)start;
	(void)size;
	(void)protection;
	return 0;
}
