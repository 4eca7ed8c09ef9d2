/*
 * d1_aggregations.c: twin of the recorded app of that name: what three graphs
 * need is computed once, upfront, and kept in the browser.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "fruit.h"

/* The frames are texts in a text, as the recorded app nests them. */
static enum lethe_result
clean_data(struct lethe_call *call)
{
	static const char *const fruits[] = { "apples", "oranges", "figs" };
	const char *value = lethe_input_string(call, 0);
	struct json_object *frames[3], *datasets;

	if (value == NULL)
		return lethe_fail(call, "choose one of the dropdown's values");
	for (size_t i = 0; i < 3; i++)
		frames[i] = fruit_text(fruit_clean(value, fruits[i]));
	datasets = lethe_stringf("{\"df_1\": %s, \"df_2\": %s, \"df_3\": %s}",
	    json_object_to_json_string(frames[0]),
	    json_object_to_json_string(frames[1]),
	    json_object_to_json_string(frames[2]));
	for (size_t i = 0; i < 3; i++)
		json_object_put(frames[i]);
	return lethe_output(call, 0, datasets);
}

static enum lethe_result
draw(struct lethe_call *call, const char *name, const char *title)
{
	struct json_object *datasets = lethe_parse(lethe_input_string(call, 0));
	struct json_object *frame = fruit_parse(
	    json_object_get_string(json_object_object_get(datasets, name)));
	struct json_object *figure;

	json_object_put(datasets);
	if (frame == NULL)
		return lethe_fail(call, "the stored data has no %s", name);
	figure = fruit_figure(frame, title);
	json_object_put(frame);
	return lethe_output(call, 0, figure);
}

static enum lethe_result
update_graph_1(struct lethe_call *call)
{
	return draw(call, "df_1", "apples");
}

static enum lethe_result
update_graph_2(struct lethe_call *call)
{
	return draw(call, "df_2", "oranges");
}

static enum lethe_result
update_graph_3(struct lethe_call *call)
{
	return draw(call, "df_3", "figs");
}

static const struct lethe_callback clean_data_callback = {
	.name = "clean_data",
	.handler = clean_data,
	.outputs = LETHE_OUTPUTS({ "intermediate-value", "data" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};

#define GRAPH_CALLBACK(number)                                                 \
	{                                                                      \
		.name = "update_graph_" #number,                               \
		.handler = update_graph_##number,                              \
		.outputs = LETHE_OUTPUTS({ "graph" #number, "figure" }),       \
		.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),      \
	}

static const struct lethe_callback graph_callbacks[] = {
	GRAPH_CALLBACK(1),
	GRAPH_CALLBACK(2),
	GRAPH_CALLBACK(3),
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
			    dcc_graph(.id = "graph1"),
			    dcc_graph(.id = "graph2"),
			    dcc_graph(.id = "graph3"),
			    dcc_store(.id = "intermediate-value")));
}

static const struct lethe_app app = {
	.name = "d1_aggregations",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&clean_data_callback, &graph_callbacks[0],
	    &graph_callbacks[1], &graph_callbacks[2]),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
