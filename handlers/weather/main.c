/* main.c: the page of the example, and the app. */
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "weather.h"

static const char lead[] =
    "Seattle's weather, a month from a date on. Another date is downloaded, "
    "which takes a while; another unit is not.";

/* A column of the table; `format` is d3's, NULL for text. */
static struct json_object *
column(const char *id, const char *name, const char *format)
{
	return lethe_object({ "id", lethe_string(id) },
	    { "name", lethe_string(name) },
	    { "type", lethe_string(format != NULL ? "numeric" : "text") },
	    { "format", lethe_object({ "specifier", lethe_string(format) }) });
}

static struct json_object *
controls(void)
{
	return html_div(.className = "toolbar",
	    .children = lethe_children(
		html_div(.className = "field",
		    .children =
			lethe_children(html_label(.htmlFor = "date",
					   .children = lethe_string("From")),
			    dcc_date_picker_single(.id = "date",
				.date = lethe_string("2012-07-01"),
				.min_date_allowed = "2012-01-01",
				.max_date_allowed = "2015-12-31",
				.display_format = "YYYY-MM-DD",
				.clearable = true))),
		html_fieldset(.children = lethe_children(
				  html_legend(.children = lethe_string("Unit")),
				  dcc_radio_items(.id = "unit", .inline_ = true,
				      .options =
					  lethe_list(lethe_string("Celsius"),
					      lethe_string("Fahrenheit")),
				      .value = lethe_string("Celsius"))))));
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_main(.className = "container",
	    .children = lethe_children(
		html_h1(.children = lethe_string("Date and unit")),
		html_p(.className = "lead", .children = lethe_string(lead)),
		controls(),
		dcc_loading(.overlay_style = lethe_object(
				{ "visibility", lethe_string("visible") }),
		    .children = lethe_children(
			html_p(.id = "status", .className = "muted",
			    .role = "status"),
			dcc_store(.id = "weather"))),
		html_div(.className = "card",
		    .children = dcc_graph(.id = "graph", .responsive = true,
			.style =
			    lethe_object({ "height", lethe_string("360px") }))),
		html_div(.className = "card",
		    .children = dash_table_data_table(.id = "table",
			.columns = lethe_list(column("date", "Day", NULL),
			    column("high", "Highest", ".1f"),
			    column("low", "Lowest", ".1f"),
			    column("weather", "Weather", NULL)),
			.style_cell =
			    lethe_object({ "textAlign", lethe_string("left") }),
			.sort_action = DASH_TABLE_DATA_TABLE_SORT_ACTION_NATIVE,
			.page_size = 10))));
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
