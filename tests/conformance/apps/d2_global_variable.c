/*
 * d2_global_variable.c: twin of the recorded app of that name, which shows
 * what not to do: all sessions of a process share one global variable.
 *
 * Here the worker stops the callback where it writes to the global.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

static struct json_object *shared;

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	struct json_object *previous = shared;

	shared = lethe_input_take(call, 0);
	return lethe_output(call, 0, previous);
}

static const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs = LETHE_OUTPUTS({ "content", "children" }),
	.inputs = LETHE_INPUTS({ "input", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.className = "container",
	    .children = lethe_children(
		dcc_input(.id = "input", .value = shared != NULL
						      ? json_object_get(shared)
						      : lethe_null()),
		html_h1(.id = "content")));
}

static const struct lethe_app app = {
	.name = "d2_global_variable",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_output_div_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
