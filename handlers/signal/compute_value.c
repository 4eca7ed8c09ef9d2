/* compute_value.c: run the expensive step once, then signal the graphs. */
#include <unistd.h>

#include "signal_app.h"

static enum lethe_result
compute_value(struct lethe_call *call)
{
	struct json_object *points;

	if (lethe_input(call, 0) == NULL) {
		(void)lethe_no_update(call, 0);
		return lethe_output(call, 1,
		    lethe_string("Choose a category to see its points."));
	}
	if (global_store(call, &points) != LETHE_OK)
		return LETHE_ERROR;
	(void)lethe_output(call, 0, lethe_input_take(call, 0));
	(void)lethe_output(call, 1,
	    lethe_stringf("%s. This answer came from worker %d.",
		json_object_get_string(
		    json_object_object_get(points, "computed")),
		(int)getpid()));
	json_object_put(points);
	return LETHE_OK;
}

const struct lethe_callback compute_value_callback = {
	.name = "compute_value",
	.handler = compute_value,
	.outputs =
	    LETHE_OUTPUTS({ "signal", "data" }, { "status", "children" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};
