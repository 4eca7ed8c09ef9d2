/* update_graph_4.c: the same counts as lines of equal height. */
#include "signal_app.h"

const struct lethe_callback update_graph_4_callback = {
	.name = "update_graph_4",
	.handler = generate_figure,
	.argument = LETHE_JSON({ "type": "histogram2dcontour", "colorscale": "Viridis",
	    "contours": { "showlabels": true }, "showscale": false }),
	.outputs = LETHE_OUTPUTS({ "graph-4", "figure" }),
	.inputs = LETHE_INPUTS({ "signal", "data" }),
};
