/*
 * f_layout_function.c: twin of the recorded app of that name: a layout made
 * anew for each page load.
 *
 * The recorded app counts the loads in a variable.  A process of Lethe has
 * none that lasts, so this one numbers them by the clock.
 */
#include <stdint.h>
#include <time.h>

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
	.outputs = LETHE_OUTPUTS({ "out", "children" }),
	.inputs = LETHE_INPUTS({ "b", "n_clicks" }),
};

static struct json_object *
layout(struct lethe_call *call)
{
	struct timespec now;

	(void)call;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return html_div(.children = lethe_children(
			    html_h1(.children =
					lethe_stringf("load number %jd%09ld",
					    (intmax_t)now.tv_sec, now.tv_nsec)),
			    html_button(.id = "b",
				.children = lethe_string("b")),
			    html_div(.id = "out")));
}

static const struct lethe_app app = {
	.name = "f_layout_function",
	.layout = layout,
	.callbacks = LETHE_CALLBACKS(&update_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
