/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "memoize.h"

static const char lead[] =
    "Computing takes a second. The cache keeps 200 values, for a minute each.";

/* A button, and what its callback found. */
static struct json_object *
card(const char *button, const char *content, const char *note)
{
	return html_div(.className = "six columns card",
	    .children = lethe_children(
		html_button(.id = button, .children = lethe_string("Compute")),
		dcc_loading(.children = lethe_children(
		    html_p(.id = content, .className = "answer"),
		    html_p(.id = note, .role = "status")))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("Memoized by argument")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_p(.className = "field", .children = lethe_children(
		    html_label(.htmlFor = "input",
			.children = lethe_string("Argument")),
		    dcc_input(.id = "input"))),
		html_div(.className = "row", .children = lethe_children(
			card("button", "content", "note"),
			card("button2", "content_2", "note_2")))));
}

static const struct lethe_app app = {
	.name = "memoize",
	.title = "Memoized by argument",
	.description = "Two callbacks ask for one expensive value, computed "
		       "once; hits and misses are shown.",
	.prefix = "/memoize/",
	.cache_threshold = 200,
	.cache_timeout_s = 60,
	.layout = layout,
	.prevent_initial_callbacks = true,
	.callbacks = LETHE_CALLBACKS(&update_output_1_callback,
	    &update_output_2_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
