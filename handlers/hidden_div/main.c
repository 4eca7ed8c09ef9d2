/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "hidden_div.h"

static const char lead[] =
    "The first callback writes what you typed into a div that nobody sees; "
    "that change starts the second one, which reads it.";

static const char superseded[] =
    "dcc.Store superseded it: a store holds any JSON value, is no part of "
    "what the page shows, and can outlive a reload.";

static struct json_object *
field(const char *id, const char *label)
{
	return html_div(.className = "field",
	    .children = lethe_children(
		html_label(.htmlFor = id, .children = lethe_string(label)),
		dcc_input(.id = id, .maxLength = lethe_integer(200))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("A hidden div")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "card",
		    .children = lethe_children(
			html_div(.className = "toolbar",
			    .children = lethe_children(
				field("input_1", "First"),
				field("input_2", "Second"),
				html_button(.id = "button",
				    .children = lethe_string("Hide")))),
			html_p(.id = "content", .className = "answer",
			    .role = "status"),
			html_code(.id = "held"))),
		html_p(.children = lethe_string(superseded)),
		html_div(.id = "cache", .hidden = true)));
}

static const struct lethe_app app = {
	.name = "hidden_div",
	.title = "A hidden div",
	.description = "The DOM as the store, as it was done before dcc.Store, "
		       "and why that superseded it.",
	.prefix = "/hidden-div/",
	.layout = layout,
	.layout_is_constant = true,
	.callbacks = LETHE_CALLBACKS(
	    &update_cache_div_callback, &update_output_div_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
