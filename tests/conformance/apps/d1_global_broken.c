/*
 * d1_global_broken.c: twin of the recorded app of that name, which shows what
 * not to do: the callback filters a global data frame in place, so that every
 * later answer, to anybody, is wrong.
 *
 * Here the worker stops the callback where it writes to the global.
 */
#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

enum { STUDENTS = 10 };

static struct {
	int score[STUDENTS];
	int count;
} df = { { 1, 5, 2, 5, 2, 3, 1, 5, 1, 5 }, STUDENTS };

static enum lethe_result
update_output(struct lethe_call *call)
{
	int value = json_object_get_int(lethe_input(call, 0));
	int kept = 0;

	for (int i = 0; i < df.count; i++)
		if (df.score[i] == value)
			df.score[kept++] = value;
	df.count = kept;
	return lethe_output(call, 0, lethe_integer(df.count));
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
	.name = "d1_global_broken",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_output_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
