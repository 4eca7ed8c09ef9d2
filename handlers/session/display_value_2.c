/* display_value_2.c: the second output. */
#include "session.h"

const struct lethe_callback display_value_2_callback = {
	.name = "display_value_2",
	.handler = display_value,
	.outputs = LETHE_OUTPUTS({ "output-2", "children" }),
	.inputs = LETHE_INPUTS(
	    { "get-data-button", "n_clicks" }, { "session-id", "data" }),
};
