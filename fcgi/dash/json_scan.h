/*
 * dash/json_scan.h: is this text JSON, and where in it are its parts?
 *
 * The scanner accepts exactly RFC 8259 in valid UTF-8: json-c is lenient, so
 * every byte from outside passes here first.  It allocates nothing, does not
 * recurse, and looks at each byte once.
 */
#ifndef LETHE_DASH_JSON_SCAN_H
#define LETHE_DASH_JSON_SCAN_H

#include <stddef.h>

/* Deepest nesting that is ever accepted; callers may ask for less. */
#define JSON_DEPTH_MAX 512

/* A part of a text, borrowed from it.  start is NULL: there is none. */
struct json_span {
	const char *start;
	size_t size;
};

enum json_span_type {
	JSON_NONE, /* nothing there */
	JSON_NULL,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* The reason of a fault: nested deeper than is allowed. */
extern const char json_too_deep[];

/* What is wrong, and where. */
struct json_fault {
	const char *reason; /* constant text */
	size_t offset;	    /* of the byte, from 0 */
};

/*
 * Checks that `text` is one JSON value, white space around it allowed, nested
 * at most `depth` deep: 0 allows no array and no object at all, and more than
 * JSON_DEPTH_MAX means JSON_DEPTH_MAX.
 *
 * RFC 8259 allows a parser to set limits; refused as well are a lone
 * surrogate in an escape, since UTF-8 cannot hold it, and a number that a
 * double could only hold as infinity.  Names that occur twice in an object
 * are accepted: json_span_member() tells.
 *
 * 0, and the value without the white space in `*value` (may be NULL), or -1
 * and why in `*fault` (may be NULL).
 */
int json_scan(const char *text, size_t size, size_t depth,
    struct json_span *value, struct json_fault *fault);

/* The functions below are for spans of a text that json_scan() accepted. */

enum json_span_type json_span_type(struct json_span span);

/*
 * Walks an object's members or an array's elements in their order.  Start
 * with json_cursor_init(); each json_cursor_next() gives 1 and the next part,
 * or 0 at the end.  `name` is the member's name with its quotes (start NULL
 * in an array); the pointer may be NULL when nobody asks.
 */
struct json_cursor {
	const char *at;
	const char *end;
	enum json_span_type type;
};
void json_cursor_init(struct json_cursor *cursor, struct json_span container);
int json_cursor_next(struct json_cursor *cursor, struct json_span *name,
    struct json_span *value);

/*
 * Finds the member of an object by its name.  Returns how many members bear
 * it: 0, 1, or more, which a caller who knows the name should refuse.
 * `*value` is the last of them, as for JSON.parse(), or has no start.
 */
int json_span_member(
    struct json_span object, const char *name, struct json_span *value);

/* The string, with its quotes, that the span begins with; no start if it
 * begins with something else. */
struct json_span json_span_string(struct json_span span);

/* Is this string span (with its quotes) the text?  Escapes are understood. */
int json_span_is(struct json_span string, const char *text);

/* Decodes a string span into `out` (size bytes with the NUL).  Returns the
 * length, or -1 when it does not fit or holds a NUL character. */
int json_span_decode(struct json_span string, char *out, size_t size);

/* Decodes a string span into `out`, without a NUL; NUL characters in it are
 * kept.  Returns the length, which is always below the span's size. */
size_t json_span_unescape(struct json_span string, char *out);

#endif
