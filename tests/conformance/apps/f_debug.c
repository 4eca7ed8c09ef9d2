/*
 * f_debug.c: twin of the recorded app of that name: what the dev tools
 * show of a handler that fails.
 */
#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
update(struct lethe_call *call)
{
	if (json_object_get_int(lethe_input(call, 0)) == 1)
		return lethe_fail(call, "dev tools should show this");
	return lethe_output(call, 0, python_format("{}", lethe_input(call, 0)));
}

static const struct lethe_callback update_callback = {
	.name = "update",
	.handler = update,
	.outputs = LETHE_OUTPUTS({ "o", "children" }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children =
			    lethe_children(html_button(.id = "b",
					       .children = lethe_string("b")),
				html_div(.id = "o")));
}

static const struct lethe_app app = {
	.name = "f_debug",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
