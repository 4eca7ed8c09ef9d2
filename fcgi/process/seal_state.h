/*
 * process/seal_state.h: what the parts of the seal share.  Only for seal*.c.
 */
#ifndef LETHE_PROCESS_SEAL_STATE_H
#define LETHE_PROCESS_SEAL_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "process/maps.h"
#include "process/objects.h"
#include "process/symbols.h"

/* More than an app has: an object has one writable segment, and memory of
 * .start that lies together is one range. */
#define SEALED_MAX 512
#define STARTED_MAX 4096

/* A writable segment of an object. */
struct sealed {
	struct range range;
	const char *object; /* NULL: the executable's */
	bool named;	    /* its object's symbol table is complete */
};

/* A variable in one of the segments. */
struct variable {
	struct range range;
	const char *name;   /* as in the symbol table */
	const char *object; /* NULL: the executable's */
	bool local;	    /* to a file or a function */
};

/* Lies in a mapping of its own, read-only when done. */
struct seal {
	struct sealed sealed[SEALED_MAX];
	size_t sealed_count;
	struct range started[STARTED_MAX];
	size_t started_count;
	struct variable *variables; /* in a mapping, with their texts */
	size_t variable_count;
	bool done;
};

/* The one state, made when first asked for.  NULL: no memory. */
struct seal *seal_state(void);

/* Fills in `variables`, from the files of all objects.  0, or -1: no memory.
 * A file that cannot be read has no variables. */
int seal_find_variables(struct seal *seal);

/* Adds "the static variable counter" and the like. */
void seal_add_variable(struct text *text, const struct variable *variable);

/* See seal_check(); for objects that .start has loaded, too.  `unbound`
 * becomes the name of an object whose symbols are not bound at start. */
int seal_check_objects(const char **unbound, struct error *error);

#endif
