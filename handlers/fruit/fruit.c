/*
 * fruit.c: the slow step and the data frame that it makes; see fruit.h.
 */
#include <string.h>

#include <lethe/dcc.h>
#include <lethe/figure.h>
#include <lethe/html.h>

#include "fruit.h"

const char *const fruit_names[] = { "apples", "oranges", "figs", "pineapples" };

struct json_object *
fruit_control(struct lethe_call *call, struct json_object *value)
{
	struct json_object *cities = json_object_new_array();
	struct lethe_statement *statement;
	enum lethe_result result;

	statement = lethe_statement_prepare(
	    call, "SELECT DISTINCT city FROM sales ORDER BY city");
	while ((result = lethe_statement_step(statement)) == LETHE_ROW)
		(void)json_object_array_add(cities,
		    lethe_string(lethe_statement_text(statement, 0)));
	if (result != LETHE_DONE) {
		json_object_put(cities);
		json_object_put(value);
		return NULL;
	}
	return html_div(.className = "field",
	    .children = lethe_children(
		html_label(.htmlFor = "dropdown",
		    .children = lethe_string("City")),
		dcc_dropdown(.id = "dropdown", .options = cities,
		    .value = value, .placeholder = "Choose a city",
		    .searchable = false)));
}

/* There is no index, so for every row it looks through all that follow. */
static const char clean[] =
    "SELECT fruit, day, amount FROM sales AS sale WHERE city = ?1"
    " AND NOT EXISTS (SELECT * FROM sales AS later"
    "  WHERE later.city = sale.city AND later.fruit = sale.fruit"
    "  AND later.day = sale.day AND later.id > sale.id)"
    " ORDER BY fruit, day";

enum lethe_result
slow_processing_step(
    struct lethe_call *call, const char *city, struct json_object **frame)
{
	struct json_object *rows = json_object_new_array();
	struct lethe_statement *statement;
	enum lethe_result result;

	*frame = NULL;
	statement = lethe_statement_prepare(call, clean);
	lethe_statement_bind_text(statement, 1, city);
	while ((result = lethe_statement_step(statement)) == LETHE_ROW)
		(void)json_object_array_add(rows,
		    lethe_list(lethe_string(lethe_statement_text(statement, 0)),
			lethe_string(lethe_statement_text(statement, 1)),
			lethe_integer(lethe_statement_int64(statement, 2))));
	if (result == LETHE_DONE && json_object_array_length(rows) > 0)
		*frame = rows;
	else
		json_object_put(rows);
	return result == LETHE_DONE ? LETHE_OK : LETHE_ERROR;
}

/* A text of a row; "" when it is none.  Borrowed. */
static const char *
text_at(struct json_object *row, size_t column)
{
	struct json_object *value = json_object_is_type(row, json_type_array)
	    ? json_object_array_get_idx(row, column)
	    : NULL;

	return json_object_is_type(value, json_type_string)
	    ? json_object_get_string(value)
	    : "";
}

/* The month of a day, counted from 0; 12 or more: it is no day. */
static unsigned int
month_of(const char *day)
{
	if (strlen(day) != strlen("2025-03-01"))
		return 12;
	return (unsigned int)((day[5] - '0') * 10 + day[6] - '1');
}

struct json_object *
fruit_sums(struct json_object *frame, const char *fruit)
{
	size_t rows = json_object_is_type(frame, json_type_array)
	    ? json_object_array_length(frame)
	    : 0;
	int64_t sums[12] = { 0 };

	for (size_t i = 0; i < rows; i++) {
		struct json_object *row = json_object_array_get_idx(frame, i);
		unsigned int month = month_of(text_at(row, 1));

		if (month < 12 && strcmp(text_at(row, 0), fruit) == 0)
			sums[month] += json_object_get_int(
			    json_object_array_get_idx(row, 2));
	}
	return lethe_list_int64(sums, 12);
}

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

struct json_object *
fruit_bars(const char *fruit, struct json_object *sums)
{
	return lethe_object({ "type", lethe_string("bar") },
	    { "name", lethe_string(fruit) },
	    { "x", lethe_list_strings(months, 12) }, { "y", sums });
}

struct json_object *
fruit_figure(struct json_object *traces)
{
	return lethe_figure(traces,
	    lethe_object({ "margin",
			     lethe_object({ "l", lethe_integer(44) },
				 { "r", lethe_integer(10) },
				 { "b", lethe_integer(30) },
				 { "t", lethe_integer(10) }) },
		{ "legend", lethe_object({ "orientation", lethe_string("h") },
				{ "y", lethe_number(1.02) },
				{ "yanchor", lethe_string("bottom") }) }));
}

struct json_object *
create_figure(struct json_object *frame)
{
	struct json_object *traces = json_object_new_array();

	for (size_t i = 0; i < FRUIT_COUNT; i++)
		(void)json_object_array_add(traces, fruit_bars(fruit_names[i],
		    fruit_sums(frame, fruit_names[i])));
	return fruit_figure(traces);
}

/* A fruit's sum of the year, and its best month. */
static struct json_object *
table_row(struct json_object *frame, const char *fruit)
{
	struct json_object *sums = fruit_sums(frame, fruit);
	int64_t year = 0, most = 0;
	size_t best = 0;

	for (size_t i = 0; i < 12; i++) {
		int64_t sum =
		    json_object_get_int64(json_object_array_get_idx(sums, i));

		year += sum;
		best = sum > most ? i : best;
		most = sum > most ? sum : most;
	}
	json_object_put(sums);
	return html_tr(.children = lethe_children(
	    html_th(.scope = "row", .children = lethe_string(fruit)),
	    html_td(.children = lethe_integer(year)),
	    html_td(.children = lethe_string(months[best])),
	    html_td(.children = lethe_integer(most))));
}

static struct json_object *
heading(const char *text)
{
	return html_th(.scope = "col", .children = lethe_string(text));
}

struct json_object *
create_table(struct json_object *frame)
{
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < FRUIT_COUNT; i++)
		(void)json_object_array_add(rows,
		    table_row(frame, fruit_names[i]));
	return lethe_children(
	    html_thead(.children = html_tr(.children = lethe_children(
		heading("Fruit"), heading("Year"), heading("Best month"),
		heading("Sold in it")))),
	    html_tbody(.children = rows));
}

struct json_object *
fruit_card(const char *heading, const char *graph)
{
	return html_div(.className = "four columns card",
	    .children = lethe_children(
		html_h2(.children = lethe_string(heading)),
		dcc_graph(.id = graph, .responsive = true,
		    .style = lethe_parse(LETHE_JSON({ "height": "300px" })))));
}

struct json_object *
fruit_loading(struct json_object *children)
{
	return dcc_loading(.children = children, .overlay_style =
		lethe_parse(LETHE_JSON({ "visibility": "visible" })));
}

struct json_object *
fruit_view(struct json_object *store)
{
	struct json_object *view = lethe_children(
	    html_p(.id = "status", .className = "muted", .role = "status"),
	    html_div(.className = "card",
		.children = dcc_graph(.id = "graph", .responsive = true,
		    .style = lethe_object(
			{ "height", lethe_string("400px") }))),
	    html_div(.className = "card",
		.children = html_table(.id = "table")));

	if (store != NULL)
		(void)json_object_array_add(view, store);
	return fruit_loading(view);
}
