/* show_weather.c: the days in the store, in a unit, as a figure and as rows. */
#include <string.h>

#include "weather.h"

static const char convert[] =
    "WITH day AS (SELECT value ->> 'date' AS date,"
    "  value ->> 'weather' AS weather, (value ->> 'high') * ?2 + ?3 AS high,"
    "  (value ->> 'low') * ?2 + ?3 AS low"
    "  FROM json_each(?1) WHERE type = 'object')"
    "SELECT json_object('data', json_array("
    "  json_object('name', 'Highest',"
    "   'x', json_group_array(date), 'y', json_group_array(high)),"
    "  json_object('name', 'Lowest',"
    "   'x', json_group_array(date), 'y', json_group_array(low))),"
    "  'layout', json_object('yaxis', json_object('ticksuffix', ?4))),"
    " json_group_array(json_object('date', date, 'high', high,"
    "  'low', low, 'weather', weather)) FROM day";

static enum lethe_result
show_weather(struct lethe_call *call)
{
	struct lethe_statement *days = lethe_statement_prepare(call, convert);
	const char *unit = lethe_input_string(call, 1);
	bool fahrenheit = unit != NULL && strcmp(unit, "Fahrenheit") == 0;

	lethe_statement_bind_text(days, 1,
	    json_object_to_json_string(lethe_input(call, 0)));
	lethe_statement_bind_double(days, 2, fahrenheit ? 1.8 : 1);
	lethe_statement_bind_double(days, 3, fahrenheit ? 32 : 0);
	lethe_statement_bind_text(days, 4, fahrenheit ? "\u00b0F" : "\u00b0C");
	if (lethe_statement_step(days) != LETHE_ROW)
		return LETHE_ERROR;
	(void)lethe_output(call, 0,
	    lethe_parse(lethe_statement_text(days, 0)));
	return lethe_output(call, 1,
	    lethe_parse(lethe_statement_text(days, 1)));
}

const struct lethe_callback show_weather_callback = {
	.name = "show_weather",
	.handler = show_weather,
	.outputs = LETHE_OUTPUTS({ "graph", "figure" }, { "table", "data" }),
	.inputs = LETHE_INPUTS({ "weather", "data" }, { "unit", "value" }),
};
