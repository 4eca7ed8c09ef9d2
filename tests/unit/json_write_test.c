/*
 * Tests of dash/json_write.h: JSON text from json-c objects.
 */
#include <CUnit/CUnit.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/json_parse.h"
#include "dash/json_scan.h"
#include "dash/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void json_write_suite(void);

static void
check(bool good, int line, const char *what)
{
	CU_assertImplementation(good, (unsigned)line, what, __FILE__, "", 0);
}

/* Writes the value, which it takes, and compares. */
static void
check_written(
    struct json_object *value, const char *expected, bool html, int line)
{
	struct buffer buffer;

	buffer_init(&buffer, 10000);
	if (html)
		json_write_html(&buffer, value);
	else
		json_write(&buffer, value);
	check(!buffer_failed(&buffer) && strcmp(buffer.data, expected) == 0,
	    line, buffer.data);
	buffer_clear(&buffer);
	json_object_put(value);
}

#define WRITTEN(value, expected) check_written(value, expected, false, __LINE__)
#define WRITTEN_HTML(value, expected)                                          \
	check_written(value, expected, true, __LINE__)

static struct json_object *
raw(const char *text)
{
	return json_raw_take(strdup(text), strlen(text));
}

static void
test_scalars(void)
{
	WRITTEN(NULL, "null");
	WRITTEN(json_object_new_boolean(1), "true");
	WRITTEN(json_object_new_boolean(0), "false");
	WRITTEN(json_object_new_int(0), "0");
	WRITTEN(json_object_new_int(-7), "-7");
	WRITTEN(json_object_new_string("a"), "\"a\"");
}

static void
test_integers(void)
{
	WRITTEN(json_object_new_int64(INT64_MAX), "9223372036854775807");
	WRITTEN(json_object_new_int64(INT64_MIN), "-9223372036854775808");
	WRITTEN(json_object_new_uint64(INT64_MAX), "9223372036854775807");
	WRITTEN(json_object_new_uint64((uint64_t)INT64_MAX + 1),
	    "9223372036854775808");
	WRITTEN(json_object_new_uint64(UINT64_MAX), "18446744073709551615");
	WRITTEN(json_object_new_uint64(5), "5");
}

static void
test_containers(void)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();

	json_object_array_add(array, json_object_new_int(1));
	json_object_array_add(array, NULL);
	json_object_array_add(array, json_object_new_array());
	json_object_array_add(array, json_object_new_object());
	json_object_object_add(object, "z", array);
	json_object_object_add(object, "a", NULL);
	json_object_object_add(object, "a\"\n\xff", json_object_new_int(2));
	json_object_object_add(object, "", json_object_new_string(""));
	WRITTEN(object, "{\"z\":[1,null,[],{}],\"a\":null,"
			"\"a\\\"\\n\xef\xbf\xbd\":2,\"\":\"\"}");
	WRITTEN(json_object_new_object(), "{}");
	WRITTEN(json_object_new_array(), "[]");
}

static void
test_strings(void)
{
	/* clang-format off */
	static const struct {
		int line;
		const char *text;
		size_t size;
		const char *expected;
	} cases[] = {
#define S(text, expected) { __LINE__, text, sizeof(text) - 1, expected }
		S("", "\"\""),
		S("plain text, of some length", "\"plain text, of some length\""),
		S("\"\\/", "\"\\\"\\\\/\""),
		S("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""),
		S("\0\x01\x1f\x7f", "\"\\u0000\\u0001\\u001f\x7f\""),
		S("a\0b", "\"a\\u0000b\""),
		S("<b>&amp;</b>", "\"<b>&amp;</b>\""),
		S("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""),
		S("\xe2\x80\xa8", "\"\xe2\x80\xa8\""),
		/* Not UTF-8: a replacement for each byte. */
		S("a\xff" "b", "\"a\xef\xbf\xbd" "b\""),
		S("\xc3", "\"\xef\xbf\xbd\""),
		S("\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""),
		S("\xc3(", "\"\xef\xbf\xbd(\""),
		S("\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""),
		S("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""),
		S("\xf0\x9f\x98", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""),
#undef S
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *copy = malloc(cases[i].size);
		struct buffer buffer;

		if (cases[i].size != 0)
			memcpy(copy, cases[i].text, cases[i].size);
		buffer_init(&buffer, 1000);
		json_write_string(&buffer, copy, cases[i].size);
		check(strcmp(buffer.data, cases[i].expected) == 0,
		    cases[i].line, buffer.data);
		check(json_scan(buffer.data, buffer.size, 0, NULL, NULL) == 0,
		    cases[i].line, "is JSON");
		buffer_clear(&buffer);
		free(copy);
		check_written(json_object_new_string_len(
				  cases[i].text, (int)cases[i].size),
		    cases[i].expected, false, cases[i].line);
	}
}

static void
test_html(void)
{
	WRITTEN_HTML(json_object_new_string("</script><!-- & -->"),
	    "\"\\u003c\\u002fscript\\u003e\\u003c!-- \\u0026 --\\u003e\"");
	WRITTEN_HTML(
	    json_object_new_string("a\\/\"\n"), "\"a\\\\\\u002f\\\"\\n\"");
	struct json_object *object = json_object_new_object();
	json_object_object_add(object, "<", json_object_new_double(0.5));
	WRITTEN_HTML(object, "{\"\\u003c\":0.5}");
}

static void
test_html_raw(void)
{
	WRITTEN_HTML(raw("{\"<a>\":\"</b>&\"}"),
	    "{\"\\u003ca\\u003e\":\"\\u003c\\u002fb\\u003e\\u0026\"}");
	/* An escaped slash is one escape, not two. */
	WRITTEN_HTML(raw("\"<\\/script>\""), "\"\\u003c\\u002fscript\\u003e\"");
	WRITTEN_HTML(raw("\"\\\\/\\\\\\/\\\"/\""),
	    "\"\\\\\\u002f\\\\\\u002f\\\"\\u002f\"");
	WRITTEN_HTML(raw("\"\\\\\""), "\"\\\\\"");
	WRITTEN_HTML(raw("[1, true]"), "[1, true]");
}

/* Raw text means the same after it was made safe for HTML. */
static void
test_html_raw_meaning(void)
{
	static const char text[] = "{\"a\\/<\":[\"\\\\/\\u002f\\\\\\/&>\\n\"]}";
	struct json_object *value = raw(text), *plain, *html;
	struct json_span span;
	struct buffer buffer;

	CU_ASSERT_FATAL(json_scan(text, sizeof(text) - 1, 2, &span, NULL) == 0);
	plain = json_parse_span(span);
	buffer_init(&buffer, 1000);
	json_write_html(&buffer, value);
	CU_ASSERT_FATAL(
	    json_scan(buffer.data, buffer.size, 2, &span, NULL) == 0);
	CU_ASSERT_PTR_NULL(strpbrk(buffer.data, "<>&/"));
	html = json_parse_span(span);
	CU_ASSERT(json_object_equal(plain, html));
	json_object_put(plain);
	json_object_put(html);
	json_object_put(value);
	buffer_clear(&buffer);
}

static void
check_double(double number, const char *expected, int line)
{
	struct buffer buffer;

	buffer_init(&buffer, 100);
	json_write_double(&buffer, number);
	check(strcmp(buffer.data, expected) == 0, line, buffer.data);
	buffer_clear(&buffer);
}

static void
test_doubles(void)
{
	/* clang-format off */
	static const struct {
		int line;
		double number;
		const char *expected;
	} cases[] = {
		{ __LINE__, 0.0, "0.0" },
		{ __LINE__, -0.0, "-0.0" },
		{ __LINE__, 1.0, "1.0" },
		{ __LINE__, -1.0, "-1.0" },
		{ __LINE__, 10.0, "10.0" },
		{ __LINE__, 0.1, "0.1" },
		{ __LINE__, 0.5, "0.5" },
		{ __LINE__, 1.5, "1.5" },
		{ __LINE__, 100.25, "100.25" },
		{ __LINE__, 0.05, "0.05" },
		{ __LINE__, 0.001, "0.001" },
		{ __LINE__, 0.0001, "0.0001" },
		{ __LINE__, 0.00012345, "0.00012345" },
		{ __LINE__, 0.00001, "1e-05" },
		{ __LINE__, 1.25e-5, "1.25e-05" },
		{ __LINE__, 3.14159, "3.14159" },
		{ __LINE__, 12345678.875, "12345678.875" },
		{ __LINE__, 0.1 + 0.2, "0.30000000000000004" },
		{ __LINE__, 1.0 / 3.0, "0.3333333333333333" },
		{ __LINE__, 2.0 / 3.0, "0.6666666666666666" },
		{ __LINE__, 123456.123456, "123456.123456" },
		{ __LINE__, 999999999999999.0, "999999999999999.0" },
		{ __LINE__, 1e15, "1000000000000000.0" },
		{ __LINE__, 1234567890123456.0, "1234567890123456.0" },
		{ __LINE__, 9007199254740993.0, "9007199254740992.0" },
		{ __LINE__, 9.999999999999999, "9.999999999999998" },
		{ __LINE__, 0.99999999999999989, "0.9999999999999999" },
		{ __LINE__, 2251799813685248.5, "2251799813685248.5" },
		{ __LINE__, 4503599627370497.0, "4503599627370497.0" },
		{ __LINE__, 9007199254740991.0, "9007199254740991.0" },
		{ __LINE__, 0.0000152587890625, "1.52587890625e-05" },
		{ __LINE__, 5e-6, "5e-06" },
		/* Halfway between two decimals: the even one, as printf(). */
		{ __LINE__, 1125899906842625.25, "1125899906842625.2" },
		{ __LINE__, 1125899906842625.75, "1125899906842625.8" },
		{ __LINE__, 147745157326232.625, "147745157326232.62" },
		{ __LINE__, 1e16, "1e+16" },
		{ __LINE__, 12345678901234567890.0, "1.2345678901234567e+19" },
		{ __LINE__, 1e22, "1e+22" },
		{ __LINE__, 1e23, "1e+23" },
		{ __LINE__, 1.5e300, "1.5e+300" },
		{ __LINE__, DBL_MAX, "1.7976931348623157e+308" },
		{ __LINE__, -DBL_MAX, "-1.7976931348623157e+308" },
		{ __LINE__, DBL_MIN, "2.2250738585072014e-308" },
		{ __LINE__, 5e-324, "5e-324" },
		{ __LINE__, NAN, "null" },
		{ __LINE__, INFINITY, "null" },
		{ __LINE__, -INFINITY, "null" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(cases); i++)
		check_double(cases[i].number, cases[i].expected, cases[i].line);
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

/* Reads back the same, is JSON, and is not longer than 17 digits. */
static bool
round_trips(struct buffer *buffer, double number)
{
	struct json_object *value;
	struct json_span span;
	double found, again;

	buffer_reset(buffer);
	json_write_double(buffer, number);
	if (buffer->size > 24 ||
	    json_scan(buffer->data, buffer->size, 0, &span, NULL) != 0)
		return false;
	value = json_parse_span(span);
	found = json_object_get_double(value);
	json_object_put(value);
	again = strtod(buffer->data, NULL);
	return memcmp(&found, &number, sizeof(number)) == 0 &&
	       memcmp(&again, &number, sizeof(number)) == 0;
}

static void
test_random_doubles(void)
{
	struct buffer buffer;
	uint64_t random = 11;
	size_t wrong = 0, done = 0;

	buffer_init(&buffer, 100);
	while (done < 1000000) {
		uint64_t bits = next_random(&random);
		double number;

		memcpy(&number, &bits, sizeof(number));
		if (!isfinite(number))
			continue;
		if (!round_trips(&buffer, number))
			wrong++;
		done++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	buffer_clear(&buffer);
}

/* Numbers with few places, and their neighbours, which have many. */
static void
test_random_decimals(void)
{
	static const double powers[] = { 1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10 };
	struct buffer buffer;
	uint64_t random = 13;
	size_t wrong = 0;

	buffer_init(&buffer, 100);
	for (int i = 0; i < 30000; i++) {
		uint64_t digits =
		    next_random(&random) >> (14 + next_random(&random) % 40);
		size_t places = next_random(&random) % COUNT(powers);
		double number = (double)digits / powers[places];
		char expected[64];

		if (!round_trips(&buffer, number) ||
		    !round_trips(&buffer, nextafter(number, INFINITY)) ||
		    !round_trips(&buffer, nextafter(number, -INFINITY)))
			wrong++;
		/* 15 digits are always kept as they are. */
		if (digits >= 1000000000000000 || number < 1e-4)
			continue;
		while (places > 0 && digits % 10 == 0) {
			digits /= 10;
			places--;
		}
		snprintf(expected, sizeof(expected), "%.*f",
		    places > 0 ? (int)places : 1, number);
		buffer_reset(&buffer);
		json_write_double(&buffer, number);
		if (strcmp(buffer.data, expected) != 0)
			wrong++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	buffer_clear(&buffer);
}

/* The doubles below powers of two are closer to each other. */
static void
test_powers_of_two(void)
{
	struct buffer buffer;
	size_t wrong = 0;

	buffer_init(&buffer, 100);
	for (int exponent = -1074; exponent <= 1023; exponent++) {
		double number = ldexp(1, exponent);

		if (!round_trips(&buffer, number) ||
		    !round_trips(&buffer, nextafter(number, 0)) ||
		    !round_trips(&buffer, nextafter(number, DBL_MAX)))
			wrong++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	buffer_clear(&buffer);
}

/* json-c's own text for a double is not used: it could be anything. */
static void
test_double_with_text(void)
{
	WRITTEN(json_object_new_double_s(0.5, "0.500"), "0.5");
}

static void
test_depth(void)
{
	struct json_object *value = NULL;
	struct buffer buffer;

	buffer_init(&buffer, 100000);
	for (int depth = 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		struct json_object *outer;

		if (depth % 2 == 0) {
			outer = json_object_new_object();
			json_object_object_add(outer, "a", value);
		} else {
			outer = json_object_new_array();
			json_object_array_add(outer, value);
		}
		value = outer;
		buffer_reset(&buffer);
		json_write(&buffer, value);
		CU_ASSERT_EQUAL(buffer_failed(&buffer), depth > JSON_DEPTH_MAX);
		if (depth <= JSON_DEPTH_MAX)
			CU_ASSERT(json_scan(buffer.data, buffer.size,
				      (size_t)depth, NULL, NULL) == 0);
	}
	json_object_put(value);
	buffer_clear(&buffer);
}

static void
test_width(void)
{
	struct json_object *array = json_object_new_array();
	struct buffer buffer;

	for (int i = 0; i < 2 * JSON_DEPTH_MAX; i++)
		json_object_array_add(array, json_object_new_array());
	buffer_init(&buffer, 100000);
	json_write(&buffer, array);
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	CU_ASSERT_EQUAL(buffer.size, 6 * JSON_DEPTH_MAX + 1);
	json_object_put(array);
	buffer_clear(&buffer);
}

static void
test_limit(void)
{
	struct json_object *value =
	    json_object_new_string("a text with \" and \n");
	struct buffer whole;

	buffer_init(&whole, 1000);
	json_write(&whole, value);
	for (size_t limit = 0; limit <= whole.size; limit++) {
		struct buffer buffer;

		buffer_init(&buffer, limit);
		json_write(&buffer, value);
		CU_ASSERT_EQUAL(buffer_failed(&buffer), limit < whole.size);
		CU_ASSERT(buffer.size <= limit);
		buffer_clear(&buffer);
	}
	buffer_clear(&whole);
	json_object_put(value);
}

static void
test_raw(void)
{
	struct json_object *array = json_object_new_array();
	struct json_object *value = raw("{ \"a\" : 1.50 }");
	size_t size = 0;
	const char *text = json_raw_text(value, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_EQUAL(size, 14);
	CU_ASSERT(memcmp(text, "{ \"a\" : 1.50 }", 14) == 0);
	json_object_array_add(array, value);
	json_object_array_add(array, json_object_get(value));
	WRITTEN(array, "[{ \"a\" : 1.50 },{ \"a\" : 1.50 }]");
}

static void
test_raw_in_json_c(void)
{
	struct json_object *array = json_object_new_array();

	json_object_array_add(array, raw("{\"a\":1}"));
	CU_ASSERT_STRING_EQUAL(
	    json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN),
	    "[{\"a\":1}]");
	json_object_put(array);
}

static void
test_raw_is_told_apart(void)
{
	static char userdata[1] = "x";
	static const char *of_another[3] = { "raw", NULL, NULL };
	struct json_object *value = raw("1");
	int64_t number = json_object_get_int64(value);
	size_t size;

	/* Userdata of others, too small to look into, and none at all. */
	struct json_object *other = json_object_new_int64(5);
	struct json_object *same = json_object_new_int64(number);
	struct json_object *text = json_object_new_string("null");

	json_object_set_userdata(other, userdata, NULL);
	CU_ASSERT_PTR_NULL(json_raw_text(other, &size));
	CU_ASSERT_PTR_NULL(json_raw_text(same, &size));
	json_object_set_userdata(same, of_another, NULL);
	size = 7;
	CU_ASSERT_PTR_NULL(json_raw_text(same, &size));
	CU_ASSERT_EQUAL(size, 7);
	CU_ASSERT_PTR_NULL(json_raw_text(text, &size));
	CU_ASSERT_PTR_NULL(json_raw_text(NULL, &size));
	CU_ASSERT_PTR_NOT_NULL(json_raw_text(value, &size));
	json_object_put(value);
	json_object_put(text);
	json_object_put(same);
	WRITTEN(other, "5");
}

void
json_write_suite(void)
{
	CU_pSuite suite = CU_add_suite("JSON writer", NULL, NULL);

	CU_add_test(suite, "values without parts are written", test_scalars);
	CU_add_test(
	    suite, "integers are written with all their digits", test_integers);
	CU_add_test(
	    suite, "arrays and objects are written in order", test_containers);
	CU_add_test(
	    suite, "strings are escaped, and always UTF-8", test_strings);
	CU_add_test(
	    suite, "text for HTML cannot end a script element", test_html);
	CU_add_test(suite, "raw text for HTML is escaped too", test_html_raw);
	CU_add_test(
	    suite, "raw text for HTML means the same", test_html_raw_meaning);
	CU_add_test(
	    suite, "a double is written in its shortest form", test_doubles);
	CU_add_test(
	    suite, "a million doubles read back the same",
	    test_random_doubles);
	CU_add_test(suite, "powers of two and their neighbours read back",
	    test_powers_of_two);
	CU_add_test(suite, "decimals are written as they were meant",
	    test_random_decimals);
	CU_add_test(suite,
	    "the text that json-c keeps for a double is not used",
	    test_double_with_text);
	CU_add_test(suite, "a tree too deep fails the buffer", test_depth);
	CU_add_test(suite, "a wide tree is not a deep one", test_width);
	CU_add_test(suite, "a value too large fails the buffer", test_limit);
	CU_add_test(suite, "raw text is written as it is", test_raw);
	CU_add_test(suite, "json-c prints raw text too", test_raw_in_json_c);
	CU_add_test(suite, "only a raw object is one", test_raw_is_told_apart);
}
