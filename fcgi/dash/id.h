/*
 * dash/id.h: ids of components: plain text, or pattern ids.
 *
 * A pattern id is an object of strings, numbers and booleans.  Its canonical
 * text has the keys in order and no white space; in a callback's description
 * a value may be a wildcard, which the front end writes as ["MATCH"], ["ALL"]
 * or ["ALLSMALLER"].
 */
#ifndef LETHE_DASH_ID_H
#define LETHE_DASH_ID_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "base/buffer.h"
#include "base/error.h"

/* Most keys of a pattern id; no sensible one comes near. */
#define ID_KEY_LIMIT 32

enum id_wildcard { ID_VALUE, ID_MATCH, ID_ALL, ID_ALLSMALLER };

/* A key of a pattern id. */
struct id_key {
	char *name;
	enum id_wildcard wildcard;
	struct json_object *value; /* of ID_VALUE */
};

/* An id as a callback's description has it. */
struct id {
	char *text; /* plain, or canonical */
	struct id_key *keys; /* in the order of their names; NULL: plain */
	size_t key_count;
	/* It is of any number of components: it has ALL or ALLSMALLER. */
	bool multiple;
};

/*
 * Reads an id: plain text, JSON, or what LETHE_ID makes, with bare words for
 * wildcards.  -1 with a message; nothing to clear then.
 */
int id_parse(struct id *id, const char *text, struct error *error);
void id_clear(struct id *id);

/*
 * Appends the canonical text of a component's pattern id; -1 with a message
 * when the value is no such id.
 */
int id_write(struct buffer *out, struct json_object *value,
    struct error *error);

/* The key of that name; NULL: there is none. */
const struct id_key *id_find(const struct id *id, const char *name);

/* Are two values of keys the same to the front end?  1 and 1.0 are, 1 and "1"
 * are not. */
bool id_values_equal(struct json_object *a, struct json_object *b);

/* The front end's order, in which ALLSMALLER counts: numbers and texts of
 * numbers, then false and true, then other texts.  Below, equal to or above
 * 0. */
int id_values_compare(struct json_object *a, struct json_object *b);

/*
 * Is `component`, an id from the browser, one that the pattern is for?
 * `matches` is an object with what MATCH stands for; a key that is not in it
 * yet is added.
 */
bool id_fits(const struct id *id, struct json_object *component,
    struct json_object *matches);

#endif
