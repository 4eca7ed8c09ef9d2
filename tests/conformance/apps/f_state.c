/*
 * f_state.c: twin of the recorded app of that name: state, which is read but
 * runs nothing.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
update_output(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    python_format("The Button has been pressed {} times, "
			  "Input 1 is \"{}\", and Input 2 is \"{}\"",
		lethe_input(call, 0), lethe_state(call, 0),
		lethe_state(call, 1)));
}

static const struct lethe_callback update_output_callback = {
	.name = "update_output",
	.handler = update_output,
	.outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ "submit", "n_clicks" }),
	.state = LETHE_STATE({ "input-1", "value" }, { "input-2", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    dcc_input(.id = "input-1",
				.type = DCC_INPUT_TYPE_TEXT,
				.value = lethe_string("Montréal")),
			    dcc_input(.id = "input-2",
				.type = DCC_INPUT_TYPE_TEXT,
				.value = lethe_string("Canada")),
			    html_button(.id = "submit", .n_clicks = 0,
				.children = lethe_string("Submit")),
			    html_div(.id = "out")));
}

static const struct lethe_app app = {
	.name = "f_state",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_output_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
