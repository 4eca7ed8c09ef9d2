/*
 * python_text.h: JSON values as Python's str() and repr() write them, for
 * twins of recorded apps that format values into text.
 */
#ifndef PYTHON_TEXT_H
#define PYTHON_TEXT_H

#include <json-c/json.h>

/*
 * What str(value) gives for the value that Python's json module makes of
 * `value`.  The text is malloc()ed; NULL when there is no memory.
 */
char *python_str(struct json_object *value);

/*
 * What an f-string gives: each "{}" in `format` stands for the next of the
 * values (borrowed), as in python_format("{} of {}", n, count).  A new string,
 * or NULL when there is no memory.
 */
#define python_format(format, ...)                                             \
	python_format_values(                                                  \
	    format, (struct json_object *const[]){ __VA_ARGS__ })
struct json_object *python_format_values(
    const char *format, struct json_object *const *values);

/* What json.dumps(value) gives, as a new string, or NULL as above. */
struct json_object *python_json(struct json_object *value);

#endif
