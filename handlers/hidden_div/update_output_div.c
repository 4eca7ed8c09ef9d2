/* update_output_div.c: show what the hidden div holds: read, and as it is. */
#include "hidden_div.h"

/* What was typed under that name, "" for nothing.  Borrowed. */
static const char *
typed(struct json_object *held, const char *name)
{
	struct json_object *value = json_object_object_get(held, name);

	return json_object_is_type(value, json_type_string)
	    ? json_object_get_string(value)
	    : "";
}

/* Nor need it be JSON that comes back: who has the page can edit the div. */
static struct json_object *
answer(const char *text)
{
	struct json_object *held = lethe_parse(text);
	const char *first = typed(held, "input_1");
	const char *second = typed(held, "input_2");
	struct json_object *shown;

	if (text == NULL)
		shown = lethe_string("The div is empty until you click.");
	else if (*first == '\0' && *second == '\0')
		shown = lethe_string("The div has nothing that was typed.");
	else
		shown = lethe_stringf("%s %s", first, second);
	json_object_put(held);
	return shown;
}

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	const char *text = lethe_input_string(call, 0);

	(void)lethe_output(call, 0, answer(text));
	return lethe_output(call, 1, lethe_string(text != NULL ? text : ""));
}

const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs =
	    LETHE_OUTPUTS({ "content", "children" }, { "held", "children" }),
	.inputs = LETHE_INPUTS({ "cache", "children" }),
};
