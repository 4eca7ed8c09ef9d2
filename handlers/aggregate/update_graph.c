/* update_graph.c: a graph of what is stored: sums, or all rows. */
#include "aggregate.h"

enum lethe_result
update_graph(struct lethe_call *call)
{
	struct json_object *stored = lethe_input(call, 0), *sums;
	const char *fruit = lethe_argument(call);

	if (json_object_is_type(stored, json_type_array))
		sums = fruit_sums(stored, fruit);
	else if (json_object_object_get_ex(stored, fruit, &sums))
		sums = json_object_get(sums);
	else
		return LETHE_PREVENT_UPDATE;
	return lethe_output(call, 0,
	    fruit_figure(lethe_list(fruit_bars(fruit, sums))));
}
