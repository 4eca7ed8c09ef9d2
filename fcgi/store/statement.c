/*
 * store/statement.c: the statements on cache.db and their transactions.
 *
 * Statements are prepared once and reset after every use: an open one would
 * keep the write-ahead log from being reused.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store_internal.h"

/* How long a write may wait for the other writers. */
#define WRITER_WAIT_MS 2000

/* How often it is looked whether the files were moved. */
#define CHECK_EVERY_MS 1000

static const char *const sql_text[SQL_STATEMENTS] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_GET] = "SELECT id, checksum, created_ms, fresh_until_ms, "
		    "expires_ms, cost_ms, owner, function, kind, "
		    "arguments, value "
		    "FROM cache WHERE key = ?1",
	[SQL_FIND] = "SELECT id, size_bytes, function = ?2 AND owner = ?3 "
		     "AND arguments = ?4 FROM cache WHERE key = ?1",
	[SQL_INSERT] =
	    "INSERT INTO cache(checksum, created_ms, fresh_until_ms, "
	    "expires_ms, cost_ms, size_bytes, kind, value, key, function, "
	    "owner, arguments) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	/* Indexes on columns that are not named need not be written. */
	[SQL_UPDATE] =
	    "UPDATE cache SET checksum = ?1, created_ms = ?2, "
	    "fresh_until_ms = ?3, expires_ms = ?4, cost_ms = ?5, "
	    "size_bytes = ?6, kind = ?7, value = ?8 WHERE id = ?9",
	[SQL_DELETE_KEY] = "DELETE FROM cache WHERE key = ?1",
	[SQL_DELETE_FUNCTION] =
	    "DELETE FROM cache WHERE key BETWEEN ?1 AND ?2 AND function = ?3",
	[SQL_DELETE_OWNER] =
	    "DELETE FROM cache WHERE owner = ?1 AND owner <> ''",
	[SQL_POSTPONE] = "UPDATE cache SET fresh_until_ms = ?2 WHERE key = ?1 "
			 "AND fresh_until_ms IS NOT NULL",
	/* The condition keeps the triggers running row by row. */
	[SQL_DELETE_ALL] = "DELETE FROM cache WHERE true",
	[SQL_DELETE_ID] = "DELETE FROM cache WHERE id = ?1",
	[SQL_DELETE_DAMAGED] =
	    "DELETE FROM cache WHERE id = ?1 AND checksum = ?2",
	[SQL_DELETE_EXPIRED] =
	    "DELETE FROM cache WHERE id IN (SELECT id FROM cache "
	    "WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT 64)",
	[SQL_SOME_EXPIRED] =
	    "SELECT 1 FROM cache WHERE expires_ms <= ?1 LIMIT 1",
	[SQL_TOTALS] = "SELECT rows, bytes, hand FROM cache_totals",
	[SQL_SET_HAND] = "UPDATE cache_totals SET hand = ?1, "
			 "evictions = evictions + ?2",
	[SQL_ADD_EXPIRATIONS] =
	    "UPDATE cache_totals SET expirations = expirations + ?1",
	[SQL_NEXT_ID] = "SELECT id, size_bytes FROM cache WHERE id >= ?1 "
			"ORDER BY id LIMIT 1",
	[SQL_META_GET] = "SELECT value FROM cache_meta WHERE name = ?1",
	[SQL_META_SET] =
	    "INSERT INTO cache_meta(name, value) VALUES (?1, ?2) "
	    "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
	[SQL_COUNTER_GET] = "SELECT folded FROM cache_counters "
			    "WHERE function = '' AND name = ?1",
	[SQL_COUNTER_SET] =
	    "INSERT INTO cache_counters(function, name, total, folded) "
	    "VALUES (?1, ?2, ?3, ?3) ON CONFLICT(function, name) DO UPDATE "
	    "SET total = total + max(?3 - folded, 0), folded = ?3 "
	    "WHERE folded <> ?3",
	[SQL_COUNTER_RESTART] = "UPDATE cache_counters SET folded = 0",
};

sqlite3_stmt *
statement_get(struct store *store, enum statement_id id)
{
	sqlite3_stmt **statement = &store->statements[id];
	int result;

	if (*statement != NULL)
		return *statement;
	result = sqlite3_prepare_v3(store->db, sql_text[id], -1,
	    SQLITE_PREPARE_PERSISTENT, statement, NULL);
	if (result != SQLITE_OK) {
		*statement = NULL;
		store_warn(store, "the cache %s does not understand \"%s\": %s",
		    store->path, sql_text[id], sqlite3_errmsg(store->db));
	}
	return *statement;
}

int
statement_run(sqlite3_stmt *statement)
{
	int result;

	do
		result = sqlite3_step(statement);
	while (result == SQLITE_ROW);
	(void)sqlite3_reset(statement);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

static int
run(struct store *store, enum statement_id id)
{
	sqlite3_stmt *statement = statement_get(store, id);

	if (statement == NULL)
		return SQLITE_ERROR;
	return statement_run(statement);
}

/* Maps the file of marks that is there now. */
static void
reopen_marks(struct store *store)
{
	struct marks fresh;
	struct error error;

	if (marks_open(&fresh, store->marks_path, store->settings.threshold,
		&error) == 0) {
		marks_close(&store->marks);
		store->closed++;
		store->marks = fresh;
	}
	if (error.message[0] != '\0')
		store_warn(store,
		    "%s; the workers count and mark for "
		    "themselves",
		    error.message);
}

/* Closes the database and opens what is there now.  Under the writer lock. */
static int
reopen(struct store *store)
{
	struct error error;

	database_close(store);
	if (database_open(store, &error) == SQLITE_OK) {
		/* What kept the map from being made may be over as well. */
		if (store->marks.fd < 0)
			reopen_marks(store);
		return 0;
	}
	store_warn(store, "the cache is not used: %s", error.message);
	return -1;
}

void
database_trouble(struct store *store, int result, const char *doing)
{
	int code = result & 0xff;

	if (code == SQLITE_NOMEM) {
		store_warn(store, "out of memory for the cache");
		return;
	}
	if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB) {
		store_warn(store,
		    "cannot %s the cache %s: %s (SQLite %d); values are "
		    "computed again until that is mended",
		    doing, store->path, sqlite3_errstr(result), result);
		return;
	}
	store_warn(store,
	    "the cache %s is damaged; it is put aside and begun afresh",
	    store->path);
	if (lock_take(store->writer_fd, LOCK_WRITER,
		clock_monotonic_ms() + WRITER_WAIT_MS) == 1) {
		database_quarantine(store);
		(void)reopen(store);
		lock_drop(store->writer_fd, LOCK_WRITER);
	} else {
		database_close(store);
	}
}

bool
database_ready(struct store *store)
{
	int64_t now_ms = clock_monotonic_ms();

	/* SQLite's handles do not survive fork(): the child's locks would be
	 * its parent's. */
	if (getpid() != store->pid) {
		store_warn(store,
		    "a child process of the app's code cannot use the cache");
		return false;
	}
	if (now_ms < store->check_at_ms)
		return store->db != NULL;
	store->check_at_ms = now_ms + CHECK_EVERY_MS;
	upkeep_check_space(store);
	if (store->db != NULL && !database_moved(store) &&
	    marks_current(&store->marks, store->marks_path))
		return true;
	if (lock_take(store->writer_fd, LOCK_WRITER, now_ms + WRITER_WAIT_MS) !=
	    1)
		return store->db != NULL;
	if (store->db == NULL || database_moved(store))
		(void)reopen(store);
	if (!marks_current(&store->marks, store->marks_path))
		reopen_marks(store);
	lock_drop(store->writer_fd, LOCK_WRITER);
	return store->db != NULL;
}

int
write_begin(struct store *store)
{
	int result;

	if (!database_ready(store))
		return -1;
	result = lock_take(store->writer_fd, LOCK_WRITER,
	    clock_monotonic_ms() + WRITER_WAIT_MS);
	if (result != 1) {
		store_warn(store, "cannot write to the cache %s: %s",
		    store->path,
		    result == 0 ? "other workers kept it locked for 2 seconds"
				: strerror(errno));
		return -1;
	}
	/* A write must not go to a file that was put aside. */
	if (database_moved(store) && reopen(store) != 0) {
		lock_drop(store->writer_fd, LOCK_WRITER);
		return -1;
	}
	result = run(store, SQL_BEGIN);
	if (result != SQLITE_OK) {
		lock_drop(store->writer_fd, LOCK_WRITER);
		database_trouble(store, result, "write to");
		return -1;
	}
	return 0;
}

int
write_end(struct store *store, int failed)
{
	if (failed == SQLITE_OK)
		failed = run(store, SQL_COMMIT);
	if (failed != SQLITE_OK && !sqlite3_get_autocommit(store->db))
		(void)run(store, SQL_ROLLBACK);
	lock_drop(store->writer_fd, LOCK_WRITER);
	if (failed == SQLITE_OK)
		return 0;
	database_trouble(store, failed, "write to");
	return -1;
}
