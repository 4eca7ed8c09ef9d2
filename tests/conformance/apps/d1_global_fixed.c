/*
 * d1_global_fixed.c: twin of the recorded app of that name: the callback
 * counts in a global data frame that it leaves alone.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

static const int scores[] = { 1, 5, 2, 5, 2, 3, 1, 5, 1, 5 };

static enum lethe_result
update_output(struct lethe_call *call)
{
	int value = json_object_get_int(lethe_input(call, 0));
	int count = 0;

	for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++)
		if (scores[i] == value)
			count++;
	return lethe_output(call, 0, lethe_integer(count));
}

static const struct lethe_callback update_output_callback = {
	.name = "update_output",
	.handler = update_output,
	.outputs = LETHE_OUTPUTS({ "output", "children" }),
	.inputs = LETHE_INPUTS({ "score", "value" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    dcc_dropdown(.id = "score",
				.options = lethe_list(lethe_integer(1),
				    lethe_integer(2), lethe_integer(3),
				    lethe_integer(4), lethe_integer(5)),
				.value = lethe_integer(1)),
			    lethe_string("was scored by this many students:"),
			    html_div(.id = "output")));
}

static const struct lethe_app app = {
	.name = "d1_global_fixed",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_output_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
