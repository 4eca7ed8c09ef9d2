/*
 * d1_store_intermediate.c: twin of the recorded app of that name: a dcc.Store
 * keeps the cleaned data in the browser, for a graph and a table.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "fruit.h"

static enum lethe_result
clean_data(struct lethe_call *call)
{
	const char *value = lethe_input_string(call, 0);

	if (value == NULL)
		return lethe_fail(call, "choose one of the dropdown's values");
	return lethe_output(call, 0, fruit_text(fruit_clean(value, NULL)));
}

static enum lethe_result
update_graph(struct lethe_call *call)
{
	struct json_object *frame = fruit_parse(lethe_input_string(call, 0));
	struct json_object *figure;

	if (frame == NULL)
		return lethe_fail(call, "the stored data is no data frame");
	figure = fruit_figure(frame, NULL);
	json_object_put(frame);
	return lethe_output(call, 0, figure);
}

static enum lethe_result
update_table(struct lethe_call *call)
{
	struct json_object *frame = fruit_parse(lethe_input_string(call, 0));
	struct json_object *table;

	if (frame == NULL)
		return lethe_fail(call, "the stored data is no data frame");
	table = fruit_table(frame);
	json_object_put(frame);
	return lethe_output(call, 0, table);
}

static const struct lethe_callback clean_data_callback = {
	.name = "clean_data",
	.handler = clean_data,
	.outputs = LETHE_OUTPUTS({ "intermediate-value", "data" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};

static const struct lethe_callback update_graph_callback = {
	.name = "update_graph",
	.handler = update_graph,
	.outputs = LETHE_OUTPUTS({ "graph", "figure" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};

static const struct lethe_callback update_table_callback = {
	.name = "update_table",
	.handler = update_table,
	.outputs = LETHE_OUTPUTS({ "table", "children" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    dcc_dropdown(.id = "dropdown",
				.options = lethe_list(
				    lethe_string("one"), lethe_string("three")),
				.value = lethe_string("one")),
			    dcc_graph(.id = "graph"), html_table(.id = "table"),
			    dcc_store(.id = "intermediate-value")));
}

static const struct lethe_app app = {
	.name = "d1_store_intermediate",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&clean_data_callback,
	    &update_graph_callback, &update_table_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
