/* update_graph_2.c: the oranges. */
#include "aggregate.h"

const struct lethe_callback update_graph_2_callback = {
	.name = "update_graph_2",
	.handler = update_graph,
	.argument = "oranges",
	.outputs = LETHE_OUTPUTS({ "graph2", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
