/* update_graph_2.c: the oranges. */
#include "aggregate.h"

static enum lethe_result
update_graph_2(struct lethe_call *call)
{
	return update_graph(call, "df_2", "oranges");
}

const struct lethe_callback update_graph_2_callback = {
	.name = "update_graph_2",
	.handler = update_graph_2,
	.outputs = LETHE_OUTPUTS({ "graph2", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
