/*
 * dash/json_write.h: JSON text from json-c objects, as Dash's front end
 * expects it: doubles in the shortest form that reads back the same, NaN and
 * infinities as null, raw parts (lethe_raw()) as they are, UTF-8 unescaped.
 */
#ifndef LETHE_DASH_JSON_WRITE_H
#define LETHE_DASH_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "base/buffer.h"

/*
 * Appends `value` (NULL: null).  Members come in the order in which they
 * were added.  Bytes of a string that are no UTF-8 are written as U+FFFD, so
 * that the text is always JSON; nesting over JSON_DEPTH_MAX (raw parts are
 * not looked into) fails the buffer.
 */
void json_write(struct buffer *buffer, struct json_object *value);

/* As json_write(), but safe inside an HTML script element: <, >, & and / are
 * written as escapes, in raw parts too. */
void json_write_html(struct buffer *buffer, struct json_object *value);

/* Appends a JSON string with its quotes. */
void json_write_string(struct buffer *buffer, const char *text, size_t size);

/*
 * Appends a number with as few digits as read back the same (seldom, next to
 * a power of two, one more).  There is always a point or an exponent: 1.0,
 * 1e+16.  The locale does not matter.
 */
void json_write_double(struct buffer *buffer, double number);

/*
 * The text of a raw object, borrowed from it; NULL: it is no raw object.
 * Raw objects are json-c integers of one certain value with userdata; an
 * integer of just that value must not be given other userdata.
 */
const char *json_raw_text(const struct json_object *value, size_t *size);

/* A raw object of a text known to be JSON (not checked); takes `text`, which
 * malloc() made.  NULL, and `text` freed, when memory ran out. */
struct json_object *json_raw_take(char *text, size_t size);

#endif
