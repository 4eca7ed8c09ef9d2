/* global_store.c: the expensive step, kept in the cache. */
#include <unistd.h>

#include "signal_app.h"

static const char query[] =
    "SELECT json_object('x', json_group_array(x), 'y', json_group_array(y),"
    "  'density', json_group_array(density), 'computed', count(*) || ' ' ||"
    "  category || '. Computed on ' || datetime() || ' UTC by worker ' || ?2)"
    " FROM neighbours WHERE category = ?1 HAVING count(*) > 0";

static enum lethe_result
compute(struct lethe_call *call, struct json_object *category,
    struct json_object **points)
{
	const char *name = json_object_get_string(category);
	struct lethe_statement *found = lethe_statement_prepare(call, query);

	lethe_statement_bind_text(found, 1, name);
	lethe_statement_bind_int64(found, 2, getpid());
	switch (lethe_statement_step(found)) {
	case LETHE_ROW:
		*points = lethe_parse(lethe_statement_text(found, 0));
		return LETHE_OK;
	case LETHE_DONE:
		return lethe_fail(call, "there are no points of %s", name);
	default:
		return LETHE_ERROR;
	}
}

static const struct lethe_memo memo = {
	.name = "global_store",
	.compute = compute,
};

enum lethe_result
global_store(struct lethe_call *call, struct json_object **points)
{
	return lethe_memoize(call, &memo, lethe_input_take(call, 0), points);
}
