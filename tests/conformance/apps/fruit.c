/* fruit.c: see fruit.h. */
#include <string.h>

#include <lethe.h>
#include <lethe/html.h>

#include "fruit.h"

enum { FRUIT, CITY, AMOUNT, WHEN };

static const struct {
	const char *fruit;
	const char *city;
	int amount;
	const char *when;
} base[] = {
	{ "apples", "SF", 4, "2020-01-01T00:00:00.000" },
	{ "oranges", "SF", 1, "2020-01-02T00:00:00.000" },
	{ "figs", "SF", 2, "2020-01-03T12:30:00.000" },
	{ "apples", "NYC", 2, "2020-02-01T00:00:00.000" },
	{ "oranges", "NYC", 4, "2020-02-02T00:00:00.000" },
	{ "figs", "NYC", 5, "2020-02-03T00:00:00.000" },
};

struct json_object *
fruit_clean(const char *value, const char *fruit)
{
	struct json_object *index = json_object_new_array();
	struct json_object *data = json_object_new_array();
	int64_t factor = (int64_t)strlen(value);

	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		if (fruit != NULL && strcmp(base[i].fruit, fruit) != 0)
			continue;
		json_object_array_add(index, lethe_integer((int64_t)i));
		json_object_array_add(
		    data, lethe_list(lethe_string(base[i].fruit),
			      lethe_string(base[i].city),
			      lethe_integer(base[i].amount * factor),
			      lethe_string(base[i].when)));
	}
	return lethe_object(
	    { "columns", lethe_list(lethe_string("fruit"), lethe_string("city"),
			     lethe_string("amount"), lethe_string("when")) },
	    { "index", index }, { "data", data });
}

struct json_object *
fruit_text(struct json_object *frame)
{
	struct json_object *text = lethe_string(json_object_to_json_string_ext(
	    frame, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(frame);
	return text;
}

/* The browser sends the text, so it can be anything. */
static bool
is_frame(struct json_object *value)
{
	struct json_object *columns, *data;

	if (!json_object_object_get_ex(value, "columns", &columns) ||
	    !json_object_is_type(columns, json_type_array) ||
	    !json_object_object_get_ex(value, "data", &data) ||
	    !json_object_is_type(data, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(data); i++)
		if (!json_object_is_type(
			json_object_array_get_idx(data, i), json_type_array))
			return false;
	return true;
}

struct json_object *
fruit_parse(const char *text)
{
	struct json_object *frame = lethe_parse(text);

	if (is_frame(frame))
		return frame;
	json_object_put(frame);
	return NULL;
}

static struct json_object *
column(struct json_object *frame, size_t number)
{
	struct json_object *data = json_object_object_get(frame, "data");
	struct json_object *values = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(data); i++)
		json_object_array_add(
		    values, json_object_get(json_object_array_get_idx(
				json_object_array_get_idx(data, i), number)));
	return values;
}

struct json_object *
fruit_figure(struct json_object *frame, const char *title)
{
	struct json_object *layout = json_object_new_object();

	if (title != NULL)
		json_object_object_add(layout, "title",
		    lethe_object({ "text", lethe_string(title) }));
	return lethe_object(
	    { "data", lethe_list(lethe_object({ "type", lethe_string("bar") },
			  { "x", column(frame, FRUIT) },
			  { "y", column(frame, AMOUNT) })) },
	    { "layout", layout });
}

/* A html.Tr of the values, each in a html.Th or html.Td. */
static struct json_object *
table_row(struct json_object *values, bool is_head)
{
	struct json_object *cells = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(values); i++) {
		struct json_object *text = lethe_string(json_object_get_string(
		    json_object_array_get_idx(values, i)));

		json_object_array_add(cells, is_head
						 ? html_th(.children = text)
						 : html_td(.children = text));
	}
	return html_tr(.children = cells);
}

struct json_object *
fruit_table(struct json_object *frame)
{
	struct json_object *data = json_object_object_get(frame, "data");
	struct json_object *columns = json_object_object_get(frame, "columns");
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(data); i++)
		json_object_array_add(
		    rows, table_row(json_object_array_get_idx(data, i), false));
	return html_table(.children = lethe_children(
			      html_thead(.children = table_row(columns, true)),
			      html_tbody(.children = rows)));
}
