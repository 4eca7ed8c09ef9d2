/*
 * store/database.c: opening cache.db, and being rid of a damaged one.
 *
 * All of it happens under the writer lock, since SQLite opens the write-ahead
 * log by its name when it first needs it: while one worker opens the file no
 * other may put it aside.  SQLite itself never deletes a log that belongs to
 * a file which is not at its place any more.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/file.h"
#include "store/store_internal.h"

#define PAGE_SIZE 4096

bool
database_moved(const struct store *store)
{
	return file_moved(store->path, store->device, store->inode);
}

void
database_close(struct store *store)
{
	size_t i;

	for (i = 0; i < SQL_STATEMENTS; i++) {
		(void)sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	(void)sqlite3_close(store->db);
	store->closed++;
	store->db = NULL;
	store->damage_count = 0;
}

/*
 * The log goes first and the file last: whoever finds the names after a death
 * in between finds a damaged file once more, never a new file with the log of
 * an old one.
 */
void
database_quarantine(struct store *store)
{
	static const char *const parts[] = { "-wal", "-shm", "" };
	char from[4096], to[4096];
	size_t i;

	if (store->db != NULL && database_moved(store)) {
		database_close(store);
		return;
	}
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		(void)snprintf(
		    from, sizeof(from), "%s%s", store->path, parts[i]);
		(void)snprintf(to, sizeof(to), "%s.corrupt-%" PRId64 "%s",
		    store->path, (int64_t)time(NULL), parts[i]);
		if (rename(from, to) != 0 && errno != ENOENT)
			store_warn(store, "cannot rename %s: %s", from,
			    strerror(errno));
	}
	/* Closing it now leaves the renamed files as they are. */
	database_close(store);
}

/* Runs SQL; an SQLite result, with a message unless SQLITE_OK. */
static int
execute(struct store *store, const char *sql, struct error *error)
{
	int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	if (result != SQLITE_OK)
		(void)error_set(error, "cannot use %s: %s", store->path,
		    sqlite3_errmsg(store->db));
	return result;
}

/* The first column of the first row of `sql`, as an integer or as text. */
static int
ask(struct store *store, const char *sql, int64_t *number, char *text,
    size_t size, struct error *error)
{
	sqlite3_stmt *statement = NULL;
	const unsigned char *column;
	int result;

	result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		column = sqlite3_column_text(statement, 0);
		if (text != NULL)
			(void)snprintf(text, size, "%s",
			    column == NULL ? "" : (const char *)column);
		if (number != NULL)
			*number = sqlite3_column_int64(statement, 0);
		result = SQLITE_OK;
	} else if (result == SQLITE_DONE) {
		result = SQLITE_EMPTY;
	}
	if (result != SQLITE_OK)
		(void)error_set(error, "cannot use %s: %s", store->path,
		    result == SQLITE_EMPTY ? "no answer to a question"
					   : sqlite3_errmsg(store->db));
	(void)sqlite3_finalize(statement);
	return result;
}

/*
 * The file may need more than the values: room for a value that comes before
 * another goes, and pages that are filled in part.
 */
static int64_t
pages_max(const struct store *store)
{
	return (store->settings.limit_bytes + store_value_max(store)) /
		   (PAGE_SIZE - 100) +
	       2 * store->settings.threshold + 256;
}

static int
configure(struct store *store, struct error *error)
{
	char text[256], mode[16];
	int64_t pages = pages_max(store);
	int result;

	(void)sqlite3_extended_result_codes(store->db, 1);
	(void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	(void)sqlite3_db_config(
	    store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	(void)sqlite3_db_config(
	    store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	/* The first two matter to a new file only. */
	(void)snprintf(text, sizeof(text),
	    "PRAGMA page_size = %d; PRAGMA auto_vacuum = INCREMENTAL;"
	    "PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;"
	    "PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON;"
	    "PRAGMA journal_size_limit = 16777216;",
	    PAGE_SIZE);
	result = execute(store, text, error);
	if (result != SQLITE_OK)
		return result;
	result = ask(store, "PRAGMA journal_mode = WAL", NULL, mode,
	    sizeof(mode), error);
	if (result != SQLITE_OK)
		return result;
	if (strcmp(mode, "wal") != 0) {
		(void)error_set(error,
		    "cannot use %s: its file system does not support a "
		    "write-ahead log; put the state directory on a local one",
		    store->path);
		return SQLITE_CANTOPEN;
	}
	(void)snprintf(text, sizeof(text), "PRAGMA max_page_count = %" PRId64,
	    pages < INT32_MAX ? pages : INT32_MAX);
	result = execute(store, text, error);
	wal_watch(store);
	return result;
}

/*
 * What an older program left.  It is a cache, whose keys were others: nothing
 * of it is of use, and the values are computed again.
 */
static const char drop_older[] =
    "DROP VIEW IF EXISTS cache_entries; DROP VIEW IF EXISTS cache_functions;"
    "DROP VIEW IF EXISTS cache_stats; DROP TABLE IF EXISTS cache;"
    "DROP TABLE IF EXISTS cache_totals; DROP TABLE IF EXISTS cache_counters;"
    "DROP TABLE IF EXISTS cache_meta;";

/* Makes the tables in an empty file, or in place of older ones. */
static int
make_tables(struct store *store, struct error *error)
{
	char text[96];
	int result;

	/* The application's id is "Leth". */
	(void)snprintf(text, sizeof(text),
	    "PRAGMA application_id = 0x4c657468; PRAGMA user_version = %d",
	    CACHE_VERSION);
	result = execute(store, "BEGIN IMMEDIATE", error);
	if (result == SQLITE_OK)
		result = execute(store, drop_older, error);
	if (result == SQLITE_OK)
		result = execute(store, schema_cache_sql, error);
	if (result == SQLITE_OK)
		result = execute(store, text, error);
	if (result == SQLITE_OK)
		return execute(store, "COMMIT", error);
	(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

/* The triggers and views are this program's. */
static int
update_views(struct store *store, struct error *error)
{
	int result = views_update(store->db, schema_cache_sql, "cache_meta");

	if (result != SQLITE_OK)
		(void)error_set(error, "cannot use %s: %s", store->path,
		    sqlite3_errmsg(store->db));
	return result;
}

/* Brings the file to CACHE_VERSION. */
static int
migrate(struct store *store, struct error *error)
{
	int64_t version, tables;
	int result;

	result = ask(store, "PRAGMA user_version", &version, NULL, 0, error);
	if (result == SQLITE_OK)
		result = ask(store, "SELECT count(*) FROM sqlite_schema",
		    &tables, NULL, 0, error);
	if (result != SQLITE_OK)
		return result;
	if (version == CACHE_VERSION)
		return SQLITE_OK;
	if (version > CACHE_VERSION) {
		(void)error_set(error,
		    "%s has version %" PRId64 ", and this program knows "
		    "version %d: it was made by a newer Lethe; run that one, "
		    "or delete the file (it is a cache) and start again",
		    store->path, version, CACHE_VERSION);
		return SQLITE_MISMATCH;
	}
	if (version < 0 || (version == 0 && tables != 0)) {
		(void)error_set(error,
		    "%s is a database of another program; move it away",
		    store->path);
		return SQLITE_MISMATCH;
	}
	return make_tables(store, error);
}

/*
 * The file is written without waiting for the disk, so a machine that went
 * down may have torn it.  Once after each start of the machine it is looked
 * through, and rows are counted anew.
 */
static int
check_after_boot(struct store *store, struct error *error)
{
	char boot[64] = "", known[64] = "", answer[64] = "", text[512];
	FILE *file;
	int result;

	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (file != NULL) {
		if (fgets(boot, sizeof(boot), file) == NULL)
			boot[0] = '\0';
		(void)fclose(file);
	}
	boot[strspn(boot, "0123456789abcdef-")] = '\0';
	result = ask(store,
	    "SELECT coalesce((SELECT value FROM cache_meta "
	    "WHERE name = 'boot'), '')",
	    NULL, known, sizeof(known), error);
	if (result != SQLITE_OK || strcmp(known, boot) == 0)
		return result;
	result = ask(store, "PRAGMA quick_check(1)", NULL, answer,
	    sizeof(answer), error);
	if (result == SQLITE_OK && strcmp(answer, "ok") != 0) {
		(void)error_set(
		    error, "%s is damaged: %s", store->path, answer);
		return SQLITE_CORRUPT;
	}
	if (result != SQLITE_OK)
		return result;
	(void)snprintf(text, sizeof(text),
	    "BEGIN IMMEDIATE;"
	    "UPDATE cache_totals SET rows = (SELECT count(*) FROM cache),"
	    "bytes = (SELECT coalesce(sum(size_bytes), 0) FROM cache);"
	    "INSERT INTO cache_meta(name, value) VALUES ('boot', '%s')"
	    "ON CONFLICT(name) DO UPDATE SET value = excluded.value;"
	    "COMMIT;",
	    boot);
	return execute(store, text, error);
}

static int
open_once(struct store *store, struct error *error)
{
	struct stat info;
	int result;

	if (file_prepare(store->path, error) != 0)
		return SQLITE_CANTOPEN;
	if (stat(store->path, &info) != 0) {
		(void)error_set(error, "cannot look at %s: %s", store->path,
		    strerror(errno));
		return SQLITE_CANTOPEN;
	}
	store->device = info.st_dev;
	store->inode = info.st_ino;
	result = sqlite3_open_v2(store->path, &store->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, STORE_VFS);
	if (result != SQLITE_OK) {
		(void)error_set(error, "cannot open %s: %s", store->path,
		    store->db != NULL ? sqlite3_errmsg(store->db)
				      : sqlite3_errstr(result));
		return result;
	}
	result = configure(store, error);
	if (result == SQLITE_OK)
		result = migrate(store, error);
	if (result == SQLITE_OK)
		result = update_views(store, error);
	if (result == SQLITE_OK)
		result = check_after_boot(store, error);
	return result;
}

int
database_open(struct store *store, struct error *error)
{
	int result, code;

	result = open_once(store, error);
	code = result & 0xff;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
		store_warn(store, "%s; it is put aside and begun afresh",
		    error->message);
		database_quarantine(store);
		result = open_once(store, error);
	}
	if (result != SQLITE_OK)
		database_close(store);
	return result;
}
