/*
 * dash/cache_key.h: what an app's value is filed under in the cache.
 */
#ifndef LETHE_DASH_CACHE_KEY_H
#define LETHE_DASH_CACHE_KEY_H

#include "dash/call.h"
#include "store/store.h"

/* Most bytes of the arguments. */
#define CACHE_ARGUMENTS_MAX ((size_t)1 << 20)

struct cache_key {
	struct store_key key;
	struct buffer arguments; /* what `key` points to */
};

/*
 * Makes the key of a function's name and arguments (borrowed).  -1, and the
 * call has the message: there is no name, the arguments are too large, or it
 * is of a session that cannot be had.
 */
int cache_key_make(struct cache_key *key, struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments);
void cache_key_clear(struct cache_key *key);

/* Appends arguments that somebody wrote as JSON in the form in which they are
 * part of a key.  -1 with a message. */
int cache_arguments(
    struct buffer *arguments, const char *text, struct error *error);

/* Seconds as the store counts them, of a timeout as lethe.h has it. */
int64_t cache_timeout(int64_t timeout_s);

/* The value of JSON text from the cache (taken).  LETHE_ERROR: the call has
 * the message. */
enum lethe_result cache_parse(struct lethe_call *call, const char *function,
    struct store_value *stored, struct json_object **value);

/* Bytes from the cache (taken), which the call keeps. */
enum lethe_result cache_keep_bytes(struct lethe_call *call,
    struct store_value *stored, struct lethe_bytes *bytes);

#endif
