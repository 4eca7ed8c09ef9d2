/* update_output_div.c: show what the store holds, whenever that changes. */
#include "two_inputs.h"

/* What was typed under that name, "" for nothing.  Borrowed. */
static const char *
typed(struct json_object *stored, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(stored, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	struct json_object *stored = lethe_input(call, 0);
	const char *first = typed(stored, "input_1");
	const char *second = typed(stored, "input_2");

	if (stored == NULL)
		return lethe_output(call, 0,
		    lethe_string("The store is empty until you click."));
	if (*first == '\0' && *second == '\0')
		return lethe_output(call, 0,
		    lethe_string("Both inputs were empty."));
	return lethe_output(call, 0, lethe_stringf("%s %s", first, second));
}

const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs = LETHE_OUTPUTS({ "content", "children" }),
	.inputs = LETHE_INPUTS({ "cache", "data" }),
};
