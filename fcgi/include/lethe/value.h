/*
 * lethe/value.h: JSON values in few words.
 *
 * Each function returns a new json-c object that the caller owns, or NULL
 * when memory ran out.  Functions that are given objects take them, also
 * when they fail.
 */
#ifndef LETHE_VALUE_H
#define LETHE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A string; `text` is UTF-8.  NULL text gives lethe_null(). */
struct json_object *lethe_string(const char *text);

/* A string formatted as by printf. */
struct json_object *lethe_stringf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* A number; NaN and infinities are written as null, as Dash does. */
struct json_object *lethe_number(double number);

struct json_object *lethe_integer(int64_t number);

struct json_object *lethe_boolean(bool value);

/* An explicit JSON null, for places where NULL means "not set". */
struct json_object *lethe_null(void);

/*
 * JSON text, to be written into a response as it is; `text` is checked to be
 * one JSON value and copied.  NULL also when it is not.  To json-c the object
 * is opaque (an integer): it can be put into objects and arrays and written,
 * nothing else; json_object_deep_copy() refuses it.
 */
struct json_object *lethe_raw(const char *text, size_t size);

/*
 * Parses JSON text, strictly (RFC 8259).  NULL also when it is not JSON (or
 * itself NULL, as lethe_input_string() may be), is nested more than 512 deep,
 * or holds a number too large for a double; null alone gives lethe_null().
 * Integers beyond 64 bits become doubles.
 */
struct json_object *lethe_parse(const char *text);

/*
 * JSON text as it is written, without quotes around it and backslashes in it:
 * lethe_parse(LETHE_JSON({ "type": "bar", "y": [1, 2] })).  Macros in it are
 * not expanded.
 */
#define LETHE_JSON(...) #__VA_ARGS__

/* Ends the lists below; not a value. */
extern const char lethe_end[1];
#define LETHE_END ((struct json_object *)(void *)lethe_end)

/* lethe_list(value, value, ...): an array of one value or more. */
#define lethe_list(...) \
	lethe_list_new( \
	    (struct json_object *[]){ __VA_ARGS__, LETHE_END })

/* The same by the name that component trees read well with. */
#define lethe_children(...) lethe_list(__VA_ARGS__)

/*
 * Takes the values up to LETHE_END.  A NULL among them is a constructor that
 * failed: the rest is freed and NULL returned.
 */
struct json_object *lethe_list_new(struct json_object **values);

/* A member of an object. */
struct lethe_member {
	const char *name;
	struct json_object *value;
};

/* lethe_object({ "x", value }, { "y", value }): an object. */
#define lethe_object(...) \
	lethe_object_new( \
	    (struct lethe_member[]){ __VA_ARGS__, { NULL, NULL } })

/* Takes the values of the members up to a NULL name; as lethe_list_new(). */
struct json_object *lethe_object_new(struct lethe_member *members);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
