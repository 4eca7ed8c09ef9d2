/*
 * compute_value.c: run the expensive step once, then signal the graphs.
 */
#include <time.h>
#include <unistd.h>

#include "signal_app.h"

static double
seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Which process computed the points, which one answers now. */
static struct json_object *
status(const char *category, struct json_object *points, double seconds)
{
	struct json_object *count, *computed, *worker, *took;

	if (!json_object_object_get_ex(points, "count", &count) ||
	    !json_object_object_get_ex(points, "computed", &computed) ||
	    !json_object_object_get_ex(points, "worker", &worker) ||
	    !json_object_object_get_ex(points, "seconds", &took))
		return NULL;
	return lethe_stringf("%d %s. Computed on %s by worker %d in %.2f s. "
			     "This answer came from worker %ld, after %.1f ms.",
	    json_object_get_int(count), category,
	    json_object_get_string(computed), json_object_get_int(worker),
	    json_object_get_double(took), (long)getpid(), seconds * 1e3);
}

/* Tells the user why the graphs stay as they are. */
static enum lethe_result
no_points(struct lethe_call *call, const char *message)
{
	if (lethe_no_update(call, 0) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 1, lethe_string(message));
}

static enum lethe_result
compute_value(struct lethe_call *call)
{
	const char *category = lethe_input_string(call, 0);
	double started = seconds_now();
	struct json_object *points;
	enum lethe_result result;

	if (category == NULL)
		return no_points(call, "Choose a category to see its points.");
	if (global_store(call, category, &points) != LETHE_OK)
		return LETHE_ERROR;
	if (points == NULL)
		return no_points(call, "There are no points of that category.");

	result = lethe_output(call, 0, lethe_input_take(call, 0));
	if (result == LETHE_OK)
		result = lethe_output(
		    call, 1, status(category, points, seconds_now() - started));
	json_object_put(points);
	return result;
}

const struct lethe_callback compute_value_callback = {
	.name = "compute_value",
	.handler = compute_value,
	.outputs =
	    LETHE_OUTPUTS({ "signal", "data" }, { "status", "children" }),
	.inputs = LETHE_INPUTS({ "dropdown", "value" }),
};
