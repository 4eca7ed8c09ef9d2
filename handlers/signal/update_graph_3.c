/* update_graph_3.c: how many points lie in each square. */
#include "signal_app.h"

const struct lethe_callback update_graph_3_callback = {
	.name = "update_graph_3",
	.handler = generate_figure,
	.argument = LETHE_JSON({ "type": "histogram2d", "colorscale": "Viridis",
	    "colorbar": { "thickness": 12 } }),
	.outputs = LETHE_OUTPUTS({ "graph-3", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
