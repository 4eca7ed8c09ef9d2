/*
 * main.c: the caching-and-signaling example, after the chapter of that name
 * in Dash's documentation.
 */
#include "signal_app.h"

static const struct lethe_app app = {
	.name = "signal",
	.title = "Caching and signaling",
	.description =
	    "An expensive query runs once for all users and workers; "
	    "a signal then draws four graphs from the cached rows.",
	.prefix = "/signal/",
	.data = "fruit.db",
	.layout = signal_layout,
	.callbacks = LETHE_CALLBACKS(&compute_value_callback,
	    &update_graph_1_callback, &update_graph_2_callback,
	    &update_graph_3_callback, &update_graph_4_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
