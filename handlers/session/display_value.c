/* display_value.c: an expensive step, and the handler that shows its result. */
#include <string.h>
#include <time.h>

#include <lethe/dash_table.h>
#include <lethe/html.h>

#include "session.h"

/* A row that was measured some seconds ago (UTC). */
static struct json_object *
row(const struct timespec *now, int seconds_ago, const char *value)
{
	long second = now->tv_sec - seconds_ago;

	return lethe_object({ "time", lethe_stringf("%02ld:%02ld:%02ld.%03ld",
		second / 3600 % 24, second / 60 % 60, second % 60,
		now->tv_nsec / 1000000) }, { "value", lethe_string(value) });
}

/* Data that tells when it was made; a sleep stands for a second's work. */
static enum lethe_result
query_data(struct lethe_call *call, struct json_object *page_id,
    struct json_object **rows)
{
	struct timespec now;

	(void)call;
	(void)page_id;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	*rows = lethe_list(row(&now, 15, "a"), row(&now, 10, "b"),
	    row(&now, 5, "a"), row(&now, 0, "c"));
	return LETHE_OK;
}

static const struct lethe_memo memo = { .name = "query_data",
	.compute = query_data, .scope = LETHE_SESSION };

enum lethe_result
display_value(struct lethe_call *call)
{
	const char *page_id = lethe_input_string(call, 1);
	const char *output =
	    json_object_get_string(lethe_output_id(call, 0, 0));
	struct json_object *rows;

	if (lethe_session_page_check(call, page_id) != LETHE_OK ||
	    lethe_memoize_raw(call, &memo, lethe_string(page_id), &rows) !=
		LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, lethe_children(
		html_p(.className = "answer", .children = lethe_stringf(
		    "Output %s - Button has been clicked %d times",
		    output + strlen("output-"),
		    json_object_get_int(lethe_input(call, 0)))),
		dash_table_data_table(.data = rows, .columns = lethe_parse(
		    "[{\"id\": \"time\", \"name\": \"Time\"},"
		    " {\"id\": \"value\", \"name\": \"Value\"}]"))));
}
