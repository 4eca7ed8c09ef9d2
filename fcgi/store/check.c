/*
 * store/check.c: is a database what it should be?
 *
 * The file is opened for reading alone, so that nothing is mended, put aside
 * or migrated before it was looked at, and all of it in one transaction,
 * since workers may be writing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inspect.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

#define PROBLEMS_MAX 100
#define APPLICATION_ID 0x4c657468

/* A question with one number for an answer; another than 0 is a problem. */
struct question {
	const char *sql;
	const char *problem;
};

static const struct question cache_questions[] = {
	{ "SELECT (SELECT rows FROM cache_totals) - "
	  "(SELECT count(*) FROM cache)",
	    "cache_totals.rows is off by" },
	{ "SELECT (SELECT bytes FROM cache_totals) - "
	  "(SELECT coalesce(sum(size_bytes), 0) FROM cache)",
	    "cache_totals.bytes is off by" },
	{ "SELECT count(*) FROM cache WHERE size_bytes <> "
	  "length(CAST(arguments AS BLOB)) + length(CAST(value AS BLOB))",
	    "cached values with a wrong size_bytes:" },
	{ NULL, NULL },
};

static const struct question state_questions[] = {
	{ "SELECT (SELECT sessions FROM session_totals) - "
	  "(SELECT count(*) FROM session)",
	    "session_totals.sessions is off by" },
	{ "SELECT (SELECT bytes FROM session_totals) - "
	  "(SELECT coalesce(sum(size_bytes), 0) FROM session_value) - "
	  "(SELECT coalesce(sum(size_bytes), 0) FROM session_file)",
	    "session_totals.bytes is off by" },
	{ "SELECT (SELECT ended_ids FROM session_totals) - "
	  "(SELECT count(*) FROM session_id WHERE session IS NULL)",
	    "session_totals.ended_ids is off by" },
	{ "SELECT count(*) FROM session WHERE bytes <> (SELECT "
	  "coalesce(sum(size_bytes), 0) FROM session_value "
	  "WHERE session = number)",
	    "sessions whose bytes are not those of their values:" },
	{ "SELECT count(*) FROM pragma_foreign_key_check",
	    "rows that refer to sessions that are not there:" },
	{ NULL, NULL },
};

static const struct kind {
	const char *name;
	int64_t version;
	const char *totals;
	const struct question *questions;
} kinds[STORE_FILES] = {
	[STORE_FILE_CACHE] = { "cache.db", CACHE_VERSION,
	    "SELECT count(*), coalesce(sum(size_bytes), 0) FROM cache",
	    cache_questions },
	[STORE_FILE_STATE] = { "state.db", STATE_VERSION,
	    "SELECT count(*), (SELECT bytes FROM session_totals) FROM session",
	    state_questions },
};

const char *
store_file_name(enum store_file file)
{
	return kinds[file].name;
}

static void
add(struct store_report *report, const char *problem, const char *detail)
{
	if (report->problem_count >= PROBLEMS_MAX)
		return;
	report->problem_count++;
	buffer_add_string(&report->problems, problem);
	if (detail != NULL)
		buffer_addf(&report->problems, " %s", detail);
	buffer_add_char(&report->problems, '\0');
}

/* The first one or two columns of the first row; false: not to be had, which
 * is a problem. */
static bool
ask(sqlite3 *db, const char *sql, int64_t *first, int64_t *second,
    struct store_report *report)
{
	sqlite3_stmt *row = NULL;
	bool got;

	got = sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
	      sqlite3_step(row) == SQLITE_ROW;
	if (got) {
		*first = sqlite3_column_int64(row, 0);
		if (second != NULL)
			*second = sqlite3_column_int64(row, 1);
	} else {
		add(report, "it cannot be read:", sqlite3_errmsg(db));
	}
	(void)sqlite3_finalize(row);
	return got;
}

/* Is the file of this program, in a version that it knows? */
static bool
check_version(sqlite3 *db, const struct kind *kind, struct store_report *report)
{
	int64_t application, version;
	char text[100];

	if (!ask(db, "PRAGMA application_id", &application, NULL, report) ||
	    !ask(db, "PRAGMA user_version", &version, NULL, report))
		return false;
	report->version = version;
	if (application != APPLICATION_ID)
		add(report, "it is a database of another program", NULL);
	else if (version > kind->version) {
		(void)snprintf(text, sizeof(text),
		    "%" PRId64 ", and this program knows version %" PRId64,
		    version, kind->version);
		add(report, "it was made by a newer Lethe: it has version",
		    text);
	}
	/* One that is older is brought up to date by the next worker. */
	return application == APPLICATION_ID && version == kind->version;
}

static void
check_integrity(sqlite3 *db, struct store_report *report)
{
	sqlite3_stmt *row = NULL;
	const char *line;
	int result;

	result = sqlite3_prepare_v2(
	    db, "PRAGMA integrity_check(20)", -1, &row, NULL);
	if (result == SQLITE_OK)
		while ((result = sqlite3_step(row)) == SQLITE_ROW) {
			line = (const char *)sqlite3_column_text(row, 0);
			if (line == NULL || strcmp(line, "ok") != 0)
				add(report, "integrity_check:", line);
		}
	if (result != SQLITE_DONE)
		add(report, "it cannot be looked through:", sqlite3_errmsg(db));
	(void)sqlite3_finalize(row);
}

/* Is the row what a worker wrote? */
static bool
is_unchanged(sqlite3_stmt *row)
{
	static const char *const names[] = {
		[STORE_JSON] = "json",
		[STORE_BYTES] = "bytes",
		[STORE_FAILURE] = "failure",
	};
	const struct store_key key = {
		.function = (const char *)sqlite3_column_text(row, 0),
		.arguments = (const char *)sqlite3_column_text(row, 1),
		.arguments_size = (size_t)sqlite3_column_bytes(row, 1),
		.owner = (const char *)sqlite3_column_text(row, 2),
	};
	const char *kind = (const char *)sqlite3_column_text(row, 3);
	const void *value = sqlite3_column_blob(row, 6);
	struct key_hash hash;
	size_t i = 0;

	if (key.function == NULL || key.arguments == NULL ||
	    key.owner == NULL || kind == NULL)
		return false;
	key_hash(&key, &hash);
	while (i < 3 && strcmp(names[i], kind) != 0)
		i++;
	return i < 3 && sqlite3_column_bytes(row, 4) == KEY_HASH_SIZE &&
	       memcmp(sqlite3_column_blob(row, 4), hash.bytes, KEY_HASH_SIZE) ==
		   0 &&
	       key_checksum(&hash, (enum store_kind)i,
		   value == NULL ? "" : value,
		   (size_t)sqlite3_column_bytes(row, 6)) ==
		   sqlite3_column_int64(row, 5);
}

static void
check_values(sqlite3 *db, struct store_report *report)
{
	sqlite3_stmt *row = NULL;
	char text[300];
	int result;

	result = sqlite3_prepare_v2(db,
	    "SELECT function, arguments, owner, kind, key, checksum, value, "
	    "id FROM cache",
	    -1, &row, NULL);
	if (result == SQLITE_OK)
		while ((result = sqlite3_step(row)) == SQLITE_ROW) {
			if (is_unchanged(row))
				continue;
			(void)snprintf(text, sizeof(text),
			    "row %lld, of %.200s",
			    (long long)sqlite3_column_int64(row, 7),
			    (const char *)sqlite3_column_text(row, 0));
			add(report,
			    "a value was changed by other hands, and is not "
			    "used:",
			    text);
		}
	if (result != SQLITE_DONE)
		add(report, "its values cannot be read:", sqlite3_errmsg(db));
	(void)sqlite3_finalize(row);
}

static void
check_rows(sqlite3 *db, const struct kind *kind, struct store_report *report)
{
	const struct question *question;
	char text[32];
	int64_t off;

	for (question = kind->questions; question->sql != NULL; question++) {
		if (!ask(db, question->sql, &off, NULL, report))
			return;
		if (off == 0)
			continue;
		(void)snprintf(text, sizeof(text), "%" PRId64, off);
		add(report, question->problem, text);
	}
	(void)ask(db, kind->totals, &report->rows, &report->bytes, report);
}

int
store_check(const char *directory, enum store_file file,
    struct store_report *report, struct error *error)
{
	const struct kind *kind = &kinds[file];
	sqlite3 *db = NULL;
	struct stat info;
	char path[4096];

	*report = (struct store_report){ .exists = true };
	buffer_init(&report->problems, 1 << 20);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, kind->name);
	if (stat(path, &info) != 0) {
		report->exists = false;
		return errno == ENOENT
			   ? 0
			   : error_set(error, "cannot look at %s: %s", path,
				 strerror(errno));
	}
	if (sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		add(report, "it cannot be opened:",
		    db != NULL ? sqlite3_errmsg(db) : "out of memory");
	if (report->problem_count == 0) {
		(void)sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
		(void)sqlite3_db_config(
		    db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
		(void)sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		if (check_version(db, kind, report)) {
			check_integrity(db, report);
			check_rows(db, kind, report);
			if (file == STORE_FILE_CACHE)
				check_values(db, report);
		}
	}
	(void)sqlite3_close(db);
	return buffer_failed(&report->problems)
		   ? error_set(error, "out of memory")
		   : 0;
}
