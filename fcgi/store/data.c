/*
 * store/data.c: the app's read-only data.
 *
 * A handler may ask the database anything and leave nothing behind: the file
 * is opened for reading, only SELECT (and what belongs to it) gets past the
 * authorizer, and after each request every statement is reset and its
 * bindings are cleared.  Statements are kept by their text, since preparing
 * one costs more than running a small one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "store/store.h"

/* Statements kept; in one request there may not be more different ones. */
#define STATEMENTS_MAX 64

#define SQL_MAX 100000

/* How long a query waits for somebody who is writing the file. */
#define BUSY_TIMEOUT_MS 2000

/* How often it is looked whether another file took the place of this one. */
#define CHECK_EVERY_MS 1000

struct statement {
	struct data *data;
	char *sql; /* NULL: a free place */
	sqlite3_stmt *handle;
	bool in_use;	    /* prepared in this request */
	uint64_t last_used; /* data->clock then */
};

struct data {
	sqlite3 *db;
	char *path;
	/* What messages call it. */
	const char *name;
	/* It may be written to, and is closed after the request. */
	bool own;
	dev_t device;
	ino_t inode;
	int64_t check_at_ms;
	unsigned int closed; /* how often the file was closed */
	uint64_t clock;
	struct statement statements[STATEMENTS_MAX];
};

static bool
same(const char *text, const char *other)
{
	return text != NULL && strcmp(text, other) == 0;
}

/*
 * Says no to what would leave something in the handle that a later request
 * could see: PRAGMA, ATTACH, transactions, temporary tables, and the counts
 * in sqlite_stmt.  Changes of the file's own tables have to pass, since
 * virtual tables (json_each, full-text search) prepare such statements for
 * themselves; prepare() refuses those of the app, and the handle is read-only
 * in any case.
 */
static int
authorize(void *context, int action, const char *first, const char *second,
    const char *database, const char *trigger)
{
	bool allowed;

	(void)context;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		allowed = true;
		break;
	case SQLITE_READ:
		allowed = !same(first, "sqlite_stmt");
		break;
	case SQLITE_FUNCTION:
		allowed = !same(second, "load_extension");
		break;
	case SQLITE_PRAGMA:
		allowed = same(first, "data_version") && second == NULL;
		break;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE:
	case SQLITE_CREATE_TABLE:
		allowed = same(database, "main");
		break;
	default:
		allowed = false;
		break;
	}
	return allowed ? SQLITE_OK : SQLITE_DENY;
}

/*
 * Says no to what would reach other files (ATTACH, which VACUUM INTO is, too)
 * or undo the limits (PRAGMA).
 */
static int
authorize_own(void *context, int action, const char *first, const char *second,
    const char *database, const char *trigger)
{
	bool allowed = true;

	(void)context;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
		allowed = false;
		break;
	case SQLITE_FUNCTION:
		allowed = !same(second, "load_extension");
		break;
	case SQLITE_PRAGMA:
		allowed = same(first, "user_version") ||
			  same(first, "table_info") ||
			  same(first, "foreign_keys") ||
			  same(first, "data_version");
		break;
	default:
		break;
	}
	return allowed ? SQLITE_OK : SQLITE_DENY;
}

static int
configure(struct data *data, struct error *error)
{
	int result;

	(void)sqlite3_extended_result_codes(data->db, 1);
	(void)sqlite3_busy_timeout(data->db, BUSY_TIMEOUT_MS);
	(void)sqlite3_db_config(
	    data->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	(void)sqlite3_db_config(
	    data->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	(void)sqlite3_limit(data->db, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
	/* Reading the schema shows whether it is a database at all. */
	result = sqlite3_exec(data->db,
	    "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
	    "PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema;",
	    NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_set_authorizer(data->db, authorize, NULL);
	if (result == SQLITE_OK)
		return 0;
	if ((result & 0xff) == SQLITE_CANTOPEN ||
	    (result & 0xff) == SQLITE_READONLY)
		return error_set(error,
		    "cannot read the data %s: %s; if it is in WAL mode and "
		    "its directory cannot be written to, run \"PRAGMA "
		    "journal_mode = DELETE\" on it before installing it",
		    data->path, sqlite3_errmsg(data->db));
	return error_set(error,
	    "cannot read the data %s: %s; it must be an SQLite database",
	    data->path, sqlite3_errmsg(data->db));
}

static int
open_file(struct data *data, struct error *error)
{
	struct stat info;
	int result;

	if (stat(data->path, &info) != 0)
		return error_set(error,
		    "cannot read the data %s: %s; the build or the "
		    "installation makes this file, and the setting LETHE_DATA "
		    "is its directory",
		    data->path, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return error_set(error,
		    "cannot read the data %s: it is not a regular file",
		    data->path);
	data->device = info.st_dev;
	data->inode = info.st_ino;
	result = sqlite3_open_v2(data->path, &data->db,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, STORE_VFS);
	if (result != SQLITE_OK)
		return error_set(error, "cannot read the data %s: %s",
		    data->path,
		    data->db != NULL ? sqlite3_errmsg(data->db)
				     : sqlite3_errstr(result));
	return configure(data, error);
}

int
data_open(struct data **opened, const char *path, struct error *error)
{
	struct data *data;

	*opened = NULL;
	data = calloc(1, sizeof(*data));
	if (data == NULL)
		return error_set(error, "out of memory");
	data->path = strdup(path);
	if (data->path == NULL) {
		(void)error_set(error, "out of memory");
		goto out;
	}
	data->name = data->path;
	if (open_file(data, error) != 0)
		goto out;
	*opened = data;
	return 0;
out:
	data_close(data);
	return -1;
}

static void
forget(struct statement *statement)
{
	(void)sqlite3_finalize(statement->handle);
	free(statement->sql);
	memset(statement, 0, sizeof(*statement));
}

void
data_close(struct data *data)
{
	size_t i;

	if (data == NULL)
		return;
	for (i = 0; i < STATEMENTS_MAX; i++)
		forget(&data->statements[i]);
	(void)sqlite3_close(data->db);
	free(data->path);
	free(data);
}

unsigned int
data_closed(const struct data *data)
{
	return data->closed;
}

#define OWN_PAGE_SIZE 4096

static int
open_own(struct data *data, int64_t bytes, bool durable, struct error *error)
{
	char text[300];
	int result;

	result = sqlite3_open_v2(data->path, &data->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, STORE_VFS);
	if (data->db != NULL) {
		(void)sqlite3_extended_result_codes(data->db, 1);
		(void)sqlite3_busy_timeout(data->db, BUSY_TIMEOUT_MS);
		(void)sqlite3_db_config(
		    data->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
		(void)sqlite3_db_config(data->db,
		    SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
		(void)sqlite3_limit(
		    data->db, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
		(void)sqlite3_limit(data->db, SQLITE_LIMIT_ATTACHED, 0);
	}
	(void)snprintf(text, sizeof(text),
	    "PRAGMA page_size = %d; PRAGMA max_page_count = %lld;"
	    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = %s;"
	    "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
	    "PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"
	    "SELECT count(*) FROM sqlite_schema;",
	    OWN_PAGE_SIZE, (long long)(bytes / OWN_PAGE_SIZE + 1),
	    durable ? "EXTRA" : "NORMAL");
	if (result == SQLITE_OK)
		result = sqlite3_exec(data->db, text, NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_set_authorizer(data->db, authorize_own, NULL);
	if (result == SQLITE_OK)
		return 0;
	return error_set(error, "cannot use %s: %s", data->name,
	    data->db != NULL ? sqlite3_errmsg(data->db)
			     : sqlite3_errstr(result));
}

int
data_open_own(struct data **opened, const char *path, const char *name,
    int64_t bytes, bool durable, struct error *error)
{
	struct data *data = calloc(1, sizeof(*data));

	*opened = NULL;
	if (data == NULL)
		return error_set(error, "out of memory");
	data->own = true;
	data->name = name;
	data->path = strdup(path);
	if (data->path == NULL)
		(void)error_set(error, "out of memory");
	if (data->path == NULL || open_own(data, bytes, durable, error) != 0) {
		data_close(data);
		return -1;
	}
	*opened = data;
	return 0;
}

/* Fails with SQLite's message and the beginning of the SQL. */
static int
fail(const struct data *data, const char *sql, struct error *error)
{
	return error_set(error, "%s, in the query \"%.*s%s\" on %s",
	    sqlite3_errmsg(data->db), 120, sql, strlen(sql) > 120 ? "..." : "",
	    data->name);
}

static void
reset(struct statement *statement)
{
	(void)sqlite3_reset(statement->handle);
	(void)sqlite3_clear_bindings(statement->handle);
}

/* The statement of this text, or the place for it: a free one, or that of
 * the statement that is not in use for the longest time; NULL: none. */
static struct statement *
find(struct data *data, const char *sql)
{
	struct statement *place = NULL, *statement;
	size_t i;

	for (i = 0; i < STATEMENTS_MAX; i++) {
		statement = &data->statements[i];
		if (statement->sql != NULL && strcmp(statement->sql, sql) == 0)
			return statement;
		/* A free place was never used: last_used is 0. */
		if (!statement->in_use &&
		    (place == NULL || statement->last_used < place->last_used))
			place = statement;
	}
	return place;
}

/* Only white space and comments may come after the statement. */
static int
check_rest(
    struct data *data, const char *rest, const char *sql, struct error *error)
{
	sqlite3_stmt *second = NULL;
	int result;

	result = sqlite3_prepare_v2(data->db, rest, -1, &second, NULL);
	(void)sqlite3_finalize(second);
	if (result == SQLITE_OK && second == NULL)
		return 0;
	return error_set(error,
	    "more than one statement in the query \"%.120s\"; prepare them "
	    "one by one",
	    sql);
}

static int
prepare(struct data *data, const char *sql, sqlite3_stmt **handle,
    struct error *error)
{
	const char *rest = NULL;
	int result;

	result = sqlite3_prepare_v3(
	    data->db, sql, -1, SQLITE_PREPARE_PERSISTENT, handle, &rest);
	if ((result & 0xff) == SQLITE_AUTH)
		return error_set(error,
		    data->own
			? "%s: the session's database reaches no other "
			  "files, nor its settings, as with \"%.120s\""
			: "only SELECT is allowed on the app's data, which is "
			  "read-only (%s), not \"%.120s\"",
		    sqlite3_errmsg(data->db), sql);
	if (result != SQLITE_OK)
		return fail(data, sql, error);
	if (*handle == NULL)
		return error_set(error, "the query \"%.120s\" is empty", sql);
	if (!data->own && !sqlite3_stmt_readonly(*handle))
		return error_set(error,
		    "only SELECT is allowed on the app's data, which is "
		    "read-only, not \"%.120s\"",
		    sql);
	return check_rest(data, rest, sql, error);
}

struct statement *
data_prepare(struct data *data, const char *sql, struct error *error)
{
	struct statement *statement;
	sqlite3_stmt *handle = NULL;
	char *copy;

	statement = find(data, sql);
	if (statement == NULL) {
		(void)error_set(error,
		    "more than %d different queries in one request; use "
		    "parameters (?1) instead of texts that differ",
		    STATEMENTS_MAX);
		return NULL;
	}
	if (statement->sql == NULL || strcmp(statement->sql, sql) != 0) {
		copy = strdup(sql);
		if (copy == NULL)
			(void)error_set(error, "out of memory");
		if (copy == NULL || prepare(data, sql, &handle, error) != 0) {
			free(copy);
			(void)sqlite3_finalize(handle);
			return NULL;
		}
		forget(statement);
		statement->data = data;
		statement->sql = copy;
		statement->handle = handle;
	}
	reset(statement);
	statement->in_use = true;
	statement->last_used = ++data->clock;
	return statement;
}

static int
bound(struct statement *statement, int index, int result, struct error *error)
{
	if (result == SQLITE_OK)
		return 0;
	if (result == SQLITE_RANGE)
		return error_set(error,
		    "there is no parameter %d in the query \"%.120s\", which "
		    "has %d",
		    index, statement->sql,
		    sqlite3_bind_parameter_count(statement->handle));
	return fail(statement->data, statement->sql, error);
}

int
statement_bind_text(struct statement *statement, int index, const char *text,
    struct error *error)
{
	return bound(statement, index,
	    sqlite3_bind_text(
		statement->handle, index, text, -1, SQLITE_TRANSIENT),
	    error);
}

int
statement_bind_double(
    struct statement *statement, int index, double number, struct error *error)
{
	return bound(statement, index,
	    sqlite3_bind_double(statement->handle, index, number), error);
}

int
statement_bind_int64(
    struct statement *statement, int index, int64_t number, struct error *error)
{
	return bound(statement, index,
	    sqlite3_bind_int64(statement->handle, index, number), error);
}

int
statement_step(struct statement *statement, struct error *error)
{
	int result = sqlite3_step(statement->handle);

	if (result == SQLITE_ROW)
		return 1;
	if (result != SQLITE_DONE)
		(void)fail(statement->data, statement->sql, error);
	(void)sqlite3_reset(statement->handle);
	return result == SQLITE_DONE ? 0 : -1;
}

const char *
statement_text(struct statement *statement, int column)
{
	return (const char *)sqlite3_column_text(statement->handle, column);
}

double
statement_double(struct statement *statement, int column)
{
	return sqlite3_column_double(statement->handle, column);
}

int64_t
statement_int64(struct statement *statement, int column)
{
	return sqlite3_column_int64(statement->handle, column);
}

/*
 * Opens the file anew when another took its place, so that a worker does not
 * go on with data that is gone.  A file that cannot be opened, say because
 * it is being replaced just now, is tried again at the next check.
 */
static void
follow_file(struct data *data)
{
	int64_t now_ms = clock_monotonic_ms();
	struct data *fresh;
	struct stat info;
	struct error error;
	size_t i;

	if (now_ms < data->check_at_ms)
		return;
	data->check_at_ms = now_ms + CHECK_EVERY_MS;
	if (stat(data->path, &info) != 0 ||
	    (info.st_dev == data->device && info.st_ino == data->inode) ||
	    data_open(&fresh, data->path, &error) != 0)
		return;
	for (i = 0; i < STATEMENTS_MAX; i++)
		forget(&data->statements[i]);
	(void)sqlite3_close(data->db);
	data->closed++;
	data->db = fresh->db;
	data->device = fresh->device;
	data->inode = fresh->inode;
	fresh->db = NULL;
	data_close(fresh);
}

void
data_reset(struct data *data)
{
	size_t i;

	for (i = 0; i < STATEMENTS_MAX; i++) {
		if (!data->statements[i].in_use)
			continue;
		reset(&data->statements[i]);
		data->statements[i].in_use = false;
	}
	follow_file(data);
}
