/*
 * lethe/patch.h: change a part of a property instead of sending all of it.
 *
 *	struct json_object *patch = lethe_patch();
 *
 *	lethe_patch_append(patch, LETHE_AT("data", 0, "y"),
 *	    lethe_number(y));
 *	return lethe_output(call, 0, patch);
 *
 * The operations are those of Dash's Patch, done by the browser in their
 * order.  Functions take the values that they are given.  A patch that ran out
 * of memory, or was given a value that could not be made (NULL; for null use
 * lethe_null()), is refused by lethe_output().
 */
#ifndef LETHE_PATCH_H
#define LETHE_PATCH_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A step on the way to a part: a member's name, or (name NULL) an index;
 * negative ones count from the end. */
struct lethe_step {
	const char *key;
	int64_t index;
	int end; /* not for you: ends the list */
};

static inline struct lethe_step
lethe_step_key(const char *key)
{
	struct lethe_step step = { key, 0, 0 };

	return step;
}

static inline struct lethe_step
lethe_step_index(int64_t index)
{
	struct lethe_step step = { NULL, index, 0 };

	return step;
}

/* The way to a part, up to eight names and indices: LETHE_AT("data", 0, "y").
 * LETHE_ROOT is the property itself. */
#define LETHE_AT(...) \
	((const struct lethe_step[]){ LETHE_STEPS(__VA_ARGS__, LETHE_STEPS_8, \
	    LETHE_STEPS_7, LETHE_STEPS_6, LETHE_STEPS_5, LETHE_STEPS_4, \
	    LETHE_STEPS_3, LETHE_STEPS_2, LETHE_STEPS_1, )(__VA_ARGS__), \
	    { .end = 1 } })
#define LETHE_ROOT ((const struct lethe_step[]){ { .end = 1 } })

/* For LETHE_AT: a step from a text or a number, and as many as there are. */
#define LETHE_STEP(step) \
	_Generic((step), char *: lethe_step_key, \
	    const char *: lethe_step_key, default: lethe_step_index)(step)
#define LETHE_STEPS(a, b, c, d, e, f, g, h, steps, ...) steps
#define LETHE_STEPS_1(a) LETHE_STEP(a)
#define LETHE_STEPS_2(a, ...) LETHE_STEP(a), LETHE_STEPS_1(__VA_ARGS__)
#define LETHE_STEPS_3(a, ...) LETHE_STEP(a), LETHE_STEPS_2(__VA_ARGS__)
#define LETHE_STEPS_4(a, ...) LETHE_STEP(a), LETHE_STEPS_3(__VA_ARGS__)
#define LETHE_STEPS_5(a, ...) LETHE_STEP(a), LETHE_STEPS_4(__VA_ARGS__)
#define LETHE_STEPS_6(a, ...) LETHE_STEP(a), LETHE_STEPS_5(__VA_ARGS__)
#define LETHE_STEPS_7(a, ...) LETHE_STEP(a), LETHE_STEPS_6(__VA_ARGS__)
#define LETHE_STEPS_8(a, ...) LETHE_STEP(a), LETHE_STEPS_7(__VA_ARGS__)

/* A new patch without operations, which the caller owns; NULL: no memory. */
struct json_object *lethe_patch(void);

/* Sets the part, which need not exist yet. */
void lethe_patch_assign(struct json_object *patch,
    const struct lethe_step *at, struct json_object *value);

/* Removes the part. */
void lethe_patch_delete(struct json_object *patch,
    const struct lethe_step *at);

/* The part is a list: put a value at its end, at its beginning, at an index
 * (negative: from the end); put the values of a list at its end; remove the
 * first value equal to `value`; empty it; turn it round. */
void lethe_patch_append(struct json_object *patch,
    const struct lethe_step *at, struct json_object *value);
void lethe_patch_prepend(struct json_object *patch,
    const struct lethe_step *at, struct json_object *value);
void lethe_patch_insert(struct json_object *patch,
    const struct lethe_step *at, int64_t index, struct json_object *value);
void lethe_patch_extend(struct json_object *patch,
    const struct lethe_step *at, struct json_object *list);
void lethe_patch_remove(struct json_object *patch,
    const struct lethe_step *at, struct json_object *value);
void lethe_patch_clear(struct json_object *patch,
    const struct lethe_step *at);
void lethe_patch_reverse(struct json_object *patch,
    const struct lethe_step *at);

/* The part is an object: set the members of another. */
void lethe_patch_merge(struct json_object *patch,
    const struct lethe_step *at, struct json_object *members);

/* The part is a number. */
void lethe_patch_add(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number);
void lethe_patch_sub(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number);
void lethe_patch_mul(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number);
void lethe_patch_div(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
