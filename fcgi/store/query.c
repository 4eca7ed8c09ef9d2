/*
 * store/query.c: questions about the store itself, for pages that show how it
 * does.
 *
 * They are asked on the connection that the worker has, since a second one to
 * the same file would share its locks.  So nothing but reading gets past the
 * authorizer, and a statement does not outlive its function.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/session_internal.h"
#include "store/store_internal.h"

static int
authorize(void *context, int action, const char *first, const char *second,
    const char *database, const char *trigger)
{
	(void)context;
	(void)first;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
	case SQLITE_READ:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return strcmp(second, "load_extension") == 0 ? SQLITE_DENY
							     : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static void
read_cell(sqlite3_stmt *statement, int column, struct store_cell *cell)
{
	*cell = (struct store_cell){
		.name = sqlite3_column_name(statement, column),
	};
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		cell->kind = CELL_INTEGER;
		cell->integer = sqlite3_column_int64(statement, column);
		break;
	case SQLITE_FLOAT:
		cell->kind = CELL_REAL;
		cell->real = sqlite3_column_double(statement, column);
		break;
	case SQLITE_TEXT:
		cell->kind = CELL_TEXT;
		cell->text =
		    (const char *)sqlite3_column_text(statement, column);
		break;
	default:
		break;
	}
}

/* Steps through all rows; SQLITE_DONE, SQLITE_ABORT (told to stop), or what
 * else went wrong. */
static int
read_rows(sqlite3_stmt *statement, store_row *row, void *context)
{
	int count = sqlite3_column_count(statement);
	struct store_cell *cells = calloc((size_t)count + 1, sizeof(*cells));
	int result = cells != NULL ? SQLITE_ROW : SQLITE_NOMEM;

	while (result == SQLITE_ROW &&
	       (result = sqlite3_step(statement)) == SQLITE_ROW) {
		for (int i = 0; i < count; i++)
			read_cell(statement, i, &cells[i]);
		if (row(context, cells, (size_t)count) != 0)
			result = SQLITE_ABORT;
	}
	free(cells);
	return result;
}

static int
query(sqlite3 *db, const char *path, const char *sql, store_row *row,
    void *context, struct error *error)
{
	sqlite3_stmt *statement = NULL;
	const char *rest = "";
	int result;

	(void)sqlite3_set_authorizer(db, authorize, NULL);
	result = sqlite3_prepare_v2(db, sql, -1, &statement, &rest);
	(void)sqlite3_set_authorizer(db, NULL, NULL);
	if (result == SQLITE_AUTH ||
	    (result == SQLITE_OK && (statement == NULL || *rest != '\0')))
		result = error_set(error,
		    "the store is for one SELECT at a time, not for \"%.120s\"",
		    sql);
	else if (result == SQLITE_OK &&
		 (result = read_rows(statement, row, context)) == SQLITE_DONE)
		result = 0;
	else if (result != SQLITE_ABORT)
		result = error_set(error, "%s, in the query \"%.120s\" on %s",
		    sqlite3_errmsg(db), sql, path);
	(void)sqlite3_finalize(statement);
	return result == 0 ? 0 : -1;
}

int
store_query(struct store *store, const char *sql, store_row *row, void *context,
    struct error *error)
{
	if (!database_ready(store))
		return error_set(
		    error, "the cache %s cannot be read", store->path);
	return query(store->db, store->path, sql, row, context, error);
}

int
sessions_query(struct sessions *sessions, const char *sql, store_row *row,
    void *context, struct error *error)
{
	int open = access(sessions->path, F_OK) != 0
		       ? 0
		       : sessions_need_database(sessions, false, error);

	if (open != 1)
		return open;
	return query(sessions->db, sessions->path, sql, row, context, error);
}
