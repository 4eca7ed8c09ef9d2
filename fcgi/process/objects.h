/*
 * process/objects.h: what is loaded into the process: the executable and the
 * shared objects, the app's told from the system's.
 */
#ifndef LETHE_PROCESS_OBJECTS_H
#define LETHE_PROCESS_OBJECTS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process/maps.h"

struct object {
	const char *path; /* of its file */
	const char *name; /* for messages: the file's name */
	bool executable;  /* the program itself, no shared object */
	uintptr_t base;	  /* what its addresses are relative to */
	const ElfW(Phdr) * segments;
	size_t segment_count;
};

/*
 * Calls `each` for the executable and each shared object that is to be
 * sealed, until one call returns other than 0, which is the result.
 */
int objects_each(
    int (*each)(void *context, const struct object *object), void *context);

/*
 * From now on those shared objects are the system's whose names begin with
 * one of these (ends with NULL; NULL: none), as are libc, the libraries of
 * compilers and Lethe, what those need, and what LD_PRELOAD has.  All others
 * are the app's, wherever they are installed.  The list is kept.
 */
void objects_let_write(const char *const *names);

/* Whether an address belongs to a shared object of the system. */
bool objects_is_system(uintptr_t address);

/* The object at the address, also one of the system's.  0, or -1: none. */
int objects_find(uintptr_t address, struct object *object);

/* The object's first segment of that type (PT_...), or NULL. */
const ElfW(Phdr) * object_segment(const struct object *object, ElfW(Word) type);

/* Whether it is the shared liblethe. */
bool object_is_lethe(const struct object *object);

/* Whether the address lies in one of the object's loaded segments. */
bool object_contains(const struct object *object, uintptr_t address);

/* A value of the object's dynamic section (DT_...); 0 without it. */
ElfW(Xword) object_dynamic(const struct object *object, ElfW(Sxword) tag);

/* A table of the object's dynamic section, as it is loaded; NULL without. */
const void *object_table(const struct object *object, ElfW(Sxword) tag);

/* The whole pages that a segment covers. */
struct range object_pages(
    const struct object *object, const ElfW(Phdr) * segment);

#endif
