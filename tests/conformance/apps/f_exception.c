/*
 * f_exception.c: twin of the recorded app of that name: handlers that fail.
 */
#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
divide(struct lethe_call *call)
{
	int n = json_object_get_int(lethe_input(call, 0));

	if (n >= 2)
		return lethe_output(
		    call, 0, python_format("ok {}", lethe_input(call, 0)));
	if (n == 0)
		return lethe_fail(call, "division by zero");
	return lethe_output(call, 0, lethe_number(1.0 / n));
}

static const struct lethe_callback divide_callback = {
	.name = "divide",
	.handler = divide,
	.outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ "btn", "n_clicks" }),
};

/* What is no JSON cannot become a value. */
static enum lethe_result
set_bad_value(struct lethe_call *call)
{
	static const char text[] = "<object>";
	struct json_object *value = lethe_raw(text, sizeof(text) - 1);

	if (value == NULL)
		return lethe_fail(call, "%s is not JSON", text);
	return lethe_output(call, 0, value);
}

static const struct lethe_callback set_bad_value_callback = {
	.name = "set_bad_value",
	.handler = set_bad_value,
	.outputs = LETHE_OUTPUTS({ "out2", "children" }),
	.inputs = LETHE_INPUTS({ "btn2", "n_clicks" }),
	.prevent_initial_call = true,
};

/* Says that all is well after setting one output of two. */
static enum lethe_result
forget_output(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_string("one"));
}

static const struct lethe_callback forget_output_callback = {
	.name = "forget_output",
	.handler = forget_output,
	.outputs =
	    LETHE_OUTPUTS({ "out3", "children" }, { "out4", "children" }),
	.inputs = LETHE_INPUTS({ "btn3", "n_clicks" }),
	.prevent_initial_call = true,
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    html_button(.id = "btn",
				.children = lethe_string("div by zero")),
			    html_div(.id = "out",
				.children = lethe_string("before")),
			    html_button(.id = "btn2",
				.children = lethe_string("bad return")),
			    html_div(.id = "out2"),
			    html_button(.id = "btn3",
				.children = lethe_string("wrong length")),
			    html_div(.id = "out3"), html_div(.id = "out4")));
}

static const struct lethe_app app = {
	.name = "f_exception",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &divide_callback, &set_bad_value_callback, &forget_output_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
