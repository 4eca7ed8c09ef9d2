/*
 * tests/fuzz/fuzz_update.c: any body, as that of an update-component request.
 */
#include <string.h>

#include "dash/json_scan.h"

#include "fuzz.h"
#include "fuzz_app.h"

/* Enough for any answer to an input of a fuzzer's size. */
#define RESPONSE_LIMIT ((size_t)256 << 20)

/* An object that has a name twice loses one of the two in the browser. */
static void
check_names(struct json_span object, int depth)
{
	struct json_span name, value, other, skipped;
	struct json_cursor cursor, rest;

	if (json_span_type(object) != JSON_OBJECT || depth == 0)
		return;
	json_cursor_init(&cursor, object);
	while (json_cursor_next(&cursor, &name, &value) == 1) {
		rest = cursor;
		while (json_cursor_next(&rest, &other, &skipped) == 1)
			FUZZ_CHECK(
			    name.size != other.size ||
			    memcmp(name.start, other.start, name.size) != 0);
		check_names(value, depth - 1);
	}
}

static void
check_response(const struct buffer *out)
{
	struct json_span whole, part;

	FUZZ_CHECK(!buffer_failed(out) && out->size > 0);
	FUZZ_CHECK(
	    json_scan(out->data, out->size, JSON_DEPTH_MAX, &whole, NULL) == 0);
	FUZZ_CHECK(json_span_member(whole, "multi", &part) == 1);
	FUZZ_CHECK(json_span_type(part) == JSON_TRUE);
	FUZZ_CHECK(json_span_member(whole, "response", &part) == 1);
	FUZZ_CHECK(json_span_type(part) == JSON_OBJECT);
	/* The response, its components, their properties. */
	check_names(whole, 3);
}

static void
check_result(const struct dash_result *result, const struct buffer *out)
{
	bool has_failed = fuzz_app_has_failed();

	switch (result->status) {
	case 200:
		FUZZ_CHECK(!has_failed);
		check_response(out);
		break;
	case 204:
		FUZZ_CHECK(!has_failed && out->size == 0);
		break;
	case 400:
	case 404:
		FUZZ_CHECK(!has_failed);
		break;
	case 500:
		/* No body makes a handler fail that would not. */
		FUZZ_CHECK(has_failed && result->callback != NULL);
		break;
	default:
		FUZZ_CHECK(!"the status is one of these");
	}
	FUZZ_CHECK(
	    (result->status >= 400) == (result->error.message[0] != '\0'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dash *dash;
	const char *volatile running = NULL;
	struct dash_services services = { .running = &running,
		.response_limit = RESPONSE_LIMIT };
	struct dash_result result;
	struct buffer out;

	if (dash == NULL)
		dash = fuzz_app_new();
	buffer_init(&out, RESPONSE_LIMIT);
	dash_update(
	    dash, &services, NULL, (const char *)data, size, &out, &result);
	FUZZ_CHECK(running == NULL);
	check_result(&result, &out);
	buffer_clear(&out);
	return 0;
}
