/*
 * f_pattern_all.c: twin of the recorded app of that name: one callback over
 * any number of components.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>
#include <lethe/patch.h>

#include "python_text.h"

static enum lethe_result
add_dropdown(struct lethe_call *call)
{
	struct json_object *patch = lethe_patch();

	lethe_patch_append(patch, LETHE_ROOT,
	    dcc_dropdown(.id = lethe_id(call,
			     lethe_object({ "type", lethe_string("city") },
				 { "index", lethe_input_take(call, 0) })),
		.options = lethe_list(lethe_string("NYC"), lethe_string("MTL"),
		    lethe_string("LA"), lethe_string("TOKYO"))));
	return lethe_output(call, 0, patch);
}

static const struct lethe_callback add_dropdown_callback = {
	.name = "add_dropdown",
	.handler = add_dropdown,
	.outputs = LETHE_OUTPUTS({ "container", "children" }),
	.inputs = LETHE_INPUTS({ "add", "n_clicks" }),
};

static enum lethe_result
show_values(struct lethe_call *call)
{
	struct json_object *lines = json_object_new_array();

	for (size_t i = 0; i < lethe_input_count(call, 0); i++) {
		struct json_object *number = lethe_integer((int64_t)i + 1);

		json_object_array_add(lines,
		    html_div(.children = python_format("Dropdown {} = {}",
				 number, lethe_input_at(call, 0, i))));
		json_object_put(number);
	}
	return lethe_output(call, 0, html_div(.children = lines));
}

static const struct lethe_callback show_values_callback = {
	.name = "show_values",
	.handler = show_values,
	.outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ LETHE_ID("type"
					  : "city", "index"
					  : ALL),
	    "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    html_button(.id = "add", .n_clicks = 0,
				.children = lethe_string("Add Filter")),
			    html_div(.id = "container",
				.children = json_object_new_array()),
			    html_div(.id = "out")));
}

static const struct lethe_app app = {
	.name = "f_pattern_all",
	.layout = layout,
	.callbacks =
	    LETHE_CALLBACKS(&add_dropdown_callback, &show_values_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
