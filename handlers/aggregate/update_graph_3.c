/* update_graph_3.c: the figs. */
#include "aggregate.h"

const struct lethe_callback update_graph_3_callback = {
	.name = "update_graph_3",
	.handler = update_graph,
	.argument = "figs",
	.outputs = LETHE_OUTPUTS({ "graph3", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
