/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "two_inputs.h"

static const char lead[] =
    "The first callback puts what you typed into a dcc.Store, in the memory "
    "of this page; that change starts the second one, which shows it.";

/* An input that stays no longer than the callbacks would like it. */
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
	return html_main(.className = "container",
	    .children = lethe_children(
		html_h1(.children = lethe_string("Two inputs and a button")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "card",
		    .children = lethe_children(
			html_div(.className = "toolbar",
			    .children = lethe_children(
				field("input_1", "First"),
				field("input_2", "Second"),
				html_button(.id = "button",
				    .children = lethe_string("Store")))),
			html_p(.id = "content", .className = "answer",
			    .role = "status"))),
		dcc_store(.id = "cache")));
}

static const struct lethe_app app = {
	.name = "two_inputs",
	.title = "Two inputs and a button",
	.description = "Two callbacks hand on what was typed through a "
		       "dcc.Store in the page; the server keeps nothing.",
	.prefix = "/two-inputs/",
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
