/*
 * store/session_value.c: what is in a session: values and a database.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

/* Longest name of a value. */
#define VALUE_NAME_MAX 256

static sqlite3_stmt *
value_statement(const struct session *session, enum session_statement id,
    const char *kind, const char *name, struct error *error)
{
	sqlite3_stmt *statement =
	    sessions_statement(session->sessions, id, error);

	if (statement == NULL)
		return NULL;
	(void)sqlite3_bind_int64(statement, 1, session->number);
	(void)sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(statement, 3, name, -1, SQLITE_STATIC);
	return statement;
}

/* Shows that the value is the one that was set, in this session. */
static int64_t
checksum_of(const struct session *session, const char *kind, const char *name,
    const void *text, size_t size)
{
	const struct store_key key = { .function = kind,
		.arguments = name,
		.arguments_size = strlen(name),
		.owner = session->name };
	struct key_hash hash;

	key_hash(&key, &hash);
	return key_checksum(&hash, STORE_JSON, text, size);
}

/* Copies the row's value, unless it is not the one that was set. */
static int
take_value(const struct session *session, const char *kind, const char *name,
    sqlite3_stmt *row, struct buffer *value, struct error *error)
{
	const void *text = sqlite3_column_text(row, 0);
	size_t size = (size_t)sqlite3_column_bytes(row, 0);

	if (text == NULL)
		return error_set(error, "out of memory");
	if (sqlite3_column_type(row, 1) != SQLITE_NULL &&
	    sqlite3_column_int64(row, 1) !=
		checksum_of(session, kind, name, text, size))
		return error_set(error,
		    "a value in a session was changed by other hands or is "
		    "damaged, in %s: it can only be set anew or deleted",
		    session->sessions->path);
	buffer_add(value, text, size);
	return buffer_failed(value) ? error_set(error, "out of memory") : 1;
}

static int
get(struct session *session, const char *kind, const char *name,
    struct buffer *value, struct error *error)
{
	sqlite3_stmt *row;
	int result, open, found = 0;

	if (session->number == 0)
		return 0;
	open = sessions_need_database(session->sessions, false, error);
	if (open != 1)
		return open;
	row = value_statement(session, SESSION_SQL_GET, kind, name, error);
	if (row == NULL)
		return -1;
	result = sqlite3_step(row);
	if (result == SQLITE_ROW)
		found = take_value(session, kind, name, row, value, error);
	else if (result != SQLITE_DONE)
		found = sessions_fail(session->sessions, result, error);
	(void)sqlite3_reset(row);
	(void)sqlite3_clear_bindings(row);
	return found;
}

/* The first column of a statement's first row; 0: none; -1 with a message. */
static int64_t
number_of(struct session *session, sqlite3_stmt *row, struct error *error)
{
	int64_t number = 0;
	int result;

	if (row == NULL)
		return -1;
	result = sqlite3_step(row);
	if (result == SQLITE_ROW)
		number = sqlite3_column_int64(row, 0);
	else if (result != SQLITE_DONE)
		number = sessions_fail(session->sessions, result, error);
	(void)sqlite3_reset(row);
	(void)sqlite3_clear_bindings(row);
	return number;
}

static int64_t
bytes_of(struct session *session, struct error *error)
{
	sqlite3_stmt *row =
	    sessions_statement(session->sessions, SESSION_SQL_BYTES, error);

	if (row != NULL)
		(void)sqlite3_bind_int64(row, 1, session->number);
	return number_of(session, row, error);
}

/* Makes room for `bytes` more in the session: its oldest stored values go. */
static int
make_room(struct session *session, int64_t bytes, struct error *error)
{
	struct sessions *sessions = session->sessions;
	int64_t most = sessions->settings.session_bytes, now;
	sqlite3_stmt *statement;

	for (;;) {
		now = bytes_of(session, error);
		if (now < 0)
			return -1;
		if (now + bytes <= most)
			return session_limit_bytes(
			    sessions, session->number, bytes, error);
		statement = sessions_statement(
		    sessions, SESSION_SQL_OLDEST_STORED, error);
		if (statement == NULL)
			return -1;
		(void)sqlite3_bind_int64(statement, 1, session->number);
		if (sessions_run(sessions, statement, error) != 0)
			return -1;
		if (sqlite3_changes(sessions->db) == 0)
			return error_set(error,
			    "the session has no room for a value of %" PRId64
			    " bytes more: it holds %" PRId64
			    " of at most %" PRId64 " (LETHE_SESSION_BYTES)",
			    bytes, now, most);
	}
}

static int
put(struct session *session, const char *kind, const char *name,
    const char *text, size_t size, struct error *error)
{
	int64_t bytes = (int64_t)(strlen(name) + size), before;
	sqlite3_stmt *statement;

	before = number_of(session,
	    value_statement(session, SESSION_SQL_SIZE, kind, name, error),
	    error);
	if (before < 0 ||
	    (bytes > before && make_room(session, bytes - before, error) != 0))
		return -1;
	statement =
	    value_statement(session, SESSION_SQL_PUT, kind, name, error);
	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_int64(
	    statement, 4, sessions_now_ms(session->sessions));
	(void)sqlite3_bind_int64(statement, 5, bytes);
	(void)sqlite3_bind_text64(
	    statement, 6, text, size, SQLITE_STATIC, SQLITE_UTF8);
	(void)sqlite3_bind_int64(
	    statement, 7, checksum_of(session, kind, name, text, size));
	return sessions_run(session->sessions, statement, error);
}

static int
set(struct session *session, const char *kind, const char *name,
    const char *text, size_t size, struct error *error)
{
	int64_t number = session->number;

	if ((int64_t)size > session->sessions->settings.session_bytes)
		return error_set(error,
		    "a value of %zu bytes is more than a session may hold, "
		    "%" PRId64 " (LETHE_SESSION_BYTES)",
		    size, session->sessions->settings.session_bytes);
	if (session_row_begin(session, error) != 0)
		return -1;
	return session_row_end(session, number,
	    put(session, kind, name, text, size, error) != 0, error);
}

static int
check_name(const char *name, struct error *error)
{
	if (name != NULL && name[0] != '\0' &&
	    strnlen(name, VALUE_NAME_MAX + 1) <= VALUE_NAME_MAX)
		return 0;
	return error_set(error,
	    "the name of a value in the session must have 1 to %d bytes",
	    VALUE_NAME_MAX);
}

int
session_get(struct session *session, const char *name, struct buffer *value,
    struct error *error)
{
	if (check_name(name, error) != 0)
		return -1;
	return get(session, "value", name, value, error);
}

int
session_set(struct session *session, const char *name, const char *text,
    size_t size, struct error *error)
{
	if (check_name(name, error) != 0)
		return -1;
	return set(session, "value", name, text, size, error);
}

int
session_delete(struct session *session, const char *name, struct error *error)
{
	sqlite3_stmt *statement;
	bool failed = true;

	if (check_name(name, error) != 0)
		return -1;
	if (session->number == 0)
		return 0;
	if (sessions_write_begin(session->sessions, error) != 0)
		return -1;
	statement = value_statement(
	    session, SESSION_SQL_DELETE_VALUE, "value", name, error);
	if (statement != NULL)
		failed = sessions_run(session->sessions, statement, error) != 0;
	return sessions_write_end(session->sessions, failed, error);
}

int
session_store(struct session *session, const char *text, size_t size,
    struct buffer *name, struct error *error)
{
	unsigned char random[16];
	char drawn[2 * sizeof(random) + 1];

	randombytes_buf(random, sizeof(random));
	(void)sodium_bin2hex(drawn, sizeof(drawn), random, sizeof(random));
	if (set(session, "stored", drawn, text, size, error) != 0)
		return -1;
	buffer_add_string(name, drawn);
	return buffer_failed(name) ? error_set(error, "out of memory") : 0;
}

int
session_stored(struct session *session, const char *name, struct buffer *value,
    struct error *error)
{
	return get(session, "stored", name, value, error);
}

/*
 * Makes the file, within a transaction, so that it cannot be removed between:
 * with its session it goes under the same lock.
 */
static int
need_file(struct session *session, const char *path, struct error *error)
{
	struct sessions *sessions = session->sessions;
	sqlite3_stmt *statement;
	struct stat info;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || fstat(fd, &info) != 0)
		info.st_size = -1;
	if (fd >= 0) {
		file_adopt(fd, path);
		(void)close(fd);
	}
	if (info.st_size < 0)
		return error_set(error,
		    "the session's database cannot be made: %s",
		    strerror(errno));
	if (session_limit_bytes(
		sessions, session->number, info.st_size, error) != 0)
		return -1;
	statement = sessions_statement(sessions, SESSION_SQL_PUT_FILE, error);
	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_text(statement, 1, session->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(statement, 2, session->number);
	(void)sqlite3_bind_int64(statement, 3, info.st_size);
	return sessions_run(sessions, statement, error);
}

int
session_database(
    struct session *session, struct data **data, struct error *error)
{
	const struct session_settings *settings = &session->sessions->settings;
	int64_t number = session->number;
	char path[4096];

	*data = NULL;
	(void)snprintf(
	    path, sizeof(path), "%s/sessions", session->sessions->directory);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return error_set(error, "cannot make the directory %s: %s",
		    path, strerror(errno));
	(void)snprintf(path, sizeof(path), "%s/sessions/%s.db",
	    session->sessions->directory, session->name);
	if (session_row_begin(session, error) != 0 ||
	    session_row_end(session, number,
		need_file(session, path, error) != 0, error) != 0)
		return -1;
	return data_open_own(data, path, "the session's database",
	    settings->session_bytes, settings->durable, error);
}
