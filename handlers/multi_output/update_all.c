/* update_all.c: graph, table and status from one run of the slow step. */
#include "multi_output.h"

/* Says why the graph and the table stay as they are. */
static enum lethe_result
refuse(struct lethe_call *call, const char *reason)
{
	(void)lethe_no_update(call, 0);
	(void)lethe_no_update(call, 1);
	return lethe_output(call, 2, lethe_string(reason));
}

static enum lethe_result
update_all(struct lethe_call *call)
{
	const char *city = lethe_input_string(call, 0);
	struct json_object *frame;

	if (city == NULL)
		return refuse(call, "Choose a city to see what it sold.");
	if (slow_processing_step(call, city, &frame) != LETHE_OK)
		return LETHE_ERROR;
	if (frame == NULL)
		return refuse(call, "Nothing was sold there.");
	(void)lethe_output(call, 0, create_figure(frame));
	(void)lethe_output(call, 1, create_table(frame));
	(void)lethe_output(call, 2,
	    lethe_stringf("%s: %zu sales, cleaned once for graph and table.",
		city, json_object_array_length(frame)));
	json_object_put(frame);
	return LETHE_OK;
}

const struct lethe_callback update_all_callback = {
	.name = "update_all",
	.handler = update_all,
	.outputs = LETHE_OUTPUTS({ "graph", "figure" }, { "table", "children" },
	    { "status", "children" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};
