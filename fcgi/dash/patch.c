/*
 * dash/patch.c: patches, as the front end's patch.js reads them:
 *
 *	{"__dash_patch_update":"__dash_patch_update",
 *	 "operations":[{"operation":..,"location":[..],"params":{..}}]}
 */
#include <lethe/patch.h>
#include <lethe/value.h>

#include "dash/patch.h"

#define MARK "__dash_patch_update"
#define OPERATIONS "operations"

struct json_object *
lethe_patch(void)
{
	return lethe_object({ MARK, lethe_string(MARK) },
	    { OPERATIONS, json_object_new_array() });
}

bool
patch_is_broken(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) &&
	    json_object_object_get_ex(value, MARK, NULL) &&
	    !json_object_object_get_ex(value, OPERATIONS, NULL);
}

/* A patch that lacks an operation must not be sent: it would do something
 * else than was asked. */
static void
mark_broken(struct json_object *patch)
{
	json_object_object_del(patch, OPERATIONS);
}

/* Appends a step and gives 0; takes nothing that the caller owns. */
static int
add_step(struct json_object *location, const struct lethe_step *step)
{
	struct json_object *part = step->key != NULL
	    ? lethe_string(step->key)
	    : lethe_integer(step->index);

	if (part == NULL || json_object_array_add(location, part) != 0) {
		json_object_put(part);
		return -1;
	}
	return 0;
}

static struct json_object *
location_new(const struct lethe_step *at)
{
	struct json_object *location = json_object_new_array();

	for (; location != NULL && !at->end; at++)
		if (add_step(location, at) != 0) {
			json_object_put(location);
			return NULL;
		}
	return location;
}

/* Takes `params`. */
static void
add_operation(struct json_object *patch, const char *name,
    const struct lethe_step *at, struct json_object *params)
{
	struct json_object *operation, *operations = NULL;

	operation = lethe_object({ "operation", lethe_string(name) },
	    { "location", location_new(at) }, { "params", params });
	if (!json_object_object_get_ex(patch, OPERATIONS, &operations) ||
	    operation == NULL ||
	    json_object_array_add(operations, operation) != 0) {
		json_object_put(operation);
		if (patch != NULL)
			mark_broken(patch);
	}
}

/* Takes `value`; a value that could not be made breaks the patch. */
static void
add_value_operation(struct json_object *patch, const char *name,
    const struct lethe_step *at, struct json_object *value)
{
	add_operation(patch, name, at, lethe_object({ "value", value }));
}

void
lethe_patch_assign(struct json_object *patch, const struct lethe_step *at,
    struct json_object *value)
{
	add_value_operation(patch, "Assign", at, value);
}

void
lethe_patch_delete(struct json_object *patch, const struct lethe_step *at)
{
	add_operation(patch, "Delete", at, json_object_new_object());
}

void
lethe_patch_append(struct json_object *patch, const struct lethe_step *at,
    struct json_object *value)
{
	add_value_operation(patch, "Append", at, value);
}

void
lethe_patch_prepend(struct json_object *patch, const struct lethe_step *at,
    struct json_object *value)
{
	add_value_operation(patch, "Prepend", at, value);
}

void
lethe_patch_insert(struct json_object *patch, const struct lethe_step *at,
    int64_t index, struct json_object *value)
{
	add_operation(patch, "Insert", at,
	    lethe_object({ "value", value },
		{ "index", lethe_integer(index) }));
}

void
lethe_patch_extend(struct json_object *patch, const struct lethe_step *at,
    struct json_object *list)
{
	add_value_operation(patch, "Extend", at, list);
}

void
lethe_patch_remove(struct json_object *patch, const struct lethe_step *at,
    struct json_object *value)
{
	add_value_operation(patch, "Remove", at, value);
}

void
lethe_patch_clear(struct json_object *patch, const struct lethe_step *at)
{
	add_operation(patch, "Clear", at, json_object_new_object());
}

void
lethe_patch_reverse(struct json_object *patch, const struct lethe_step *at)
{
	add_operation(patch, "Reverse", at, json_object_new_object());
}

void
lethe_patch_merge(struct json_object *patch, const struct lethe_step *at,
    struct json_object *members)
{
	add_value_operation(patch, "Merge", at, members);
}

void
lethe_patch_add(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number)
{
	add_value_operation(patch, "Add", at, number);
}

void
lethe_patch_sub(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number)
{
	add_value_operation(patch, "Sub", at, number);
}

void
lethe_patch_mul(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number)
{
	add_value_operation(patch, "Mul", at, number);
}

void
lethe_patch_div(struct json_object *patch, const struct lethe_step *at,
    struct json_object *number)
{
	add_value_operation(patch, "Div", at, number);
}
