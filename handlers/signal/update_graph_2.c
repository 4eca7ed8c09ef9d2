/*
 * update_graph_2.c: one smooth line through the points, in their order.
 */
#include "signal_app.h"

static enum lethe_result
update_graph_2(struct lethe_call *call)
{
	return generate_figure(call,
	    lethe_object({ "type", lethe_string("scatter") },
		{ "mode", lethe_string("lines") },
		{ "line", lethe_object({ "shape", lethe_string("spline") },
			      { "width", lethe_number(0.5) },
			      { "color", lethe_string(COLOUR_FEW) }) }));
}

const struct lethe_callback update_graph_2_callback = {
	.name = "update_graph_2",
	.handler = update_graph_2,
	.outputs = LETHE_OUTPUTS({ "graph-2", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
