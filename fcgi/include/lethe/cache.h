/*
 * lethe/cache.h: the cache: an expensive step runs once, for all users and
 * workers.
 */
#ifndef LETHE_CACHE_H
#define LETHE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <lethe/result.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* Values of .timeout_s in struct lethe_memo. */
enum {
	LETHE_TIMEOUT_DEFAULT = 0, /* the setting LETHE_DEFAULT_TIMEOUT */
	LETHE_TIMEOUT_NEVER = -1   /* the value never expires */
};

/* Who shares a cached value. */
enum lethe_scope {
	LETHE_SHARED = 0, /* all users */
	LETHE_SESSION	  /* one visitor, in the session's pages */
};

/* Bytes that are no JSON. */
struct lethe_bytes {
	void *data;
	size_t size;
};

/* A function whose results are kept in the cache. */
struct lethe_memo {
	/* The function's name: with the arguments, the key. */
	const char *name;
	/*
	 * Computes the value for `arguments` (borrowed) and hands it over in
	 * `*value`; for null, which is cached too, that is lethe_null().
	 */
	enum lethe_result (*compute)(struct lethe_call *call,
	    struct json_object *arguments, struct json_object **value);
	/* The same for values that are bytes (lethe_memoize_bytes()): hands
	 * over memory of malloc(), or NULL for no bytes. */
	enum lethe_result (*compute_bytes)(struct lethe_call *call,
	    struct json_object *arguments, struct lethe_bytes *bytes);
	/* Seconds for which the value is fresh, or LETHE_TIMEOUT_... */
	int64_t timeout_s;
	enum lethe_scope scope;
	/*
	 * Seconds for which the value is served stale after that, before it
	 * expires.  Whoever gets it stale has an answer at once, and the
	 * worker computes it anew when that is sent: compute then runs in a
	 * call of its own, without inputs and outputs.
	 */
	int64_t stale_s;
	/* Seconds for which a failure is remembered, and given to all who
	 * ask; 0: only to those who wait for the computation that failed. */
	int64_t negative_timeout_s;
	/* The call does without the cache, when this returns true: the value
	 * is computed and not stored.  NULL: never. */
	bool (*unless)(struct lethe_call *call, struct json_object *arguments);
	/* The value is computed and stored, whatever the cache has, when this
	 * returns true.  NULL: never. */
	bool (*forced_update)(struct lethe_call *call,
	    struct json_object *arguments);
};

/* Returns true: for .unless and .forced_update. */
bool lethe_always(struct lethe_call *call, struct json_object *arguments);

/*
 * The value of `memo` for `arguments` (any JSON value; taken): from the
 * cache, or computed.  However many handlers in however many processes ask
 * at the same time, one computes and the others wait for its result; if it
 * fails, they fail with its message; if two workers in a row crash in it,
 * the others are told so.  In `*value` the caller gets a reference; NULL on
 * failure.
 *
 * The memo need not outlive the call.  So one call can have a timeout, or a
 * forced update, of its own: copy the struct, change it, and pass the copy.
 *
 * LETHE_ERROR: compute failed, or asked for the very key that it is
 * computing (memoized functions may ask for each other's values, but not in
 * a circle), or the wait for another's computation was longer than the
 * request may take.  A cache that cannot be read or written is no error:
 * the value is computed, and the log says why.
 */
enum lethe_result lethe_memoize(struct lethe_call *call,
    const struct lethe_memo *memo, struct json_object *arguments,
    struct json_object **value) LETHE_MUST_CHECK;

/* The same, but in `*value` unparsed (lethe_raw()): to be sent as it is. */
enum lethe_result lethe_memoize_raw(struct lethe_call *call,
    const struct lethe_memo *memo, struct json_object *arguments,
    struct json_object **value) LETHE_MUST_CHECK;

/* The same for .compute_bytes.  The bytes, with a NUL after them, are
 * borrowed from the call. */
enum lethe_result lethe_memoize_bytes(struct lethe_call *call,
    const struct lethe_memo *memo, struct json_object *arguments,
    struct lethe_bytes *bytes) LETHE_MUST_CHECK;

/*
 * The cache without a computation: values are filed under the name of a
 * function and its arguments (taken), as those of lethe_memoize() are.
 *
 * True: the value is in `*value`, a reference for the caller (NULL: JSON
 * null).  False: there is none, it has expired, or it is of the other kind.
 */
bool lethe_cache_get(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct json_object **value) LETHE_MUST_CHECK;
bool lethe_cache_get_bytes(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct lethe_bytes *bytes) LETHE_MUST_CHECK; /* as lethe_memoize_bytes() */

/*
 * Files a value; takes `value` (for null lethe_null()), copies `data`.
 * timeout_s: seconds until it expires, or LETHE_TIMEOUT_...  LETHE_ERROR: no
 * name, no such timeout, or arguments over 1 MiB.  That the cache is full, off
 * or broken is for the log alone: what was set may be missing at any time.
 */
enum lethe_result lethe_cache_set(struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments, struct json_object *value,
    int64_t timeout_s);
enum lethe_result lethe_cache_set_bytes(struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments, const void *data, size_t size,
    int64_t timeout_s);

/* Deletes one value, if it is there.  LETHE_ERROR: the cache cannot be
 * written, and the value would be served on. */
enum lethe_result lethe_cache_delete(struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments) LETHE_MUST_CHECK;

/* Delete all values of a function, shared and of all sessions, or the whole
 * cache.  How many; -1 after lethe_fail(). */
int64_t lethe_cache_delete_function(struct lethe_call *call,
    const char *function) LETHE_MUST_CHECK;
int64_t lethe_cache_clear(struct lethe_call *call) LETHE_MUST_CHECK;

/*
 * The rows of one SELECT on the app's cache itself, for pages that show how it
 * does: an array with an object for each row, whose members are the columns.
 * Ask the views cache_entries, cache_functions and cache_stats; in the first
 * is what sessions own, too (owner <> ''), which is not for other visitors'
 * eyes.  `sql` is the app's own text: never make one of what a browser sent.
 * The caller owns the array; NULL after a failure, with a message.
 */
struct json_object *lethe_cache_query(struct lethe_call *call,
    const char *sql) LETHE_MUST_CHECK;

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
