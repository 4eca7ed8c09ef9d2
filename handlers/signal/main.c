/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "signal_app.h"

static const char lead[] =
    "Counting the neighbours of every point takes a second. One callback does "
    "it, once for all users and workers, and keeps the result in the cache; "
    "its signal then makes four graphs draw from there.";

/* In the order in which they were put in. */
static struct json_object *
categories(struct lethe_call *call)
{
	struct lethe_statement *found = lethe_statement_prepare(call,
	    "SELECT json_group_array(category) FROM (SELECT category"
	    " FROM points GROUP BY category ORDER BY min(id))");

	return lethe_statement_step(found) == LETHE_ROW
	    ? lethe_parse(lethe_statement_text(found, 0)) : NULL;
}

static struct json_object *
card(const char *heading, const char *graph)
{
	return html_div(.className = "six columns card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(heading)),
		dcc_graph(.id = graph, .responsive = true,
		    .style = lethe_parse(LETHE_JSON({ "height": "340px" })))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("Caching and signaling")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "toolbar", .children = lethe_children(
		    html_label(.htmlFor = "dropdown",
			.children = lethe_string("Category")),
		    dcc_dropdown(.id = "dropdown", .options = categories(call),
			.value = lethe_string("apples"), .searchable = false))),
		dcc_loading(.delay_show = 300, .overlay_style = lethe_parse(
			LETHE_JSON({ "visibility": "visible", "opacity": 0.4 })),
		    .children = lethe_children(
			html_p(.id = "status", .className = "muted",
			    .role = "status"),
			html_div(.className = "row", .children = lethe_children(
			    card("Points, by their neighbours", "graph-1"),
			    card("Path in the table's order", "graph-2"),
			    card("Points in each square", "graph-3"),
			    card("The same as contours", "graph-4"))),
			dcc_store(.id = "signal")))));
}

static const struct lethe_app app = {
	.name = "signal",
	.title = "Caching and signaling",
	.description =
	    "An expensive query runs once for all users and workers; "
	    "a signal then draws four graphs from the cached rows.",
	.prefix = "/signal/",
	.data = "fruit.db",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&compute_value_callback,
	    &update_graph_1_callback, &update_graph_2_callback,
	    &update_graph_3_callback, &update_graph_4_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
