/*
 * process/maps.h: the process's writable mappings, as the kernel lists them.
 */
#ifndef LETHE_PROCESS_MAPS_H
#define LETHE_PROCESS_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct range {
	uintptr_t start;
	uintptr_t end; /* the first address after it */
};

/* Of what is mapped; longer names are cut. */
#define MAPPING_NAME_SIZE 176

/* A writable mapping. */
struct mapping {
	struct range range;
	bool executable;
	bool shared;
	bool heap; /* what brk() made: malloc's main arena */
	/* The file's path, or what the kernel calls it: "/memfd:...",
	 * "/SYSV...", "[stack]"; "": private memory. */
	char name[MAPPING_NAME_SIZE];
};

struct maps {
	struct mapping *mappings; /* ascending */
	size_t count;
	size_t capacity;
};

/* Reserves memory for as many mappings as the kernel allows by default, so
 * that reading them adds none.  -1 with a message. */
int maps_init(struct maps *maps, struct error *error);
void maps_clear(struct maps *maps);

/* Reads the list anew, without malloc.  -1 with a message. */
int maps_read(struct maps *maps, struct error *error);
/* The same from a descriptor for /proc/self/maps. */
int maps_read_from(struct maps *maps, int fd, struct error *error);

/* Whether the address is in one of the mappings. */
bool maps_contain(const struct maps *maps, uintptr_t address);

/* Are they of the same memory, at the same place? */
bool maps_is_same(const struct mapping *mapping, const struct mapping *other);

#endif
