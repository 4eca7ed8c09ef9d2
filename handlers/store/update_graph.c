/* update_graph.c: the graph of what is in the store. */
#include "store.h"

static enum lethe_result
update_graph(struct lethe_call *call)
{
	return lethe_output(call, 0, create_figure(lethe_input(call, 0)));
}

const struct lethe_callback update_graph_callback = {
	.name = "update_graph",
	.handler = update_graph,
	.outputs = LETHE_OUTPUTS({ "graph", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
