/* main.c: the page of the example, and the app. */
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "weather.h"

static const char lead[] =
    "Seattle's weather, a month from a date on. Another date is downloaded, "
    "which takes a while; another unit is not.";

static const char columns[] =
    "[{\"id\": \"date\", \"name\": \"Day\"},"
    " {\"id\": \"high\", \"name\": \"Highest\", \"type\": \"numeric\","
    "  \"format\": {\"specifier\": \".1f\"}},"
    " {\"id\": \"low\", \"name\": \"Lowest\", \"type\": \"numeric\","
    "  \"format\": {\"specifier\": \".1f\"}},"
    " {\"id\": \"weather\", \"name\": \"Weather\"}]";

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container", .children = lethe_children(
		html_h1(.children = lethe_string("Date and unit")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		html_div(.className = "toolbar", .children = lethe_children(
		    html_label(.htmlFor = "date",
			.children = lethe_string("From")),
		    dcc_date_picker_single(.id = "date",
			.date = lethe_string("2012-07-01"),
			.min_date_allowed = "2012-01-01",
			.max_date_allowed = "2015-12-31",
			.display_format = "YYYY-MM-DD", .clearable = true),
		    dcc_radio_items(.id = "unit", .inline_ = true,
			.options = lethe_parse("[\"Celsius\", \"Fahrenheit\"]"),
			.value = lethe_string("Celsius")))),
		dcc_loading(.children = lethe_children(
		    html_p(.id = "status", .role = "status"),
		    dcc_store(.id = "weather"))),
		dcc_graph(.id = "graph", .responsive = true, .style =
		    lethe_object({ "height", lethe_string("360px") })),
		dash_table_data_table(.id = "table", .page_size = 10,
		    .columns = lethe_parse(columns),
		    .sort_action = DASH_TABLE_DATA_TABLE_SORT_ACTION_NATIVE)));
}

static const struct lethe_app app = {
	.name = "weather",
	.title = "Date and unit",
	.description = "Seattle's weather: another date is downloaded, another "
		       "unit only shown.",
	.prefix = "/weather/",
	.data = "weather.db",
	.layout = layout,
	.layout_is_constant = true,
	.callbacks =
	    LETHE_CALLBACKS(&download_weather_callback, &show_weather_callback),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
