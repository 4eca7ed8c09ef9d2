/* update_output_2.c: the second button. */
#include "memoize.h"

const struct lethe_callback update_output_2_callback = {
	.name = "update_output_2",
	.handler = compute_expensive_data,
	.outputs =
	    LETHE_OUTPUTS({ "content_2", "children" }, { "note_2", "children" }),
	.inputs = LETHE_INPUTS({ "button2", "n_clicks" }),
	.state = LETHE_STATE({ "input", "value" }),
};
