/*
 * store/session_statement.c: the statements on state.db and their
 * transactions.
 */
#include "store/file.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

static const char *const sql_text[SESSION_SQL_STATEMENTS] = {
	[SESSION_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SESSION_SQL_COMMIT] = "COMMIT",
	[SESSION_SQL_ROLLBACK] = "ROLLBACK",
	[SESSION_SQL_FIND] =
	    "SELECT session_id.session, until_ms, used, name, created_ms, "
	    "seen_ms, rotated_ms, checksum FROM session_id LEFT JOIN session "
	    "ON number = session_id.session WHERE hash = ?1",
	[SESSION_SQL_TOTALS] =
	    "SELECT sessions, bytes, ended_ids, begin_ms FROM session_totals",
	[SESSION_SQL_INSERT] = "INSERT INTO session(name, created_ms, "
			       "seen_ms, rotated_ms) VALUES (?1, ?2, ?2, ?3)",
	[SESSION_SQL_INSERT_ID] =
	    "INSERT INTO session_id(hash, session, issued_ms, used, keep_ms, "
	    "checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SESSION_SQL_USED] = "UPDATE session_id SET used = 1 WHERE hash = ?1",
	[SESSION_SQL_END_OTHERS] =
	    "UPDATE session_id SET until_ms = ?3 "
	    "WHERE session = ?1 AND hash <> ?2 AND until_ms IS NULL",
	[SESSION_SQL_END_OLDER] =
	    "UPDATE session_id SET until_ms = ?3 WHERE session = ?1 "
	    "AND issued_ms < ?2 AND until_ms IS NULL",
	[SESSION_SQL_TOUCH] =
	    "UPDATE session SET seen_ms = ?2 WHERE number = ?1",
	[SESSION_SQL_ROTATED] =
	    "UPDATE session SET rotated_ms = ?2 WHERE number = ?1",
	[SESSION_SQL_GET] = "SELECT value, checksum FROM session_value "
			    "WHERE session = ?1 AND kind = ?2 AND name = ?3",
	[SESSION_SQL_SIZE] = "SELECT size_bytes FROM session_value "
			     "WHERE session = ?1 AND kind = ?2 AND name = ?3",
	[SESSION_SQL_PUT] =
	    "INSERT INTO session_value(session, kind, name, changed_ms, "
	    "size_bytes, value, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
	    "ON CONFLICT(session, kind, name) DO UPDATE SET "
	    "changed_ms = excluded.changed_ms, "
	    "size_bytes = excluded.size_bytes, value = excluded.value, "
	    "checksum = excluded.checksum",
	[SESSION_SQL_DELETE_VALUE] =
	    "DELETE FROM session_value "
	    "WHERE session = ?1 AND kind = ?2 AND name = ?3",
	[SESSION_SQL_OLDEST_STORED] =
	    "DELETE FROM session_value WHERE id = (SELECT min(id) "
	    "FROM session_value WHERE session = ?1 AND kind = 'stored')",
	[SESSION_SQL_BYTES] = "SELECT bytes FROM session WHERE number = ?1",
	[SESSION_SQL_DELETE] = "DELETE FROM session WHERE number = ?1",
	[SESSION_SQL_EVICT] =
	    "DELETE FROM session WHERE number = (SELECT number FROM session "
	    "WHERE number <> ?1 ORDER BY seen_ms, number LIMIT 1)",
	[SESSION_SQL_EVICTED] =
	    "UPDATE session_totals SET evictions = evictions + 1",
	[SESSION_SQL_DELETE_OVER] =
	    "DELETE FROM session WHERE number IN (SELECT number FROM session "
	    "WHERE seen_ms <= ?1 OR created_ms <= ?2 LIMIT 32)",
	[SESSION_SQL_DELETE_IDS] =
	    "DELETE FROM session_id WHERE hash IN (SELECT hash "
	    "FROM session_id WHERE keep_ms <= ?1 "
	    "AND (session IS NULL OR until_ms <= ?1) LIMIT 64)",
	[SESSION_SQL_SOME_OVER] =
	    "SELECT EXISTS (SELECT 1 FROM session WHERE seen_ms <= ?1) "
	    "OR EXISTS (SELECT 1 FROM session WHERE created_ms <= ?2) "
	    "OR EXISTS (SELECT 1 FROM session_id WHERE keep_ms <= ?3 "
	    "AND (session IS NULL OR until_ms <= ?3)) "
	    "OR EXISTS (SELECT 1 FROM session_file WHERE session IS NULL)",
	[SESSION_SQL_DELETE_ENDED] =
	    "DELETE FROM session_id WHERE session IS NULL",
	[SESSION_SQL_SET_BEGIN] = "UPDATE session_totals SET begin_ms = ?1",
	[SESSION_SQL_PUT_FILE] =
	    "INSERT INTO session_file(name, session, size_bytes) "
	    "VALUES (?1, ?2, ?3) ON CONFLICT(name) DO UPDATE SET "
	    "size_bytes = excluded.size_bytes",
	[SESSION_SQL_ENDED_FILE] =
	    "SELECT name FROM session_file WHERE session IS NULL LIMIT 1",
	[SESSION_SQL_DELETE_FILE] = "DELETE FROM session_file WHERE name = ?1",
};

sqlite3_stmt *
sessions_statement(
    struct sessions *sessions, enum session_statement id, struct error *error)
{
	sqlite3_stmt **statement = &sessions->statements[id];
	int result;

	if (*statement != NULL)
		return *statement;
	result = sqlite3_prepare_v3(sessions->db, sql_text[id], -1,
	    SQLITE_PREPARE_PERSISTENT, statement, NULL);
	if (result != SQLITE_OK) {
		*statement = NULL;
		(void)sessions_fail(sessions, result, error);
	}
	return *statement;
}

int
sessions_run(
    struct sessions *sessions, sqlite3_stmt *statement, struct error *error)
{
	int result;

	do
		result = sqlite3_step(statement);
	while (result == SQLITE_ROW);
	if (result != SQLITE_DONE)
		(void)sessions_fail(sessions, result, error);
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return result == SQLITE_DONE ? 0 : -1;
}

static int
run(struct sessions *sessions, enum session_statement id, struct error *error)
{
	sqlite3_stmt *statement = sessions_statement(sessions, id, error);

	return statement == NULL ? -1
				 : sessions_run(sessions, statement, error);
}

int
sessions_write_begin(struct sessions *sessions, struct error *error)
{
	if (sessions_need_database(sessions, true, error) != 1 ||
	    sessions_lock(sessions, error) != 0)
		return -1;
	/* A write must not go to a file that was taken away. */
	if (sessions_follow_file(sessions, error) == 0 &&
	    run(sessions, SESSION_SQL_BEGIN, error) == 0)
		return 0;
	lock_drop(sessions->lock_fd, LOCK_WRITER);
	return -1;
}

int
sessions_write_end(struct sessions *sessions, bool failed, struct error *error)
{
	struct error ignored;

	if (!failed && run(sessions, SESSION_SQL_COMMIT, error) != 0)
		failed = true;
	if (failed && !sqlite3_get_autocommit(sessions->db))
		(void)run(sessions, SESSION_SQL_ROLLBACK, &ignored);
	lock_drop(sessions->lock_fd, LOCK_WRITER);
	return failed ? -1 : 0;
}
