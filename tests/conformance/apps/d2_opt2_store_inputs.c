/*
 * d2_opt2_store_inputs.c: twin of the recorded app of that name: a dcc.Store
 * hands what was typed from one callback to the next.
 */
#include <stdlib.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

/* What was typed; null before anything was. */
static struct json_object *
typed(struct lethe_call *call, size_t index)
{
	struct json_object *value = lethe_state_take(call, index);

	return value != NULL ? value : lethe_null();
}

static enum lethe_result
update_cache_div(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_object(
		{ "input_1", typed(call, 0) }, { "input_2", typed(call, 1) }));
}

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	struct json_object *stored = lethe_input(call, 0);
	char *first, *second;
	struct json_object *text = NULL;

	first = python_str(json_object_object_get(stored, "input_1"));
	second = python_str(json_object_object_get(stored, "input_2"));
	if (first != NULL && second != NULL)
		text = lethe_stringf("%s %s", first, second);
	free(first);
	free(second);
	if (text == NULL)
		return lethe_fail(call, "out of memory");
	return lethe_output(call, 0, text);
}

static const struct lethe_callback update_cache_div_callback = {
	.name = "update_cache_div",
	.handler = update_cache_div,
	.outputs = LETHE_OUTPUTS({ "cache", "data" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input_1", "value" }, { "input_2", "value" }),
};

static const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs = LETHE_OUTPUTS({ "content", "children" }),
	.inputs = LETHE_INPUTS({ "cache", "data" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.className = "container",
	    .children = lethe_children(dcc_store(.id = "cache"),
		dcc_input(.id = "input_1"), dcc_input(.id = "input_2"),
		html_div(.id = "content"),
		html_button(.id = "button",
		    .children = lethe_string("Click"))));
}

static const struct lethe_app app = {
	.name = "d2_opt2_store_inputs",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &update_cache_div_callback, &update_output_div_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
