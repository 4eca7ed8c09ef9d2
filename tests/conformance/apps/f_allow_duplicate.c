/*
 * f_allow_duplicate.c: twin of the recorded app of that name: callbacks that
 * share an output.
 */
#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
update_a(struct lethe_call *call)
{
	return lethe_output(
	    call, 0, python_format("a {}", lethe_input(call, 0)));
}

static const struct lethe_callback update_a_callback = {
	.name = "update_a",
	.handler = update_a,
	.outputs = LETHE_OUTPUTS({ "o", "children" }),
	.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
	.prevent_initial_call = true,
};

static enum lethe_result
update_b(struct lethe_call *call)
{
	return lethe_output(
	    call, 0, python_format("b {}", lethe_input(call, 0)));
}

static const struct lethe_callback update_b_callback = {
	.name = "update_b",
	.handler = update_b,
	.outputs = LETHE_OUTPUTS({ "o", LETHE_ALLOW_DUPLICATE("children") }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
	.prevent_initial_call = true,
};

static enum lethe_result
update_title(struct lethe_call *call)
{
	lethe_output(call, 0,
	    python_format(
		"title {} {}", lethe_input(call, 0), lethe_input(call, 1)));
	return lethe_output(call, 1, lethe_string("p"));
}

static const struct lethe_callback update_title_callback = {
	.name = "update_title",
	.handler = update_title,
	.outputs = LETHE_OUTPUTS(
	    { "o", LETHE_ALLOW_DUPLICATE("title") }, { "p", "children" }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }, { "a", "n_clicks" }),
	.prevent_initial_call = LETHE_INITIAL_DUPLICATE,
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(
		.children = lethe_children(
		    html_button(.id = "a", .children = lethe_string("a")),
		    html_button(.id = "b", .children = lethe_string("b")),
		    html_div(.id = "o", .children = lethe_string("start")),
		    html_div(.id = "p")));
}

static const struct lethe_app app = {
	.name = "f_allow_duplicate",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &update_a_callback, &update_b_callback, &update_title_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
