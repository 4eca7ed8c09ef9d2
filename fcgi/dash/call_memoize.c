/*
 * dash/call_memoize.c: a memoized function of the app, over the store.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dash/call.h"
#include "dash/json_parse.h"
#include "dash/json_write.h"
#include "store/store.h"

/* What the store's computation needs of the call. */
struct computation {
	struct lethe_call *call;
	const struct lethe_memo *memo;
	struct json_object *arguments;
	/* It failed in this process, and the call knows where. */
	bool failed;
	int64_t compute_us; /* how long that took, if it came to it */
};

static int
compute(void *context, struct buffer *text, struct error *error)
{
	struct computation *computation = context;
	struct lethe_call *call = computation->call;
	struct json_object *value = NULL;
	int64_t started_us = clock_monotonic_us();
	enum lethe_result done;

	done = computation->memo->compute(call, computation->arguments, &value);
	computation->compute_us = clock_monotonic_us() - started_us;
	if (done != LETHE_OK) {
		json_object_put(value);
		computation->failed = true;
		return error_set(error, "%s",
		    call->error.message[0] != '\0'
			? call->error.message
			: "the memoized function failed without lethe_fail()");
	}
	if (value == NULL) {
		computation->failed = true;
		return error_set(error,
		    "the memoized function gave no value (no memory, or a "
		    "malformed id or text); for null use lethe_null()");
	}
	json_write(text, value);
	json_object_put(value);
	if (buffer_failed(text))
		return error_set(error,
		    "the value is too large (over %zu bytes) or nested too "
		    "deeply",
		    text->limit);
	return 0;
}

/* Without a store (it could not be opened) every call computes. */
static int
compute_alone(struct computation *computation, size_t limit,
    struct store_value *value, struct error *error)
{
	struct buffer text;

	buffer_init(&text, limit);
	if (compute(computation, &text, error) != 0) {
		buffer_clear(&text);
		return -1;
	}
	*value = (struct store_value){ .text = text.data, .size = text.size,
		.created_ms = clock_unix_ms() };
	return 0;
}

static void arguments_write(struct buffer *text, struct json_object *value,
    unsigned int depth);

static int
compare_names(const void *a, const void *b)
{
	const struct lethe_member *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void
members_write(struct buffer *text, struct json_object *object,
    unsigned int depth)
{
	size_t count = 0;
	struct lethe_member *members =
	    calloc((size_t)json_object_object_length(object) + 1,
		sizeof(*members));

	if (members == NULL) {
		text->failed = true;
		return;
	}
	json_object_object_foreach(object, name, value)
	{
		members[count++] =
		    (struct lethe_member){ .name = name, .value = value };
	}
	qsort(members, count, sizeof(*members), compare_names);
	buffer_add_char(text, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_add_char(text, ',');
		json_write_string(text, members[i].name,
		    strlen(members[i].name));
		buffer_add_char(text, ':');
		arguments_write(text, members[i].value, depth + 1);
	}
	buffer_add_char(text, '}');
	free(members);
}

/*
 * Writes the arguments canonically: members in the order of their names, since
 * arguments that are equal must have one key, however a browser or a handler
 * put them together.
 */
static void
arguments_write(struct buffer *text, struct json_object *value,
    unsigned int depth)
{
	if (depth > JSON_DEPTH_MAX) {
		text->failed = true;
	} else if (json_object_is_type(value, json_type_object)) {
		members_write(text, value, depth);
	} else if (json_object_is_type(value, json_type_array)) {
		buffer_add_char(text, '[');
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			if (i > 0)
				buffer_add_char(text, ',');
			arguments_write(text,
			    json_object_array_get_idx(value, i), depth + 1);
		}
		buffer_add_char(text, ']');
	} else {
		json_write(text, value);
	}
}

/* Seconds, as the store counts them: 0 is never and -1 the default. */
static int64_t
store_timeout(int64_t timeout_s)
{
	if (timeout_s == LETHE_TIMEOUT_DEFAULT)
		return -1;
	return timeout_s == LETHE_TIMEOUT_NEVER ? 0 : timeout_s;
}

static int
memoize(struct lethe_call *call, const struct lethe_memo *memo,
    struct json_object *arguments, struct store_value *value)
{
	struct computation computation = { .call = call, .memo = memo,
		.arguments = arguments };
	struct store_key key = { .function = memo->name, .owner = "" };
	const struct store_terms terms = {
		.timeout_s = store_timeout(memo->timeout_s),
		.deadline_ms =
		    call->deadline_ms > 0 ? call->deadline_ms : INT64_MAX };
	struct buffer text;
	struct error error = { "" };
	int64_t started_us;
	int done = -1;

	if (memo->name == NULL || memo->name[0] == '\0' ||
	    memo->compute == NULL || memo->timeout_s < LETHE_TIMEOUT_NEVER) {
		(void)lethe_fail(call,
		    "a struct lethe_memo needs a name, a compute function and "
		    "a timeout of seconds or LETHE_TIMEOUT_...");
		return -1;
	}
	buffer_init(&text, 1 << 20);
	arguments_write(&text, arguments, 0);
	if (buffer_failed(&text)) {
		(void)lethe_fail(call,
		    "the arguments of %s are larger than 1 MiB or nested too "
		    "deeply",
		    memo->name);
		goto out;
	}
	key.arguments = text.data;
	key.arguments_size = text.size;
	started_us = clock_monotonic_us();
	if (call->services->store == NULL)
		done = compute_alone(&computation,
		    call->services->response_limit, value, &error);
	else
		done = store_memoize(call->services->store, &key, &terms,
		    compute, &computation, value, &error);
	call->store_us += clock_monotonic_us() - started_us -
	    computation.compute_us;
	if (done != 0) {
		struct trace trace = call->trace;

		(void)lethe_fail(call, "%s: %s", memo->name, error.message);
		if (computation.failed)
			call->trace = trace;
	}
out:
	buffer_clear(&text);
	return done;
}

enum lethe_result
lethe_memoize_raw(struct lethe_call *call, const struct lethe_memo *memo,
    struct json_object *arguments, struct json_object **value)
{
	struct store_value stored;
	int done;

	*value = NULL;
	done = memoize(call, memo, arguments, &stored);
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
	struct json_fault fault;
	struct json_span span;
	int done;

	*value = NULL;
	done = memoize(call, memo, arguments, &stored);
	json_object_put(arguments);
	if (done != 0)
		return LETHE_ERROR;
	if (json_scan(stored.text, stored.size, JSON_DEPTH_MAX, &span,
		&fault) != 0) {
		free(stored.text);
		return lethe_fail(call,
		    "the cached value of %s is not valid JSON: %s at byte %zu",
		    memo->name, fault.reason, fault.offset);
	}
	*value = json_parse_span(span);
	if (*value == NULL && json_span_type(span) != JSON_NULL)
		done = -1;
	free(stored.text);
	return done == 0 ? LETHE_OK : lethe_fail(call, "out of memory");
}
