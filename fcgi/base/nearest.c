/*
 * base/nearest.c: names at the least edit distance.
 */
#include <string.h>

#include "base/nearest.h"

/* Longer names are compared by their first letters only. */
#define LENGTH_MAX 64

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
nearest_distance(const char *a, const char *b)
{
	/* The last two rows of the table, and the one in the making. */
	size_t rows[3][LENGTH_MAX + 1];
	size_t a_size = strnlen(a, LENGTH_MAX), b_size = strnlen(b, LENGTH_MAX);

	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *higher = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(
			    row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], higher[j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

void
nearest_init(struct nearest *nearest, const char *wanted)
{
	size_t size = strlen(wanted);

	/* A third of the letters may be wrong; else it is another name, as
	 * one of a letter or two always is. */
	*nearest = (struct nearest){ .wanted = wanted,
		.distance = size < 3 ? 1 : (size + 2) / 3 + 1 };
}

void
nearest_offer(struct nearest *nearest, const char *name)
{
	size_t distance = nearest_distance(nearest->wanted, name);
	size_t size = strlen(nearest->wanted);

	/* One that was not written to its end is near, whatever is missing:
	 * "class" for "className". */
	if (size >= 3 && strncmp(nearest->wanted, name, size) == 0)
		distance = least(distance, 2);
	if (distance >= nearest->distance)
		return;
	nearest->best = name;
	nearest->distance = distance;
}
