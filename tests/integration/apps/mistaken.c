/*
 * tests/integration/apps/mistaken.c: an app whose description has a mistake of
 * each kind that `check` finds.  It could be served, if nobody looked.  With
 * MISTAKEN_ABORT in the environment its layout crashes.
 */
#include <stdlib.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

static enum lethe_result
nothing(struct lethe_call *call)
{
	(void)call;
	return LETHE_PREVENT_UPDATE;
}

static const struct lethe_callback misspelt_callback = {
	.name = "misspelt",
	.handler = nothing,
	.outputs = LETHE_OUTPUTS({ "answer", "childen" }),
	.inputs = LETHE_INPUTS({ "nmae", "value" }),
};

static const struct lethe_callback there_callback = {
	.name = "there",
	.handler = nothing,
	.outputs = LETHE_OUTPUTS({ "to", "value" }),
	.inputs = LETHE_INPUTS({ "from", "value" }),
};

static const struct lethe_callback back_callback = {
	.name = "back",
	.handler = nothing,
	.outputs = LETHE_OUTPUTS({ "from", "value" }),
	.inputs = LETHE_INPUTS({ "to", "value" }),
};

static const struct lethe_callback itself_callback = {
	.name = "itself",
	.handler = nothing,
	.outputs = LETHE_OUTPUTS({ "name", "value" }),
	.inputs = LETHE_INPUTS({ "name", "value" }),
};

static const struct lethe_callback unmatched_callback = {
	.name = "unmatched",
	.handler = nothing,
	.outputs = LETHE_OUTPUTS({ LETHE_ID("row": MATCH), "title" }),
	.inputs = LETHE_INPUTS({ LETHE_ID("column": MATCH), "title" }),
};

static const struct lethe_callback overlapping_callback = {
	.name = "overlapping",
	.handler = nothing,
	.outputs = LETHE_OUTPUTS({ LETHE_ID("row": ALL), "title" }),
	.inputs = LETHE_INPUTS({ "name", "n_submit" }),
};

static const struct lethe_callback open_callback = {
	.name = "open",
	.clientside_function = "function (value) { return [value; }",
	.outputs = LETHE_OUTPUTS({ "answer", "title" }),
	.inputs = LETHE_INPUTS({ "name", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	if (getenv("MISTAKEN_ABORT") != NULL)
		abort();
	return html_div(.children = lethe_children(dcc_input(.id = "name"),
			    dcc_input(.id = "from"), dcc_input(.id = "to"),
			    html_p(.id = "answer"), html_p(.id = "twin"),
			    html_p(.id = "twin")));
}

static const struct lethe_app app = {
	.name = "mistaken",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&misspelt_callback, &there_callback,
	    &back_callback, &itself_callback, &unmatched_callback,
	    &overlapping_callback, &open_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
