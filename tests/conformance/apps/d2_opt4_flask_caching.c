/*
 * d2_opt4_flask_caching.c: twin of the recorded app of that name: two
 * callbacks share an expensive step through the server's cache.
 */
#include <stdlib.h>
#include <time.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
compute_text(struct lethe_call *call, struct json_object *value,
    struct json_object **computed)
{
	const struct timespec pause = { .tv_nsec = 300 * 1000 * 1000 };
	char *text = python_str(value);

	nanosleep(&pause, NULL);
	if (text == NULL)
		return lethe_fail(call, "out of memory");
	*computed = lethe_string(text);
	free(text);
	return LETHE_OK;
}

static const struct lethe_memo compute_expensive_data = {
	.name = "compute_expensive_data",
	.compute = compute_text,
	.timeout_s = 60,
};

static enum lethe_result
update_output(struct lethe_call *call)
{
	struct json_object *computed;

	if (json_object_get_int64(lethe_input(call, 0)) == 0)
		return LETHE_PREVENT_UPDATE;
	if (lethe_memoize(call, &compute_expensive_data,
		lethe_state_take(call, 0), &computed) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, computed);
}

static const struct lethe_callback update_output_1_callback = {
	.name = "update_output_1",
	.handler = update_output,
	.outputs = LETHE_OUTPUTS({ "content", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input", "value" }),
};

static const struct lethe_callback update_output_2_callback = {
	.name = "update_output_2",
	.handler = update_output,
	.outputs = LETHE_OUTPUTS({ "content_2", "children" }),
	.inputs = LETHE_INPUTS({ "button2", "n_clicks" }),
	.state = LETHE_STATE({ "input", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.className = "container",
	    .children = lethe_children(dcc_input(.id = "input"),
		dcc_loading(.children = html_h1(.id = "content")),
		html_button(.id = "button", .children = lethe_string("Click")),
		dcc_loading(.children = html_h1(.id = "content_2")),
		html_button(.id = "button2",
		    .children = lethe_string("Click 2"))));
}

static const struct lethe_app app = {
	.name = "d2_opt4_flask_caching",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &update_output_1_callback, &update_output_2_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
