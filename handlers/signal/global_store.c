/*
 * global_store.c: the expensive step, kept in the cache.
 *
 * For every point of a category it counts the points of all categories that
 * lie near it, by comparing it with each of them.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <lethe/figure.h>

#include "signal_app.h"

/* The points of a category, column by column. */
struct columns {
	double *x;
	double *y;
	int32_t *density;
	size_t count;
};

/* How many points there are of a category; -1 after lethe_fail(). */
static int64_t
count_points(struct lethe_call *call, const char *category)
{
	struct lethe_statement *statement;
	int64_t count;

	statement = lethe_statement_prepare(
	    call, "SELECT count(*) FROM points WHERE category = ?1");
	lethe_statement_bind_text(statement, 1, category);
	if (lethe_statement_step(statement) != LETHE_ROW)
		return -1;
	count = lethe_statement_int64(statement, 0);
	return lethe_statement_step(statement) == LETHE_DONE ? count : -1;
}

/* The expensive query.  Fills the columns, which have room for count. */
static enum lethe_result
read_columns(
    struct lethe_call *call, const char *category, struct columns *columns)
{
	static const char sql[] =
	    "SELECT p.x, p.y,"
	    " (SELECT count(*) FROM points AS q"
	    "  WHERE (q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y)"
	    "   < 0.25 * 0.25)"
	    " FROM points AS p WHERE p.category = ?1 ORDER BY p.id";
	struct lethe_statement *statement;
	enum lethe_result result;
	size_t row = 0;

	statement = lethe_statement_prepare(call, sql);
	lethe_statement_bind_text(statement, 1, category);
	while ((result = lethe_statement_step(statement)) == LETHE_ROW &&
	       row < columns->count) {
		columns->x[row] = lethe_statement_double(statement, 0);
		columns->y[row] = lethe_statement_double(statement, 1);
		columns->density[row] =
		    (int32_t)lethe_statement_int64(statement, 2);
		row++;
	}
	if (result == LETHE_ERROR)
		return LETHE_ERROR;
	if (result != LETHE_DONE || row != columns->count)
		return lethe_fail(call,
		    "the points of %s changed while they "
		    "were read: leave fruit.db alone while the app runs",
		    category);
	return LETHE_OK;
}

/* The time as "2031-05-04 13:02:01 UTC". */
static struct json_object *
time_text(void)
{
	char text[sizeof("2031-05-04 13:02:01 UTC") + 8];
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
		return NULL;
	return lethe_string(text);
}

static double
seconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* What lethe_memoize() runs on a miss; the argument is the category. */
static enum lethe_result
compute(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	const char *category = json_object_get_string(arguments);
	struct columns columns = { 0 };
	enum lethe_result result;
	struct timespec start;
	int64_t count;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	count = count_points(call, category);
	if (count < 0)
		return LETHE_ERROR;
	columns.count = (size_t)count;
	columns.x = calloc(columns.count, sizeof(*columns.x));
	columns.y = calloc(columns.count, sizeof(*columns.y));
	columns.density = calloc(columns.count, sizeof(*columns.density));
	if (columns.x == NULL || columns.y == NULL || columns.density == NULL) {
		result =
		    lethe_fail(call, "no memory for %zu points", columns.count);
		goto out;
	}
	result = read_columns(call, category, &columns);
	if (result != LETHE_OK)
		goto out;
	*value = lethe_object({ "count", lethe_integer(count) },
	    { "x", lethe_column_doubles(columns.x, columns.count) },
	    { "y", lethe_column_doubles(columns.y, columns.count) },
	    { "density", lethe_column_int32(columns.density, columns.count) },
	    { "computed", time_text() }, { "worker", lethe_integer(getpid()) },
	    { "seconds", lethe_number(seconds_since(&start)) });
	if (*value == NULL)
		result =
		    lethe_fail(call, "no memory for %zu points", columns.count);
out:
	free(columns.x);
	free(columns.y);
	free(columns.density);
	return result;
}

static const struct lethe_memo global_store_memo = {
	.name = "global_store",
	.compute = compute,
	.timeout_s = LETHE_TIMEOUT_DEFAULT,
};

enum lethe_result
global_store(
    struct lethe_call *call, const char *category, struct json_object **points)
{
	int64_t count = count_points(call, category);

	*points = NULL;
	if (count < 0)
		return LETHE_ERROR;
	/* What anyone may send is not worth a row of the cache. */
	if (count == 0)
		return LETHE_OK;
	return lethe_memoize(
	    call, &global_store_memo, lethe_string(category), points);
}
