/*
 * update_graph_1.c: every point, coloured by how many lie near it.
 */
#include "signal_app.h"

static enum lethe_result
update_graph_1(struct lethe_call *call)
{
	return generate_figure(call,
	    lethe_object({ "type", lethe_string("scatter") },
		{ "mode", lethe_string("markers") },
		{ "marker",
		    lethe_object({ "opacity", lethe_number(0.5) },
			{ "size", lethe_integer(14) },
			{ "line", lethe_object({ "width", lethe_integer(1) },
				      { "color", lethe_string("darkgrey") }) },
			{ "colorscale",
			    lethe_list(lethe_list(lethe_integer(0),
					   lethe_string(COLOUR_FEW)),
				lethe_list(lethe_integer(1),
				    lethe_string(COLOUR_MANY))) },
			{ "colorbar",
			    lethe_object({ "thickness", lethe_integer(12) }) },
			{ "showscale", lethe_boolean(true) }) }));
}

const struct lethe_callback update_graph_1_callback = {
	.name = "update_graph_1",
	.handler = update_graph_1,
	.outputs = LETHE_OUTPUTS({ "graph-1", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
