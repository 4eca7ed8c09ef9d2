/*
 * dash/call_memoize.c: a memoized function of the app, over the store.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dash/cache_key.h"
#include "dash/json_write.h"
#include "dash/refresh.h"

/* What the store's computation needs of the call. */
struct computation {
	struct lethe_call *call;
	const struct lethe_memo *memo;
	struct json_object *arguments;
	enum store_kind kind;
	/* It failed in this process, and the call knows where. */
	bool failed;
	int64_t compute_us; /* how long that took, if it came to it */
};

/* Runs the app's function and appends what it gave. */
static enum lethe_result
run(struct computation *computation, struct buffer *text)
{
	const struct lethe_memo *memo = computation->memo;
	struct lethe_bytes bytes = { NULL, 0 };
	struct json_object *value = NULL;
	int64_t started_us = clock_monotonic_us();
	enum lethe_result done;

	if (memo->scope == LETHE_SHARED)
		computation->call->sharing++;
	if (computation->kind == STORE_BYTES)
		done = memo->compute_bytes(
		    computation->call, computation->arguments, &bytes);
	else
		done = memo->compute(
		    computation->call, computation->arguments, &value);
	if (memo->scope == LETHE_SHARED)
		computation->call->sharing--;
	computation->compute_us = clock_monotonic_us() - started_us;
	if (done == LETHE_OK && computation->kind == STORE_BYTES)
		buffer_add(text, bytes.data == NULL ? "" : bytes.data,
		    bytes.data == NULL ? 0 : bytes.size);
	else if (done == LETHE_OK && value != NULL)
		json_write(text, value);
	free(bytes.data);
	json_object_put(value);
	return done;
}

static int
compute(void *context, struct buffer *text, struct error *error)
{
	struct computation *computation = context;
	struct lethe_call *call = computation->call;
	bool failed_before = call->failed;

	/* A function may overlook that it was given null for what failed: such
	 * a value must not be kept. */
	if (run(computation, text) != LETHE_OK ||
	    (call->failed && !failed_before)) {
		computation->failed = true;
		return error_set(error, "%s",
		    call->error.message[0] != '\0'
			? call->error.message
			: "the memoized function failed without lethe_fail()");
	}
	if (computation->kind == STORE_JSON && text->size == 0 &&
	    !buffer_failed(text)) {
		computation->failed = true;
		return error_set(error,
		    "the memoized function gave no value (no memory, or a "
		    "malformed id or text); for null use lethe_null()");
	}
	if (buffer_failed(text))
		return error_set(error,
		    "the value is too large (over %zu bytes) or nested too "
		    "deeply",
		    text->limit);
	return 0;
}

/* Without a store (it could not be opened), or past it, a call computes. */
static int
compute_alone(struct computation *computation, struct store_value *value,
    struct error *error)
{
	struct buffer text;

	buffer_init(&text, computation->call->services->response_limit);
	if (compute(computation, &text, error) != 0) {
		buffer_clear(&text);
		return -1;
	}
	/* So that even no bytes have an address. */
	buffer_add(&text, "", 0);
	*value = (struct store_value){ .text = text.data,
		.size = text.size,
		.created_ms = clock_unix_ms(),
		.kind = computation->kind };
	return 0;
}

/* Is the description of the memoized function right?  -1 after lethe_fail(). */
static int
check_memo(struct lethe_call *call, const struct lethe_memo *memo,
    enum store_kind kind)
{
	if (memo->name == NULL || memo->name[0] == '\0' ||
	    memo->timeout_s < LETHE_TIMEOUT_NEVER || memo->stale_s < 0 ||
	    memo->negative_timeout_s < 0) {
		(void)lethe_fail(call,
		    "a struct lethe_memo needs a name, a timeout of seconds "
		    "or LETHE_TIMEOUT_..., and no negative times");
		return -1;
	}
	if (kind == STORE_BYTES ? memo->compute_bytes == NULL
				: memo->compute == NULL) {
		(void)lethe_fail(call,
		    "the struct lethe_memo %s needs a function in .%s",
		    memo->name,
		    kind == STORE_BYTES ? "compute_bytes" : "compute");
		return -1;
	}
	if (memo->stale_s > 0 && memo->timeout_s == LETHE_TIMEOUT_NEVER) {
		(void)lethe_fail(call,
		    "the struct lethe_memo %s has .stale_s, but what never "
		    "expires never gets stale: give it a .timeout_s",
		    memo->name);
		return -1;
	}
	return 0;
}

static struct store_terms
terms_of(const struct lethe_call *call, const struct lethe_memo *memo,
    enum store_kind kind)
{
	return (struct store_terms){
		.timeout_s = cache_timeout(memo->timeout_s),
		.stale_s = memo->stale_s,
		.negative_timeout_s = memo->negative_timeout_s,
		.deadline_ms =
		    call->deadline_ms > 0 ? call->deadline_ms : INT64_MAX,
		.kind = kind,
		/* A value that nobody would compute anew. */
		.fresh_only = call->services->refreshes == NULL,
	};
}

/* Asks the store; a stale value is noted for later. */
static int
ask_store(struct computation *computation, struct store_value *value,
    struct error *error)
{
	struct lethe_call *call = computation->call;
	const struct lethe_memo *memo = computation->memo;
	struct store_terms terms = terms_of(call, memo, computation->kind);
	struct cache_key key;
	int done;

	if (memo->forced_update != NULL)
		terms.forced_update =
		    memo->forced_update(call, computation->arguments);
	if (cache_key_make(&key, call, memo->scope, memo->name,
		computation->arguments) != 0) {
		*error = call->error;
		computation->failed = true;
		return -1;
	}
	done = store_memoize(call->services->store, &key.key, &terms, compute,
	    computation, value, error);
	if (done == 0 && value->stale)
		refresh_add(call->services->refreshes, memo, computation->kind,
		    &key.key);
	cache_key_clear(&key);
	return done;
}

static int
memoize(struct lethe_call *call, const struct lethe_memo *memo,
    struct json_object *arguments, enum store_kind kind,
    struct store_value *value)
{
	struct computation computation = {
		.call = call, .memo = memo, .arguments = arguments, .kind = kind
	};
	struct error error = { "" };
	struct trace trace;
	int64_t started_us;
	int done;

	if (check_memo(call, memo, kind) != 0)
		return -1;
	started_us = clock_monotonic_us();
	if (call->services->store == NULL ||
	    (memo->unless != NULL && memo->unless(call, arguments)))
		done = compute_alone(&computation, value, &error);
	else
		done = ask_store(&computation, value, &error);
	call->store_us +=
	    clock_monotonic_us() - started_us - computation.compute_us;
	if (done == 0)
		return 0;
	trace = call->trace;
	(void)lethe_fail(call, "%s: %s", memo->name, error.message);
	if (computation.failed)
		call->trace = trace;
	return -1;
}

int
memo_refresh(struct lethe_call *call, const struct lethe_memo *memo,
    enum store_kind kind, struct json_object *arguments, struct error *error)
{
	struct computation computation = {
		.call = call, .memo = memo, .arguments = arguments, .kind = kind
	};
	struct store_terms terms = terms_of(call, memo, kind);
	struct cache_key key;
	int done;

	if (cache_key_make(&key, call, memo->scope, memo->name, arguments) !=
	    0) {
		*error = call->error;
		return -1;
	}
	done = store_refresh(call->services->store, &key.key, &terms, compute,
	    &computation, error);
	cache_key_clear(&key);
	return done;
}

enum lethe_result
lethe_memoize_raw(struct lethe_call *call, const struct lethe_memo *memo,
    struct json_object *arguments, struct json_object **value)
{
	struct store_value stored;
	int done;

	*value = NULL;
	done = memoize(call, memo, arguments, STORE_JSON, &stored);
	json_object_put(arguments);
	if (done != 0)
		return LETHE_ERROR;
	*value = json_raw_take(stored.text, stored.size);
	if (*value == NULL)
		return lethe_fail(call, "out of memory");
	return LETHE_OK;
}

enum lethe_result
lethe_memoize(struct lethe_call *call, const struct lethe_memo *memo,
    struct json_object *arguments, struct json_object **value)
{
	struct store_value stored;
	int done;

	*value = NULL;
	done = memoize(call, memo, arguments, STORE_JSON, &stored);
	json_object_put(arguments);
	if (done != 0)
		return LETHE_ERROR;
	return cache_parse(call, memo->name, &stored, value);
}

enum lethe_result
lethe_memoize_bytes(struct lethe_call *call, const struct lethe_memo *memo,
    struct json_object *arguments, struct lethe_bytes *bytes)
{
	struct store_value stored;
	int done;

	*bytes = (struct lethe_bytes){ NULL, 0 };
	done = memoize(call, memo, arguments, STORE_BYTES, &stored);
	json_object_put(arguments);
	if (done != 0)
		return LETHE_ERROR;
	return cache_keep_bytes(call, &stored, bytes);
}
