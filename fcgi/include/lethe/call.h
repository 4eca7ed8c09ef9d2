/*
 * lethe/call.h: inside a handler or a layout function: inputs, outputs and
 * failures.
 */
#ifndef LETHE_CALL_H
#define LETHE_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include <lethe/result.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/*
 * The value of input (state) number `index`, counted from 0 as declared.
 * Borrowed; NULL for JSON null, for a property that the browser does not
 * have, and when `index` is out of range.  It is parsed when first asked for.
 * For an id with ALL or ALLSMALLER: an array of the components' values.
 */
struct json_object *lethe_input(struct lethe_call *call, size_t index);
struct json_object *lethe_state(struct lethe_call *call, size_t index);

/* The same, to be handed on: the caller owns a reference, and JSON null is
 * lethe_null(). */
struct json_object *lethe_input_take(struct lethe_call *call, size_t index);
struct json_object *lethe_state_take(struct lethe_call *call, size_t index);

/* The same as text; NULL unless the value is a string.  Borrowed. */
const char *lethe_input_string(struct lethe_call *call, size_t index);
const char *lethe_state_string(struct lethe_call *call, size_t index);

/*
 * How many components input (state) number `index` is of: 1, but for an id
 * with ALL or ALLSMALLER as many as the page has; 0 when out of range.
 */
size_t lethe_input_count(const struct lethe_call *call, size_t index);
size_t lethe_state_count(const struct lethe_call *call, size_t index);

/*
 * Value and id of component number `which` of those.  Borrowed; NULL when out
 * of range.  The id is a string, or the object of a pattern id.
 */
struct json_object *lethe_input_at(struct lethe_call *call, size_t index,
    size_t which);
struct json_object *lethe_input_id(struct lethe_call *call, size_t index,
    size_t which);
struct json_object *lethe_state_at(struct lethe_call *call, size_t index,
    size_t which);
struct json_object *lethe_state_id(struct lethe_call *call, size_t index,
    size_t which);

/*
 * What MATCH stands for in this call: the value of the pattern ids' key
 * `key`.  Borrowed; NULL when no id has MATCH there.
 */
struct json_object *lethe_match(struct lethe_call *call, const char *key);

/* A property whose change made the callback run. */
struct lethe_trigger {
	const char *id; /* a pattern id as its canonical text */
	const char *property;
	struct json_object *value; /* borrowed, as from lethe_input() */
};

/*
 * What made the callback run: 0 when the page has just loaded.  The entry
 * number `which` is valid as long as the call; NULL when out of range.
 */
size_t lethe_triggered_count(const struct lethe_call *call);
const struct lethe_trigger *lethe_triggered(struct lethe_call *call,
    size_t which);

/* Did a property of the component `id` (plain, or a pattern id, LETHE_ID)
 * make the callback run? */
bool lethe_triggered_by(const struct lethe_call *call, const char *id);

/*
 * The canonical text of a pattern id, for the .id of a component:
 * lethe_id(call, lethe_object({ "type", lethe_string("city") },
 * { "index", lethe_integer(3) })).  Takes `parts`, whose values are strings,
 * numbers and booleans.  Borrowed from the call; NULL after lethe_fail().
 */
const char *lethe_id(struct lethe_call *call, struct json_object *parts);

/*
 * Sets output number `index`; takes `value` (for null lethe_null(): NULL is a
 * value that could not be made, and fails the call).  LETHE_ERROR
 * when there is no such output or it is set already.  For an id with ALL the
 * value is an array, with a value for each component.
 */
enum lethe_result lethe_output(struct lethe_call *call, size_t index,
    struct json_object *value);

/*
 * Sets one component of an output with ALL; those that are not set are left
 * as they are.  Takes `value`.  LETHE_ERROR when there is no such output or
 * component, or it is set already.
 */
enum lethe_result lethe_output_at(struct lethe_call *call, size_t index,
    size_t which, struct json_object *value);

/* Leaves output number `index` as it is in the browser. */
enum lethe_result lethe_no_update(struct lethe_call *call, size_t index);

/*
 * How many components output number `index` is of, and the id of one, as for
 * inputs.
 */
size_t lethe_output_count(const struct lethe_call *call, size_t index);
struct json_object *lethe_output_id(struct lethe_call *call, size_t index,
    size_t which);

/*
 * Sets a property of any component, whether or not it is an output (Dash's
 * set_props).  `id` is plain, or a pattern id's text (lethe_id()).  Takes
 * `value`, which may be a patch.
 */
enum lethe_result lethe_set_props(struct lethe_call *call, const char *id,
    const char *property, struct json_object *value);

/*
 * Sets the message of a failure; returns LETHE_ERROR, for `return`.
 *
 * As a macro it also notes where it stands, for the log and the dev tools.
 * The empty asm keeps the function that fails on the stack: its last call
 * would become a jump.
 */
enum lethe_result lethe_fail(struct lethe_call *call, const char *format, ...)
    LETHE_PRINTF(2, 3);
enum lethe_result lethe_fail_at(struct lethe_call *call, const char *file,
    int line, const char *function, const char *format, ...)
    LETHE_PRINTF(5, 6);
#if defined(__GNUC__)
#define lethe_fail(call, ...)                                              \
	__extension__({                                                    \
		enum lethe_result lethe_failed_ = lethe_fail_at((call),    \
		    __FILE__, __LINE__, __func__, __VA_ARGS__);            \
		__asm__ volatile("");                                      \
		lethe_failed_;                                             \
	})
#endif

/* The .argument of the callback that runs; NULL without one. */
const void *lethe_argument(const struct lethe_call *call);

/* What the app's .start hook returned; NULL without one. */
const void *lethe_started(const struct lethe_call *call);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
