/* clean_data.c: run the slow step, and store what the graphs need of it. */
#include <string.h>

#include "aggregate.h"

/* Down to the browser once, and up to each of three callbacks. */
enum { JOURNEYS = 1 + 3 };

static enum lethe_result
clean_data(struct lethe_call *call)
{
	const char *city = lethe_input_string(call, 0);
	const char *stored = lethe_input_string(call, 1);
	struct json_object *frame, *datasets;
	size_t size;

	if (city == NULL) {
		(void)lethe_no_update(call, 0);
		return lethe_output(call, 1, lethe_string("Choose a city."));
	}
	if (slow_processing_step(call, city, &frame) != LETHE_OK)
		return LETHE_ERROR;
	if (stored != NULL && strcmp(stored, "all rows") == 0)
		datasets = lethe_object({ "frame", json_object_get(frame) });
	else
		datasets = lethe_object({ "df_1", fruit_sums(frame, "apples") },
		    { "df_2", fruit_sums(frame, "oranges") },
		    { "df_3", fruit_sums(frame, "figs") });
	json_object_put(frame);
	(void)json_object_to_json_string_length(datasets,
	    JSON_C_TO_STRING_PLAIN, &size);
	(void)lethe_output(call, 0, datasets);
	return lethe_output(call, 1,
	    lethe_stringf("%s: %zu bytes of data, %zu on the wire.", city,
		size, JOURNEYS * size));
}

const struct lethe_callback clean_data_callback = {
	.name = "clean_data",
	.handler = clean_data,
	.outputs = LETHE_OUTPUTS({ "intermediate-value", "data" },
	    { "bytes", "children" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }, { "stored", "value" }),
};
