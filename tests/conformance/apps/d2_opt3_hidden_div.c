/*
 * d2_opt3_hidden_div.c: twin of the recorded app of that name: a hidden
 * html.Div hands what was typed, as JSON text, from one callback to the next.
 */
#include <stdlib.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "python_text.h"

static const char *
json_text(struct json_object *value)
{
	return json_object_to_json_string_ext(
	    value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Blanks stand where Python's json module puts them. */
static enum lethe_result
update_cache_div(struct lethe_call *call)
{
	return lethe_output(call, 0,
	    lethe_stringf("{\"input_1\": %s, \"input_2\": %s}",
		json_text(lethe_state(call, 0)),
		json_text(lethe_state(call, 1))));
}

static enum lethe_result
update_output_div(struct lethe_call *call)
{
	struct json_object *parsed = lethe_parse(lethe_input_string(call, 0));
	struct json_object *text = NULL;
	char *first, *second;

	if (!json_object_is_type(parsed, json_type_object)) {
		json_object_put(parsed);
		return lethe_fail(call, "the hidden text is not JSON");
	}
	first = python_str(json_object_object_get(parsed, "input_1"));
	second = python_str(json_object_object_get(parsed, "input_2"));
	if (first != NULL && second != NULL)
		text = lethe_stringf("%s %s", first, second);
	free(first);
	free(second);
	json_object_put(parsed);
	if (text == NULL)
		return lethe_fail(call, "out of memory");
	return lethe_output(call, 0, text);
}

static const struct lethe_callback update_cache_div_callback = {
	.name = "update_cache_div",
	.handler = update_cache_div,
	.outputs = LETHE_OUTPUTS({ "cache", "children" }),
	.inputs = LETHE_INPUTS({ "button", "n_clicks" }),
	.state = LETHE_STATE({ "input_1", "value" }, { "input_2", "value" }),
};

static const struct lethe_callback update_output_div_callback = {
	.name = "update_output_div",
	.handler = update_output_div,
	.outputs = LETHE_OUTPUTS({ "content", "children" }),
	.inputs = LETHE_INPUTS({ "cache", "children" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.className = "container",
	    .children = lethe_children(dcc_input(.id = "input_1"),
		dcc_input(.id = "input_2"), html_div(.id = "content"),
		html_button(.id = "button", .children = lethe_string("Click")),
		html_div(.id = "cache", .style = lethe_object({ "display",
					    lethe_string("none") }))));
}

static const struct lethe_app app = {
	.name = "d2_opt3_hidden_div",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(
	    &update_cache_div_callback, &update_output_div_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
