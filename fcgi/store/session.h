/*
 * store/session.h: what the server remembers of a visitor, in state.db.
 *
 * A session is found by a signed token, the cookie's value; how that travels
 * is not known here.  Unlike the cache's, its failures are told to who asked.
 */
#ifndef LETHE_STORE_SESSION_H
#define LETHE_STORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "store/store.h"

/* All sessions of an app, as one worker sees them. */
struct sessions;

/* The session of one request. */
struct session;

struct session_settings {
	const char *directory; /* state directory of the app */
	int64_t threshold;     /* most sessions */
	int64_t session_bytes; /* most bytes of one session's values */
	int64_t total_bytes;   /* most bytes of all of them */
	int64_t idle_s;	       /* without use a session ends after this */
	int64_t lifetime_s;    /* and in any case after this */
	bool durable;	       /* each write waits for the disk */
};

/*
 * Gets ready; files are opened, or made, when they are first needed.  -1: no
 * memory.  One thread uses it; a child of fork() opens its own.
 */
int sessions_open(struct sessions **sessions,
    const struct session_settings *settings, struct error *error);
void sessions_close(struct sessions *sessions); /* NULL is fine */

/* As store_closed(). */
unsigned int sessions_closed(const struct sessions *sessions);

/* Who is told of trouble that concerns no request, one line each. */
void sessions_on_warning(struct sessions *sessions,
    void (*warn)(void *context, const char *message), void *context);

/* Upkeep in small steps, for between two requests: at most once a second one
 * worker deletes what is over. */
void sessions_upkeep(struct sessions *sessions);

/* Can they be read?  That there are none yet is fine.  -1 with a message. */
int sessions_probe(struct sessions *sessions, struct error *error);

/* For `app store sessions`: text for people or JSON. */
int sessions_print(struct sessions *sessions, bool json, struct buffer *out,
    struct error *error);

/* As store_query(), on state.db; without that there are no rows. */
int sessions_query(struct sessions *sessions, const char *sql, store_row *row,
    void *context, struct error *error);

/*
 * The session of a request that came with this token (NULL: none).  One that
 * is not whole, not signed here, unknown or over counts as none: the visitor
 * gets a new id.  NULL with a message: the files cannot be used.
 */
struct session *session_begin(
    struct sessions *sessions, const char *token, struct error *error);
void session_end(struct session *session); /* NULL is fine */

/* The token to send back: NULL: the visitor has it; "": to be forgotten. */
const char *session_token(const struct session *session);

/* What the session is called, whatever its ids: 32 hexadecimal digits. */
const char *session_name(struct session *session);

/* Appends the value of that name, as JSON text.  1; 0: there is none; -1 with
 * a message. */
int session_get(struct session *session, const char *name, struct buffer *value,
    struct error *error);

/* 0 once the value is in the database; -1 with a message. */
int session_set(struct session *session, const char *name, const char *text,
    size_t size, struct error *error);
int session_delete(
    struct session *session, const char *name, struct error *error);

/* Ends the session: all of it is deleted and its ids lead nowhere. */
int session_forget(struct session *session, struct error *error);

/* A new id; the ones before are valid for another 30 seconds. */
int session_rotate(struct session *session, struct error *error);

/* A text that only this session takes for its own. */
int session_page_id(
    struct session *session, struct buffer *text, struct error *error);
bool session_page_check(struct session *session, const char *text);

/*
 * Keeps a value under a name that is made up here and appended to `name`; the
 * oldest such values make room for it.  session_stored() is as session_get().
 */
int session_store(struct session *session, const char *text, size_t size,
    struct buffer *name, struct error *error);
int session_stored(struct session *session, const char *name,
    struct buffer *value, struct error *error);

/*
 * Opens the session's own database, which is made if need be; data_close() is
 * the caller's.  -1 with a message.
 */
int session_database(
    struct session *session, struct data **data, struct error *error);

#endif
