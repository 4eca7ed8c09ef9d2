/*
 * d2_opt2_store_graph.c: twin of the recorded app of that name: rows chosen
 * by a dropdown go through a dcc.Store into a graph.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

static const struct {
	int x;
	int y;
	const char *z;
} df[] = {
	{ 1, 3, "A" },
	{ 2, 1, "A" },
	{ 3, 2, "B" },
	{ 4, 3, "B" },
	{ 5, 5, "C" },
	{ 6, 6, "C" },
};

/* The rows as text: {"x": {"0": 1, ...}, ...}, by row numbers. */
static enum lethe_result
update_cache(struct lethe_call *call)
{
	const char *chosen = lethe_input_string(call, 0);
	struct json_object *x = json_object_new_object();
	struct json_object *y = json_object_new_object();
	struct json_object *z = json_object_new_object();
	struct json_object *columns, *text;

	for (size_t i = 0; i < sizeof(df) / sizeof(df[0]); i++) {
		char row[24];

		if (chosen == NULL || strcmp(df[i].z, chosen) != 0)
			continue;
		(void)snprintf(row, sizeof(row), "%zu", i);
		json_object_object_add(x, row, lethe_integer(df[i].x));
		json_object_object_add(y, row, lethe_integer(df[i].y));
		json_object_object_add(z, row, lethe_string(df[i].z));
	}
	columns = lethe_object({ "x", x }, { "y", y }, { "z", z });
	text = lethe_string(
	    json_object_to_json_string_ext(columns, JSON_C_TO_STRING_PLAIN));
	json_object_put(columns);
	return lethe_output(call, 0, text);
}

/* The values of a column. */
static struct json_object *
column(struct json_object *columns, const char *name)
{
	struct json_object *rows = json_object_object_get(columns, name);
	struct json_object *values = json_object_new_array();

	if (!json_object_is_type(rows, json_type_object))
		return values;
	json_object_object_foreach(rows, row, value)
	{
		(void)row;
		json_object_array_add(values, json_object_get(value));
	}
	return values;
}

static enum lethe_result
update_graph(struct lethe_call *call)
{
	struct json_object *columns = lethe_parse(lethe_input_string(call, 0));
	struct json_object *trace;

	if (columns == NULL)
		return lethe_fail(call, "the stored data is not JSON");
	trace = lethe_object({ "x", column(columns, "x") },
	    { "y", column(columns, "y") }, { "type", lethe_string("bar") });
	json_object_put(columns);
	return lethe_output(
	    call, 0, lethe_object({ "data", lethe_list(trace) }));
}

static const struct lethe_callback update_cache_callback = {
	.name = "update_cache",
	.handler = update_cache,
	.outputs = LETHE_OUTPUTS({ "cache", "data" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};

static const struct lethe_callback update_graph_callback = {
	.name = "update_graph",
	.handler = update_graph,
	.outputs = LETHE_OUTPUTS({ "graph", "figure" }),
	.inputs = LETHE_INPUTS({ "cache", "data" }),
};

static struct json_object *
option(const char *value)
{
	return lethe_object(
	    { "label", lethe_string(value) }, { "value", lethe_string(value) });
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(dcc_store(.id = "cache"),
			    dcc_dropdown(.id = "dropdown",
				.options = lethe_list(
				    option("A"), option("B"), option("C")),
				.value = lethe_string("A")),
			    dcc_graph(.id = "graph")));
}

static const struct lethe_app app = {
	.name = "d2_opt2_store_graph",
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&update_cache_callback, &update_graph_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
