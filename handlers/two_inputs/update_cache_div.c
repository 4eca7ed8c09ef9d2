/* update_cache_div.c: at a click, put what was typed into the store. */
#include "two_inputs.h"

static enum lethe_result
update_cache_div(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_object({ "input_1", lethe_state_take(call, 0) },
		{ "input_2", lethe_state_take(call, 1) }));
}

const struct lethe_callback update_cache_div_callback = {
	.name = "update_cache_div",
	.handler = update_cache_div,
	.outputs = LETHE_OUTPUTS({ "cache", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input_1", "value" }, { "input_2", "value" }),
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
};
