/*
 * f_pattern_match.c: twin of the recorded app of that name: one callback for
 * each of any number of components.
 */
#include <stdio.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>
#include <lethe/patch.h>

#include "python_text.h"

/* The id of a component of this type, numbered by the clicks. */
static const char *
numbered(struct lethe_call *call, const char *type)
{
	return lethe_id(call, lethe_object({ "type", lethe_string(type) },
				  { "index", lethe_input_take(call, 0) }));
}

static enum lethe_result
add_input(struct lethe_call *call)
{
	int n = json_object_get_int(lethe_input(call, 0));
	struct json_object *patch = lethe_patch();
	char in[32], out[32];

	(void)snprintf(in, sizeof(in), "in%d", n);
	(void)snprintf(out, sizeof(out), "out%d", n);
	lethe_patch_append(patch, LETHE_ROOT,
	    html_div(.children = lethe_children(
			 dcc_input(.id = numbered(call, "in"), .className = in,
			     .value = lethe_string("")),
			 html_div(.id = numbered(call, "out"),
			     .className = out))));
	return lethe_output(call, 0, patch);
}

static const struct lethe_callback add_input_callback = {
	.name = "add_input",
	.handler = add_input,
	.outputs = LETHE_OUTPUTS({ "container", "children" }),
	.inputs = LETHE_INPUTS({ "add", "n_clicks" }),
};

static enum lethe_result
show_value(struct lethe_call *call)
{
	const struct lethe_trigger *trigger = lethe_triggered(call, 0);
	struct json_object *id =
	    trigger != NULL ? lethe_parse(trigger->id) : NULL;
	struct json_object *text = python_format("Input {} = {} (triggered {})",
	    lethe_match(call, "index"), lethe_input(call, 0), id);

	json_object_put(id);
	return lethe_output(call, 0, html_div(.children = text));
}

static const struct lethe_callback show_value_callback = {
	.name = "show_value",
	.handler = show_value,
	.outputs = LETHE_OUTPUTS({ LETHE_ID("type"
					    : "out", "index"
					    : MATCH),
	    "children" }),
	.inputs = LETHE_INPUTS({ LETHE_ID("type"
					  : "in", "index"
					  : MATCH),
	    "value" }),
	.state = LETHE_STATE({ LETHE_ID("type"
					: "in", "index"
					: MATCH),
	    "id" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    html_button(.id = "add", .n_clicks = 0,
				.children = lethe_string("Add Filter")),
			    html_div(.id = "container",
				.children = json_object_new_array())));
}

static const struct lethe_app app = {
	.name = "f_pattern_match",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&add_input_callback, &show_value_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
