/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "aggregate.h"

static const char lead[] =
    "Three graphs show sums of cleaned data. Stored are these sums, or, to "
    "compare, all rows: they go to the browser and back for each graph.";

static struct json_object *
card(const char *fruit, const char *graph)
{
	return html_div(.className = "four columns card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(fruit)),
		dcc_graph(.id = graph, .responsive = true,
		    .style = lethe_object({ "height",
			lethe_string("300px") }))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	return html_main(.className = "container",
	    .children = lethe_children(
		html_h1(.children = lethe_string("Aggregated up front")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "toolbar",
		    .children = lethe_children(
			fruit_control(call, lethe_string("New York")),
			html_fieldset(.children = lethe_children(
			    html_legend(.children = lethe_string("Stored")),
			    dcc_radio_items(.id = "stored", .inline_ = true,
				.options = lethe_list(lethe_string("sums"),
				    lethe_string("all rows")),
				.value = lethe_string("sums")))))),
		dcc_loading(.overlay_style = lethe_object({ "visibility",
				lethe_string("visible") }),
		    .children = lethe_children(
			html_p(.id = "bytes", .className = "answer",
			    .role = "status"),
			html_div(.className = "row",
			    .children = lethe_children(card("Apples", "graph1"),
				card("Oranges", "graph2"),
				card("Figs", "graph3"))),
			dcc_store(.id = "intermediate-value")))));
}

static const struct lethe_app app = {
	.name = "aggregate",
	.title = "Aggregated up front",
	.description = "Sums for three graphs travel instead of all rows; "
		       "the page counts the bytes.",
	.prefix = "/aggregate/",
	.data = "fruit.db",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&clean_data_callback,
	    &update_graph_1_callback, &update_graph_2_callback,
	    &update_graph_3_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
