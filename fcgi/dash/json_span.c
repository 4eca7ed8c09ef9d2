/*
 * dash/json_span.c: where are the parts of a text that json_scan() accepted?
 *
 * Nothing is checked again: the ends of strings and containers are found by
 * their quotes and brackets alone.  Bounds are still kept, so that a span
 * that was never scanned gives nonsense but reads nothing outside itself.
 */
#include "dash/json_scan.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end &&
	       (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	return at;
}

/* Behind the closing quote of the string that begins at `at`. */
static const char *
skip_string(const char *at, const char *end)
{
	const char *from = at + 1;

	while (from < end) {
		const char *quote = memchr(from, '"', (size_t)(end - from));
		const char *back;

		if (quote == NULL)
			return end;
		/* Escaped or not: an even number of backslashes before the
		 * quote are pairs of their own. */
		for (back = quote; back > from && back[-1] == '\\'; back--)
			continue;
		if ((quote - back) % 2 == 0)
			return quote + 1;
		from = quote + 1;
	}
	return end;
}

static const char *
skip_container(const char *at, const char *end)
{
	size_t depth = 0;

	while (at < end) {
		switch (*at) {
		case '"':
			at = skip_string(at, end);
			continue;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			if (--depth == 0)
				return at + 1;
			break;
		default:
			break;
		}
		at++;
	}
	return end;
}

static const char *
skip_value(const char *at, const char *end)
{
	if (at == end)
		return end;
	if (*at == '"')
		return skip_string(at, end);
	if (*at == '[' || *at == '{')
		return skip_container(at, end);
	/* Numbers and literals end where the next part of the text begins. */
	while (at < end && *at != ',' && *at != ']' && *at != '}' &&
	       *at != ' ' && *at != '\n' && *at != '\r' && *at != '\t')
		at++;
	return at;
}

enum json_span_type
json_span_type(struct json_span span)
{
	if (span.start == NULL || span.size == 0)
		return JSON_NONE;
	switch (span.start[0]) {
	case 'n':
		return JSON_NULL;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case '"':
		return JSON_STRING;
	case '[':
		return JSON_ARRAY;
	case '{':
		return JSON_OBJECT;
	default:
		return JSON_NUMBER;
	}
}

void
json_cursor_init(struct json_cursor *cursor, struct json_span container)
{
	cursor->type = json_span_type(container);
	cursor->at = cursor->end = container.start;
	if ((cursor->type == JSON_ARRAY || cursor->type == JSON_OBJECT) &&
	    container.size >= 2) {
		cursor->at = container.start + 1;
		cursor->end = container.start + container.size - 1;
	}
}

int
json_cursor_next(
    struct json_cursor *cursor, struct json_span *name, struct json_span *value)
{
	const char *end = cursor->end;
	const char *at;
	struct json_span member = { NULL, 0 };

	if (name != NULL)
		*name = member;
	*value = (struct json_span){ NULL, 0 };
	if (cursor->at == end)
		return 0;
	at = skip_blanks(cursor->at, end);
	if (at < end && *at == ',')
		at = skip_blanks(at + 1, end);
	if (at < end && cursor->type == JSON_OBJECT) {
		member.start = at;
		at = skip_string(at, end);
		member.size = (size_t)(at - member.start);
		at = skip_blanks(at, end);
		if (at < end)
			at = skip_blanks(at + 1, end); /* the colon */
	}
	cursor->at = at;
	if (at == end)
		return 0;
	if (name != NULL)
		*name = member;
	cursor->at = skip_value(at, end);
	value->start = at;
	value->size = (size_t)(cursor->at - at);
	return 1;
}

int
json_span_member(
    struct json_span object, const char *name, struct json_span *value)
{
	struct json_cursor cursor;
	struct json_span member, found;
	int count = 0;

	*value = (struct json_span){ NULL, 0 };
	if (json_span_type(object) != JSON_OBJECT)
		return 0;
	json_cursor_init(&cursor, object);
	while (json_cursor_next(&cursor, &member, &found))
		if (json_span_is(member, name)) {
			*value = found;
			if (count < INT_MAX)
				count++;
		}
	return count;
}

/* ------------------------------------------------------------------------
 * Strings
 */

struct json_span
json_span_string(struct json_span span)
{
	const char *end;

	if (json_span_type(span) != JSON_STRING)
		return (struct json_span){ NULL, 0 };
	end = skip_string(span.start, span.start + span.size);
	return (struct json_span){ span.start, (size_t)(end - span.start) };
}

static unsigned long
hex4(const char *at)
{
	unsigned long value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char digit = (unsigned char)at[i];

		/* Letters differ from digits in bit 6; both cases of a letter
		 * have the same low bits, from 1. */
		value = value << 4 |
			((digit & 0xfu) + ((digit & 0x40u) != 0 ? 9u : 0u));
	}
	return value;
}

/* Decodes the escape at `*at` and steps over it; gives its length. */
static size_t
decode_escape(const char **at, const char *end, char out[4])
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *escape = *at + 1;
	unsigned long point;

	if (escape < end && *escape != 'u') {
		const char *name = strchr(names, *escape);

		*at = escape + 1;
		out[0] = name != NULL ? values[name - names] : *escape;
		return 1;
	}
	if (end - escape < 5) {
		*at = end;
		return 0;
	}
	point = hex4(escape + 1);
	*at = escape + 5;
	if (point >= 0xd800 && point <= 0xdbff && end - *at >= 6) {
		point =
		    0x10000 + ((point & 0x3ff) << 10) + (hex4(*at + 2) & 0x3ff);
		*at += 6;
	}
	return utf8_encode(point, out);
}

/* What is between the quotes; empty for a span that is no string. */
static struct json_span
inner(struct json_span string)
{
	if (json_span_type(string) != JSON_STRING || string.size < 2)
		return (struct json_span){ "", 0 };
	return (struct json_span){ string.start + 1, string.size - 2 };
}

int
json_span_is(struct json_span string, const char *text)
{
	struct json_span body = inner(string);
	const char *at = body.start, *end = body.start + body.size;
	size_t left = strlen(text);

	if (json_span_type(string) != JSON_STRING)
		return 0;
	/* An escape is longer than what it stands for. */
	if (body.size < left)
		return 0;
	while (at < end) {
		char decoded[4];
		size_t length = 1;

		if (*at == '\\')
			length = decode_escape(&at, end, decoded);
		else
			decoded[0] = *at++;
		if (length > left || memcmp(decoded, text, length) != 0)
			return 0;
		text += length;
		left -= length;
	}
	return left == 0;
}

size_t
json_span_unescape(struct json_span string, char *out)
{
	struct json_span body = inner(string);
	const char *at = body.start, *end = body.start + body.size;
	char *to = out;

	while (at < end) {
		const char *escape = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((escape != NULL ? escape : end) - at);
		char decoded[4];
		size_t length;

		memcpy(to, at, plain);
		to += plain;
		at += plain;
		if (at == end)
			break;
		length = decode_escape(&at, end, decoded);
		memcpy(to, decoded, length);
		to += length;
	}
	return (size_t)(to - out);
}

int
json_span_decode(struct json_span string, char *out, size_t size)
{
	struct json_span body = inner(string);
	const char *at = body.start, *end = body.start + body.size;
	size_t used = 0;

	if (size == 0)
		return -1;
	while (at < end) {
		char decoded[4];
		size_t length = 1;

		if (*at == '\\')
			length = decode_escape(&at, end, decoded);
		else
			decoded[0] = *at++;
		if (length >= size - used ||
		    (length != 0 && decoded[0] == '\0'))
			goto refuse;
		memcpy(out + used, decoded, length);
		used += length;
	}
	if (used > INT_MAX)
		goto refuse;
	out[used] = '\0';
	return (int)used;

refuse:
	out[0] = '\0';
	return -1;
}
