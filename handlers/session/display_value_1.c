/* display_value_1.c: the first output. */
#include "session.h"

const struct lethe_callback display_value_1_callback = {
	.name = "display_value_1",
	.handler = display_value,
	.outputs = LETHE_OUTPUTS({ "output-1", "children" }),
	.inputs = LETHE_INPUTS(
	    { "get-data-button", "n_clicks" }, { "session-id", "data" }),
};
