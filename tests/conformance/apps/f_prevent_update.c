/*
 * f_prevent_update.c: twin of the recorded app of that name: a handler that
 * changes nothing.
 */
#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
update(struct lethe_call *call)
{
	struct json_object *n = lethe_input(call, 0);

	if (n == NULL)
		return LETHE_PREVENT_UPDATE;
	return lethe_output(call, 0,
	    python_format(
		"Elephants are the only animal that can not jump ({})", n));
}

static const struct lethe_callback update_callback = {
	.name = "update",
	.handler = update,
	.outputs = LETHE_OUTPUTS({ "body", "children" }),
	.inputs = LETHE_INPUTS({ "btn", "n_clicks" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    html_button(.id = "btn",
				.children = lethe_string("Click here")),
			    html_div(.id = "body")));
}

static const struct lethe_app app = {
	.name = "f_prevent_update",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
