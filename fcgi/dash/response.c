/*
 * dash/response.c: what a callback answers.
 *
 * Properties are grouped by component, since an object must not have a name
 * twice: {id:{property:value}}.  The groups keep the order in which their
 * components come first; of a property set twice the last value stays.
 */
#include "dash/json_write.h"
#include "dash/response.h"

/* Puts a value, which stays the caller's, into its group.  0 or -1. */
static int
add_value(struct json_object *groups, const char *id, const char *property,
    struct json_object *value)
{
	struct json_object *group;

	if (id == NULL)
		return -1;
	if (!json_object_object_get_ex(groups, id, &group)) {
		group = json_object_new_object();
		if (group == NULL ||
		    json_object_object_add(groups, id, group) != 0) {
			json_object_put(group);
			return -1;
		}
	}
	value = json_object_get(value);
	if (json_object_object_add(group, property, value) != 0) {
		json_object_put(value);
		return -1;
	}
	return 0;
}

static int
add_sides(struct json_object *groups, const struct lethe_call *call)
{
	for (size_t i = 0; i < call->side_count; i++)
		if (add_value(groups, call->sides[i].id,
			call->sides[i].property, call->sides[i].value) != 0)
			return -1;
	return 0;
}

/* An output's values; of components set one by one those that were. */
static int
add_output(struct json_object *groups, struct lethe_call *call, size_t index)
{
	const struct argument *output = &call->outputs[index];
	const struct result *result = &call->results[index];
	bool multiple = output->property->id.multiple;

	for (size_t i = 0; i < output->count; i++) {
		const char *id;

		if (result->parts != NULL && !result->parts[i])
			continue;
		id = component_text(call, output, &output->components[i]);
		if (add_value(groups, id, output->property->property,
			multiple ? json_object_array_get_idx(result->value, i)
				 : result->value) != 0)
			return -1;
	}
	return 0;
}

static int
add_outputs(struct json_object *groups, struct lethe_call *call)
{
	for (size_t i = 0; i < call->callback->outputs.count; i++)
		if (call->results[i].state == RESULT_SET &&
		    add_output(groups, call, i) != 0)
			return -1;
	return 0;
}

bool
response_is_empty(const struct lethe_call *call, bool prevented)
{
	return (prevented || call->callback->outputs.count == 0) &&
	       call->side_count == 0;
}

void
response_write(struct buffer *out, struct lethe_call *call)
{
	struct json_object *sides = json_object_new_object();
	struct json_object *outputs = json_object_new_object();

	if (sides == NULL || outputs == NULL || add_sides(sides, call) != 0 ||
	    add_outputs(outputs, call) != 0) {
		out->failed = true;
		goto out;
	}
	buffer_add_string(out, "{\"multi\":true,");
	if (call->side_count > 0) {
		buffer_add_string(out, "\"sideUpdate\":");
		json_write(out, sides);
		buffer_add_char(out, ',');
	}
	buffer_add_string(out, "\"response\":");
	json_write(out, outputs);
	buffer_add_string(out, "}\n");
out:
	json_object_put(outputs);
	json_object_put(sides);
}
