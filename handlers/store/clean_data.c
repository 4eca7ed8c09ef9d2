/* clean_data.c: run the slow step, and leave its result to the browser. */
#include "store.h"

static enum lethe_result
clean_data(struct lethe_call *call)
{
	const char *city = lethe_input_string(call, 0);
	struct json_object *frame;

	if (city == NULL)
		return LETHE_PREVENT_UPDATE;
	if (slow_processing_step(call, city, &frame) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, frame != NULL ? frame : lethe_null());
}

const struct lethe_callback clean_data_callback = {
	.name = "clean_data",
	.handler = clean_data,
	.outputs = LETHE_OUTPUTS({ "intermediate-value", "data" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
	/* No city is chosen then, and what the browser kept is to be shown. */
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
};
