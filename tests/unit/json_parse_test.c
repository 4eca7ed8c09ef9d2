/*
 * Tests of dash/json_parse.h: json-c objects from accepted text.
 */
#include <CUnit/CUnit.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "dash/json_parse.h"
#include "dash/json_write.h"

#include "json_texts.h"

void json_parse_suite(void);

/* Parses a copy of exactly the text's size; a sanitizer sees overreads. */
static struct json_object *
parse_exactly(const char *text, size_t size)
{
	char *copy = malloc(size);
	struct json_object *value = NULL;
	struct json_span span;

	memcpy(copy, text, size);
	if (json_scan(copy, size, JSON_DEPTH_MAX, &span, NULL) == 0)
		value = json_parse_span(span);
	else
		CU_FAIL("the text of a test is not JSON");
	free(copy);
	return value;
}

static struct json_object *
parse(const char *text)
{
	return parse_exactly(text, strlen(text));
}

static void
check(bool good, int line, const char *what)
{
	CU_assertImplementation(good, (unsigned)line, what, __FILE__, "", 0);
}

static void
test_null(void)
{
	struct json_span none = { NULL, 0 };

	CU_ASSERT_PTR_NULL(json_parse_span(none));
	CU_ASSERT_PTR_NULL(parse(" null "));
}

static void
test_types(void)
{
	static const struct {
		int line;
		const char *text;
		enum json_type type;
	} cases[] = {
		{ __LINE__, "true", json_type_boolean },
		{ __LINE__, "false", json_type_boolean },
		{ __LINE__, "1", json_type_int },
		{ __LINE__, "1.0", json_type_double },
		{ __LINE__, "1e2", json_type_double },
		{ __LINE__, "-0", json_type_double },
		{ __LINE__, "\"1\"", json_type_string },
		{ __LINE__, "[1]", json_type_array },
		{ __LINE__, "{\"a\":1}", json_type_object },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *value = parse(cases[i].text);

		check(json_object_get_type(value) == cases[i].type,
		    cases[i].line, cases[i].text);
		json_object_put(value);
	}
}

static void
test_integers(void)
{
	/* What is written must be what was read, but for the last ones. */
	static const struct {
		int line;
		const char *text;
		const char *written;
	} cases[] = {
		{ __LINE__, "0", "0" },
		{ __LINE__, "-1", "-1" },
		{ __LINE__, "2147483648", "2147483648" },
		{ __LINE__, "9007199254740993", "9007199254740993" },
		{ __LINE__, "9223372036854775806", "9223372036854775806" },
		{ __LINE__, "9223372036854775807", "9223372036854775807" },
		{ __LINE__, "9223372036854775808", "9223372036854775808" },
		{ __LINE__, "18446744073709551615", "18446744073709551615" },
		{ __LINE__, "-9223372036854775807", "-9223372036854775807" },
		{ __LINE__, "-9223372036854775808", "-9223372036854775808" },
		{ __LINE__, "-9223372036854775809", "-9.223372036854776e+18" },
		{ __LINE__, "18446744073709551616", "1.8446744073709552e+19" },
		{ __LINE__, "18446744073709551620", "1.8446744073709552e+19" },
		{ __LINE__, "100000000000000000000", "1e+20" },
		{ __LINE__, "-100000000000000000000", "-1e+20" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *value = parse(cases[i].text);
		struct buffer buffer;

		buffer_init(&buffer, 100);
		json_write(&buffer, value);
		check(strcmp(buffer.data, cases[i].written) == 0, cases[i].line,
		    buffer.data);
		buffer_clear(&buffer);
		json_object_put(value);
	}
}

static void
test_minus_zero(void)
{
	struct json_object *value = parse("-0");

	CU_ASSERT(json_object_get_double(value) == 0);
	CU_ASSERT(signbit(json_object_get_double(value)));
	json_object_put(value);
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

/* Numbers of all lengths and exponents, against the C library. */
static void
test_doubles(void)
{
	static const char *const fixed[] = { "0.1", "1e22", "1e23", "1e-22",
		"1e-23", "9007199254740991e22", "9007199254740993e0",
		"9007199254740992.5", "123456789012345678e-5", "5e-324",
		"2e-324", "4.9406564584124654e-324", "2.2250738585072011e-308",
		"1.7976931348623157e308", "0e99999", "-0.0", "0.0e-99999",
		"1e-99999", "8.5e0000000000000000000000001",
		"0.00000000000000000000000000000000000000000000000000001" };
	uint64_t random = 3;
	size_t wrong = 0;

	for (size_t i = 0; i < 30000; i++) {
		char text[128];
		size_t size = 0;
		struct json_object *value;
		double expected, found;

		if (i < COUNT(fixed)) {
			size = (size_t)snprintf(
			    text, sizeof(text), "%s", fixed[i]);
		} else {
			size_t digits = next_random(&random) % 22 + 1;

			if (next_random(&random) % 2 == 0)
				text[size++] = '-';
			text[size++] = (char)('1' + next_random(&random) % 9);
			text[size++] = '.';
			while (digits-- > 0)
				text[size++] =
				    (char)('0' + next_random(&random) % 10);
			size += (size_t)snprintf(text + size, 10, "e%d",
			    (int)(next_random(&random) %
				  (i % 2 == 0 ? 600 : 40)) -
				(i % 2 == 0 ? 330 : 20));
		}
		value = parse_exactly(text, size);
		expected = strtod(text, NULL);
		found = json_object_get_double(value);
		if (memcmp(&expected, &found, sizeof(found)) != 0 ||
		    !json_object_is_type(value, json_type_double))
			wrong++;
		json_object_put(value);
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void
test_long_number(void)
{
	char text[3000];
	struct json_object *value;

	/* Just above the middle between 1 and the next double, which the
	 * last of thousands of digits decides. */
	snprintf(text, sizeof(text), "1.%s",
	    "00000000000000011102230246251565404236316680908203125");
	memset(text + strlen(text), '0', 2000);
	snprintf(text + 2054, 2, "1");
	text[2055] = '\0';
	value = parse(text);
	CU_ASSERT(json_object_get_double(value) == strtod(text, NULL));
	CU_ASSERT(json_object_get_double(value) > 1);
	json_object_put(value);
}

static void
test_strings(void)
{
	static const struct {
		int line;
		const char *text;
		size_t size;
		const char *expected;
	} cases[] = {
		{ __LINE__, "\"\"", 0, "" },
		{ __LINE__, "\"abc\"", 3, "abc" },
		{ __LINE__, "\"a\\u0000b\"", 3, "a\0b" },
		{ __LINE__, "\"\\u0000\"", 1, "\0" },
		{ __LINE__, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 8,
		    "\"\\/\b\f\n\r\t" },
		{ __LINE__, "\"\\ud83d\\ude00\xc3\xa9\"", 6,
		    "\xf0\x9f\x98\x80\xc3\xa9" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *value = parse(cases[i].text);
		size_t size = (size_t)json_object_get_string_len(value);

		check(size == cases[i].size &&
			  memcmp(json_object_get_string(value),
			      cases[i].expected, size) == 0,
		    cases[i].line, cases[i].text);
		json_object_put(value);
	}
}

static void
test_order_and_duplicates(void)
{
	struct json_object *value =
	    parse("{\"z\":1,\"a\":[1],\"\\u0061\":[2],\"m\":null}");
	struct buffer buffer;

	buffer_init(&buffer, 100);
	json_write(&buffer, value);
	CU_ASSERT_STRING_EQUAL(buffer.data, "{\"z\":1,\"a\":[2],\"m\":null}");
	buffer_clear(&buffer);
	json_object_put(value);
}

static void
test_nul_in_name(void)
{
	struct json_object *value =
	    parse("{\"\\u0000\":1,\"a\\u0000\\u0000b\":2,\"a\":3}");
	struct buffer buffer;

	buffer_init(&buffer, 100);
	json_write(&buffer, value);
	CU_ASSERT_STRING_EQUAL(buffer.data,
	    "{\"\xef\xbf\xbd\":1,\"a\xef\xbf\xbd\xef\xbf\xbd"
	    "b\":2,\"a\":3}");
	buffer_clear(&buffer);
	json_object_put(value);
}

static void
test_deepest(void)
{
	char text[2 * JSON_DEPTH_MAX];
	struct json_object *value, *inner;
	size_t depth = 1;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	value = parse_exactly(text, sizeof(text));
	for (inner = value; json_object_array_length(inner) != 0; depth++)
		inner = json_object_array_get_idx(inner, 0);
	CU_ASSERT_EQUAL(depth, JSON_DEPTH_MAX);
	json_object_put(value);
}

/*
 * Every text that is JSON is read, written, and read again to the same.  What
 * is written is in one form, so it is written the same from then on.
 */
/* `count` empty objects in an array: the text that takes most memory. */
static struct json_object *
parse_objects(size_t count)
{
	struct json_object *value;
	struct buffer text;

	buffer_init(&text, 4 * count + 8);
	buffer_add_char(&text, '[');
	for (size_t i = 0; i < count; i++)
		buffer_add_string(&text, "{},");
	buffer_add_string(&text, "0]");
	CU_ASSERT_FALSE_FATAL(buffer_failed(&text));
	value = json_parse_span(
	    (struct json_span){ .start = text.data, .size = text.size });
	buffer_clear(&text);
	return value;
}

static void
test_memory(void)
{
	struct json_object *value = parse_objects(10000);

	CU_ASSERT_EQUAL(json_object_array_length(value), 10001);
	json_object_put(value);
	CU_ASSERT_PTR_NULL(parse_objects(500000));
}

static void
test_round_trip(void)
{
	for (size_t i = 0; i < COUNT(accepted); i++) {
		struct json_object *first, *second;
		struct buffer once, twice;

		buffer_init(&once, 4096);
		buffer_init(&twice, 4096);
		first = parse_exactly(accepted[i].bytes, accepted[i].size);
		json_write(&once, first);
		second = parse_exactly(once.data, once.size);
		json_write(&twice, second);
		check(json_object_equal(first, second), accepted[i].line,
		    once.data);
		check(once.size == twice.size &&
			  memcmp(once.data, twice.data, once.size) == 0,
		    accepted[i].line, twice.data);
		json_object_put(first);
		json_object_put(second);
		buffer_clear(&once);
		buffer_clear(&twice);
	}
}

void
json_parse_suite(void)
{
	CU_pSuite suite = CU_add_suite("JSON parser", NULL, NULL);

	CU_add_test(suite, "null, and no value at all, is NULL", test_null);
	CU_add_test(suite, "each text gets its type", test_types);
	CU_add_test(suite, "an integer is never cut down", test_integers);
	CU_add_test(suite, "-0 keeps its sign", test_minus_zero);
	CU_add_test(suite, "doubles are read as the C library reads them",
	    test_doubles);
	CU_add_test(
	    suite, "a digit far behind the point counts", test_long_number);
	CU_add_test(
	    suite, "strings are decoded, with NUL characters", test_strings);
	CU_add_test(suite, "members keep their order, the last double wins",
	    test_order_and_duplicates);
	CU_add_test(
	    suite, "a NUL character in a name is replaced", test_nul_in_name);
	CU_add_test(suite, "the deepest text is read whole", test_deepest);
	CU_add_test(suite, "a text whose objects take too much is refused",
	    test_memory);
	CU_add_test(suite, "what was read is written to read the same",
	    test_round_trip);
}
