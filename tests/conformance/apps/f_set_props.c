/*
 * f_set_props.c: twin of the recorded app of that name: properties that are
 * set beside the outputs.
 */
#include <lethe.h>
#include <lethe/html.h>
#include <lethe/patch.h>

#include "python_text.h"

static enum lethe_result
with_output(struct lethe_call *call)
{
	struct json_object *n = lethe_input(call, 0);
	struct json_object *patch = lethe_patch();

	lethe_set_props(call, "side", "children", python_format("side {}", n));
	lethe_set_props(call, "side", "title", lethe_string("t"));
	lethe_set_props(call, "side", "className", lethe_string("merged"));
	lethe_set_props(call,
	    LETHE_ID("type"
		     : "pm", "index" : 1),
	    "children", html_b(.children = lethe_string("pm!")));
	lethe_patch_append(
	    patch, LETHE_ROOT, html_i(.children = python_format("k{}", n)));
	lethe_set_props(call, "kids", "children", patch);
	return lethe_output(call, 0, python_format("main {}", n));
}

static const struct lethe_callback with_output_callback = {
	.name = "with_output",
	.handler = with_output,
	.outputs = LETHE_OUTPUTS({ "main", "children" }),
	.inputs = LETHE_INPUTS({ "a", "n_clicks" }),
	.prevent_initial_call = true,
};

static enum lethe_result
no_output(struct lethe_call *call)
{
	return lethe_set_props(call, "side", "children",
	    python_format("from b {}", lethe_input(call, 0)));
}

static const struct lethe_callback no_output_callback = {
	.name = "no_output",
	.handler = no_output,
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
	.prevent_initial_call = true,
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(
		.children = lethe_children(
		    html_button(.id = "a", .children = lethe_string("a")),
		    html_button(.id = "b", .children = lethe_string("b")),
		    html_div(.id = "main", .children = lethe_string("main")),
		    html_div(.id = "side", .children = lethe_string("side")),
		    html_div(.id = LETHE_ID("type"
					    : "pm", "index" : 1),
			.children = lethe_string("pm")),
		    html_div(.id = "kids",
			.children = lethe_list(lethe_string("k")))));
}

static const struct lethe_app app = {
	.name = "f_set_props",
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&with_output_callback, &no_output_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
