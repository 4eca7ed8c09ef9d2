/* generate_figure.c: what the four graphs have in common. */
#include <lethe/figure.h>

#include "signal_app.h"

static struct json_object *
column(struct json_object *points, const char *name)
{
	return json_object_get(json_object_object_get(points, name));
}

enum lethe_result
generate_figure(struct lethe_call *call)
{
	struct json_object *trace, *marker, *points;

	if (lethe_input(call, 0) == NULL)
		return LETHE_PREVENT_UPDATE;
	/* It is read: compute_value had it computed before the signal. */
	if (global_store(call, &points) != LETHE_OK)
		return LETHE_ERROR;
	trace = lethe_parse(lethe_argument(call));
	(void)json_object_object_add(trace, "x", column(points, "x"));
	(void)json_object_object_add(trace, "y", column(points, "y"));
	if (json_object_object_get_ex(trace, "marker", &marker))
		(void)json_object_object_add(
		    marker, "color", column(points, "density"));
	json_object_put(points);
	return lethe_output(call, 0, lethe_figure(lethe_list(trace),
	    lethe_parse(LETHE_JSON({ "margin":
		{ "l": 20, "r": 10, "b": 20, "t": 10 } }))));
}
