/*
 * store/upkeep.c: the work that nobody asks for: expired rows, statistics,
 * free pages, the write-ahead log.
 *
 * Every worker calls store_upkeep() between two requests and when idle.  At
 * most once a second one of them is the janitor, and what it does at a time
 * is bounded, since a visitor may be waiting for it.
 */
#include <sys/statvfs.h>

#include "base/clock.h"
#include "store/store_internal.h"

#define UPKEEP_EVERY_MS 1000

/* How long the janitor may delete rows in one transaction; and in all, when
 * there are rows that expired some time ago. */
#define DELETE_MS 10
#define BACKLOG_MS 300
#define BACKLOG_AGE_MS 1000

/* How long the janitor waits for a writer. */
#define JANITOR_WAIT_MS 100

/* Free pages are given back in pieces of this size... */
#define VACUUM_PAGES 256
/* ...when there are more than these and more than a fifth of all. */
#define FREE_PAGES_MIN 64

/* Storing stops when less than this is free, or a twentieth of the disk if
 * that is less. */
#define SPACE_MIN ((int64_t)64 << 20)

void
upkeep_check_space(struct store *store)
{
	struct statvfs disk;
	int64_t all, unused, wanted = SPACE_MIN;

	store->space_low = false;
	if (statvfs(store->directory, &disk) != 0)
		return;
	all = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
	unused = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	if (all / 20 < wanted)
		wanted = all / 20;
	if (store->space_wanted < wanted)
		wanted = store->space_wanted;
	store->space_low = unused < wanted;
}

static int
delete_damaged(struct store *store)
{
	sqlite3_stmt *statement = statement_get(store, SQL_DELETE_DAMAGED);
	const struct damage *damage;
	int result = SQLITE_OK;

	if (statement == NULL)
		return SQLITE_ERROR;
	while (result == SQLITE_OK && store->damage_count > 0) {
		damage = &store->damages[--store->damage_count];
		(void)sqlite3_bind_int64(statement, 1, damage->id);
		(void)sqlite3_bind_int64(statement, 2, damage->checksum);
		result = statement_run(statement);
	}
	return result;
}

static int
change_rows(struct store *store)
{
	int64_t deleted, until_ms = clock_monotonic_ms() + DELETE_MS;
	int result;

	result = delete_damaged(store);
	if (result == SQLITE_OK)
		result = statistics_fold(store);
	if (result == SQLITE_OK)
		result = evict_for(store, 0, 0);
	do {
		if (result == SQLITE_OK)
			result = evict_expired(store, &deleted);
	} while (result == SQLITE_OK && deleted > 0 &&
		 clock_monotonic_ms() < until_ms);
	return result;
}

static int64_t
pragma(struct store *store, const char *sql)
{
	sqlite3_stmt *row = NULL;
	int64_t number = 0;

	if (sqlite3_prepare_v2(store->db, sql, -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		number = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	return number;
}

/* Gives free pages back to the file system.  SQLite frees one page a step. */
static void
vacuum(struct store *store)
{
	sqlite3_stmt *step = NULL;
	char sql[64];
	int64_t unused = pragma(store, "PRAGMA freelist_count");

	if (unused <= FREE_PAGES_MIN ||
	    unused <= pragma(store, "PRAGMA page_count") / 5)
		return;
	(void)sqlite3_snprintf((int)sizeof(sql), sql,
	    "PRAGMA incremental_vacuum(%d)", VACUUM_PAGES);
	if (sqlite3_prepare_v2(store->db, sql, -1, &step, NULL) == SQLITE_OK)
		(void)statement_run(step);
	(void)sqlite3_finalize(step);
}

/* Vacuum and checkpoint; the writer lock is held, no transaction is open. */
static void
tidy_file(struct store *store)
{
	int frames = 0;

	vacuum(store);
	/* Other workers commit too: only the log itself knows its length. */
	(void)sqlite3_wal_checkpoint_v2(
	    store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, NULL);
	wal_restart(store, frames, JANITOR_WAIT_MS);
}

static void
work(struct store *store)
{
	int64_t until_ms = clock_monotonic_ms() + BACKLOG_MS;

	if (store->damage_count > 0 || evict_some_expired(store, 0) ||
	    statistics_pending(store)) {
		/* In between the others may write. */
		do {
			if (write_begin(store) != 0 ||
			    write_end(store, change_rows(store)) != 0)
				return;
		} while (evict_some_expired(store, BACKLOG_AGE_MS) &&
			 clock_monotonic_ms() < until_ms);
	}
	if (lock_take(store->writer_fd, LOCK_WRITER,
		clock_monotonic_ms() + JANITOR_WAIT_MS) != 1)
		return;
	if (!database_moved(store))
		tidy_file(store);
	lock_drop(store->writer_fd, LOCK_WRITER);
}

void
store_upkeep(struct store *store)
{
	int64_t now_ms = clock_monotonic_ms(), since_ms;

	if (now_ms < store->upkeep_at_ms)
		return;
	store->upkeep_at_ms = now_ms + UPKEEP_EVERY_MS;
	store_follow_locks(store);
	if (!database_ready(store))
		return;
	/* Negative: the time of an earlier start of the machine. */
	since_ms = now_ms - marks_upkeep_ms(&store->marks);
	if (since_ms >= 0 && since_ms < UPKEEP_EVERY_MS)
		return;
	if (lock_take(store->writer_fd, LOCK_JANITOR, INT64_MIN) != 1)
		return;
	marks_set_upkeep_ms(&store->marks, now_ms);
	work(store);
	lock_drop(store->writer_fd, LOCK_JANITOR);
}
