/* update_graph.c: what the three graphs have in common. */
#include <lethe/figure.h>

#include "aggregate.h"

enum lethe_result
update_graph(struct lethe_call *call, const char *name, const char *fruit)
{
	struct json_object *datasets = lethe_input(call, 0);
	struct json_object *sums, *frame;

	if (json_object_object_get_ex(datasets, "frame", &frame))
		sums = fruit_sums(frame, fruit);
	else if (json_object_object_get_ex(datasets, name, &sums))
		sums = json_object_get(sums);
	else
		return LETHE_PREVENT_UPDATE;
	return lethe_output(call, 0,
	    fruit_figure(lethe_list(fruit_bars(fruit, sums))));
}
