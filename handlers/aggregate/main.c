/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "aggregate.h"

static struct json_object *
layout(struct lethe_call *call)
{
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("Aggregated up front")),
		html_p(.className = "lead", .children = lethe_string(
		    "Three graphs show sums of cleaned data. Stored are these "
		    "sums, or, to compare, all rows: they go to the browser "
		    "and back for each graph.")),
		html_div(.className = "toolbar", .children = lethe_children(
		    fruit_control(call, lethe_string("New York")),
		    html_fieldset(.children = lethe_children(
			html_legend(.children = lethe_string("Stored")),
			dcc_radio_items(.id = "stored", .inline_ = true,
			    .options = lethe_parse(LETHE_JSON([
				{ "label": "sums", "value": false },
				{ "label": "all rows", "value": true }])),
			    .value = lethe_boolean(false)))))),
		fruit_loading(lethe_children(
		    html_p(.id = "bytes", .className = "answer",
			.role = "status"),
		    html_div(.className = "row", .children = lethe_children(
			fruit_card("Apples", "graph1"),
			fruit_card("Oranges", "graph2"),
			fruit_card("Figs", "graph3"))),
		    dcc_store(.id = "intermediate-value")))));
}

static const struct lethe_app app = {
	.name = "aggregate",
	.title = "Aggregated up front",
	.description = "Sums travel, not all rows; the page counts the bytes.",
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
