/*
 * download_weather.c: the expensive step: get the days from a date on, once
 * for all users.  A query and a second's sleep stand for a distant server.
 *
 * A day has what the table shows, in Celsius.
 */
#include <time.h>

#include "weather.h"

static enum lethe_result
download(struct lethe_call *call, struct json_object *date,
    struct json_object **days)
{
	struct lethe_statement *day = lethe_statement_prepare(call,
	    "SELECT date, temp_max, temp_min, weather FROM weather"
	    " WHERE date >= ?1 ORDER BY date LIMIT ?2");
	enum lethe_result result;

	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	lethe_statement_bind_text(day, 1, json_object_get_string(date));
	lethe_statement_bind_int64(day, 2, DAYS);
	*days = json_object_new_array();
	while ((result = lethe_statement_step(day)) == LETHE_ROW)
		(void)json_object_array_add(*days,
		    lethe_object(
			{ "date", lethe_string(lethe_statement_text(day, 0)) },
			{ "high",
			    lethe_number(lethe_statement_double(day, 1)) },
			{ "low", lethe_number(lethe_statement_double(day, 2)) },
			{ "weather",
			    lethe_string(lethe_statement_text(day, 3)) }));
	return result == LETHE_DONE ? LETHE_OK : LETHE_ERROR;
}

static const struct lethe_memo memo = {
	.name = "download",
	.compute = download,
	.timeout_s = 3600,
};

static enum lethe_result
download_weather(struct lethe_call *call)
{
	struct lethe_statement *known = lethe_statement_prepare(
	    call, "SELECT EXISTS (SELECT * FROM weather WHERE date = ?1)");
	const char *date = lethe_input_string(call, 0);
	struct json_object *days;
	bool hit;

	lethe_statement_bind_text(known, 1, date != NULL ? date : "");
	if (lethe_statement_step(known) != LETHE_ROW)
		return LETHE_ERROR;
	if (lethe_statement_int64(known, 0) == 0) {
		(void)lethe_output(call, 0, lethe_null());
		return lethe_output(
		    call, 1, lethe_string("Choose a date from 2012 to 2015."));
	}
	/* lethe_memoize() would do; looking first tells who downloaded. */
	hit = lethe_cache_get(
	    call, LETHE_SHARED, memo.name, lethe_string(date), &days);
	if (!hit &&
	    lethe_memoize(call, &memo, lethe_string(date), &days) != LETHE_OK)
		return LETHE_ERROR;
	(void)lethe_output(call, 0, days);
	return lethe_output(call, 1,
	    lethe_stringf("The days from %s on were %s.", date,
		hit ? "downloaded before, and are in the cache"
		    : "downloaded just now"));
}

const struct lethe_callback download_weather_callback = {
	.name = "download_weather",
	.handler = download_weather,
	.outputs =
	    LETHE_OUTPUTS({ "weather", "data" }, { "status", "children" }),
	.inputs = LETHE_INPUTS({ "date", "date" }),
};
