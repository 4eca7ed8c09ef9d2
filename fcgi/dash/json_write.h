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

/* Appends `value` (NULL: null).  Nesting over JSON_DEPTH_MAX and text that is
 * not UTF-8 fail the buffer... the latter is written with U+FFFD instead. */
void json_write(struct buffer *buffer, struct json_object *value);

/* Appends a JSON string with its quotes. */
void json_write_string(struct buffer *buffer, const char *text, size_t size);

/* As json_write_string(), but safe inside HTML: <, > and / are escaped. */
void json_write_html(struct buffer *buffer, struct json_object *value);

/* Appends a number; the shortest form that reads back the same. */
void json_write_double(struct buffer *buffer, double number);

/* The text of a raw object, borrowed from it; NULL: it is no raw object. */
const char *json_raw_text(const struct json_object *value, size_t *size);

/* A raw object of a text known to be JSON (not checked); takes `text`, which
 * malloc() made.  NULL, and `text` freed, when memory ran out. */
struct json_object *json_raw_take(char *text, size_t size);

#endif
