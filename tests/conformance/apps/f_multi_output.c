/*
 * f_multi_output.c: twin of the recorded app of that name: two outputs, and a
 * list of one.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
calculate(struct lethe_call *call)
{
	struct json_object *x = lethe_input(call, 0);
	int64_t number = json_object_get_int64(x);

	if (!json_object_is_type(x, json_type_int) || number > 1000000 ||
	    number < -1000000)
		return lethe_fail(call,
		    "num.value must be a whole number of at most six digits");
	lethe_output(call, 0, lethe_integer(number * number));
	return lethe_output(call, 1, lethe_integer(number * number * number));
}

static const struct lethe_callback calculate_callback = {
	.name = "calculate",
	.handler = calculate,
	.outputs =
	    LETHE_OUTPUTS({ "square", "children" }, { "cube", "children" }),
	.inputs = LETHE_INPUTS({ "num", "value" }),
};

static enum lethe_result
set_one(struct lethe_call *call)
{
	return lethe_output(
	    call, 0, python_format("list {}", lethe_input(call, 0)));
}

static const struct lethe_callback set_one_callback = {
	.name = "set_one",
	.handler = set_one,
	.outputs = LETHE_OUTPUTS({ "one-in-list", "children" }),
	.output_list = true,
	.inputs = LETHE_INPUTS({ "num", "value" }),
};

static struct json_object *
row(const char *label, const char *id)
{
	return html_tr(.children = lethe_children(
			   html_td(.children = lethe_string(label)),
			   html_td(.id = id)));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children =
			    lethe_children(dcc_input(.id = "num",
					       .type = DCC_INPUT_TYPE_NUMBER,
					       .value = lethe_integer(5)),
				html_table(.children = lethe_children(
					       row("x^2", "square"),
					       row("x^3", "cube"))),
				html_div(.id = "one-in-list")));
}

static const struct lethe_app app = {
	.name = "f_multi_output",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&calculate_callback, &set_one_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
