/*
 * dash/cache_key.c: what an app's value is filed under in the cache.
 */
#include "dash/cache_key.h"

#include <stdlib.h>
#include <string.h>

#include "dash/json_parse.h"
#include "dash/json_write.h"

#define FUNCTION_MAX 255

static void arguments_write(
    struct buffer *text, struct json_object *value, unsigned int depth);

static int
compare_names(const void *a, const void *b)
{
	const struct lethe_member *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void
members_write(
    struct buffer *text, struct json_object *object, unsigned int depth)
{
	size_t count = 0;
	struct lethe_member *members = calloc(
	    (size_t)json_object_object_length(object) + 1, sizeof(*members));

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
		json_write_string(
		    text, members[i].name, strlen(members[i].name));
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
arguments_write(
    struct buffer *text, struct json_object *value, unsigned int depth)
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

/* Whose value it is: "" is everybody's; NULL after lethe_fail(). */
static const char *
owner_of(struct lethe_call *call, enum lethe_scope scope)
{
	if (scope == LETHE_SHARED)
		return "";
	/* A shared value must not be made of an owner's: call_owner() says
	 * so. */
	if (call->owner != NULL && call->sharing == 0)
		return call->owner;
	if (call->refreshing && call->sharing == 0) {
		(void)lethe_fail(call,
		    "a shared value that is computed anew after the response "
		    "cannot depend on a value of a session");
		return NULL;
	}
	return call_owner(call);
}

int
cache_key_make(struct cache_key *key, struct lethe_call *call,
    enum lethe_scope scope, const char *function, struct json_object *arguments)
{
	*key = (struct cache_key){ .key = { .function = function } };
	buffer_init(&key->arguments, CACHE_ARGUMENTS_MAX);
	if (function == NULL || function[0] == '\0' ||
	    strlen(function) > FUNCTION_MAX) {
		(void)lethe_fail(call,
		    "a cached value needs the name of a function, of %d bytes "
		    "at most",
		    FUNCTION_MAX);
		return -1;
	}
	if (arguments == NULL) {
		(void)lethe_fail(call,
		    "the arguments of %s could not be made (no memory, or a "
		    "malformed id or text); for none use lethe_null()",
		    function);
		return -1;
	}
	if (scope != LETHE_SHARED && scope != LETHE_SESSION) {
		(void)lethe_fail(call,
		    "the scope of %s is %d, but must be LETHE_SHARED or "
		    "LETHE_SESSION",
		    function, (int)scope);
		return -1;
	}
	key->key.owner = owner_of(call, scope);
	if (key->key.owner == NULL)
		return -1;
	arguments_write(&key->arguments, arguments, 0);
	if (buffer_failed(&key->arguments)) {
		cache_key_clear(key);
		(void)lethe_fail(call,
		    "the arguments of %s are larger than 1 MiB or nested too "
		    "deeply",
		    function);
		return -1;
	}
	key->key.arguments = key->arguments.data;
	key->key.arguments_size = key->arguments.size;
	return 0;
}

int
cache_arguments(struct buffer *arguments, const char *text, struct error *error)
{
	struct json_object *value;
	struct json_fault fault;
	struct json_span span;

	if (json_scan(text, strlen(text), JSON_DEPTH_MAX, &span, &fault) != 0)
		return error_set(error,
		    "the arguments are not JSON: %s at byte %zu of %.100s",
		    fault.reason, fault.offset, text);
	value = json_parse_span(span);
	if (value == NULL && json_span_type(span) != JSON_NULL)
		return error_set(error, "out of memory");
	arguments_write(arguments, value, 0);
	json_object_put(value);
	return buffer_failed(arguments)
		   ? error_set(error, "the arguments are too large")
		   : 0;
}

void
cache_key_clear(struct cache_key *key)
{
	buffer_clear(&key->arguments);
}

/* 0 is never and -1 the default there. */
int64_t
cache_timeout(int64_t timeout_s)
{
	if (timeout_s == LETHE_TIMEOUT_DEFAULT)
		return -1;
	return timeout_s == LETHE_TIMEOUT_NEVER ? 0 : timeout_s;
}

enum lethe_result
cache_parse(struct lethe_call *call, const char *function,
    struct store_value *stored, struct json_object **value)
{
	struct json_fault fault;
	struct json_span span;
	bool parsed;

	*value = NULL;
	if (json_scan(stored->text, stored->size, JSON_DEPTH_MAX, &span,
		&fault) != 0) {
		free(stored->text);
		return lethe_fail(call,
		    "the cached value of %s is not valid JSON: %s at byte %zu",
		    function, fault.reason, fault.offset);
	}
	*value = json_parse_span(span);
	parsed = *value != NULL || json_span_type(span) == JSON_NULL;
	free(stored->text);
	return parsed ? LETHE_OK : lethe_fail(call, "out of memory");
}

enum lethe_result
cache_keep_bytes(struct lethe_call *call, struct store_value *stored,
    struct lethe_bytes *bytes)
{
	struct buffer text = { .data = stored->text, .size = stored->size };

	if (call_keep_text(call, &text) == NULL)
		return LETHE_ERROR;
	*bytes = (struct lethe_bytes){ stored->text, stored->size };
	return LETHE_OK;
}
