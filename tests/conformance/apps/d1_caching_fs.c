/*
 * d1_caching_fs.c: twin of the recorded app of that name: one callback runs
 * an expensive step, which is cached, and signals four graphs.
 *
 * The recorded app's figures have plain lists, so these have too.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

/* {"x": [...], "y": [...]} of one category. */
static enum lethe_result
compute_rows(struct lethe_call *call, struct json_object *category,
    struct json_object **rows)
{
	struct lethe_statement *statement;
	struct json_object *x = json_object_new_array();
	struct json_object *y = json_object_new_array();
	enum lethe_result step;

	statement = lethe_statement_prepare(
	    call, "SELECT x, y FROM fruit WHERE category = ?1 ORDER BY rowid");
	lethe_statement_bind_text(
	    statement, 1, json_object_get_string(category));
	while ((step = lethe_statement_step(statement)) == LETHE_ROW) {
		json_object_array_add(
		    x, lethe_number(lethe_statement_double(statement, 0)));
		json_object_array_add(
		    y, lethe_number(lethe_statement_double(statement, 1)));
	}
	if (step != LETHE_DONE) {
		json_object_put(x);
		json_object_put(y);
		return LETHE_ERROR;
	}
	*rows = lethe_object({ "x", x }, { "y", y });
	return LETHE_OK;
}

static const struct lethe_memo global_store = {
	.name = "global_store",
	.compute = compute_rows,
};

static enum lethe_result
compute_value(struct lethe_call *call)
{
	struct json_object *rows;

	if (lethe_memoize(call, &global_store, lethe_input_take(call, 0),
		&rows) != LETHE_OK)
		return LETHE_ERROR;
	json_object_put(rows);
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

/* The figure of one trace (taken), with the rows that the signal names. */
static enum lethe_result
draw(struct lethe_call *call, struct json_object *trace)
{
	struct json_object *rows, *figure;

	if (lethe_memoize(call, &global_store, lethe_input_take(call, 0),
		&rows) != LETHE_OK) {
		json_object_put(trace);
		return LETHE_ERROR;
	}
	json_object_object_add(
	    trace, "x", json_object_get(json_object_object_get(rows, "x")));
	json_object_object_add(
	    trace, "y", json_object_get(json_object_object_get(rows, "y")));
	json_object_put(rows);
	figure = lethe_object({ "data", lethe_list(trace) },
	    { "layout",
		lethe_parse("{\"margin\":"
			    "{\"l\":20,\"r\":10,\"b\":20,\"t\":10}}") });
	return lethe_output(call, 0, figure);
}

static enum lethe_result
update_graph_1(struct lethe_call *call)
{
	return draw(call,
	    lethe_parse("{\"type\":\"scatter\",\"mode\":\"markers\","
			"\"marker\":{\"opacity\":0.5,\"size\":14,"
			"\"line\":{\"border\":\"thin darkgrey solid\"}}}"));
}

static enum lethe_result
update_graph_2(struct lethe_call *call)
{
	return draw(call,
	    lethe_parse("{\"type\":\"scatter\",\"mode\":\"lines\","
			"\"line\":{\"shape\":\"spline\",\"width\":0.5}}"));
}

static enum lethe_result
update_graph_3(struct lethe_call *call)
{
	return draw(call, lethe_parse("{\"type\":\"histogram2d\"}"));
}

static enum lethe_result
update_graph_4(struct lethe_call *call)
{
	return draw(call, lethe_parse("{\"type\":\"histogram2dcontour\"}"));
}

static const struct lethe_callback compute_value_callback = {
	.name = "compute_value",
	.handler = compute_value,
	.outputs = LETHE_OUTPUTS({ "signal", "data" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};

#define GRAPH_CALLBACK(number)                                                 \
	{                                                                      \
		.name = "update_graph_" #number,                               \
		.handler = update_graph_##number,                              \
		.outputs = LETHE_OUTPUTS({ "graph-" #number, "figure" }),      \
		.inputs = LETHE_INPUTS({ "signal", "data" }),                  \
	}

static const struct lethe_callback graph_callbacks[] = {
	GRAPH_CALLBACK(1),
	GRAPH_CALLBACK(2),
	GRAPH_CALLBACK(3),
	GRAPH_CALLBACK(4),
};

/* The dropdown's options: the categories in the order of the table. */
static struct json_object *
categories(struct lethe_call *call)
{
	struct json_object *options = json_object_new_array();
	struct lethe_statement *statement = lethe_statement_prepare(call,
	    "SELECT category FROM fruit GROUP BY category "
	    "ORDER BY min(rowid)");
	enum lethe_result step;

	while ((step = lethe_statement_step(statement)) == LETHE_ROW)
		json_object_array_add(
		    options, lethe_string(lethe_statement_text(statement, 0)));
	if (step == LETHE_DONE)
		return options;
	json_object_put(options);
	return NULL;
}

static struct json_object *
graph_column(const char *id)
{
	return html_div(.className = "six columns",
	    .children = dcc_graph(.id = id));
}

static struct json_object *
layout(struct lethe_call *call)
{
	struct json_object *options = categories(call);

	if (options == NULL)
		return NULL;
	return html_div(.children = lethe_children(
			    dcc_dropdown(.id = "dropdown", .options = options,
				.value = lethe_string("apples")),
			    html_div(.className = "row",
				.children =
				    lethe_children(graph_column("graph-1"),
					graph_column("graph-2"))),
			    html_div(.className = "row",
				.children =
				    lethe_children(graph_column("graph-3"),
					graph_column("graph-4"))),
			    dcc_store(.id = "signal")));
}

static const struct lethe_app app = {
	.name = "d1_caching_fs",
	.data = "d1_caching_fs.db",
	.external_stylesheets =
	    LETHE_STYLESHEETS(
		{ .href = "https://codepen.io/chriddyp/pen/bWLwgP.css" },
		{ .href = "https://codepen.io/chriddyp/pen/brPBPO.css" }),
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&compute_value_callback, &graph_callbacks[0],
		&graph_callbacks[1], &graph_callbacks[2], &graph_callbacks[3]),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
