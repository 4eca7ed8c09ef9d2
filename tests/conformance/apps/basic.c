/*
 * basic.c: twin of the recorded app "basic": one input, one output.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
update_output(struct lethe_call *call)
{
	return lethe_output(
	    call, 0, python_format("Output: {}", lethe_input(call, 0)));
}

static const struct lethe_callback update_output_callback = {
	.name = "update_output",
	.handler = update_output,
	.outputs = LETHE_OUTPUTS({ "my-output", "children" }),
	.inputs = LETHE_INPUTS({ "my-input", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    dcc_input(.id = "my-input",
				.value = lethe_string("initial value"),
				.type = DCC_INPUT_TYPE_TEXT),
			    html_div(.id = "my-output")));
}

static const struct lethe_app app = {
	.name = "basic",
	.layout = layout,
	.layout_is_constant = true,
	.callbacks = LETHE_CALLBACKS(&update_output_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
