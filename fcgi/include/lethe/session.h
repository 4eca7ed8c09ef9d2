/*
 * lethe/session.h: the session: what the server remembers of a visitor.
 *
 * A visitor is known by a signed cookie that Lethe makes, and by nothing else.
 * It is set when the app's code first uses one of these functions: best in
 * the layout, since callbacks that run at the same time without a cookie
 * begin a session each.  Nothing is stored before the first value.  A session
 * ends when the browser is closed, after 30 minutes without use
 * (LETHE_SESSION_IDLE) and after 8 hours (LETHE_SESSION_LIFETIME).
 *
 * What fails here fails the call, or returns LETHE_ERROR with a message for
 * the handler to return.
 */
#ifndef LETHE_SESSION_H
#define LETHE_SESSION_H

#include <stddef.h>

#include <json-c/json.h>

#include <lethe/data.h>
#include <lethe/result.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* The value under `name`.  Borrowed; NULL: JSON null, or there is none. */
struct json_object *lethe_session_get(struct lethe_call *call,
    const char *name);

/* Takes `value`, as lethe_output() does.  LETHE_OK: it is in the database. */
enum lethe_result lethe_session_set(struct lethe_call *call, const char *name,
    struct json_object *value) LETHE_MUST_CHECK;

/* Deletes a value; that there is none is no error. */
enum lethe_result lethe_session_delete(struct lethe_call *call,
    const char *name) LETHE_MUST_CHECK;

/* Ends the session, as after "log out": all of it is deleted, and the browser
 * forgets its cookie. */
enum lethe_result lethe_session_forget(struct lethe_call *call)
    LETHE_MUST_CHECK;

/* Gives the visitor a new id, as is right after "log in"; those before are
 * valid for another 30 seconds.  Lethe does so by itself every 15 minutes. */
enum lethe_result lethe_session_rotate(struct lethe_call *call)
    LETHE_MUST_CHECK;

/* What logs may call the session: 8 digits, as in the store's list of them.
 * Borrowed; NULL after a failure. */
const char *lethe_session_label(struct lethe_call *call);

/*
 * A new text for a dcc.Store that tells one page of the session from another.
 * It opens nothing: whoever takes it to another browser is refused there.
 * Not for a layout that is constant.  Borrowed; NULL after a failure.
 */
const char *lethe_session_page_id(struct lethe_call *call);

/* Is the text (NULL is none) a page id of this session?  LETHE_ERROR when not,
 * with a message for the visitor. */
enum lethe_result lethe_session_page_check(struct lethe_call *call,
    const char *page_id) LETHE_MUST_CHECK;

/*
 * As lethe_output(), but the value stays on the server, in the session; the
 * browser only gets a reference.  An input or state with that has the value
 * again, for this session.  For data that is too large for the wire.  The
 * oldest such values make room for new ones; a call with one that is gone
 * fails.
 */
enum lethe_result lethe_output_stored(struct lethe_call *call, size_t index,
    struct json_object *value);

/*
 * As lethe_statement_prepare(), on an SQLite database of the visitor's session
 * alone, which is made when first asked for, may be written to, has at most
 * LETHE_SESSION_BYTES and goes with the session.  A transaction that is still
 * open when the call ends is undone.  ATTACH, VACUUM and most of PRAGMA are
 * refused.
 */
struct lethe_statement *lethe_session_prepare(struct lethe_call *call,
    const char *sql);

/*
 * As lethe_cache_query(), on all of the app's sessions: ask the view sessions,
 * which has their labels (lethe_session_label()), ages and sizes.  What they
 * hold is in session_values, and not for other visitors' eyes.
 */
struct json_object *lethe_sessions_query(struct lethe_call *call,
    const char *sql) LETHE_MUST_CHECK;

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
