/*
 * failing.c: a small page whose buttons fail, for looking at it in a browser
 * with Dash's dev tools.
 */
#include <lethe.h>
#include <lethe/html.h>

volatile int visits;

static __attribute__((noinline)) enum lethe_result
open_valve(struct lethe_call *call)
{
	return lethe_fail(call, "the valve is stuck: <b>open</b> it by hand");
}

static enum lethe_result
fail(struct lethe_call *call)
{
	if (open_valve(call) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_no_update(call, 0);
}

static enum lethe_result
crash(struct lethe_call *call)
{
	visits++;
	return lethe_output(call, 0, lethe_integer(visits));
}

static const struct lethe_callback fail_callback = {
	.name = "fail",
	.handler = fail,
	.outputs = LETHE_OUTPUTS({ "status", "children" }),
	.inputs = LETHE_INPUTS({ "fail", "n_clicks" }),
	.prevent_initial_call = true,
};

static const struct lethe_callback crash_callback = {
	.name = "crash",
	.handler = crash,
	.outputs = LETHE_OUTPUTS({ "status", "title" }),
	.inputs = LETHE_INPUTS({ "crash", "n_clicks" }),
	.prevent_initial_call = true,
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
	    html_button(.id = "fail", .children = lethe_string("Fail")),
	    html_button(.id = "crash", .children = lethe_string("Crash")),
	    html_p(.id = "status", .children = lethe_string("Ready"))));
}

static const struct lethe_app app = {
	.name = "failing",
	.title = "Failing",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&fail_callback, &crash_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
