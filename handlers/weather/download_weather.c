/* download_weather.c: get the days from a date on, once for all users. */
#include <time.h>

#include "weather.h"

/* No days from a date that has none itself. */
static const char days_from[] =
    "SELECT json_group_array(json_object('date', date, 'high', temp_max,"
    "  'low', temp_min, 'weather', weather))"
    " FROM (SELECT * FROM weather WHERE date >= ?1"
    "  AND ?1 IN (SELECT date FROM weather) ORDER BY date LIMIT 30)"
    " HAVING count(*) > 0";

/* A query and a second's sleep stand for a distant server. */
static enum lethe_result
download(struct lethe_call *call, struct json_object *date,
    struct json_object **days)
{
	struct lethe_statement *row = lethe_statement_prepare(call, days_from);

	lethe_statement_bind_text(row, 1, json_object_get_string(date));
	if (lethe_statement_step(row) != LETHE_ROW)
		return lethe_fail(call, "choose a date from 2012 to 2015");
	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	*days = lethe_parse(lethe_statement_text(row, 0));
	return LETHE_OK;
}

static const struct lethe_memo memo = { .name = "download",
	.compute = download, .timeout_s = 3600 };

static enum lethe_result
download_weather(struct lethe_call *call)
{
	const char *date = lethe_input_string(call, 0);
	struct json_object *days;

	if (lethe_memoize_raw(call, &memo, lethe_string(date), &days) !=
	    LETHE_OK)
		return LETHE_ERROR;
	(void)lethe_output(call, 0, days);
	return lethe_output(call, 1,
	    lethe_stringf("The days from %s on.", date));
}

/* Shows what is wrong, and no weather. */
static enum lethe_result
tell(struct lethe_call *call, const char *message)
{
	(void)lethe_output(call, 0, lethe_null());
	return lethe_output(call, 1, lethe_string(message));
}

const struct lethe_callback download_weather_callback = {
	.name = "download_weather",
	.handler = download_weather,
	.on_error = tell,
	.outputs =
	    LETHE_OUTPUTS({ "weather", "data" }, { "status", "children" }),
	.inputs = LETHE_INPUTS({ "date", "date" }),
};
