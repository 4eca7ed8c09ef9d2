/* get_dataframe.c: the expensive step, whose result is the session's own. */
#include <time.h>

#include "session.h"

/* A row that was measured some seconds ago (UTC). */
static struct json_object *
row(const struct timespec *now, int seconds_ago, const char *value)
{
	char clock[sizeof("23:59:59")];
	struct tm utc;

	if (gmtime_r(&(time_t){ now->tv_sec - seconds_ago }, &utc) == NULL ||
	    strftime(clock, sizeof(clock), "%T", &utc) == 0)
		return NULL;
	return lethe_list(
	    lethe_stringf("%s.%03ld", clock, now->tv_nsec / 1000000),
	    lethe_string(value));
}

/* Data that tells when it was made; a sleep stands for a second's work. */
static enum lethe_result
query_data(struct lethe_call *call, struct json_object *page_id,
    struct json_object **rows)
{
	struct timespec now;

	(void)page_id;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	*rows = lethe_list(row(&now, 15, "a"), row(&now, 10, "b"),
	    row(&now, 5, "a"), row(&now, 0, "c"));
	return *rows != NULL ? LETHE_OK : lethe_fail(call, "out of memory");
}

enum lethe_result
get_dataframe(
    struct lethe_call *call, const char *page_id, struct json_object **rows)
{
	static const struct lethe_memo memo = {
		.name = "query_data",
		.compute = query_data,
		.scope = LETHE_SESSION,
	};

	*rows = NULL;
	if (lethe_session_page_check(call, page_id) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_memoize(call, &memo, lethe_string(page_id), rows);
}
