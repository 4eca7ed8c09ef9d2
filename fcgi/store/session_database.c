/*
 * store/session_database.c: state.db, its statements and transactions.
 *
 * What is in here cannot be computed again.  So a damaged file, or one of a
 * newer version, is neither put aside nor written to: whoever needs it is
 * told, until somebody has put a good one in its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

/* How long a write may wait for the other writers. */
#define WRITER_WAIT_MS 5000

/* How often it is looked whether files were moved or changed. */
#define CHECK_EVERY_MS 1000

#define WARN_EVERY_MS 10000

#define PAGE_SIZE 4096

static const char *const sql_text[SESSION_SQL_STATEMENTS] = {
	[SESSION_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SESSION_SQL_COMMIT] = "COMMIT",
	[SESSION_SQL_ROLLBACK] = "ROLLBACK",
	[SESSION_SQL_FIND] =
	    "SELECT session_id.session, until_ms, used, name, created_ms, "
	    "seen_ms, rotated_ms FROM session_id LEFT JOIN session "
	    "ON number = session_id.session WHERE hash = ?1",
	[SESSION_SQL_TOTALS] =
	    "SELECT sessions, bytes, ended_ids, begin_ms FROM session_totals",
	[SESSION_SQL_INSERT] = "INSERT INTO session(name, created_ms, "
			       "seen_ms, rotated_ms) VALUES (?1, ?2, ?2, ?3)",
	[SESSION_SQL_INSERT_ID] =
	    "INSERT INTO session_id(hash, session, issued_ms, used, keep_ms) "
	    "VALUES (?1, ?2, ?3, ?4, ?5)",
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
	[SESSION_SQL_GET] = "SELECT value FROM session_value "
			    "WHERE session = ?1 AND kind = ?2 AND name = ?3",
	[SESSION_SQL_SIZE] = "SELECT size_bytes FROM session_value "
			     "WHERE session = ?1 AND kind = ?2 AND name = ?3",
	[SESSION_SQL_PUT] =
	    "INSERT INTO session_value(session, kind, name, changed_ms, "
	    "size_bytes, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
	    "ON CONFLICT(session, kind, name) DO UPDATE SET "
	    "changed_ms = excluded.changed_ms, "
	    "size_bytes = excluded.size_bytes, value = excluded.value",
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

int64_t
sessions_now_ms(const struct sessions *sessions)
{
	return clock_unix_ms() + sessions->clock_offset_ms;
}

void
sessions_warn(struct sessions *sessions, const char *message)
{
	int64_t now_ms = clock_monotonic_ms();

	if (sessions->warn == NULL || now_ms < sessions->warned_at_ms)
		return;
	sessions->warned_at_ms = now_ms + WARN_EVERY_MS;
	sessions->warn(sessions->warn_context, message);
}

static char *
join_path(const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		(void)snprintf(path, size, "%s/%s", directory, name);
	return path;
}

int
sessions_open(struct sessions **opened, const struct session_settings *settings,
    struct error *error)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));

	*opened = NULL;
	if (sessions == NULL)
		return error_set(error, "out of memory");
	sessions->settings = *settings;
	sessions->lock_fd = -1;
	sessions->directory = strdup(settings->directory);
	sessions->path = join_path(settings->directory, "state.db");
	sessions->key_path = join_path(settings->directory, "session.key");
	sessions->lock_path = join_path(settings->directory, "state.lk");
	if (sessions->directory == NULL || sessions->path == NULL ||
	    sessions->key_path == NULL || sessions->lock_path == NULL) {
		sessions_close(sessions);
		return error_set(error, "out of memory");
	}
	sessions->settings.directory = sessions->directory;
	*opened = sessions;
	return 0;
}

static void
close_database(struct sessions *sessions)
{
	for (size_t i = 0; i < SESSION_SQL_STATEMENTS; i++) {
		(void)sqlite3_finalize(sessions->statements[i]);
		sessions->statements[i] = NULL;
	}
	(void)sqlite3_close(sessions->db);
	sessions->closed++;
	sessions->db = NULL;
}

unsigned int
sessions_closed(const struct sessions *sessions)
{
	return sessions->closed;
}

void
sessions_close(struct sessions *sessions)
{
	bool locked;

	if (sessions == NULL)
		return;
	/* The last one to close copies the log into the file. */
	locked =
	    sessions->db != NULL && lock_take(sessions->lock_fd, LOCK_WRITER,
					clock_monotonic_ms() + 1000) == 1;
	close_database(sessions);
	if (locked)
		lock_drop(sessions->lock_fd, LOCK_WRITER);
	if (sessions->lock_fd >= 0)
		(void)close(sessions->lock_fd);
	sodium_memzero(&sessions->keys, sizeof(sessions->keys));
	free(sessions->directory);
	free(sessions->path);
	free(sessions->key_path);
	free(sessions->lock_path);
	free(sessions);
}

void
sessions_on_warning(struct sessions *sessions,
    void (*warn)(void *context, const char *message), void *context)
{
	sessions->warn = warn;
	sessions->warn_context = context;
}

/* Is another file, or none, at the place of the one that is open? */
static bool
is_moved(const char *path, dev_t device, ino_t inode)
{
	struct stat info;

	return stat(path, &info) != 0 || info.st_dev != device ||
	       info.st_ino != inode;
}

/* Opens the lock file, or the one that took its place. */
static int
open_lock(struct sessions *sessions, struct error *error)
{
	struct stat mine;
	int fresh;

	if (sessions->lock_fd >= 0 && fstat(sessions->lock_fd, &mine) == 0 &&
	    !is_moved(sessions->lock_path, mine.st_dev, mine.st_ino))
		return 0;
	fresh = lock_open(sessions->lock_path, error);
	if (fresh < 0)
		return -1;
	if (sessions->lock_fd >= 0)
		(void)close(sessions->lock_fd);
	sessions->closed++;
	sessions->lock_fd = fresh;
	return 0;
}

static int
take_lock(struct sessions *sessions, struct error *error)
{
	int result = lock_take(sessions->lock_fd, LOCK_WRITER,
	    clock_monotonic_ms() + WRITER_WAIT_MS);

	if (result == 1)
		return 0;
	return error_set(error, "the sessions in %s cannot be locked: %s",
	    sessions->path,
	    result == 0 ? "other workers kept the lock for 5 seconds"
			: strerror(errno));
}

int
sessions_fail(struct sessions *sessions, int result, struct error *error)
{
	switch (result & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		sessions->damaged = true;
		(void)error_set(error,
		    "the sessions in %s are damaged, and nothing is written "
		    "to the file any more: put a backup in its place, or move "
		    "it away to begin without any",
		    sessions->path);
		sessions_warn(sessions, error->message);
		return -1;
	case SQLITE_FULL:
		return error_set(error,
		    "the sessions in %s cannot grow: the disk or the file is "
		    "full (LETHE_SESSION_TOTAL)",
		    sessions->path);
	default:
		return error_set(error, "the sessions in %s: %s",
		    sessions->path,
		    sessions->db != NULL &&
			    sqlite3_errcode(sessions->db) != SQLITE_OK
			? sqlite3_errmsg(sessions->db)
			: sqlite3_errstr(result));
	}
}

static int
execute(struct sessions *sessions, const char *sql, struct error *error)
{
	int result = sqlite3_exec(sessions->db, sql, NULL, NULL, NULL);

	return result == SQLITE_OK ? 0 : sessions_fail(sessions, result, error);
}

static int
ask(struct sessions *sessions, const char *sql, int64_t *number,
    struct error *error)
{
	sqlite3_stmt *row = NULL;
	int result = sqlite3_prepare_v2(sessions->db, sql, -1, &row, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_step(row);
	if (result == SQLITE_ROW)
		*number = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	return result == SQLITE_ROW ? 0
				    : sessions_fail(sessions, result, error);
}

static int
configure(struct sessions *sessions, struct error *error)
{
	char text[400];
	int64_t pages = 2 * (sessions->settings.total_bytes / PAGE_SIZE) +
			sessions->settings.threshold + 1024;
	int64_t is_wal = 0;

	(void)sqlite3_extended_result_codes(sessions->db, 1);
	(void)sqlite3_busy_timeout(sessions->db, BUSY_TIMEOUT_MS);
	(void)sqlite3_db_config(
	    sessions->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	(void)sqlite3_db_config(
	    sessions->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	(void)snprintf(text, sizeof(text),
	    "PRAGMA page_size = %d; PRAGMA auto_vacuum = INCREMENTAL;"
	    "PRAGMA synchronous = %s; PRAGMA temp_store = MEMORY;"
	    "PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON;"
	    "PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL;"
	    "PRAGMA journal_size_limit = 16777216;"
	    "PRAGMA max_page_count = %" PRId64,
	    PAGE_SIZE, sessions->settings.durable ? "FULL" : "NORMAL",
	    pages < INT32_MAX ? pages : INT32_MAX);
	if (execute(sessions, text, error) != 0 ||
	    ask(sessions,
		"SELECT journal_mode = 'wal' FROM pragma_journal_mode", &is_wal,
		error) != 0)
		return -1;
	if (!is_wal)
		return error_set(error,
		    "the sessions in %s cannot be used: the file system does "
		    "not support a write-ahead log; put the state directory "
		    "on a local one",
		    sessions->path);
	return 0;
}

/* Version 1 had no place to remember which triggers and views it has. */
static const char to_version_2[] =
    "CREATE TABLE session_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) "
    "STRICT, WITHOUT ROWID";

/* Makes the tables in an empty file (`version` 0), or those that older ones
 * lack. */
static int
make_tables(struct sessions *sessions, int64_t version, struct error *error)
{
	char text[96];
	int failed;

	/* The application's id is "Leth". */
	(void)snprintf(text, sizeof(text),
	    "PRAGMA application_id = 0x4c657468; PRAGMA user_version = %d",
	    STATE_VERSION);
	if (execute(sessions, "BEGIN IMMEDIATE", error) != 0)
		return -1;
	failed =
	    execute(sessions, version == 1 ? to_version_2 : schema_state_sql,
		error) != 0 ||
	    execute(sessions, text, error) != 0 ||
	    execute(sessions, "COMMIT", error) != 0;
	if (failed)
		(void)sqlite3_exec(sessions->db, "ROLLBACK", NULL, NULL, NULL);
	return failed ? -1 : 0;
}

/* Brings the file to STATE_VERSION. */
static int
migrate(struct sessions *sessions, struct error *error)
{
	int64_t version, tables;

	if (ask(sessions, "PRAGMA user_version", &version, error) != 0 ||
	    ask(sessions, "SELECT count(*) FROM sqlite_schema", &tables,
		error) != 0)
		return -1;
	if (version == STATE_VERSION)
		return 0;
	if (version > STATE_VERSION)
		return error_set(error,
		    "the sessions in %s have version %" PRId64 ", and this "
		    "program knows version %d: a newer Lethe made them; run "
		    "that one",
		    sessions->path, version, STATE_VERSION);
	if (version < 0 || (version == 0 && tables != 0))
		return error_set(error,
		    "%s is a database of another program; move it away",
		    sessions->path);
	return make_tables(sessions, version, error);
}

/* The triggers and views are this program's. */
static int
update_views(struct sessions *sessions, struct error *error)
{
	int result =
	    views_update(sessions->db, schema_state_sql, "session_meta");

	return result == SQLITE_OK ? 0 : sessions_fail(sessions, result, error);
}

/* Makes an empty file for its owner only, without the log of an older one. */
static int
create_file(struct sessions *sessions, struct error *error)
{
	char path[4096];
	int fd;

	fd =
	    open(sessions->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0)
		return error_set(error,
		    "the sessions' file %s cannot be "
		    "made: %s",
		    sessions->path, strerror(errno));
	store_adopt(fd, sessions->path);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s-wal", sessions->path);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s-shm", sessions->path);
	(void)unlink(path);
	return 0;
}

/* The writer lock is held. */
static int
open_database(struct sessions *sessions, struct error *error)
{
	struct stat info;
	int result;

	if (create_file(sessions, error) != 0)
		return -1;
	if (stat(sessions->path, &info) != 0)
		return error_set(error, "cannot look at %s: %s", sessions->path,
		    strerror(errno));
	sessions->device = info.st_dev;
	sessions->inode = info.st_ino;
	sessions->damaged = false;
	result = sqlite3_open_v2(sessions->path, &sessions->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, STORE_VFS);
	if (result != SQLITE_OK)
		(void)sessions_fail(sessions, result, error);
	else if (configure(sessions, error) == 0 &&
		 migrate(sessions, error) == 0 &&
		 update_views(sessions, error) == 0)
		return 0;
	close_database(sessions);
	return -1;
}

static int
check_file_system(const struct sessions *sessions, struct error *error)
{
	struct statfs system;
	const char *network;

	if (statfs(sessions->directory, &system) != 0)
		return error_set(error, "cannot look at %s: %s",
		    sessions->directory, strerror(errno));
	network = database_network_name((long)system.f_type);
	if (network == NULL)
		return 0;
	return error_set(error,
	    "the state directory %s is on a network file system (%s), on "
	    "which SQLite's locks cannot be relied upon; choose one on a "
	    "local disk",
	    sessions->directory, network);
}

/* Looks once a second whether the files are still those that were opened. */
static int
check(struct sessions *sessions, struct error *error)
{
	int64_t now_ms = clock_monotonic_ms();
	int done;

	if (sessions->keys.count > 0 && now_ms < sessions->check_at_ms)
		return 0;
	if (sessions->lock_fd < 0 && check_file_system(sessions, error) != 0)
		return -1;
	if (open_lock(sessions, error) != 0)
		return -1;
	if (sessions->db != NULL &&
	    is_moved(sessions->path, sessions->device, sessions->inode))
		close_database(sessions);
	if (!session_keys_current(&sessions->keys, sessions->key_path)) {
		if (take_lock(sessions, error) != 0)
			return -1;
		done = session_keys_load(
		    &sessions->keys, sessions->key_path, error);
		lock_drop(sessions->lock_fd, LOCK_WRITER);
		if (done != 0)
			return -1;
	}
	sessions->check_at_ms = now_ms + CHECK_EVERY_MS;
	return 0;
}

int
sessions_need_keys(struct sessions *sessions, struct error *error)
{
	return check(sessions, error);
}

int
sessions_need_database(
    struct sessions *sessions, bool create, struct error *error)
{
	int done;

	if (check(sessions, error) != 0)
		return -1;
	if (sessions->damaged &&
	    !is_moved(sessions->path, sessions->device, sessions->inode))
		return sessions_fail(sessions, SQLITE_CORRUPT, error);
	if (sessions->db != NULL)
		return 1;
	if (!create && access(sessions->path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if (take_lock(sessions, error) != 0)
		return -1;
	done = open_database(sessions, error);
	lock_drop(sessions->lock_fd, LOCK_WRITER);
	if (done != 0)
		sessions_warn(sessions, error->message);
	return done == 0 ? 1 : -1;
}

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
	    take_lock(sessions, error) != 0)
		return -1;
	/* A write must not go to a file that was taken away. */
	if (is_moved(sessions->path, sessions->device, sessions->inode)) {
		close_database(sessions);
		if (open_database(sessions, error) != 0) {
			lock_drop(sessions->lock_fd, LOCK_WRITER);
			return -1;
		}
	}
	if (run(sessions, SESSION_SQL_BEGIN, error) == 0)
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
