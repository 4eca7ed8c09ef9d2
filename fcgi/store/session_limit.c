/*
 * store/session_limit.c: how many sessions there may be, how large, how long;
 * and a list of them for people.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

#define UPKEEP_EVERY_MS 1000

/* How long one upkeep may delete rows. */
#define DELETE_MS 10

/* Ids of sessions that are over; when there are more, no id that was made
 * before begins a session any more, and none of them need be kept. */
#define ENDED_IDS_MAX 100000

/* Files that are removed at a time. */
#define REMOVE_FILES 16

/* Free pages are given back in pieces of this size, when there are more. */
#define VACUUM_PAGES 64

struct totals {
	int64_t sessions;
	int64_t bytes;
	int64_t ended_ids;
};

static int
read_totals(
    struct sessions *sessions, struct totals *totals, struct error *error)
{
	sqlite3_stmt *row =
	    sessions_statement(sessions, SESSION_SQL_TOTALS, error);
	int result;

	if (row == NULL)
		return -1;
	result = sqlite3_step(row);
	if (result == SQLITE_ROW)
		*totals = (struct totals){
			.sessions = sqlite3_column_int64(row, 0),
			.bytes = sqlite3_column_int64(row, 1),
			.ended_ids = sqlite3_column_int64(row, 2),
		};
	(void)sqlite3_reset(row);
	return result == SQLITE_ROW
		   ? 0
		   : sessions_fail(sessions,
			 result == SQLITE_DONE ? SQLITE_CORRUPT : result,
			 error);
}

/* Deletes the session that was not used for the longest time.  1; 0: there is
 * none but `number`; -1 with a message. */
static int
evict(struct sessions *sessions, int64_t number, struct error *error)
{
	sqlite3_stmt *statement =
	    sessions_statement(sessions, SESSION_SQL_EVICT, error);

	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_int64(statement, 1, number);
	if (sessions_run(sessions, statement, error) != 0)
		return -1;
	if (sqlite3_changes(sessions->db) == 0)
		return 0;
	statement = sessions_statement(sessions, SESSION_SQL_EVICTED, error);
	if (statement == NULL || sessions_run(sessions, statement, error) != 0)
		return -1;
	return 1;
}

int
session_limit_rows(struct sessions *sessions, struct error *error)
{
	struct totals totals;
	int done;

	do {
		if (read_totals(sessions, &totals, error) != 0)
			return -1;
		if (totals.sessions < sessions->settings.threshold)
			return 0;
		done = evict(sessions, 0, error);
	} while (done == 1);
	return done;
}

int
session_limit_bytes(struct sessions *sessions, int64_t number, int64_t bytes,
    struct error *error)
{
	struct totals totals;
	int done;

	do {
		if (read_totals(sessions, &totals, error) != 0)
			return -1;
		if (totals.bytes + bytes <= sessions->settings.total_bytes)
			return 0;
		done = evict(sessions, number, error);
	} while (done == 1);
	if (done < 0)
		return -1;
	return error_set(error,
	    "the sessions have no room for %" PRId64 " bytes more, of at most "
	    "%" PRId64 " in all (LETHE_SESSION_TOTAL)",
	    bytes, sessions->settings.total_bytes);
}

/* Binds the times before which things are over, as many as there are. */
static void
bind_over(const struct sessions *sessions, sqlite3_stmt *statement)
{
	int64_t now_ms = sessions_now_ms(sessions);

	(void)sqlite3_bind_int64(
	    statement, 1, now_ms - sessions->settings.idle_s * 1000);
	(void)sqlite3_bind_int64(
	    statement, 2, now_ms - sessions->settings.lifetime_s * 1000);
	(void)sqlite3_bind_int64(statement, 3, now_ms);
}

static bool
some_over(struct sessions *sessions)
{
	struct totals totals;
	struct error error;
	sqlite3_stmt *row =
	    sessions_statement(sessions, SESSION_SQL_SOME_OVER, &error);
	bool some;

	if (row == NULL)
		return false;
	bind_over(sessions, row);
	some =
	    sqlite3_step(row) == SQLITE_ROW && sqlite3_column_int(row, 0) != 0;
	(void)sqlite3_reset(row);
	return some || (read_totals(sessions, &totals, &error) == 0 &&
			   totals.ended_ids > ENDED_IDS_MAX);
}

/* No id that was made until now begins a session any more. */
static int
end_ids(struct sessions *sessions, struct error *error)
{
	sqlite3_stmt *statement =
	    sessions_statement(sessions, SESSION_SQL_SET_BEGIN, error);

	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_int64(statement, 1, sessions_now_ms(sessions));
	if (sessions_run(sessions, statement, error) != 0)
		return -1;
	statement =
	    sessions_statement(sessions, SESSION_SQL_DELETE_ENDED, error);
	return statement == NULL ? -1
				 : sessions_run(sessions, statement, error);
}

/* Deletes some of what is over.  How many rows, or -1 with a message. */
static int
delete_over(struct sessions *sessions, struct error *error)
{
	sqlite3_stmt *statement =
	    sessions_statement(sessions, SESSION_SQL_DELETE_OVER, error);
	int deleted;

	if (statement == NULL)
		return -1;
	bind_over(sessions, statement);
	if (sessions_run(sessions, statement, error) != 0)
		return -1;
	deleted = sqlite3_changes(sessions->db);
	statement = sessions_statement(sessions, SESSION_SQL_DELETE_IDS, error);
	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_int64(statement, 1, sessions_now_ms(sessions));
	if (sessions_run(sessions, statement, error) != 0)
		return -1;
	return deleted + sqlite3_changes(sessions->db);
}

/* Removes the file of that name, and what a process that died left of it. */
static int
remove_file(
    const struct sessions *sessions, const char *name, struct error *error)
{
	static const char *const parts[] = { "-journal", "" };
	char path[4096];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/sessions/%s.db%s",
		    sessions->directory, name, parts[i]);
		if (unlink(path) != 0 && errno != ENOENT)
			return error_set(error, "cannot remove %s: %s", path,
			    strerror(errno));
	}
	return 0;
}

int
session_remove_files(struct sessions *sessions, struct error *error)
{
	sqlite3_stmt *row, *statement;
	char name[64];
	int result;

	for (int i = 0; i < REMOVE_FILES; i++) {
		row =
		    sessions_statement(sessions, SESSION_SQL_ENDED_FILE, error);
		if (row == NULL)
			return -1;
		result = sqlite3_step(row);
		if (result == SQLITE_ROW)
			(void)snprintf(name, sizeof(name), "%s",
			    (const char *)sqlite3_column_text(row, 0));
		(void)sqlite3_reset(row);
		if (result == SQLITE_DONE)
			return 0;
		if (result != SQLITE_ROW)
			return sessions_fail(sessions, result, error);
		statement = sessions_statement(
		    sessions, SESSION_SQL_DELETE_FILE, error);
		if (statement == NULL ||
		    remove_file(sessions, name, error) != 0)
			return -1;
		(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
		if (sessions_run(sessions, statement, error) != 0)
			return -1;
	}
	return 0;
}

static int
clean(struct sessions *sessions, struct error *error)
{
	int64_t until_ms = clock_monotonic_ms() + DELETE_MS;
	struct totals totals;
	int deleted;

	do
		deleted = delete_over(sessions, error);
	while (deleted > 0 && clock_monotonic_ms() < until_ms);
	if (deleted < 0 || session_remove_files(sessions, error) != 0 ||
	    read_totals(sessions, &totals, error) != 0)
		return -1;
	return totals.ended_ids > ENDED_IDS_MAX ? end_ids(sessions, error) : 0;
}

/* Gives free pages back; one step of the statement frees one page. */
static void
vacuum(struct sessions *sessions)
{
	sqlite3_stmt *statement = NULL;
	char sql[64];

	(void)sqlite3_snprintf((int)sizeof(sql), sql,
	    "PRAGMA incremental_vacuum(%d)", VACUUM_PAGES);
	if (lock_take(sessions->lock_fd, LOCK_WRITER, INT64_MIN) != 1)
		return;
	if (sqlite3_prepare_v2(sessions->db, sql, -1, &statement, NULL) ==
	    SQLITE_OK)
		while (sqlite3_step(statement) == SQLITE_ROW)
			;
	(void)sqlite3_finalize(statement);
	lock_drop(sessions->lock_fd, LOCK_WRITER);
}

void
sessions_upkeep(struct sessions *sessions)
{
	int64_t now_ms = clock_monotonic_ms();
	struct error error;
	bool failed;

	if (now_ms < sessions->upkeep_at_ms)
		return;
	sessions->upkeep_at_ms = now_ms + UPKEEP_EVERY_MS;
	/* An app without sessions has no files, and gets none. */
	if (access(sessions->path, F_OK) != 0)
		return;
	if (sessions_need_database(sessions, false, &error) != 1 ||
	    !some_over(sessions) ||
	    lock_take(sessions->lock_fd, LOCK_JANITOR, INT64_MIN) != 1)
		return;
	if (sessions_write_begin(sessions, &error) == 0) {
		failed = clean(sessions, &error) != 0;
		if (sessions_write_end(sessions, failed, &error) != 0)
			sessions_warn(sessions, error.message);
		else
			vacuum(sessions);
	}
	lock_drop(sessions->lock_fd, LOCK_JANITOR);
}

int
sessions_print(struct sessions *sessions, bool json, struct buffer *out,
    struct error *error)
{
	static const char text_sql[] =
	    "SELECT printf('%-8s  %-20s  %-20s  %8d  %6d  %6d  %10d', session, "
	    "created_at, last_seen_at, idle_s, \"values\", stored, bytes) "
	    "FROM sessions";
	static const char json_sql[] =
	    "SELECT json_object('session', session, 'created_at', created_at, "
	    "'last_seen_at', last_seen_at, 'idle_s', idle_s, "
	    "'values', \"values\", 'stored', stored, 'bytes', bytes) "
	    "FROM sessions";
	const char *before = json ? "[" : "";
	sqlite3_stmt *row = NULL;
	int result = SQLITE_DONE, open;

	open = access(sessions->path, F_OK) != 0
		   ? 0
		   : sessions_need_database(sessions, false, error);
	if (open < 0)
		return -1;
	if (!json)
		buffer_add_string(out,
		    "session   created               last seen             "
		    "  idle s  values  stored       bytes\n");
	if (open == 1)
		result = sqlite3_prepare_v2(
		    sessions->db, json ? json_sql : text_sql, -1, &row, NULL);
	if (result == SQLITE_OK)
		while ((result = sqlite3_step(row)) == SQLITE_ROW) {
			buffer_addf(out, "%s%s%s", before,
			    (const char *)sqlite3_column_text(row, 0),
			    json ? "" : "\n");
			before = json ? ",\n" : "";
		}
	if (json)
		buffer_addf(out, "%s]\n", before[0] == '[' ? "[" : "");
	if (result != SQLITE_DONE)
		(void)sessions_fail(sessions, result, error);
	(void)sqlite3_finalize(row);
	return result == SQLITE_DONE ? 0 : -1;
}
