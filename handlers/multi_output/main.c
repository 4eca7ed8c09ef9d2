/* main.c: the page of the example, and the app. */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "multi_output.h"

static const char lead[] =
    "A graph and a table show the same data. One callback cleans it, which "
    "takes a while, and sets both.";

static struct json_object *
layout(struct lethe_call *call)
{
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("Several outputs")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "toolbar",
		    .children =
			fruit_control(call, lethe_string("New York"))),
		fruit_view(NULL)));
}

static const struct lethe_app app = {
	.name = "multi_output",
	.title = "Several outputs",
	.description = "One callback runs an expensive step once, and sets a "
		       "graph and a table from it.",
	.prefix = "/multi-output/",
	.data = "fruit.db",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_all_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
