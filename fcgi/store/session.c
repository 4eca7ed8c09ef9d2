/*
 * store/session.c: the session of one request: whose it is.
 *
 * An id is 32 random bytes and the time at which they were drawn.  It leads
 * to a session in one of three ways: it is in the table session_id, with a
 * session; it is not there, but was signed by this server and is not old: then
 * it is of a visitor for whom nothing was written yet, who has no row; or it
 * was drawn just now.  Ids of sessions that are over stay in the table for as
 * long as they could be taken for such a visitor's.
 *
 * A session gets a new id every 15 minutes.  The ones before end 30 seconds
 * after a browser came with the new one, so that neither callbacks that run
 * at the same time nor an answer that got lost ends the session.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/session_internal.h"
#include "store/store_internal.h"

#define ID_RANDOM (SESSION_ID_SIZE - 8)

#define ROTATE_MS (INT64_C(15) * 60 * 1000)
#define GRACE_MS (INT64_C(30) * 1000)
#define TOUCH_MS (INT64_C(60) * 1000)

/* What is signed: a visitor's id, and a page's. */
#define KIND_ID "v1"
#define KIND_PAGE "p1"
#define PAGE_LABEL_SIZE 16

/* Shows that an id's row leads to the session of this name. */
static int64_t
checksum_of(const struct session *session, const char *name)
{
	struct key_hash hash;

	memcpy(hash.bytes, session->hash, sizeof(hash.bytes));
	return key_checksum(&hash, STORE_BYTES, name, strlen(name));
}

/* What the database says of an id. */
struct found {
	bool known;
	int64_t number; /* 0: it leads nowhere */
	int64_t until_ms;
	bool used;
	char name[SESSION_NAME_SIZE + 1];
	int64_t created_ms;
	int64_t seen_ms;
	int64_t rotated_ms;
};

static void
hash_id(const unsigned char *id, const char *domain, unsigned char *hash,
    size_t size)
{
	(void)crypto_generichash(hash, size, id, SESSION_ID_SIZE,
	    (const unsigned char *)domain, strlen(domain));
}

static void
take_id(struct session *session, const unsigned char *id)
{
	unsigned char name[SESSION_NAME_SIZE / 2];

	memmove(session->id, id, SESSION_ID_SIZE);
	session->issued_ms = 0;
	for (size_t i = ID_RANDOM; i < SESSION_ID_SIZE; i++)
		session->issued_ms = session->issued_ms << 8 | id[i];
	hash_id(id, "lethe session id, version 1", session->hash,
	    sizeof(session->hash));
	hash_id(id, "lethe session name, version 1", name, sizeof(name));
	(void)sodium_bin2hex(
	    session->name, sizeof(session->name), name, sizeof(name));
	session->number = 0;
}

static void
draw_id(struct session *session)
{
	uint64_t now_ms = (uint64_t)sessions_now_ms(session->sessions);
	unsigned char id[SESSION_ID_SIZE];

	randombytes_buf(id, ID_RANDOM);
	for (size_t i = 0; i < 8; i++)
		id[ID_RANDOM + i] = (unsigned char)(now_ms >> (8 * (7 - i)));
	take_id(session, id);
	session->fresh = true;
}

/* Has the browser told of the id. */
static void
send_id(struct session *session)
{
	session_sign(&session->sessions->keys, KIND_ID, "", session->id,
	    sizeof(session->id), session->token);
	session->forgotten = false;
}

/* Until when the id could begin a session, if it were not known. */
static int64_t
keep_ms(const struct session *session)
{
	return session->issued_ms +
	       session->sessions->settings.lifetime_s * 1000;
}

static bool
is_damaged(
    const struct session *session, const struct found *found, sqlite3_stmt *row)
{
	return found->number != 0 &&
	       sqlite3_column_type(row, 7) != SQLITE_NULL &&
	       sqlite3_column_int64(row, 7) !=
		   checksum_of(session, found->name);
}

static int
find(struct session *session, struct found *found, struct error *error)
{
	struct sessions *sessions = session->sessions;
	sqlite3_stmt *row =
	    sessions_statement(sessions, SESSION_SQL_FIND, error);
	int result;

	*found = (struct found){ .until_ms = INT64_MAX };
	if (row == NULL)
		return -1;
	(void)sqlite3_bind_blob(
	    row, 1, session->hash, sizeof(session->hash), SQLITE_STATIC);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(row, 3);

		found->known = true;
		found->number = sqlite3_column_int64(row, 0);
		if (sqlite3_column_type(row, 1) != SQLITE_NULL)
			found->until_ms = sqlite3_column_int64(row, 1);
		found->used = sqlite3_column_int(row, 2) != 0;
		(void)snprintf(found->name, sizeof(found->name), "%s",
		    name != NULL ? name : "");
		found->created_ms = sqlite3_column_int64(row, 4);
		found->seen_ms = sqlite3_column_int64(row, 5);
		found->rotated_ms = sqlite3_column_int64(row, 6);
		if (is_damaged(session, found, row)) {
			found->number = 0;
			sessions_warn(sessions,
			    "an id in state.db does not lead to its own "
			    "session any more: the row is damaged, and its "
			    "visitor gets a new session");
		}
	} else if (result != SQLITE_DONE) {
		(void)sessions_fail(sessions, result, error);
	}
	(void)sqlite3_reset(row);
	(void)sqlite3_clear_bindings(row);
	return result == SQLITE_ROW || result == SQLITE_DONE ? 0 : -1;
}

/* Is it the id of a session that goes on? */
static bool
is_alive(const struct session *session, const struct found *found)
{
	const struct session_settings *settings = &session->sessions->settings;
	int64_t now_ms = sessions_now_ms(session->sessions);

	return found->number != 0 && found->until_ms > now_ms &&
	       found->seen_ms + settings->idle_s * 1000 > now_ms &&
	       found->created_ms + settings->lifetime_s * 1000 > now_ms;
}

/* 1: yes; 0: no; -1 with a message. */
static int
may_begin(
    struct session *session, const struct found *found, struct error *error)
{
	int64_t now_ms = sessions_now_ms(session->sessions), begin_ms;
	sqlite3_stmt *row;

	if (found->known || keep_ms(session) <= now_ms)
		return 0;
	if (session->sessions->db == NULL)
		return 1;
	row = sessions_statement(session->sessions, SESSION_SQL_TOTALS, error);
	if (row == NULL)
		return -1;
	begin_ms = sqlite3_step(row) == SQLITE_ROW
		       ? sqlite3_column_int64(row, 3)
		       : INT64_MAX;
	(void)sqlite3_reset(row);
	return session->issued_ms > begin_ms;
}

/* Runs a statement whose parameters are those of these that are not 0. */
static int
bind_run(struct sessions *sessions, enum session_statement id, int64_t first,
    const unsigned char *hash, int64_t last, struct error *error)
{
	sqlite3_stmt *statement = sessions_statement(sessions, id, error);
	int index = 1;

	if (statement == NULL)
		return -1;
	if (first != 0)
		(void)sqlite3_bind_int64(statement, index++, first);
	if (hash != NULL)
		(void)sqlite3_bind_blob(
		    statement, index++, hash, SESSION_HASH_SIZE, SQLITE_STATIC);
	if (last != 0)
		(void)sqlite3_bind_int64(statement, index, last);
	return sessions_run(sessions, statement, error);
}

/* Puts the id into the table, for the session `number` or, 0, for none. */
static int
insert_id(struct session *session, int64_t number, struct error *error)
{
	sqlite3_stmt *statement =
	    sessions_statement(session->sessions, SESSION_SQL_INSERT_ID, error);

	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_blob(
	    statement, 1, session->hash, sizeof(session->hash), SQLITE_STATIC);
	if (number != 0)
		(void)sqlite3_bind_int64(statement, 2, number);
	(void)sqlite3_bind_int64(statement, 3, session->issued_ms);
	(void)sqlite3_bind_int(statement, 4, !session->fresh);
	(void)sqlite3_bind_int64(statement, 5, keep_ms(session));
	(void)sqlite3_bind_int64(
	    statement, 6, checksum_of(session, session->name));
	return sessions_run(session->sessions, statement, error);
}

/* Gives the session a new id beside the others, within a transaction. */
static int
add_id(struct session *session, struct error *error)
{
	struct session before = *session;

	draw_id(session);
	session->number = before.number;
	memcpy(session->name, before.name, sizeof(session->name));
	if (insert_id(session, session->number, error) == 0 &&
	    bind_run(session->sessions, SESSION_SQL_ROTATED, session->number,
		NULL, session->issued_ms, error) == 0)
		return 0;
	*session = before;
	return -1;
}

/* The first use of a new id ends the ones before it. */
static int
end_older(struct session *session, struct error *error)
{
	struct sessions *sessions = session->sessions;
	sqlite3_stmt *statement =
	    sessions_statement(sessions, SESSION_SQL_END_OLDER, error);

	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_int64(statement, 1, session->number);
	(void)sqlite3_bind_int64(statement, 2, session->issued_ms);
	(void)sqlite3_bind_int64(
	    statement, 3, sessions_now_ms(sessions) + GRACE_MS);
	if (sessions_run(sessions, statement, error) != 0)
		return -1;
	return bind_run(sessions, SESSION_SQL_USED, 0, session->hash, 0, error);
}

static bool
needs_touch(const struct session *session, const struct found *found)
{
	return sessions_now_ms(session->sessions) - found->seen_ms >= TOUCH_MS;
}

static bool
needs_rotation(const struct session *session, const struct found *found)
{
	int64_t now_ms = sessions_now_ms(session->sessions);

	return found->until_ms == INT64_MAX &&
	       now_ms - session->issued_ms >= ROTATE_MS &&
	       now_ms - found->rotated_ms >= GRACE_MS;
}

/*
 * Writes down that the session is used.  It can be read all the same when that
 * fails; the log says why.
 */
static void
note_use(struct session *session, const struct found *read)
{
	struct sessions *sessions = session->sessions;
	struct session before = *session;
	struct found found;
	struct error error;
	bool failed;

	if (read->used && !needs_touch(session, read) &&
	    !needs_rotation(session, read))
		return;
	if (sessions_write_begin(sessions, &error) != 0) {
		sessions_warn(sessions, error.message);
		return;
	}
	/* Another request may have done it meanwhile. */
	failed = find(session, &found, &error) != 0;
	if (!failed && is_alive(session, &found)) {
		if (!found.used)
			failed = end_older(session, &error) != 0;
		if (!failed && needs_touch(session, &found))
			failed = bind_run(sessions, SESSION_SQL_TOUCH,
				     session->number, NULL,
				     sessions_now_ms(sessions), &error) != 0;
		if (!failed && needs_rotation(session, &found))
			failed = add_id(session, &error) != 0;
	}
	if (sessions_write_end(sessions, failed, &error) != 0) {
		*session = before;
		sessions_warn(sessions, error.message);
	} else if (session->fresh) {
		send_id(session);
	}
}

/* Is the token of a visitor who has a session, or may begin one?  1, 0, or -1
 * with a message. */
static int
recognise(struct session *session, const char *token, struct error *error)
{
	struct found found = { .until_ms = INT64_MAX };
	unsigned char id[SESSION_ID_SIZE];
	int done;

	if (token == NULL || !session_verify(&session->sessions->keys, KIND_ID,
				 "", token, id, sizeof(id)))
		return 0;
	take_id(session, id);
	done = sessions_need_database(session->sessions, false, error);
	if (done < 0 || (done == 1 && find(session, &found, error) != 0))
		return -1;
	if (!is_alive(session, &found))
		return may_begin(session, &found, error);
	session->number = found.number;
	memcpy(session->name, found.name, sizeof(session->name));
	note_use(session, &found);
	return 1;
}

struct session *
session_begin(struct sessions *sessions, const char *token, struct error *error)
{
	struct session *session;
	int known;

	if (sessions_need_keys(sessions, error) != 0)
		return NULL;
	session = calloc(1, sizeof(*session));
	if (session == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	session->sessions = sessions;
	known = recognise(session, token, error);
	if (known < 0) {
		session_end(session);
		return NULL;
	}
	if (known == 0) {
		draw_id(session);
		send_id(session);
	}
	return session;
}

void
session_end(struct session *session)
{
	if (session == NULL)
		return;
	sodium_memzero(session, sizeof(*session));
	free(session);
}

const char *
session_token(const struct session *session)
{
	if (session->forgotten)
		return "";
	return session->token[0] != '\0' ? session->token : NULL;
}

const char *
session_name(struct session *session)
{
	if (session->forgotten)
		send_id(session);
	return session->name;
}

/*
 * Within a transaction: makes the session's row if there is none.  It may
 * have come or gone since the request began.
 */
static int
need_row(struct session *session, struct error *error)
{
	struct sessions *sessions = session->sessions;
	int64_t now_ms = sessions_now_ms(sessions);
	struct found found;
	sqlite3_stmt *statement;

	if (find(session, &found, error) != 0)
		return -1;
	if (is_alive(session, &found)) {
		session->number = found.number;
		return 0;
	}
	if (found.known || session->number != 0)
		return error_set(error,
		    "the session ended while the request ran: reload the "
		    "page");
	if (session_limit_rows(sessions, error) != 0)
		return -1;
	statement = sessions_statement(sessions, SESSION_SQL_INSERT, error);
	if (statement == NULL)
		return -1;
	(void)sqlite3_bind_text(statement, 1, session->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(statement, 2, now_ms);
	(void)sqlite3_bind_int64(statement, 3, session->issued_ms);
	if (sessions_run(sessions, statement, error) != 0)
		return -1;
	session->number = sqlite3_last_insert_rowid(sessions->db);
	if (insert_id(session, session->number, error) == 0)
		return 0;
	return -1;
}

int
session_row_begin(struct session *session, struct error *error)
{
	int64_t number = session->number;

	if (sessions_write_begin(session->sessions, error) != 0)
		return -1;
	if (need_row(session, error) == 0)
		return 0;
	session->number = number;
	(void)sessions_write_end(session->sessions, true, error);
	return -1;
}

int
session_row_end(
    struct session *session, int64_t number, bool failed, struct error *error)
{
	if (sessions_write_end(session->sessions, failed, error) != 0) {
		session->number = number;
		return -1;
	}
	if (session->forgotten)
		send_id(session);
	return 0;
}

/* Deletes the row, or writes down that the id must not begin one. */
static int
end_session(struct session *session, struct error *error)
{
	struct found found;

	if (find(session, &found, error) != 0)
		return -1;
	if (found.number != 0)
		return bind_run(session->sessions, SESSION_SQL_DELETE,
			   found.number, NULL, 0, error) != 0
			   ? -1
			   : session_remove_files(session->sessions, error);
	return found.known ? 0 : insert_id(session, 0, error);
}

int
session_forget(struct session *session, struct error *error)
{
	bool failed;

	if (session->number != 0 || !session->fresh) {
		if (sessions_write_begin(session->sessions, error) != 0)
			return -1;
		failed = end_session(session, error) != 0;
		if (sessions_write_end(session->sessions, failed, error) != 0)
			return -1;
	}
	draw_id(session);
	session->forgotten = true;
	return 0;
}

int
session_rotate(struct session *session, struct error *error)
{
	struct sessions *sessions = session->sessions;
	struct session before = *session;
	sqlite3_stmt *statement = NULL;
	bool failed;

	/* A visitor who had none gets a new one anyway. */
	if (session->fresh && session->number == 0)
		return 0;
	if (session_row_begin(session, error) != 0)
		return -1;
	failed = add_id(session, error) != 0;
	if (!failed)
		statement =
		    sessions_statement(sessions, SESSION_SQL_END_OTHERS, error);
	if (statement != NULL) {
		(void)sqlite3_bind_int64(statement, 1, session->number);
		(void)sqlite3_bind_blob(statement, 2, session->hash,
		    sizeof(session->hash), SQLITE_STATIC);
		(void)sqlite3_bind_int64(
		    statement, 3, sessions_now_ms(sessions) + GRACE_MS);
		failed = sessions_run(sessions, statement, error) != 0;
	} else {
		failed = true;
	}
	if (sessions_write_end(sessions, failed, error) != 0) {
		*session = before;
		return -1;
	}
	send_id(session);
	return 0;
}

int
session_page_id(
    struct session *session, struct buffer *text, struct error *error)
{
	unsigned char label[PAGE_LABEL_SIZE];
	char token[SESSION_TOKEN_MAX];

	randombytes_buf(label, sizeof(label));
	session_sign(&session->sessions->keys, KIND_PAGE, session_name(session),
	    label, sizeof(label), token);
	buffer_add_string(text, token);
	return buffer_failed(text) ? error_set(error, "out of memory") : 0;
}

bool
session_page_check(struct session *session, const char *text)
{
	unsigned char label[PAGE_LABEL_SIZE];

	return session_verify(&session->sessions->keys, KIND_PAGE,
	    session->name, text, label, sizeof(label));
}
