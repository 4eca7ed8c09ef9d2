/*
 * layout.c: the page, with the categories as the database has them.
 */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "signal_app.h"

/* In the order in which they were put in; NULL after lethe_fail(). */
static struct json_object *
categories(struct lethe_call *call)
{
	struct json_object *list = json_object_new_array();
	struct lethe_statement *statement;
	enum lethe_result result;

	statement = lethe_statement_prepare(call,
	    "SELECT category FROM points GROUP BY category ORDER BY min(id)");
	while ((result = lethe_statement_step(statement)) == LETHE_ROW) {
		if (list == NULL ||
		    json_object_array_add(list,
			lethe_string(lethe_statement_text(statement, 0))) != 0)
			break;
	}
	if (result != LETHE_DONE) {
		json_object_put(list);
		list = NULL;
	}
	return list;
}

/* A graph on its card, half as wide as the page. */
static struct json_object *
card(const char *heading, const char *explanation, const char *id)
{
	return html_div(.className = "six columns card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(heading)),
		html_p(.className = "muted",
		    .children = lethe_string(explanation)),
		dcc_graph(.id = id, .responsive = true,
		    .style = lethe_object({ "height", lethe_string("340px") }),
		    .config = lethe_object(
			{ "displaylogo", lethe_boolean(false) }))));
}

static struct json_object *
header(void)
{
	static const char lead[] =
	    "Counting the neighbours of every point takes a second. One "
	    "callback does it, once for all users and workers, and keeps the "
	    "result in the cache; its signal then makes four graphs draw from "
	    "there.";

	return html_header(.children = lethe_children(
			       html_h1(.children = lethe_string(
					   "Caching and signaling")),
			       html_p(.className = "lead",
				   .children = lethe_string(lead))));
}

static struct json_object *
control(struct json_object *options)
{
	return html_div(.className = "toolbar",
	    .children =
		lethe_children(html_label(.htmlFor = "dropdown",
				   .children = lethe_string("Category")),
		    dcc_dropdown(.id = "dropdown", .options = options,
			.value = lethe_string("apples"), .searchable = false)));
}

/*
 * The signal lies among what waits for it: while compute_value works on it,
 * dcc.Loading dims the graphs and says that something is going on.
 */
static struct json_object *
graphs(void)
{
	return dcc_loading(.delay_show = 300,
	    .overlay_style =
		lethe_object({ "visibility", lethe_string("visible") },
		    { "opacity", lethe_number(0.4) }),
	    .children = lethe_children(
		html_p(.id = "status", .className = "muted", .role = "status"),
		html_div(.className = "row",
		    .children = lethe_children(
			card("Points", "Coloured by the number of neighbours",
			    "graph-1"),
			card("Path",
			    "The same points in the order of the table",
			    "graph-2"))),
		html_div(.className = "row",
		    .children = lethe_children(
			card("Histogram", "How many points lie in each square",
			    "graph-3"),
			card("Contours",
			    "The same counts as lines of equal height",
			    "graph-4"))),
		dcc_store(.id = "signal")));
}

struct json_object *
signal_layout(struct lethe_call *call)
{
	struct json_object *options = categories(call);

	if (options == NULL)
		return NULL;
	return html_main(.className = "container",
	    .children = lethe_children(header(), control(options), graphs()));
}
