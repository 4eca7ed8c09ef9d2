/* update_cache_div.c: at a click, put what was typed into the hidden div. */
#include "hidden_div.h"

/* The DOM holds texts alone, so the callback has to write JSON itself. */
static enum lethe_result
update_cache_div(struct lethe_call *call)
{
	struct json_object *typed =
	    lethe_object({ "input_1", lethe_state_take(call, 0) },
		{ "input_2", lethe_state_take(call, 1) });
	const char *text = json_object_to_json_string(typed);
	enum lethe_result result = lethe_output(call, 0, lethe_string(text));

	json_object_put(typed);
	return result;
}

const struct lethe_callback update_cache_div_callback = {
	.name = "update_cache_div",
	.handler = update_cache_div,
	.outputs = LETHE_OUTPUTS({ "cache", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input_1", "value" }, { "input_2", "value" }),
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
};
