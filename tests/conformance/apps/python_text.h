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

#endif
