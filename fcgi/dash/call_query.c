/*
 * dash/call_query.c: the app's store, to be looked at.
 */
#include "base/clock.h"
#include "dash/call.h"
#include "store/session.h"
#include "store/store.h"

static struct json_object *
cell_value(const struct store_cell *cell)
{
	switch (cell->kind) {
	case CELL_INTEGER:
		return lethe_integer(cell->integer);
	case CELL_REAL:
		return lethe_number(cell->real);
	case CELL_TEXT:
		return lethe_string(cell->text);
	default:
		return NULL;
	}
}

/* Adds an object for the row to the array that is the context. */
static int
add_row(void *context, const struct store_cell *cells, size_t count)
{
	struct json_object *row = json_object_new_object();

	for (size_t i = 0; i < count && row != NULL; i++) {
		struct json_object *value = cell_value(&cells[i]);

		if ((value == NULL && cells[i].kind != CELL_NULL) ||
		    json_object_object_add(row, cells[i].name, value) != 0) {
			json_object_put(value);
			json_object_put(row);
			row = NULL;
		}
	}
	if (row != NULL && json_object_array_add(context, row) == 0)
		return 0;
	json_object_put(row);
	return -1;
}

/* What the query `done` has made of the array; takes it. */
static struct json_object *
answer(struct lethe_call *call, int done, struct json_object *rows)
{
	if (done == 0)
		return rows;
	if (call->error.message[0] == '\0')
		(void)lethe_fail(call, "no memory for the rows of a query");
	json_object_put(rows);
	return NULL;
}

struct json_object *
lethe_cache_query(struct lethe_call *call, const char *sql)
{
	struct json_object *rows = json_object_new_array();
	int64_t started_us = clock_monotonic_us();
	int done = rows != NULL ? 0 : -1;

	if (done == 0 && call->services->store != NULL)
		done = store_query(
		    call->services->store, sql, add_row, rows, &call->error);
	call->store_us += clock_monotonic_us() - started_us;
	return answer(call, done, rows);
}

struct json_object *
lethe_sessions_query(struct lethe_call *call, const char *sql)
{
	struct json_object *rows = json_object_new_array();
	int64_t started_us = clock_monotonic_us();
	int done = rows != NULL ? 0 : -1;

	if (done == 0 && call->services->sessions != NULL)
		done = sessions_query(
		    call->services->sessions, sql, add_row, rows, &call->error);
	call->store_us += clock_monotonic_us() - started_us;
	return answer(call, done, rows);
}
