/* update_table.c: the table of what is in the store, and how much that is. */
#include "store.h"

static enum lethe_result
update_table(struct lethe_call *call)
{
	struct json_object *frame = lethe_input(call, 0);
	size_t rows = json_object_is_type(frame, json_type_array)
	    ? json_object_array_length(frame) : 0;

	(void)lethe_output(call, 0, create_table(frame));
	return lethe_output(call, 1,
	    rows > 0 ? lethe_stringf("%zu rows are in the store.", rows)
		     : lethe_string("The store is empty: choose a city."));
}

const struct lethe_callback update_table_callback = {
	.name = "update_table",
	.handler = update_table,
	.outputs =
	    LETHE_OUTPUTS({ "table", "children" }, { "status", "children" }),
	.inputs = LETHE_INPUTS({ "intermediate-value", "data" }),
};
