/*
 * generate_figure.c: what the four graphs have in common.
 */
#include <lethe/figure.h>

#include "signal_app.h"

struct json_object *
count_colours(void)
{
	return lethe_list(
	    lethe_list(lethe_number(0), lethe_string("rgba(36, 144, 172, 0)")),
	    lethe_list(
		lethe_number(0.5), lethe_string("rgba(36, 144, 172, 0.75)")),
	    lethe_list(lethe_number(1), lethe_string(COLOUR_MANY)));
}

static struct json_object *
axis(void)
{
	return lethe_object(
	    { "gridcolor", lethe_string("rgba(128, 140, 150, 0.25)") },
	    { "zerolinecolor", lethe_string("rgba(128, 140, 150, 0.5)") });
}

/* Narrow margins, and the page as background, be it light or dark. */
static struct json_object *
figure_layout(void)
{
	return lethe_object({ "margin", lethe_object({ "l", lethe_integer(20) },
					    { "r", lethe_integer(10) },
					    { "b", lethe_integer(20) },
					    { "t", lethe_integer(10) }) },
	    { "paper_bgcolor", lethe_string("rgba(0, 0, 0, 0)") },
	    { "plot_bgcolor", lethe_string("rgba(0, 0, 0, 0)") },
	    { "font",
		lethe_object({ "color", lethe_string("rgb(110, 120, 128)") }) },
	    { "xaxis", axis() }, { "yaxis", axis() });
}

/* Puts the column `from` of the points into `object` as `to`. */
static enum lethe_result
set_column(struct json_object *object, const char *to,
    struct json_object *points, const char *from)
{
	struct json_object *column;

	if (!json_object_object_get_ex(points, from, &column))
		return LETHE_ERROR;
	column = json_object_get(column);
	if (json_object_object_add(object, to, column) != 0) {
		json_object_put(column);
		return LETHE_ERROR;
	}
	return LETHE_OK;
}

/* Gives the trace its points; a marker is coloured by density. */
static enum lethe_result
set_points(struct json_object *trace, struct json_object *points)
{
	struct json_object *marker;

	if (set_column(trace, "x", points, "x") != LETHE_OK ||
	    set_column(trace, "y", points, "y") != LETHE_OK)
		return LETHE_ERROR;
	if (!json_object_object_get_ex(trace, "marker", &marker))
		return LETHE_OK;
	return set_column(marker, "color", points, "density");
}

enum lethe_result
generate_figure(struct lethe_call *call, struct json_object *trace)
{
	const char *category = lethe_input_string(call, 0);
	struct json_object *figure, *points = NULL;
	enum lethe_result result;

	/* No signal yet, or one that names no category: leave the graph. */
	result = LETHE_PREVENT_UPDATE;
	if (category == NULL)
		goto out;
	/* compute_value ran before the signal, so this is read, not computed.
	 */
	result = global_store(call, category, &points);
	if (result != LETHE_OK)
		goto out;
	result = LETHE_PREVENT_UPDATE;
	if (points == NULL)
		goto out;

	result = LETHE_ERROR;
	if (trace == NULL || set_points(trace, points) != LETHE_OK) {
		(void)lethe_fail(call,
		    "could not draw %s: no memory, or the "
		    "cached points lack a column",
		    category);
		goto out;
	}
	figure = lethe_figure(lethe_list(trace), figure_layout());
	trace = NULL;
	if (figure == NULL)
		(void)lethe_fail(call, "no memory to draw %s", category);
	else
		result = lethe_output(call, 0, figure);
out:
	json_object_put(trace);
	json_object_put(points);
	return result;
}
