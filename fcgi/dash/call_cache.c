/*
 * dash/call_cache.c: the cache without a computation: get, set and delete.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "dash/cache_key.h"
#include "dash/json_write.h"

/* Most bytes of a value that is set; what the cache takes is less. */
#define VALUE_MAX ((size_t)512 << 20)

/* A value of this kind; false: there is none, or the call has a message. */
static bool
get(struct lethe_call *call, const struct cache_key *key, enum store_kind kind,
    struct store_value *stored)
{
	struct store *store = call->services->store;
	int64_t started_us = clock_monotonic_us();
	bool found;

	found = store != NULL && store_get(store, &key->key, stored) == 1;
	call->store_us += clock_monotonic_us() - started_us;
	if (!found || stored->kind == kind)
		return found;
	free(stored->text);
	return false;
}

bool
lethe_cache_get(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct json_object **value)
{
	struct store_value stored;
	struct cache_key key;
	bool found = false;

	*value = NULL;
	if (cache_key_make(&key, call, scope, function, arguments) == 0) {
		found = get(call, &key, STORE_JSON, &stored) &&
			cache_parse(call, function, &stored, value) == LETHE_OK;
		cache_key_clear(&key);
	}
	json_object_put(arguments);
	return found;
}

bool
lethe_cache_get_bytes(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct lethe_bytes *bytes)
{
	struct store_value stored;
	struct cache_key key;
	bool found = false;

	*bytes = (struct lethe_bytes){ NULL, 0 };
	if (cache_key_make(&key, call, scope, function, arguments) == 0) {
		found = get(call, &key, STORE_BYTES, &stored) &&
			cache_keep_bytes(call, &stored, bytes) == LETHE_OK;
		cache_key_clear(&key);
	}
	json_object_put(arguments);
	return found;
}

/* Stores; that the cache cannot is for the log alone. */
static enum lethe_result
set(struct lethe_call *call, enum lethe_scope scope, const char *function,
    struct json_object *arguments, enum store_kind kind,
    const struct lethe_bytes *value, int64_t timeout_s)
{
	struct store *store = call->services->store;
	int64_t started_us = clock_monotonic_us();
	struct cache_key key;

	if (timeout_s < LETHE_TIMEOUT_NEVER)
		return lethe_fail(call,
		    "a timeout must be seconds or LETHE_TIMEOUT_..., not %lld",
		    (long long)timeout_s);
	if (cache_key_make(&key, call, scope, function, arguments) != 0)
		return LETHE_ERROR;
	if (store != NULL && kind == STORE_BYTES)
		(void)store_set_bytes(store, &key.key, value->data, value->size,
		    cache_timeout(timeout_s), 0);
	else if (store != NULL)
		(void)store_set(store, &key.key, value->data, value->size,
		    cache_timeout(timeout_s), 0);
	cache_key_clear(&key);
	call->store_us += clock_monotonic_us() - started_us;
	return LETHE_OK;
}

enum lethe_result
lethe_cache_set(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct json_object *value, int64_t timeout_s)
{
	enum lethe_result done;
	struct buffer text;

	buffer_init(&text, VALUE_MAX);
	if (value != NULL)
		json_write(&text, value);
	if (value == NULL)
		done = lethe_fail(call,
		    "the value to cache could not be made (no memory, or a "
		    "malformed id or text); for null use lethe_null()");
	else if (buffer_failed(&text))
		done = lethe_fail(call,
		    "the value is too large (over %zu bytes) or nested too "
		    "deeply",
		    text.limit);
	else
		done = set(call, scope, function, arguments, STORE_JSON,
		    &(struct lethe_bytes){ text.data, text.size }, timeout_s);
	buffer_clear(&text);
	json_object_put(arguments);
	json_object_put(value);
	return done;
}

enum lethe_result
lethe_cache_set_bytes(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments, const void *data,
    size_t size, int64_t timeout_s)
{
	const struct lethe_bytes bytes = { (void *)(uintptr_t)data,
		data == NULL ? 0 : size };
	enum lethe_result done;

	done = set(
	    call, scope, function, arguments, STORE_BYTES, &bytes, timeout_s);
	json_object_put(arguments);
	return done;
}

/* What is not deleted is served on: that is an error. */
static int64_t
deleted(struct lethe_call *call, int64_t rows)
{
	if (rows < 0)
		(void)lethe_fail(call,
		    "the cache cannot be written, so nothing was deleted; the "
		    "log says why");
	return rows;
}

enum lethe_result
lethe_cache_delete(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments)
{
	struct store *store = call->services->store;
	struct cache_key key;
	int64_t rows = -1;

	if (cache_key_make(&key, call, scope, function, arguments) == 0) {
		rows = deleted(
		    call, store == NULL ? 0 : store_delete(store, &key.key));
		cache_key_clear(&key);
	}
	json_object_put(arguments);
	return rows < 0 ? LETHE_ERROR : LETHE_OK;
}

int64_t
lethe_cache_delete_function(struct lethe_call *call, const char *function)
{
	struct store *store = call->services->store;

	if (function == NULL) {
		(void)lethe_fail(call, "a function to delete needs a name");
		return -1;
	}
	return deleted(
	    call, store == NULL ? 0 : store_delete_function(store, function));
}

int64_t
lethe_cache_clear(struct lethe_call *call)
{
	struct store *store = call->services->store;

	return deleted(call, store == NULL ? 0 : store_clear(store));
}

bool
lethe_always(struct lethe_call *call, struct json_object *arguments)
{
	(void)call;
	(void)arguments;
	return true;
}
