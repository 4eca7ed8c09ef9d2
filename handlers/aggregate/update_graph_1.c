/* update_graph_1.c: the apples. */
#include "aggregate.h"

static enum lethe_result
update_graph_1(struct lethe_call *call)
{
	return update_graph(call, "df_1", "apples");
}

const struct lethe_callback update_graph_1_callback = {
	.name = "update_graph_1",
	.handler = update_graph_1,
	.outputs = LETHE_OUTPUTS({ "graph1", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
