/* update_graph_2.c: one smooth line through the points, in their order. */
#include "signal_app.h"

const struct lethe_callback update_graph_2_callback = {
	.name = "update_graph_2",
	.handler = generate_figure,
	.argument = LETHE_JSON({ "type": "scatter", "mode": "lines",
	    "line": { "shape": "spline", "width": 0.5 } }),
	.outputs = LETHE_OUTPUTS({ "graph-2", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
