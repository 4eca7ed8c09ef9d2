/*
 * tests/fuzz/fuzz_json.c: text that the scanner takes can be parsed, written
 * and read again, and means the same; what it refuses nothing else takes.
 */
#include <string.h>

#include <lethe/value.h>

#include "dash/json_parse.h"
#include "dash/json_write.h"

#include "fuzz.h"

#define TEXT_LIMIT ((size_t)64 << 20)

/* Walks all parts: every byte of the text is in one that a cursor gives. */
static void
walk(struct json_span span, int depth)
{
	enum json_span_type type = json_span_type(span);
	struct json_span name, value;
	struct json_cursor cursor;

	FUZZ_CHECK(type != JSON_NONE);
	if ((type != JSON_ARRAY && type != JSON_OBJECT) || depth > 8)
		return;
	json_cursor_init(&cursor, span);
	while (json_cursor_next(&cursor, &name, &value) == 1) {
		FUZZ_CHECK(value.start > span.start &&
			   value.start + value.size < span.start + span.size);
		FUZZ_CHECK((type == JSON_OBJECT) == (name.start != NULL));
		if (type == JSON_OBJECT)
			FUZZ_CHECK(json_span_type(name) == JSON_STRING);
		walk(value, depth + 1);
	}
}

static void
check_string(struct json_span string)
{
	char *whole = malloc(string.size), *text = malloc(string.size);
	size_t size;

	FUZZ_CHECK(whole != NULL && text != NULL);
	size = json_span_unescape(string, whole);
	FUZZ_CHECK(size < string.size);
	if (memchr(whole, '\0', size) == NULL) {
		FUZZ_CHECK(
		    json_span_decode(string, text, string.size) == (int)size);
		FUZZ_CHECK(memcmp(text, whole, size) == 0);
		FUZZ_CHECK(json_span_is(string, text));
	} else {
		FUZZ_CHECK(json_span_decode(string, text, string.size) == -1);
	}
	free(whole);
	free(text);
}

/* Reads what was written, which must be the same value. */
static void
check_written(const struct buffer *text, struct json_object *expected)
{
	struct json_object *again;
	struct json_span span;

	FUZZ_CHECK(!buffer_failed(text));
	FUZZ_CHECK(json_scan(text->data, text->size, JSON_DEPTH_MAX, &span,
		       NULL) == 0);
	FUZZ_CHECK(span.size == text->size);
	again = json_parse_span(span);
	FUZZ_CHECK(json_object_equal(again, expected));
	json_object_put(again);
}

static void
check_value(struct json_span span)
{
	struct json_object *value = json_parse_span(span);
	struct buffer text, html;

	FUZZ_CHECK((value == NULL) == (json_span_type(span) == JSON_NULL));
	buffer_init(&text, TEXT_LIMIT);
	json_write(&text, value);
	check_written(&text, value);
	buffer_init(&html, TEXT_LIMIT);
	json_write_html(&html, value);
	check_written(&html, value);
	FUZZ_CHECK(strpbrk(html.data, "<>&/") == NULL);
	buffer_clear(&html);
	buffer_clear(&text);
	json_object_put(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct json_span span;
	struct json_fault fault;
	char *copy;

	if (json_scan(text, size, JSON_DEPTH_MAX, &span, &fault) != 0) {
		FUZZ_CHECK(fault.reason != NULL && fault.offset <= size);
		FUZZ_CHECK(lethe_raw(text, size) == NULL);
		return 0;
	}
	FUZZ_CHECK(span.start >= text && span.size > 0 &&
		   span.start + span.size <= text + size);
	/* At its very end, so that reading on is seen. */
	copy = malloc(span.size);
	FUZZ_CHECK(copy != NULL);
	memcpy(copy, span.start, span.size);
	span.start = copy;
	walk(span, 0);
	if (json_span_type(span) == JSON_STRING)
		check_string(span);
	check_value(span);
	free(copy);
	return 0;
}
