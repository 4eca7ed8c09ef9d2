/* update_graph_1.c: the apples. */
#include "aggregate.h"

const struct lethe_callback update_graph_1_callback = {
	.name = "update_graph_1",
	.handler = update_graph,
	.argument = "apples",
	.outputs = LETHE_OUTPUTS({ "graph1", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
