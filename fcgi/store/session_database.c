/*
 * store/session_database.c: opening state.db, or not.
 *
 * What is in here cannot be computed again.  So a damaged file, or one of a
 * newer version, is neither put aside nor written to: whoever needs it is
 * told, until somebody has put a good one in its place.
 */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/file.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

/* How long a write may wait for the other writers. */
#define WRITER_WAIT_MS 5000

/* How often it is looked whether files were moved or changed. */
#define CHECK_EVERY_MS 1000

#define WARN_EVERY_MS 10000

#define PAGE_SIZE 4096

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
	sessions->path = file_path(settings->directory, "state.db");
	sessions->key_path = file_path(settings->directory, "session.key");
	sessions->lock_path = file_path(settings->directory, "state.lk");
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

/* Opens the lock file, or the one that took its place. */
static int
open_lock(struct sessions *sessions, struct error *error)
{
	struct stat mine;
	int fresh;

	if (sessions->lock_fd >= 0 && fstat(sessions->lock_fd, &mine) == 0 &&
	    !file_moved(sessions->lock_path, mine.st_dev, mine.st_ino))
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

int
sessions_lock(struct sessions *sessions, struct error *error)
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

/* What older versions lack, by version. */
static const char *const lacks[STATE_VERSION] = {
	/* A place to remember which triggers and views there are. */
	[1] = "CREATE TABLE session_meta (name TEXT PRIMARY KEY, value TEXT "
	      "NOT NULL) STRICT, WITHOUT ROWID",
	[2] = "ALTER TABLE session_id ADD COLUMN checksum INTEGER;"
	      "ALTER TABLE session_value ADD COLUMN checksum INTEGER",
};

/* Makes the tables in an empty file (`version` 0), or what older ones lack. */
static int
make_tables(struct sessions *sessions, int64_t version, struct error *error)
{
	char text[96];
	bool failed;

	/* The application's id is "Leth". */
	(void)snprintf(text, sizeof(text),
	    "PRAGMA application_id = 0x4c657468; PRAGMA user_version = %d",
	    STATE_VERSION);
	if (execute(sessions, "BEGIN IMMEDIATE", error) != 0)
		return -1;
	failed =
	    version == 0 && execute(sessions, schema_state_sql, error) != 0;
	while (!failed && version > 0 && version < STATE_VERSION)
		failed = execute(sessions, lacks[version++], error) != 0;
	failed = failed || execute(sessions, text, error) != 0 ||
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

/* The writer lock is held. */
static int
open_database(struct sessions *sessions, struct error *error)
{
	struct stat info;
	int result;

	if (file_prepare(sessions->path, error) != 0)
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

/* Looks once a second whether the files are still those that were opened. */
static int
check(struct sessions *sessions, struct error *error)
{
	int64_t now_ms = clock_monotonic_ms();
	int done;

	if (sessions->keys.count > 0 && now_ms < sessions->check_at_ms)
		return 0;
	if (sessions->lock_fd < 0 &&
	    file_check_directory(sessions->directory, error) != 0)
		return -1;
	if (open_lock(sessions, error) != 0)
		return -1;
	if (sessions->db != NULL &&
	    file_moved(sessions->path, sessions->device, sessions->inode))
		close_database(sessions);
	if (!session_keys_current(&sessions->keys, sessions->key_path)) {
		if (sessions_lock(sessions, error) != 0)
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
sessions_follow_file(struct sessions *sessions, struct error *error)
{
	if (!file_moved(sessions->path, sessions->device, sessions->inode))
		return 0;
	close_database(sessions);
	return open_database(sessions, error);
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
	    !file_moved(sessions->path, sessions->device, sessions->inode))
		return sessions_fail(sessions, SQLITE_CORRUPT, error);
	if (sessions->db != NULL)
		return 1;
	if (!create && access(sessions->path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if (sessions_lock(sessions, error) != 0)
		return -1;
	done = open_database(sessions, error);
	lock_drop(sessions->lock_fd, LOCK_WRITER);
	if (done != 0)
		sessions_warn(sessions, error->message);
	return done == 0 ? 1 : -1;
}
