/* display_value_2.c: the second output. */
#include "session.h"

static enum lethe_result
display_value_2(struct lethe_call *call)
{
	return display_value(call, 2);
}

const struct lethe_callback display_value_2_callback = {
	.name = "display_value_2",
	.handler = display_value_2,
	.outputs = LETHE_OUTPUTS({ "output-2", "children" }),
	.inputs = LETHE_INPUTS(
	    { "get-data-button", "n_clicks" }, { "session-id", "data" }),
};
