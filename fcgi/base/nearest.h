/*
 * base/nearest.h: which of some names was probably meant: "did you mean".
 */
#ifndef LETHE_BASE_NEAREST_H
#define LETHE_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *wanted;
	const char *best; /* borrowed from the caller; NULL: none is near */
	size_t distance;  /* of `best`; before: the first that is too far */
};

void nearest_init(struct nearest *nearest, const char *wanted);

/* Keeps `name` if it is nearer than those before. */
void nearest_offer(struct nearest *nearest, const char *name);

/*
 * How many letters have to be put in, left out, changed or swapped with
 * their neighbour to make `b` of `a`.
 */
size_t nearest_distance(const char *a, const char *b);

#endif
