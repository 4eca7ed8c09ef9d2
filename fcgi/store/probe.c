/*
 * store/probe.c: can what is kept be read?  Asked again and again by those who
 * watch over a worker, so each is one short read.
 */
#include "store/session_internal.h"
#include "store/store_internal.h"

int
store_probe(struct store *store, struct error *error)
{
	sqlite3_stmt *row;
	int result;

	if (!database_ready(store))
		return error_set(error,
		    "the cache %s cannot be opened: the log says why",
		    store->path);
	row = statement_get(store, SQL_TOTALS);
	result = row != NULL ? statement_run(row) : SQLITE_ERROR;
	if (result == SQLITE_OK)
		return 0;
	(void)error_set(error, "the cache %s cannot be read: %s", store->path,
	    sqlite3_errstr(result));
	/* A damaged one is put aside, and the next answer is another. */
	database_trouble(store, result, "read from");
	return -1;
}

int
sessions_probe(struct sessions *sessions, struct error *error)
{
	sqlite3_stmt *row;
	int there = sessions_need_database(sessions, false, error);

	if (there <= 0)
		return there;
	row = sessions_statement(sessions, SESSION_SQL_TOTALS, error);
	return row != NULL ? sessions_run(sessions, row, error) : -1;
}

int
data_probe(struct data *data, struct error *error)
{
	struct statement *row =
	    data_prepare(data, "SELECT count(*) FROM sqlite_schema", error);
	int result = row != NULL ? statement_step(row, error) : -1;

	data_reset(data);
	return result < 0 ? -1 : 0;
}
