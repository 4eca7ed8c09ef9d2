/* refresh.c: what the page shows, every other second and after each click. */
#include <time.h>
#include <unistd.h>

#include <lethe/figure.h>

#include "explorer.h"

enum { POINTS = 60 };

static struct json_object *
member(struct json_object *object, const char *name)
{
	return json_object_is_type(object, json_type_object)
		   ? json_object_object_get(object, name)
		   : NULL;
}

/* The page's history, as far as it is one, with what is so now. */
static struct json_object *
add_point(struct json_object *history, struct json_object *stats)
{
	struct json_object *points = json_object_new_array();
	size_t count = json_object_is_type(history, json_type_array)
			   ? json_object_array_length(history)
			   : 0;

	for (size_t i = count < POINTS ? 0 : count - POINTS + 1; i < count; i++)
		(void)json_object_array_add(points,
		    json_object_get(json_object_array_get_idx(history, i)));
	(void)json_object_array_add(
	    points, lethe_object({ "time", lethe_integer(time(NULL) * 1000) },
			{ "ratio", lethe_number(json_object_get_double(
				       member(stats, "hit_ratio"))) },
			{ "worker", lethe_integer(getpid()) }));
	return points;
}

static struct json_object *
column(struct json_object *points, const char *name)
{
	struct json_object *values = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(points); i++)
		(void)json_object_array_add(values,
		    json_object_get(
			member(json_object_array_get_idx(points, i), name)));
	return values;
}

/* The hit ratio over time; a point tells which worker answered. */
static struct json_object *
figure(struct json_object *points)
{
	return lethe_figure(
	    lethe_list(lethe_object({ "mode", lethe_string("lines+markers") },
		{ "x", column(points, "time") },
		{ "y", column(points, "ratio") },
		{ "text", column(points, "worker") },
		{ "hovertemplate",
		    lethe_string("%{y:.1%}, worker %{text}<extra></extra>") })),
	    lethe_object(
		{ "xaxis", lethe_object({ "type", lethe_string("date") }) },
		{ "yaxis", lethe_object({ "tickformat", lethe_string(".0%") },
			       { "range", lethe_list(lethe_number(0),
					      lethe_number(1.05)) }) },
		{ "margin", lethe_object({ "t", lethe_integer(20) },
				{ "b", lethe_integer(40) },
				{ "r", lethe_integer(10) }) }));
}

/* Where in the table the chosen value is now. */
static struct json_object *
selected(struct json_object *entries, struct json_object *chosen)
{
	struct json_object *rows = json_object_new_array();
	int64_t id =
	    json_object_is_type(chosen, json_type_array)
		? json_object_get_int64(json_object_array_get_idx(chosen, 0))
		: 0;

	for (size_t i = 0; i < json_object_array_length(entries); i++)
		if (json_object_get_int64(member(
			json_object_array_get_idx(entries, i), "id")) == id)
			(void)json_object_array_add(
			    rows, lethe_integer((int64_t)i));
	return rows;
}

static const char entries_sql[] =
    "SELECT id, function, arguments, value_bytes, cost_ms, age_s, expires_in_s"
    " FROM cache_entries WHERE owner = ''";
static const char sessions_sql[] =
    "SELECT session, created_at, idle_s, \"values\", bytes FROM sessions";
static const char stats_sql[] =
    "SELECT hit_ratio, rows || ' values, ' || hits || ' hits, ' || misses ||"
    " ' misses, ' || evictions || ' evictions, ' || expirations ||"
    " ' expirations' AS text FROM cache_stats";

static enum lethe_result
refresh(struct lethe_call *call)
{
	struct json_object *entries = lethe_cache_query(call, entries_sql);
	struct json_object *sessions = lethe_sessions_query(call, sessions_sql);
	struct json_object *rows = lethe_cache_query(call, stats_sql);
	struct json_object *stats =
	    rows != NULL ? json_object_array_get_idx(rows, 0) : NULL;
	struct json_object *points = add_point(lethe_state(call, 0), stats);

	(void)lethe_output(call, 0,
	    lethe_stringf("%s; this answer is worker %ld's",
		json_object_get_string(member(stats, "text")), (long)getpid()));
	json_object_put(rows);
	(void)lethe_output(call, 1, figure(points));
	(void)lethe_output(call, 2, points);
	(void)lethe_output(call, 3, sessions);
	(void)lethe_output(call, 4,
	    entries != NULL ? selected(entries, lethe_state(call, 1)) : NULL);
	return lethe_output(call, 5, entries);
}

const struct lethe_callback refresh_callback = {
	.name = "refresh",
	.handler = refresh,
	.outputs = LETHE_OUTPUTS({ "stats", "children" }, { "graph", "figure" },
	    { "history", "data" }, { "sessions", "data" },
	    { "entries", "selected_rows" }, { "entries", "data" }),
	.inputs =
	    LETHE_INPUTS({ "interval", "n_intervals" }, { "done", "children" }),
	.state = LETHE_STATE(
	    { "history", "data" }, { "entries", "selected_row_ids" }),
};
