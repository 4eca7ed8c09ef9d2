/*
 * f_no_output.c: twin of the recorded app of that name: callbacks without
 * outputs.
 */
#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
set_other(struct lethe_call *call)
{
	struct json_object *n = lethe_input(call, 0);

	if (json_object_get_int(n) == 0)
		return LETHE_OK;
	return lethe_set_props(
	    call, "o", "children", python_format("set {}", n));
}

static const struct lethe_callback set_other_callback = {
	.name = "set_other",
	.handler = set_other,
	.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
};

/* Sets an output that it does not have. */
static enum lethe_result
set_nothing(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_string("a value"));
}

static const struct lethe_callback set_nothing_callback = {
	.name = "set_nothing",
	.handler = set_nothing,
	.inputs = LETHE_INPUTS({ "x", "n_clicks" }),
	.prevent_initial_call = true,
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(
		.children = lethe_children(
		    html_button(.id = "a", .children = lethe_string("a")),
		    html_button(.id = "x", .children = lethe_string("x")),
		    html_div(.id = "o", .children = lethe_string("start"))));
}

static const struct lethe_app app = {
	.name = "f_no_output",
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&set_other_callback, &set_nothing_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
