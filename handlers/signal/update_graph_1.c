/* update_graph_1.c: every point, coloured by how many lie near it. */
#include "signal_app.h"

const struct lethe_callback update_graph_1_callback = {
	.name = "update_graph_1",
	.handler = generate_figure,
	.argument = LETHE_JSON({ "type": "scatter", "mode": "markers",
	    "marker": { "opacity": 0.5, "size": 14, "colorscale": "Portland",
		"showscale": true, "colorbar": { "thickness": 12 },
		"line": { "width": 1, "color": "darkgrey" } } }),
	.outputs = LETHE_OUTPUTS({ "graph-1", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
