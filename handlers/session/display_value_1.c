/* display_value_1.c: the first output. */
#include "session.h"

static enum lethe_result
display_value_1(struct lethe_call *call)
{
	return display_value(call, 1);
}

const struct lethe_callback display_value_1_callback = {
	.name = "display_value_1",
	.handler = display_value_1,
	.outputs = LETHE_OUTPUTS({ "output-1", "children" }),
	.inputs = LETHE_INPUTS(
	    { "get-data-button", "n_clicks" }, { "session-id", "data" }),
};
