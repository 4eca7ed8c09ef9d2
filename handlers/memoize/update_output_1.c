/* update_output_1.c: the first button. */
#include "memoize.h"

const struct lethe_callback update_output_1_callback = {
	.name = "update_output_1",
	.handler = compute_expensive_data,
	.outputs =
	    LETHE_OUTPUTS({ "content", "children" }, { "note", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input", "value" }),
};
