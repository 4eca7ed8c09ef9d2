/*
 * update_graph_4.c: the same counts as lines of equal height.
 */
#include "signal_app.h"

static enum lethe_result
update_graph_4(struct lethe_call *call)
{
	return generate_figure(call,
	    lethe_object({ "type", lethe_string("histogram2dcontour") },
		{ "colorscale", count_colours() },
		{ "showscale", lethe_boolean(false) },
		{ "line", lethe_object({ "width", lethe_integer(1) }) },
		{ "contours",
		    lethe_object({ "showlabels", lethe_boolean(true) }) }));
}

const struct lethe_callback update_graph_4_callback = {
	.name = "update_graph_4",
	.handler = update_graph_4,
	.outputs = LETHE_OUTPUTS({ "graph-4", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
