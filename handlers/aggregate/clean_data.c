/* clean_data.c: run the slow step, and store what the graphs need of it. */
#include "aggregate.h"

static enum lethe_result
clean_data(struct lethe_call *call)
{
	const char *city = lethe_input_string(call, 0);
	struct json_object *frame, *data;
	size_t size;

	if (city == NULL) {
		(void)lethe_no_update(call, 0);
		return lethe_output(call, 1, lethe_string("Choose a city."));
	}
	if (slow_processing_step(call, city, &frame) != LETHE_OK)
		return LETHE_ERROR;
	data = json_object_get_boolean(lethe_input(call, 1))
	    ? json_object_get(frame)
	    : lethe_object({ "apples", fruit_sums(frame, "apples") },
		  { "oranges", fruit_sums(frame, "oranges") },
		  { "figs", fruit_sums(frame, "figs") });
	json_object_put(frame);
	(void)json_object_to_json_string_length(
	    data, JSON_C_TO_STRING_PLAIN, &size);
	(void)lethe_output(call, 0, data);
	/* Down to the browser once, and up to each of three callbacks. */
	return lethe_output(call, 1, lethe_stringf(
	    "%s: %zu bytes of data, %zu on the wire.", city, size, 4 * size));
}

const struct lethe_callback clean_data_callback = {
	.name = "clean_data",
	.handler = clean_data,
	.outputs = LETHE_OUTPUTS({ "intermediate-value", "data" },
	    { "bytes", "children" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }, { "stored", "value" }),
};
