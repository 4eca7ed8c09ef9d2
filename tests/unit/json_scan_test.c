/*
 * Tests of dash/json_scan.h: which texts are JSON, and where their parts are.
 *
 * Each text is scanned in memory of exactly its size, so that a sanitizer
 * sees every byte that is read too far.
 */
#include <CUnit/CUnit.h>

#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/json_scan.h"

#define JSON_TEXTS_REFUSED
#include "json_texts.h"

void json_scan_suite(void);

/* clang-format off */
/* What is wrong, and at which byte. */
static const struct fault_case {
	struct text text;
	size_t offset;
	const char *reason;
} faults[] = {
	{ T(""), 0, "there is no value in the text" },
	{ T("  "), 2, "there is no value in the text" },
	{ T("[1,2"), 4, "the text ends too early" },
	{ T("\"ab"), 3, "the text ends too early" },
	{ T("\"\\u00"), 5, "the text ends too early" },
	{ T("tru"), 3, "the text ends too early" },
	{ T("1e"), 2, "the text ends too early" },
	{ T("[1,]"), 3, "a value was expected" },
	{ T("[trux]"), 4, "a value was expected" },
	{ T("'a'"), 0, "a value was expected" },
	{ T("\xef\xbb\xbf""1"), 0, "a value was expected" },
	{ T("{a:1}"), 1, "a name in double quotes was expected" },
	{ T("{\"a\":1,}"), 7, "a name in double quotes was expected" },
	{ T("{\"a\" 1}"), 5, "a colon was expected" },
	{ T("[1 2]"), 3, "a comma or ] was expected" },
	{ T("{\"a\":1 2}"), 7, "a comma or } was expected" },
	{ T("[1}"), 2, "a comma or ] was expected" },
	{ T("1 2"), 2, "the value ended before this" },
	{ T("{}\0"), 2, "the value ended before this" },
	{ T("[-a]"), 2, "a digit was expected" },
	{ T("[1.e1]"), 3, "a digit was expected" },
	{ T("[012]"), 1, "a number must not begin with 0" },
	{ T("[1,-1e999]"), 3, "a number too large for a double" },
	{ T("\"a\tb\""), 2, "a control character must be escaped" },
	{ T("\"a\\xb\""), 3, "no such escape" },
	{ T("\"\\u00g0\""), 5, "\\u needs four hexadecimal digits" },
	{ T("\"a\\ud800\""), 2, "a surrogate without its other half" },
	{ T("\"\\ud800\\u0041\""), 1, "a surrogate without its other half" },
	{ T("\"\\udc00\""), 1, "a surrogate without its other half" },
	{ T("\"abc\xc3(\""), 4, "not UTF-8" },
	{ T("[[[[[1]]]]]"), 4, "nested too deep" },
};
/* clang-format on */

/* Scans a copy of exactly `size` bytes; the span is moved to the original. */
static int
scan_exactly(const char *text, size_t size, size_t depth,
    struct json_span *value, struct json_fault *fault)
{
	/* malloc(0) may be NULL, which is allowed for an empty text too. */
	char *copy = malloc(size);
	struct json_span found;
	int result;

	if (size != 0)
		memcpy(copy, text, size);
	result = json_scan(copy, size, depth, &found, fault);
	if (found.start != NULL)
		found.start = text + (found.start - copy);
	if (value != NULL)
		*value = found;
	free(copy);
	return result;
}

static void
check(bool good, int line, const char *what)
{
	CU_assertImplementation(good, (unsigned)line, what, __FILE__, "", 0);
}

static void
test_accepted(void)
{
	CU_ASSERT(COUNT(accepted) >= 95);
	for (size_t i = 0; i < COUNT(accepted); i++) {
		const struct text *text = &accepted[i];

		check(scan_exactly(text->bytes, text->size, JSON_DEPTH_MAX,
			  NULL, NULL) == 0,
		    text->line, text->bytes);
	}
}

static void
test_refused(void)
{
	CU_ASSERT(COUNT(refused) >= 180);
	for (size_t i = 0; i < COUNT(refused); i++) {
		const struct text *text = &refused[i];
		struct json_fault fault = { NULL, 0 };
		struct json_span value;

		check(scan_exactly(text->bytes, text->size, JSON_DEPTH_MAX,
			  &value, &fault) == -1,
		    text->line, text->bytes);
		check(fault.reason != NULL && fault.offset <= text->size,
		    text->line, "the fault says why and where");
		check(value.start == NULL, text->line, "no value is given");
	}
}

static void
test_faults(void)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		const struct fault_case *test = &faults[i];
		struct json_fault fault = { "", 0 };

		/* Only the last case is nested as deep as this. */
		check(scan_exactly(test->text.bytes, test->text.size, 4, NULL,
			  &fault) == -1,
		    test->text.line, "refused");
		check(fault.offset == test->offset, test->text.line, "offset");
		check(fault.reason != NULL &&
			  strcmp(fault.reason, test->reason) == 0,
		    test->text.line, fault.reason);
	}
}

static void
test_value_span(void)
{
	static const char text[] = " \t[1, 2]\r\n";
	struct json_span value;

	CU_ASSERT(json_scan(text, sizeof(text) - 1, JSON_DEPTH_MAX, &value,
		      NULL) == 0);
	CU_ASSERT_PTR_EQUAL(value.start, text + 2);
	CU_ASSERT_EQUAL(value.size, 6);
}

/*
 * A prefix of an accepted text is JSON only when it holds the whole value,
 * or when the value is a number of which it holds a number.
 */
static void
test_prefixes(void)
{
	regex_t number;

	CU_ASSERT_FATAL(regcomp(&number,
			    "^[ \t\r\n]*-?(0|[1-9][0-9]*)(\\.[0-9]+)?"
			    "([eE][-+]?[0-9]+)?$",
			    REG_EXTENDED | REG_NOSUB) == 0);
	for (size_t i = 0; i < COUNT(accepted); i++) {
		const struct text *text = &accepted[i];
		struct json_span value;
		size_t whole;

		json_scan(
		    text->bytes, text->size, JSON_DEPTH_MAX, &value, NULL);
		check(value.start != NULL, text->line, "accepted");
		if (value.start == NULL)
			continue;
		whole = (size_t)(value.start - text->bytes) + value.size;
		for (size_t size = 0; size < text->size; size++) {
			char prefix[256];
			bool expected = size >= whole;

			memcpy(prefix, text->bytes, size);
			prefix[size] = '\0';
			if (json_span_type(value) == JSON_NUMBER &&
			    regexec(&number, prefix, 0, NULL, 0) == 0)
				expected = true;
			check((scan_exactly(text->bytes, size, JSON_DEPTH_MAX,
				   NULL, NULL) == 0) == expected,
			    text->line, prefix);
		}
	}
	regfree(&number);
}

/* `depth` arrays, or objects, within each other. */
static char *
nest(size_t depth, bool objects, size_t *size)
{
	const char *open = objects ? "{\"\":" : "[";
	size_t step = strlen(open);
	char *text = malloc(depth * (step + 1) + 1);

	for (size_t i = 0; i < depth; i++)
		memcpy(text + i * step, open, step);
	text[depth * step] = '0';
	memset(text + depth * step + 1, objects ? '}' : ']', depth);
	*size = depth * (step + 1) + 1;
	return text;
}

static void
test_depth(void)
{
	/* clang-format off */
	static const struct {
		int line;
		size_t depth;
		size_t allowed;
		bool accepted;
	} cases[] = {
		{ __LINE__, 0, 0, true }, { __LINE__, 1, 0, false },
		{ __LINE__, 1, 1, true }, { __LINE__, 2, 1, false },
		{ __LINE__, 63, 63, true }, { __LINE__, 64, 63, false },
		{ __LINE__, 64, 64, true }, { __LINE__, 65, 64, false },
		{ __LINE__, 65, 65, true }, { __LINE__, 66, 65, false },
		{ __LINE__, JSON_DEPTH_MAX, JSON_DEPTH_MAX, true },
		{ __LINE__, JSON_DEPTH_MAX + 1, JSON_DEPTH_MAX, false },
		{ __LINE__, JSON_DEPTH_MAX + 1, SIZE_MAX, false },
		{ __LINE__, 10000, JSON_DEPTH_MAX, false },
		{ __LINE__, 1000000, SIZE_MAX, false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		struct json_fault fault = { "", 0 };
		bool objects = i % 2 != 0;
		size_t size;
		char *text = nest(cases[i / 2].depth, objects, &size);
		int result = scan_exactly(
		    text, size, cases[i / 2].allowed, NULL, &fault);

		check((result == 0) == cases[i / 2].accepted, cases[i / 2].line,
		    "as deep as allowed");
		check(
		    result == 0 || strcmp(fault.reason, "nested too deep") == 0,
		    cases[i / 2].line, fault.reason);
		free(text);
	}
}

static void
test_depth_is_given_back(void)
{
	static const char text[] = "[[],{},[],{\"a\":[]},[[]]]";

	CU_ASSERT(json_scan(text, sizeof(text) - 1, 3, NULL, NULL) == 0);
	CU_ASSERT(json_scan(text, sizeof(text) - 1, 2, NULL, NULL) == -1);
}

/* The brackets must be told apart on every level, in every word of bits. */
static void
test_mixed_nesting(void)
{
	char text[JSON_DEPTH_MAX * 5 + 2];
	unsigned kinds;

	for (kinds = 1; kinds < 50; kinds++) {
		size_t size = 0, wrong, depth = 150;

		for (size_t i = 0; i < depth; i++)
			size += (size_t)snprintf(text + size, 5, "%s",
			    i % kinds == 0 ? "{\"\":" : "[");
		text[size++] = '1';
		for (size_t i = depth; i-- > 0;)
			text[size++] = i % kinds == 0 ? '}' : ']';
		CU_ASSERT(scan_exactly(text, size, depth, NULL, NULL) == 0);
		wrong = size - 1 - (kinds * 37) % depth;
		text[wrong] = text[wrong] == '}' ? ']' : '}';
		CU_ASSERT(scan_exactly(text, size, depth, NULL, NULL) == -1);
	}
}

/* Every byte at every place of strings around the eight bytes of a step. */
static void
test_bytes_in_strings(void)
{
	for (size_t length = 1; length <= 18; length++)
		for (size_t place = 0; place < length; place++)
			for (unsigned byte = 0; byte < 256; byte++) {
				char text[20];
				bool good = byte >= 0x20 && byte < 0x80 &&
					    byte != '"' && byte != '\\';

				memset(text, 'x', sizeof(text));
				text[0] = text[length + 1] = '"';
				text[place + 1] = (char)byte;
				if ((scan_exactly(text, length + 2, 0, NULL,
					 NULL) == 0) != good)
					CU_FAIL("a byte in a string");
			}
}

/* Every pair and many triples of bytes, against a decoder of its own. */
static bool
is_utf8(const unsigned char *text, size_t size)
{
	size_t at = 0;

	while (at < size) {
		unsigned long point = text[at], least;
		size_t more = 0;

		if (point < 0x80)
			more = 0, least = 0;
		else if (point >> 5 == 6)
			more = 1, least = 0x80, point &= 0x1f;
		else if (point >> 4 == 14)
			more = 2, least = 0x800, point &= 0xf;
		else if (point >> 3 == 30)
			more = 3, least = 0x10000, point &= 7;
		else
			return false;
		if (more > size - at - 1)
			return false;
		for (size_t i = 1; i <= more; i++) {
			if (text[at + i] >> 6 != 2)
				return false;
			point = point << 6 | (text[at + i] & 0x3f);
		}
		if (point < least || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			return false;
		at += more + 1;
	}
	return true;
}

static void
test_utf8_exhaustively(void)
{
	static const unsigned char tails[] = { 0x20, 0x7e, 0x80, 0x8f, 0x90,
		0x9f, 0xa0, 0xbf, 0xc2, 0xed, 0xf4 };
	unsigned char text[6] = "\"....\"";
	size_t wrong = 0;

	for (unsigned first = 0x80; first < 256; first++)
		for (unsigned second = 0x20; second < 256; second++)
			for (size_t i = 0; i < COUNT(tails); i++)
				for (size_t j = 0; j < COUNT(tails); j++) {
					text[1] = (unsigned char)first;
					text[2] =
					    second == '"' || second == '\\'
						? 'x'
						: (unsigned char)second;
					text[3] = tails[i];
					text[4] = tails[j];
					if ((json_scan((const char *)text, 6, 0,
						 NULL, NULL) == 0) !=
					    is_utf8(text, 6))
						wrong++;
				}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* xorshift64*, so that a failure comes again. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static bool
number_accepted(const char *text)
{
	return json_scan(text, strlen(text), 0, NULL, NULL) == 0;
}

/* Numbers around the largest double are judged as strtod() judges them. */
static void
test_largest_numbers(void)
{
	/* 2^1024 - 2^970, which is where rounding gives infinity. */
	static const char limit[] =
	    "179769313486231580793728971405303415079934132710037826936173"
	    "778980444968292764750946649017977587207096330286416692887910"
	    "946555547851940402630657488671505820681908902000708383676273"
	    "854845817711531764475730270069855571366959622842914819860834"
	    "936475292719074168444365510704342711559699508093042880177904"
	    "174497792";
	uint64_t random = 1;
	char text[700];
	size_t wrong = 0;

	CU_ASSERT(!number_accepted(limit));
	CU_ASSERT_TRUE(isinf(strtod(limit, NULL)));
	snprintf(text, sizeof(text), "%s.0", limit);
	CU_ASSERT(!number_accepted(text));
	snprintf(text, sizeof(text), "%.*s1", (int)strlen(limit) - 1, limit);
	CU_ASSERT(number_accepted(text));
	snprintf(
	    text, sizeof(text), "%.*s1.99999", (int)strlen(limit) - 1, limit);
	CU_ASSERT(number_accepted(text));
	snprintf(text, sizeof(text), "-0.000%se312", limit);
	CU_ASSERT(!number_accepted(text));
	snprintf(text, sizeof(text), "0.000%.*s1e312", (int)strlen(limit) - 1,
	    limit);
	CU_ASSERT(number_accepted(text));
	snprintf(text, sizeof(text), "%s00e-2", limit);
	CU_ASSERT(!number_accepted(text));

	for (int i = 0; i < 20000; i++) {
		/* Some digits of the limit, then others, point anywhere. */
		size_t digits = 1 + next_random(&random) % 40;
		size_t same = next_random(&random) % (digits + 1);
		size_t point = 1 + next_random(&random) % digits;
		size_t size = 0;
		int shift = (int)(next_random(&random) % 3) - 1;

		if (next_random(&random) % 2 == 0)
			size += (size_t)snprintf(text, 4, "0.0");
		for (size_t k = 0; k < digits; k++) {
			if (size < 3 && k == point)
				text[size++] = '.';
			if (k < same)
				text[size++] = limit[k];
			else
				text[size++] =
				    (char)('1' + next_random(&random) % 9);
		}
		snprintf(text + size, sizeof(text) - size, "e%d",
		    308 + shift + (text[0] == '0' ? 2 : 0));
		if (number_accepted(text) != !isinf(strtod(text, NULL)))
			wrong++;
		snprintf(text + size, sizeof(text) - size, "e%d",
		    309 - (int)digits + shift);
		if (number_accepted(text) != !isinf(strtod(text, NULL)))
			wrong++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* ------------------------------------------------------------------------
 * Spans
 */

static struct json_span
scanned(const char *text)
{
	struct json_span value;

	if (json_scan(text, strlen(text), JSON_DEPTH_MAX, &value, NULL) != 0)
		CU_FAIL("the text of a test is not JSON");
	return value;
}

static bool
span_equals(struct json_span span, const char *text)
{
	return span.start != NULL && span.size == strlen(text) &&
	       memcmp(span.start, text, span.size) == 0;
}

static void
test_types(void)
{
	struct json_span none = { NULL, 0 };

	CU_ASSERT_EQUAL(json_span_type(none), JSON_NONE);
	CU_ASSERT_EQUAL(json_span_type(scanned("null")), JSON_NULL);
	CU_ASSERT_EQUAL(json_span_type(scanned("true")), JSON_TRUE);
	CU_ASSERT_EQUAL(json_span_type(scanned("false")), JSON_FALSE);
	CU_ASSERT_EQUAL(json_span_type(scanned(" -1")), JSON_NUMBER);
	CU_ASSERT_EQUAL(json_span_type(scanned("7e1")), JSON_NUMBER);
	CU_ASSERT_EQUAL(json_span_type(scanned(" \"\"")), JSON_STRING);
	CU_ASSERT_EQUAL(json_span_type(scanned(" []")), JSON_ARRAY);
	CU_ASSERT_EQUAL(json_span_type(scanned(" {}")), JSON_OBJECT);
}

static void
test_cursor_object(void)
{
	struct json_span name, value;
	struct json_cursor cursor;

	json_cursor_init(&cursor,
	    scanned(
		" { \"a\" : 1 ,\n\"b\\\"\":[ \"]\" , {} ],\"\":{\"}\":\"\\\\\"}"
		",\"d\":null } "));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 1);
	CU_ASSERT(span_equals(name, "\"a\"") && span_equals(value, "1"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 1);
	CU_ASSERT(span_equals(name, "\"b\\\"\""));
	CU_ASSERT(span_equals(value, "[ \"]\" , {} ]"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 1);
	CU_ASSERT(span_equals(name, "\"\""));
	CU_ASSERT(span_equals(value, "{\"}\":\"\\\\\"}"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 1);
	CU_ASSERT(span_equals(name, "\"d\"") && span_equals(value, "null"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 0);
	CU_ASSERT(name.start == NULL && value.start == NULL);
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 0);
}

static void
test_cursor_array(void)
{
	struct json_cursor cursor;
	struct json_span name, value;

	json_cursor_init(&cursor, scanned("[1.5e3 ,true,\"a,\"\n, [[]] ]"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, &name, &value), 1);
	CU_ASSERT(name.start == NULL && span_equals(value, "1.5e3"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, NULL, &value), 1);
	CU_ASSERT(span_equals(value, "true"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, NULL, &value), 1);
	CU_ASSERT(span_equals(value, "\"a,\""));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, NULL, &value), 1);
	CU_ASSERT(span_equals(value, "[[]]"));
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, NULL, &value), 0);
}

static void
test_cursor_empty(void)
{
	static const char *const texts[] = { "[]", "{}", "[ ]", "{\n}", "1",
		"\"ab\"", "null" };
	struct json_span none = { NULL, 0 };
	struct json_cursor cursor;
	struct json_span value;

	for (size_t i = 0; i < COUNT(texts); i++) {
		json_cursor_init(&cursor, scanned(texts[i]));
		CU_ASSERT_EQUAL(json_cursor_next(&cursor, NULL, &value), 0);
	}
	json_cursor_init(&cursor, none);
	CU_ASSERT_EQUAL(json_cursor_next(&cursor, NULL, &value), 0);
}

/* Every part that a cursor gives is a JSON value on its own, as a whole. */
static bool
parts_are_values(struct json_span span)
{
	struct json_span name, value, whole;
	struct json_cursor cursor;

	if (json_scan(span.start, span.size, JSON_DEPTH_MAX, &whole, NULL) !=
		0 ||
	    whole.start != span.start || whole.size != span.size)
		return false;
	json_cursor_init(&cursor, span);
	while (json_cursor_next(&cursor, &name, &value))
		if ((name.start != NULL && !parts_are_values(name)) ||
		    !parts_are_values(value))
			return false;
	return true;
}

static void
test_cursor_everywhere(void)
{
	for (size_t i = 0; i < COUNT(accepted); i++) {
		char *copy = malloc(accepted[i].size);
		struct json_span value;

		memcpy(copy, accepted[i].bytes, accepted[i].size);
		json_scan(copy, accepted[i].size, JSON_DEPTH_MAX, &value, NULL);
		check(parts_are_values(value), accepted[i].line,
		    accepted[i].bytes);
		free(copy);
	}
}

/* Whatever a damaged text still is, its parts are as good as it. */
static void
test_damaged_texts(void)
{
	uint64_t random = 7;
	size_t survivors = 0;

	for (int i = 0; i < 60000; i++) {
		const struct text *text =
		    &accepted[next_random(&random) % COUNT(accepted)];
		char *copy = malloc(text->size);
		struct json_span value;

		memcpy(copy, text->bytes, text->size);
		for (size_t k = next_random(&random) % 3 + 1; k > 0; k--) {
			static const char bytes[] =
			    "{}[],:\"\\/utfn0189-+.eE \n\t\xc3\xa9\x7f";
			size_t place = next_random(&random) % text->size;

			copy[place] =
			    bytes[next_random(&random) % sizeof(bytes)];
		}
		if (json_scan(copy, text->size, JSON_DEPTH_MAX, &value, NULL) ==
		    0) {
			survivors++;
			if (!parts_are_values(value))
				check(false, text->line, "a damaged text");
		}
		free(copy);
	}
	CU_ASSERT(survivors > 1000);
}

static void
test_member(void)
{
	struct json_span object =
	    scanned("{\"a\":1,\"\\u0062\":2,\"ab\":3,\"a\":4,\"c\":{\"d\":5}}");
	struct json_span value;

	CU_ASSERT_EQUAL(json_span_member(object, "b", &value), 1);
	CU_ASSERT(span_equals(value, "2"));
	CU_ASSERT_EQUAL(json_span_member(object, "a", &value), 2);
	CU_ASSERT(span_equals(value, "4"));
	CU_ASSERT_EQUAL(json_span_member(object, "d", &value), 0);
	CU_ASSERT_PTR_NULL(value.start);
	CU_ASSERT_EQUAL(json_span_member(scanned("[1]"), "a", &value), 0);
	CU_ASSERT_PTR_NULL(value.start);
}

static void
test_is(void)
{
	/* clang-format off */
	static const struct {
		int line;
		const char *string;
		const char *text;
		int expected;
	} cases[] = {
		{ __LINE__, "\"\"", "", 1 },
		{ __LINE__, "\"abc\"", "abc", 1 },
		{ __LINE__, "\"abc\"", "ab", 0 },
		{ __LINE__, "\"ab\"", "abc", 0 },
		{ __LINE__, "\"abd\"", "abc", 0 },
		{ __LINE__, "\"\"", "a", 0 },
		{ __LINE__, "\"a\"", "", 0 },
		{ __LINE__, "\"a\\u0062c\"", "abc", 1 },
		{ __LINE__, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 1 },
		{ __LINE__, "\"\\u00E9\"", "\xc3\xa9", 1 },
		{ __LINE__, "\"\\u00e9\"", "\xc3\xa8", 0 },
		{ __LINE__, "\"\\u20aC\"", "\xe2\x82\xac", 1 },
		{ __LINE__, "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 1 },
		{ __LINE__, "\"\xf0\x9f\x98\x80\"", "\xf0\x9f\x98\x80", 1 },
		{ __LINE__, "\"\\udbff\\uDFFF\"", "\xf4\x8f\xbf\xbf", 1 },
		{ __LINE__, "\"a\\u0000\"", "a", 0 },
		{ __LINE__, "\"\\u0000\"", "", 0 },
		{ __LINE__, "\"a\\u0000b\"", "a", 0 },
		{ __LINE__, "true", "true", 0 },
		{ __LINE__, "[]", "", 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(cases); i++)
		check(json_span_is(scanned(cases[i].string), cases[i].text) ==
			  cases[i].expected,
		    cases[i].line, cases[i].string);
}

static void
test_decode(void)
{
	char out[8];

	CU_ASSERT_EQUAL(json_span_decode(scanned("\"\""), out, 1), 0);
	CU_ASSERT_STRING_EQUAL(out, "");
	CU_ASSERT_EQUAL(json_span_decode(scanned("\"1234567\""), out, 8), 7);
	CU_ASSERT_STRING_EQUAL(out, "1234567");
	CU_ASSERT_EQUAL(json_span_decode(scanned("\"12345678\""), out, 8), -1);
	CU_ASSERT_STRING_EQUAL(out, "");
	CU_ASSERT_EQUAL(
	    json_span_decode(scanned("\"123\\ud83d\\ude00\""), out, 8), 7);
	CU_ASSERT_STRING_EQUAL(out, "123\xf0\x9f\x98\x80");
	CU_ASSERT_EQUAL(
	    json_span_decode(scanned("\"1234\\ud83d\\ude00\""), out, 8), -1);
	CU_ASSERT_EQUAL(json_span_decode(scanned("\"a\\u0000\""), out, 8), -1);
	CU_ASSERT_EQUAL(json_span_decode(scanned("\"\""), out, 0), -1);
}

static void
test_unescape(void)
{
	struct json_span string =
	    scanned("\"a\\u0000b\\\\\\u00e9\\ud83d\\ude00\\\"c\"");
	char *out = malloc(string.size);
	size_t size = json_span_unescape(string, out);

	CU_ASSERT_EQUAL(size, 12);
	CU_ASSERT(size == 12 &&
		  memcmp(out, "a\0b\\\xc3\xa9\xf0\x9f\x98\x80\"c", 12) == 0);
	free(out);
}

void
json_scan_suite(void)
{
	CU_pSuite suite = CU_add_suite("JSON scanner", NULL, NULL);

	CU_add_test(suite, "texts that are JSON are accepted", test_accepted);
	CU_add_test(suite, "texts that are not JSON are refused", test_refused);
	CU_add_test(suite, "a fault says what is wrong and where", test_faults);
	CU_add_test(
	    suite, "the value is given without white space", test_value_span);
	CU_add_test(suite, "a part of a text is refused", test_prefixes);
	CU_add_test(suite, "nesting is limited", test_depth);
	CU_add_test(suite, "depth counts levels, not brackets",
	    test_depth_is_given_back);
	CU_add_test(suite, "each level must be closed by its own bracket",
	    test_mixed_nesting);
	CU_add_test(suite, "every byte is judged at every place in a string",
	    test_bytes_in_strings);
	CU_add_test(suite, "UTF-8 is judged as a plain decoder does",
	    test_utf8_exhaustively);
	CU_add_test(suite, "a number too large for a double is refused",
	    test_largest_numbers);
	CU_add_test(suite, "a span's type is told", test_types);
	CU_add_test(suite, "a cursor walks an object", test_cursor_object);
	CU_add_test(suite, "a cursor walks an array", test_cursor_array);
	CU_add_test(suite, "a cursor finds nothing in what is empty",
	    test_cursor_empty);
	CU_add_test(suite, "every part of an accepted text is JSON",
	    test_cursor_everywhere);
	CU_add_test(suite, "damaged texts that pass have good parts",
	    test_damaged_texts);
	CU_add_test(suite, "a member is found and its doubles are counted",
	    test_member);
	CU_add_test(
	    suite, "a string is compared with its escapes decoded", test_is);
	CU_add_test(
	    suite, "a string is decoded only when it fits", test_decode);
	CU_add_test(suite, "a string is decoded with its NUL characters",
	    test_unescape);
}
