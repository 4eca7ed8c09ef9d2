/*
 * f_running.c: twin of the recorded app of that name: properties that are set
 * while a callback runs.
 */
#include <time.h>

#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
work(struct lethe_call *call)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

	(void)nanosleep(&pause, NULL);
	return lethe_output(
	    call, 0, python_format("result {}", lethe_input(call, 0)));
}

static const struct lethe_callback work_callback = {
	.name = "work",
	.handler = work,
	.outputs = LETHE_OUTPUTS({ "result", "children" }),
	.inputs = LETHE_INPUTS({ "btn", "n_clicks" }),
	.running = LETHE_RUNNING({ "btn", "disabled", "true", "false" },
	    { "status", "children", "\"running\"", "\"done\"" }),
	.prevent_initial_call = true,
};

static enum lethe_result
boom(struct lethe_call *call)
{
	return lethe_fail(call, "boom while running");
}

static const struct lethe_callback boom_callback = {
	.name = "boom",
	.handler = boom,
	.outputs = LETHE_OUTPUTS({ "r2", "children" }),
	.inputs = LETHE_INPUTS({ "boom", "n_clicks" }),
	.running = LETHE_RUNNING({ "status", "title",
	    "{\"props\":{\"children\":\"on\"},\"type\":\"B\","
	    "\"namespace\":\"dash_html_components\"}",
	    "null" }),
	.prevent_initial_call = true,
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(
		.children = lethe_children(
		    html_button(.id = "btn", .children = lethe_string("run")),
		    html_div(.id = "status", .children = lethe_string("idle")),
		    html_div(.id = "result"),
		    html_button(.id = "boom", .children = lethe_string("boom")),
		    html_div(.id = "r2")));
}

static const struct lethe_app app = {
	.name = "f_running",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&work_callback, &boom_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
