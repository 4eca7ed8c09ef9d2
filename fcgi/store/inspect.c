/*
 * store/inspect.c: single values of the cache, for people.
 */
#include "store/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "store/store_internal.h"

#define CHOICE                                                                 \
	" FROM cache WHERE function = ?1 AND (?2 IS NULL OR "                  \
	"arguments = ?2)"

static const char json_sql[] =
    "SELECT json_object('function', function, 'arguments', "
    "CASE WHEN json_valid(arguments) THEN json(arguments) ELSE arguments END, "
    "'owner', owner, 'kind', kind, 'cost_ms', cost_ms, 'created', "
    "created_ms / 1000.0, 'expires', expires_ms / 1000.0, 'value', "
    "CASE WHEN kind = 'bytes' THEN lower(hex(value)) "
    "WHEN kind = 'json' AND json_valid(value) THEN json(value) "
    "ELSE value END) FROM cache WHERE id = ?1";

/* Prepares a statement about what is chosen; NULL with a message. */
static sqlite3_stmt *
prepare(struct store *store, const char *sql, const struct store_choice *choice,
    struct error *error)
{
	sqlite3_stmt *row = NULL;

	if (sqlite3_prepare_v2(store->db, sql, -1, &row, NULL) != SQLITE_OK) {
		(void)error_set(error, "cannot read the cache %s: %s",
		    store->path, sqlite3_errmsg(store->db));
		return NULL;
	}
	(void)sqlite3_bind_text(row, 1, choice->function, -1, SQLITE_STATIC);
	if (choice->arguments != NULL)
		(void)sqlite3_bind_text64(row, 2, choice->arguments,
		    choice->arguments_size, SQLITE_STATIC, SQLITE_UTF8);
	return row;
}

static int
print_object(
    struct store *store, int64_t id, struct buffer *out, struct error *error)
{
	sqlite3_stmt *row = NULL;
	int done = -1;

	if (sqlite3_prepare_v2(store->db, json_sql, -1, &row, NULL) ==
	    SQLITE_OK) {
		(void)sqlite3_bind_int64(row, 1, id);
		if (sqlite3_step(row) == SQLITE_ROW) {
			buffer_add(out, sqlite3_column_text(row, 0),
			    (size_t)sqlite3_column_bytes(row, 0));
			buffer_add_char(out, '\n');
			done = 0;
		}
	}
	if (done != 0)
		(void)error_set(error, "cannot read the cache %s: %s",
		    store->path, sqlite3_errmsg(store->db));
	(void)sqlite3_finalize(row);
	return done;
}

/* Prints the value of a row, read as a worker reads it. */
static int
print_row(struct store *store, sqlite3_stmt *row, bool json, struct buffer *out,
    struct error *error)
{
	const struct store_key key = {
		.function = (const char *)sqlite3_column_text(row, 0),
		.arguments = (const char *)sqlite3_column_text(row, 1),
		.arguments_size = (size_t)sqlite3_column_bytes(row, 1),
		.owner = (const char *)sqlite3_column_text(row, 2),
	};
	struct key_hash hash;
	int failed = 0;
	struct hit hit;

	if (key.function == NULL || key.arguments == NULL || key.owner == NULL)
		return error_set(error, "out of memory");
	key_hash(&key, &hash);
	if (!cache_read(store, &hash, &key, &hit))
		return error_set(error,
		    "the value of %s %.200s has expired, or was changed by "
		    "other hands: no worker uses it",
		    key.function, key.arguments);
	if (json) {
		failed = print_object(store, hit.id, out, error);
	} else if (hit.value.kind == STORE_FAILURE) {
		failed = error_set(error, "%s %.200s failed: %s", key.function,
		    key.arguments, hit.value.text);
	} else {
		buffer_add(out, hit.value.text, hit.value.size);
		if (hit.value.kind == STORE_JSON)
			buffer_add_char(out, '\n');
	}
	free(hit.value.text);
	return failed;
}

int
store_print_value(struct store *store, const struct store_choice *choice,
    bool json, struct buffer *out, struct error *error)
{
	sqlite3_stmt *row;
	int result, failed;

	if (!database_ready(store))
		return error_set(
		    error, "the cache %s cannot be read", store->path);
	row = prepare(store,
	    "SELECT function, arguments, owner, count(*) OVER ()" CHOICE
	    " LIMIT 1",
	    choice, error);
	if (row == NULL)
		return -1;
	result = sqlite3_step(row);
	if (result == SQLITE_DONE)
		failed = error_set(error,
		    "the cache has no value of %s%s%.200s: see \"store list\"",
		    choice->function, choice->arguments != NULL ? " " : "",
		    choice->arguments != NULL ? choice->arguments : "");
	else if (result != SQLITE_ROW)
		failed = error_set(error, "cannot read the cache %s: %s",
		    store->path, sqlite3_errmsg(store->db));
	else if (sqlite3_column_int64(row, 3) != 1)
		failed = error_set(error,
		    "the cache has %lld values of %s%s: %s",
		    (long long)sqlite3_column_int64(row, 3), choice->function,
		    choice->arguments != NULL ? " with these arguments, of "
						"different sessions"
					      : "",
		    choice->arguments != NULL
			? "see the view cache_entries"
			: "say which by its arguments, see \"store list\"");
	else
		failed = print_row(store, row, json, out, error);
	(void)sqlite3_finalize(row);
	return failed;
}

int64_t
store_delete_chosen(struct store *store, const struct store_choice *choice)
{
	int result = SQLITE_ERROR;
	int64_t deleted = 0;
	struct error error;
	sqlite3_stmt *row;

	if (write_begin(store) != 0)
		return -1;
	row = prepare(store, "DELETE" CHOICE, choice, &error);
	if (row != NULL) {
		result = statement_run(row);
		deleted = sqlite3_changes64(store->db);
	}
	(void)sqlite3_finalize(row);
	return write_end(store, result) == 0 ? deleted : -1;
}
