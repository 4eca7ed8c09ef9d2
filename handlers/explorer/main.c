/* main.c: the page of the example, and the app. */
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "explorer.h"

static const char lead[] =
    "What this app's own cache and sessions hold, looked at every two seconds. "
    "The cache has room for 20 values, for a minute each.";

static struct json_object *
column(const char *id, const char *name)
{
	return lethe_object(
	    { "id", lethe_string(id) }, { "name", lethe_string(name) });
}

static struct json_object *
button(const char *id, const char *text)
{
	return html_button(.id = id, .children = lethe_string(text));
}

static struct json_object *
card(const char *heading, struct json_object *content)
{
	return html_div(.className = "card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(heading)), content));
}

static struct json_object *
entries(void)
{
	return dash_table_data_table(.id = "entries",
	    .columns = lethe_list(column("function", "Function"),
		column("arguments", "Arguments"),
		column("value_bytes", "Bytes"), column("cost_ms", "Cost, ms"),
		column("age_s", "Age, s"), column("expires_in_s", "Left, s")),
	    .filter_action = lethe_string("native"),
	    .sort_action = DASH_TABLE_DATA_TABLE_SORT_ACTION_NATIVE,
	    .row_selectable = DASH_TABLE_DATA_TABLE_ROW_SELECTABLE_SINGLE,
	    .style_cell = lethe_object({ "textAlign", lethe_string("left") }),
	    .style_table = lethe_object({ "overflowX", lethe_string("auto") }),
	    .page_size = 20);
}

static struct json_object *
sessions(void)
{
	return dash_table_data_table(.id = "sessions",
	    .columns = lethe_list(column("session", "Session"),
		column("created_at", "Since"), column("idle_s", "Idle, s"),
		column("values", "Values"), column("bytes", "Bytes")),
	    .filter_action = lethe_string("native"),
	    .sort_action = DASH_TABLE_DATA_TABLE_SORT_ACTION_NATIVE,
	    .style_cell = lethe_object({ "textAlign", lethe_string("left") }),
	    .style_table = lethe_object({ "overflowX", lethe_string("auto") }),
	    .page_size = 10);
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container",
	    .children = lethe_children(
		html_h1(.children = lethe_string("The store")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "toolbar",
		    .children =
			lethe_children(button("ask", "Ask for ten values"),
			    button("delete", "Delete the value"),
			    button("clear", "Clear its function"))),
		html_p(.id = "done", .className = "muted", .role = "status"),
		html_p(.id = "stats", .className = "answer"),
		card("Hit ratio", dcc_graph(.id = "graph", .responsive = true,
				      .style = lethe_object({ "height",
					  lethe_string("260px") }))),
		card("Cache", entries()), card("Sessions", sessions()),
		dcc_store(.id = "history"),
		dcc_interval(.id = "interval", .interval = 2000)));
}

static const struct lethe_app app = {
	.name = "explorer",
	.title = "The store",
	.description = "The store looks at itself: cached values, hit ratio, "
		       "evictions, sessions and workers.",
	.prefix = "/explorer/",
	.cache_threshold = 20,
	.cache_timeout_s = 60,
	.layout = layout,
	.layout_is_constant = true,
	.callbacks =
	    LETHE_CALLBACKS(&ask_callback, &refresh_callback, &remove_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
