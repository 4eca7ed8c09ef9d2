/*
 * update_graph_3.c: how many points lie in each square.
 */
#include "signal_app.h"

static enum lethe_result
update_graph_3(struct lethe_call *call)
{
	return generate_figure(
	    call, lethe_object({ "type", lethe_string("histogram2d") },
		      { "colorscale", count_colours() },
		      { "colorbar",
			  lethe_object({ "thickness", lethe_integer(12) }) }));
}

const struct lethe_callback update_graph_3_callback = {
	.name = "update_graph_3",
	.handler = update_graph_3,
	.outputs = LETHE_OUTPUTS({ "graph-3", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
