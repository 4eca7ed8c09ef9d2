/*
 * main.c: the page of the example, and the app.
 */
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "global_variable.h"

static const char lead[] =
    "Two callbacks count the students with a score. The broken one filters "
    "them in a global variable; it is stopped before anybody gets a wrong "
    "number. Started with --unsealed, it is not.";

static struct json_object *
card(const char *heading, const char *explanation, const char *id)
{
	return html_div(.className = "six columns card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(heading)),
		html_p(.className = "muted",
		    .children = lethe_string(explanation)),
		html_p(.id = id, .className = "answer", .role = "status")));
}

static struct json_object *
scores(void)
{
	return html_div(.className = "toolbar",
	    .children = lethe_children(
		html_label(.htmlFor = "score",
		    .children = lethe_string("Score")),
		dcc_dropdown(.id = "score", .value = lethe_integer(1),
		    .clearable = false, .searchable = false,
		    .options = lethe_list(lethe_integer(1), lethe_integer(2),
			lethe_integer(3), lethe_integer(4),
			lethe_integer(5)))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container",
	    .children = lethe_children(
		html_h1(.children = lethe_string("A global variable")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		scores(),
		html_div(.className = "row",
		    .children = lethe_children(
			card("Broken",
			    "Assigns the filtered students back", "broken"),
			card("Mended",
			    "Leaves the students as they are", "mended")))));
}

static const struct lethe_app app = {
	.name = "global_variable",
	.title = "A global variable",
	.description = "A callback that changes a global variable is stopped, "
		       "beside its twin that does not.",
	.prefix = "/global-variable/",
	.layout = layout,
	.layout_is_constant = true,
	.callbacks = LETHE_CALLBACKS(
	    &count_broken_callback, &count_mended_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
