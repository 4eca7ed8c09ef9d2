/* remove.c: delete the chosen value, or all values of its function. */
#include "explorer.h"

/* The row of the cache with this id; NULL: there is none.  Borrowed. */
static struct json_object *
find(struct json_object *rows, int64_t id)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (json_object_get_int64(json_object_object_get(row, "id")) ==
		    id)
			return row;
	}
	return NULL;
}

static enum lethe_result
delete_row(struct lethe_call *call, struct json_object *row)
{
	const char *function =
	    json_object_get_string(json_object_object_get(row, "function"));
	const char *arguments =
	    json_object_get_string(json_object_object_get(row, "arguments"));

	if (lethe_triggered_by(call, "delete"))
		return lethe_cache_delete(
		    call, LETHE_SHARED, function, lethe_parse(arguments));
	return lethe_cache_delete_function(call, function) < 0 ? LETHE_ERROR
							       : LETHE_OK;
}

static enum lethe_result
remove_values(struct lethe_call *call)
{
	struct json_object *chosen = lethe_state(call, 0), *rows, *row = NULL;
	enum lethe_result result = LETHE_OK;

	rows = lethe_cache_query(call,
	    "SELECT id, function, arguments FROM cache_entries"
	    " WHERE owner = ''");
	if (rows == NULL)
		return LETHE_ERROR;
	if (json_object_is_type(chosen, json_type_array))
		row = find(rows, json_object_get_int64(
				     json_object_array_get_idx(chosen, 0)));
	if (row != NULL)
		result = delete_row(call, row);
	json_object_put(rows);
	if (result != LETHE_OK)
		return result;
	return lethe_output(call, 0,
	    lethe_string(row == NULL ? "Choose a value that is there."
			 : lethe_triggered_by(call, "delete")
			     ? "Deleted the value."
			     : "Deleted the values of the function."));
}

const struct lethe_callback remove_callback = {
	.name = "remove",
	.handler = remove_values,
	.outputs = LETHE_OUTPUTS({ "done", "children" }),
	.inputs =
	    LETHE_INPUTS({ "delete", "n_clicks" }, { "clear", "n_clicks" }),
	.state = LETHE_STATE({ "entries", "selected_row_ids" }),
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
};
