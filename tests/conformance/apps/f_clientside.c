/*
 * f_clientside.c: twin of the recorded app of that name: callbacks that run
 * in the browser, beside one that does not.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

static const struct lethe_callback double_callback = {
	.name = "double",
	.outputs = LETHE_OUTPUTS({ "out2", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
	.clientside_namespace = "my_ns",
	.clientside_name = "double",
};

static enum lethe_result
server_side(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    python_format("{} {}", lethe_input(call, 0), lethe_state(call, 0)));
}

static const struct lethe_callback server_side_callback = {
	.name = "server_side",
	.handler = server_side,
	.outputs = LETHE_OUTPUTS({ "b", "children" }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
	.state = LETHE_STATE({ "out", "children" }),
	.prevent_initial_call = true,
};

/* The front end names it by the hash of its text: each blank counts. */
static const struct lethe_callback inline_callback = {
	.name = "inline",
	.outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ "in", "value" }),
	.clientside_function = "\n"
			       "    function(v) {\n"
			       "        return 'inline ' + v;\n"
			       "    }\n"
			       "    ",
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    dcc_input(.id = "in", .value = lethe_string("3")),
			    html_div(.id = "out"), html_div(.id = "out2"),
			    html_button(.id = "b",
				.children = lethe_string("b"))));
}

static const struct lethe_app app = {
	.name = "f_clientside",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &double_callback, &server_side_callback, &inline_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
