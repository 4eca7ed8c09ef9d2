/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "session_file.h"

static const char lead[] =
    "Each session has an SQLite file of its own on the server. A click shows "
    "the value that you gave before, and keeps the new one.";

static struct json_object *
card(const char *heading, struct json_object *content)
{
	return html_div(.className = "six columns card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(heading)), content));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("A file for each session")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "toolbar", .children = lethe_children(
		    html_label(.htmlFor = "input",
			.children = lethe_string("Value")),
		    dcc_input(.id = "input", .maxLength = lethe_integer(200)),
		    html_button(.id = "button",
			.children = lethe_string("Click")))),
		html_div(.className = "row", .children = lethe_children(
		    card("The value before", html_p(.id = "content",
			.className = "answer", .role = "status")),
		    card("What is in the file", html_div(.id = "history"))))));
}

/* Shows what is wrong in the place of the value. */
static enum lethe_result
tell(struct lethe_call *call, const char *message)
{
	return lethe_output(call, 0, lethe_string(message));
}

static const struct lethe_app app = {
	.name = "session_file",
	.title = "A file for each session",
	.description = "Each session has an SQLite file of its own on the "
		       "server, and finds its last value there.",
	.prefix = "/session-file/",
	.layout = layout,
	.layout_is_constant = true,
	.on_error = tell,
	.callbacks = LETHE_CALLBACKS(&update_output_div_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
