/* display_value.c: what the two outputs have in common. */
#include <inttypes.h>

#include <lethe/html.h>

#include "session.h"

static struct json_object *
create_table(struct json_object *rows)
{
	struct json_object *body = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		(void)json_object_array_add(body,
		    html_tr(.children = lethe_children(
				html_td(.children = json_object_get(
					    json_object_array_get_idx(row, 0))),
				html_td(.children = json_object_get(
					    json_object_array_get_idx(
						row, 1))))));
	}
	return html_table(.children = html_tbody(.children = body));
}

enum lethe_result
display_value(struct lethe_call *call, int number)
{
	int64_t clicks = json_object_get_int64(lethe_input(call, 0));
	struct json_object *rows, *children;

	if (get_dataframe(call, lethe_input_string(call, 1), &rows) != LETHE_OK)
		return LETHE_ERROR;
	children = lethe_children(
	    html_p(.className = "answer",
		.children = lethe_stringf("Output %d - Button has been "
					  "clicked %" PRId64 " times",
		    number, clicks)),
	    create_table(rows));
	json_object_put(rows);
	return lethe_output(call, 0, children);
}
