/*
 * store/statistics.c: the counts of the cache, added up and printed.
 *
 * Workers only ever count upwards in the shared map.  What of that has been
 * added to the database stands there too ("folded"), written in the same
 * transaction, so that a process may die at any point and nothing is counted
 * twice or lost but with the map itself.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store_internal.h"

static int64_t
sum_of(const struct store *store, enum counter counter)
{
	return (int64_t)(marks_sum(&store->marks, counter) & INT64_MAX);
}

static void
format_identity(const struct store *store, char identity[24])
{
	(void)snprintf(identity, 24, "%" PRIx64, marks_identity(&store->marks));
}

/* Is the map the one whose counts were added up so far?  0, or an SQLite
 * result. */
static int
ask_map(struct store *store, bool *same)
{
	sqlite3_stmt *row = statement_get(store, SQL_META_GET);
	const unsigned char *known;
	char identity[24];
	int result;

	*same = false;
	if (row == NULL)
		return SQLITE_ERROR;
	format_identity(store, identity);
	(void)sqlite3_bind_text(row, 1, "map", -1, SQLITE_STATIC);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		known = sqlite3_column_text(row, 0);
		*same =
		    known != NULL && strcmp((const char *)known, identity) == 0;
		result = SQLITE_DONE;
	}
	(void)sqlite3_reset(row);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

/* Tells the database that the counts are another map's from now on. */
static int
change_map(struct store *store)
{
	sqlite3_stmt *row = statement_get(store, SQL_META_SET);
	char identity[24];
	int result;

	if (row == NULL)
		return SQLITE_ERROR;
	format_identity(store, identity);
	(void)sqlite3_bind_text(row, 1, "map", -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(row, 2, identity, -1, SQLITE_TRANSIENT);
	result = statement_run(row);
	if (result != SQLITE_OK)
		return result;
	row = statement_get(store, SQL_COUNTER_RESTART);
	return row == NULL ? SQLITE_ERROR : statement_run(row);
}

/* Brings one total up to what was counted so far. */
static int
fold(struct store *store, const char *function, int counter, uint64_t sum)
{
	sqlite3_stmt *row = statement_get(store, SQL_COUNTER_SET);

	if (row == NULL)
		return SQLITE_ERROR;
	(void)sqlite3_bind_text(row, 1, function, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(
	    row, 2, counter_names[counter], -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(row, 3, (int64_t)(sum & INT64_MAX));
	return statement_run(row);
}

static int
fold_functions(struct store *store)
{
	const struct marks_counts *counts;
	char name[MARKS_NAME_SIZE];
	int counter, result = SQLITE_OK;
	size_t index = 0;

	while (result == SQLITE_OK &&
	       (counts = marks_next_function(&store->marks, &index, name)) !=
		   NULL)
		for (counter = 0; counter < COUNTERS && result == SQLITE_OK;
		     counter++)
			result = fold(store, name, counter,
			    marks_function_sum(counts, (enum counter)counter));
	return result;
}

int
statistics_fold(struct store *store)
{
	int counter, result;
	bool same;

	/* Private marks count for one worker only. */
	if (store->marks.fd < 0)
		return SQLITE_OK;
	result = ask_map(store, &same);
	if (result == SQLITE_OK && !same)
		result = change_map(store);
	for (counter = 0; counter < COUNTERS && result == SQLITE_OK;
	     counter++)
		result = fold(store, "", counter,
		    marks_sum(&store->marks, (enum counter)counter));
	return result == SQLITE_OK ? fold_functions(store) : result;
}

bool
statistics_pending(struct store *store)
{
	sqlite3_stmt *row;
	bool pending, same;
	int counter;

	if (store->marks.fd < 0 || ask_map(store, &same) != SQLITE_OK)
		return false;
	pending = !same;
	for (counter = 0; counter < COUNTERS && !pending; counter++) {
		row = statement_get(store, SQL_COUNTER_GET);
		if (row == NULL)
			return false;
		(void)sqlite3_bind_text(
		    row, 1, counter_names[counter], -1, SQLITE_STATIC);
		if (sqlite3_step(row) == SQLITE_ROW)
			pending = sqlite3_column_int64(row, 0) !=
				  sum_of(store, (enum counter)counter);
		(void)sqlite3_reset(row);
	}
	return pending;
}

/* Prepares a query of this file's; NULL with a message. */
static sqlite3_stmt *
query(struct store *store, const char *sql, struct error *error)
{
	sqlite3_stmt *rows = NULL;

	if (!database_ready(store)) {
		(void)error_set(
		    error, "the cache %s cannot be read", store->path);
		return NULL;
	}
	if (sqlite3_prepare_v2(store->db, sql, -1, &rows, NULL) != SQLITE_OK) {
		(void)error_set(error, "cannot read the cache %s: %s",
		    store->path, sqlite3_errmsg(store->db));
		return NULL;
	}
	return rows;
}

static int
finish(struct store *store, sqlite3_stmt *rows, int result,
    const struct buffer *out, struct error *error)
{
	int failed = 0;

	if (result != SQLITE_DONE && result != SQLITE_ROW)
		failed = error_set(error, "cannot read the cache %s: %s",
		    store->path, sqlite3_errmsg(store->db));
	else if (buffer_failed(out))
		failed = error_set(error, "out of memory");
	(void)sqlite3_finalize(rows);
	return failed;
}

/* Bytes of the file and of its write-ahead log. */
static int64_t
file_bytes(const struct store *store, const char *suffix)
{
	char path[4096];
	struct stat info;

	(void)snprintf(path, sizeof(path), "%s%s", store->path, suffix);
	return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static void
add_number(struct buffer *out, bool json, const char *name, const char *number)
{
	if (number == NULL)
		number = json ? "null" : "-";
	if (json)
		buffer_addf(
		    out, "%s\"%s\":%s", out->size > 1 ? "," : "", name, number);
	else
		buffer_addf(out, "%-18s%s\n", name, number);
}

static void
add_integer(struct buffer *out, bool json, const char *name, int64_t integer)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, integer);
	add_number(out, json, name, text);
}

int
store_print_stats(
    struct store *store, bool json, struct buffer *out, struct error *error)
{
	sqlite3_stmt *row;
	struct buffer object;
	int column, result;

	/* Brings the counts up to date; without it they are a little old. */
	if (write_begin(store) == 0)
		(void)write_end(store, statistics_fold(store));
	row = query(store, "SELECT * FROM cache_stats", error);
	if (row == NULL)
		return -1;
	buffer_init(&object, 1 << 16);
	result = sqlite3_step(row);
	if (json)
		buffer_add_char(&object, '{');
	for (column = 0; column < sqlite3_data_count(row); column++)
		add_number(&object, json, sqlite3_column_name(row, column),
		    (const char *)sqlite3_column_text(row, column));
	add_integer(&object, json, "threshold", store->settings.threshold);
	add_integer(&object, json, "limit_bytes", store->settings.limit_bytes);
	add_integer(&object, json, "default_timeout_s",
	    store->settings.default_timeout_s);
	add_integer(&object, json, "file_bytes", file_bytes(store, ""));
	add_integer(&object, json, "wal_bytes", file_bytes(store, "-wal"));
	if (json)
		buffer_add_string(&object, "}\n");
	if (buffer_failed(&object))
		out->failed = true;
	else
		buffer_add(out, object.data, object.size);
	buffer_clear(&object);
	return finish(store, row, result, out, error);
}

static const char list_text[] =
    "SELECT printf('%-20s %9s %10s %10s  %s%s', created_at, value_bytes, "
    "printf('%.1f', cost_ms), "
    "CASE WHEN expires IS NULL THEN 'never' WHEN expired THEN 'expired' "
    "ELSE expires_in_s || ' s' END, "
    "function || ' ' || substr(arguments, 1, 200), "
    "CASE owner WHEN '' THEN '' ELSE '  (' || substr(owner, 1, 8) || ')' END)"
    " FROM cache_entries";

static const char list_json[] =
    "SELECT json_object('id', id, 'function', function, 'arguments', "
    "CASE WHEN json_valid(arguments) THEN json(arguments) ELSE arguments END, "
    "'owner', owner, 'value_bytes', value_bytes, 'cost_ms', cost_ms, "
    "'created', created, 'created_at', created_at, 'expires', expires, "
    "'expires_at', expires_at, 'age_s', age_s, 'expired', "
    "json(CASE expired WHEN 0 THEN 'false' ELSE 'true' END)) "
    "FROM cache_entries";

int
store_print_list(
    struct store *store, bool json, struct buffer *out, struct error *error)
{
	sqlite3_stmt *rows;
	bool first = true;
	int result;

	rows = query(store, json ? list_json : list_text, error);
	if (rows == NULL)
		return -1;
	if (json)
		buffer_add_string(out, "[");
	else
		buffer_addf(out, "%-20s %9s %10s %10s  %s\n", "created",
		    "bytes", "cost ms", "expires", "function and arguments");
	while ((result = sqlite3_step(rows)) == SQLITE_ROW) {
		if (json && !first)
			buffer_add_string(out, ",\n");
		first = false;
		buffer_add(out, sqlite3_column_text(rows, 0),
		    (size_t)sqlite3_column_bytes(rows, 0));
		if (!json)
			buffer_add_char(out, '\n');
	}
	if (json)
		buffer_add_string(out, "]\n");
	return finish(store, rows, result, out, error);
}
