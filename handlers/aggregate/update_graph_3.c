/* update_graph_3.c: the figs. */
#include "aggregate.h"

static enum lethe_result
update_graph_3(struct lethe_call *call)
{
	return update_graph(call, "df_3", "figs");
}

const struct lethe_callback update_graph_3_callback = {
	.name = "update_graph_3",
	.handler = update_graph_3,
	.outputs = LETHE_OUTPUTS({ "graph3", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
