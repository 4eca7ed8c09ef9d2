/*
 * f_prefix.c: twin of the recorded app of that name: an app that lives below
 * a path.
 */
#include <lethe.h>
#include <lethe/html.h>

#include "python_text.h"

static enum lethe_result
update(struct lethe_call *call)
{
	return lethe_output(call, 0, python_format("{}", lethe_input(call, 0)));
}

static const struct lethe_callback update_callback = {
	.name = "update",
	.handler = update,
	.outputs = LETHE_OUTPUTS({ "o", "children" }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children =
			    lethe_children(html_button(.id = "b",
					       .children = lethe_string("b")),
				html_div(.id = "o")));
}

static const struct lethe_app app = {
	.name = "f_prefix",
	.title = "Prefixed",
	.prefix = "/my/app/",
	.external_scripts = LETHE_SCRIPTS({
	    .src = "https://example.invalid/x.js",
	    /* Of an empty script: that is what stands in for it. */
	    .integrity = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donT"
			 "t6/529l+9Ua0vFImLlb",
	    .crossorigin = "anonymous" }),
	.external_stylesheets = LETHE_STYLESHEETS({
	    .href = "https://example.invalid/x.css",
	    .rel = "stylesheet",
	    .media = "print" }),
	.layout = layout,
	.layout_is_constant = true,
	.suppress_callback_exceptions = true,
	.callbacks = LETHE_CALLBACKS(&update_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
