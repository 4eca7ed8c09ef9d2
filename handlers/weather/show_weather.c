/* show_weather.c: the graph and the table of the days in the store. */
#include <string.h>

#include <lethe/figure.h>

#include "weather.h"

/* A temperature of a day, in the unit; 0 when the browser sent none. */
static struct json_object *
temperature(struct json_object *day, const char *which, bool fahrenheit)
{
	double celsius =
	    json_object_get_double(json_object_object_get(day, which));

	return lethe_number(fahrenheit ? celsius * 9 / 5 + 32 : celsius);
}

static struct json_object *
text(struct json_object *day, const char *which)
{
	return lethe_string(
	    json_object_get_string(json_object_object_get(day, which)));
}

/* The days in the unit.  What is in the store may be anything. */
static struct json_object *
convert(struct json_object *days, bool fahrenheit)
{
	struct json_object *rows = json_object_new_array();
	size_t count = json_object_is_type(days, json_type_array)
			   ? json_object_array_length(days)
			   : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *day = json_object_array_get_idx(days, i);

		if (json_object_is_type(day, json_type_object))
			(void)json_object_array_add(rows,
			    lethe_object({ "date", text(day, "date") },
				{ "high",
				    temperature(day, "high", fahrenheit) },
				{ "low", temperature(day, "low", fahrenheit) },
				{ "weather", text(day, "weather") }));
	}
	return rows;
}

static struct json_object *
column(struct json_object *rows, const char *name)
{
	struct json_object *values = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(rows); i++)
		(void)json_object_array_add(
		    values, json_object_get(json_object_object_get(
				json_object_array_get_idx(rows, i), name)));
	return values;
}

static struct json_object *
trace(struct json_object *rows, const char *which, const char *name)
{
	return lethe_object({ "name", lethe_string(name) },
	    { "mode", lethe_string("lines+markers") },
	    { "x", column(rows, "date") }, { "y", column(rows, which) });
}

static enum lethe_result
show_weather(struct lethe_call *call)
{
	const char *unit = lethe_input_string(call, 1);
	bool fahrenheit = unit != NULL && strcmp(unit, "Fahrenheit") == 0;
	struct json_object *rows = convert(lethe_input(call, 0), fahrenheit);
	struct json_object *suffix =
	    lethe_string(fahrenheit ? "\u00b0F" : "\u00b0C");

	(void)lethe_output(call, 0,
	    lethe_figure(lethe_list(trace(rows, "high", "Highest"),
			     trace(rows, "low", "Lowest")),
		lethe_object(
		    { "yaxis", lethe_object({ "ticksuffix", suffix }) },
		    { "margin", lethe_object({ "t", lethe_integer(20) },
				    { "b", lethe_integer(40) },
				    { "r", lethe_integer(10) }) })));
	return lethe_output(call, 1, rows);
}

const struct lethe_callback show_weather_callback = {
	.name = "show_weather",
	.handler = show_weather,
	.outputs = LETHE_OUTPUTS({ "graph", "figure" }, { "table", "data" }),
	.inputs = LETHE_INPUTS({ "weather", "data" }, { "unit", "value" }),
};
