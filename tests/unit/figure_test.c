/*
 * figure_test.c: figures and columns of numbers, as they are on the wire.
 */
#include <lethe/figure.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include <lethe/value.h>

#include "base/buffer.h"
#include "components/base64.h"
#include "dash/json_write.h"

/* Takes `value` and compares it with the text that is to be sent. */
static void
check(int line, struct json_object *value, const char *expected)
{
	struct buffer buffer;

	buffer_init(&buffer, 1 << 20);
	CU_ASSERT_PTR_NOT_NULL(value);
	json_write(&buffer, value);
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	if (value == NULL || buffer.data == NULL ||
	    strcmp(buffer.data, expected) != 0) {
		CU_FAIL("not the expected text");
		fprintf(stderr, "%s:%d: %s\n%s:%d: %s expected\n", __FILE__,
		    line, buffer.data == NULL ? "nothing" : buffer.data,
		    __FILE__, line, expected);
	}
	buffer_clear(&buffer);
	json_object_put(value);
}

#define CHECK(value, expected) check(__LINE__, value, expected)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
figure_has_data_and_layout(void)
{
	CHECK(lethe_figure(
		  lethe_list(lethe_object({ "type", lethe_string("bar") })),
		  lethe_object({ "height", lethe_integer(7) })),
	    "{\"data\":[{\"type\":\"bar\"}],\"layout\":{\"height\":7}}");
}

static void
figure_of_a_failed_value_fails(void)
{
	CU_ASSERT_PTR_NULL(lethe_figure(NULL, json_object_new_object()));
	CU_ASSERT_PTR_NULL(lethe_figure(json_object_new_array(), NULL));
}

static void
base64_agrees_with_rfc_4648(void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+" },
	};
	char text[16];
	size_t i, size;

	for (i = 0; i < COUNT(cases); i++) {
		size = strlen(cases[i].text);
		memset(text, '!', sizeof(text));
		base64_encode(text, cases[i].text, size);
		CU_ASSERT_EQUAL(base64_size(size), strlen(cases[i].expected));
		CU_ASSERT_EQUAL(
		    memcmp(text, cases[i].expected, base64_size(size)), 0);
		CU_ASSERT_EQUAL(text[base64_size(size)], '!');
	}
}

/* The expected text was recorded from the reference implementation. */
static void
doubles_are_eight_little_endian_bytes(void)
{
	static const double values[] = { 0.5, 1.5, NAN };
	static const double large[] = { 0.5, INFINITY, 1e300 };

	CHECK(lethe_column_doubles(values, 3),
	    "{\"dtype\":\"f8\",\"bdata\":"
	    "\"AAAAAAAA4D8AAAAAAAD4PwAAAAAAAPh/\"}");
	CHECK(lethe_column_doubles(large, 3),
	    "{\"dtype\":\"f8\",\"bdata\":"
	    "\"AAAAAAAA4D8AAAAAAADwf5x1AIg85Dd+\"}");
}

static void
matrix_carries_its_shape(void)
{
	static const double values[] = { 0, 1, 2, 3, 4, 5 };

	CHECK(lethe_matrix_doubles(values, 2, 3),
	    "{\"dtype\":\"f8\",\"bdata\":\"AAAAAAAAAAAAAAAAAADwPwAAAAAAAABA"
	    "AAAAAAAACEAAAAAAAAAQQAAAAAAAABRA\",\"shape\":\"2, 3\"}");
}

static void
matrix_of_whole_numbers_takes_the_smallest_type(void)
{
	static const int32_t small[] = { 0, 1, 2, 3, 4, 5 };
	static const int32_t large[] = { -1, 128 };

	CHECK(lethe_matrix_int32(small, 2, 3),
	    "{\"dtype\":\"i1\",\"bdata\":\"AAECAwQF\","
	    "\"shape\":\"2, 3\"}");
	CHECK(lethe_matrix_int32(large, 1, 2),
	    "{\"dtype\":\"i2\",\"bdata\":\"//+AAA==\","
	    "\"shape\":\"1, 2\"}");
}

static void
whole_numbers_take_the_smallest_type(void)
{
	static const struct {
		int line;
		int64_t values[2];
		const char *expected;
	} cases[] = {
		{ __LINE__, { -128, 127 },
		    "{\"dtype\":\"i1\",\"bdata\":"
		    "\"gH8=\"}" },
		{ __LINE__, { 0, 255 },
		    "{\"dtype\":\"u1\",\"bdata\":"
		    "\"AP8=\"}" },
		{ __LINE__, { -1, 128 },
		    "{\"dtype\":\"i2\",\"bdata\":"
		    "\"//+AAA==\"}" },
		{ __LINE__, { -32768, 32767 },
		    "{\"dtype\":\"i2\",\"bdata\":"
		    "\"AID/fw==\"}" },
		{ __LINE__, { 0, 65535 },
		    "{\"dtype\":\"u2\",\"bdata\":"
		    "\"AAD//w==\"}" },
		{ __LINE__, { INT32_MIN, 0x01020304 },
		    "{\"dtype\":\"i4\",\"bdata\":\"AAAAgAQDAgE=\"}" },
		{ __LINE__, { 1, UINT32_MAX },
		    "{\"dtype\":\"u4\",\"bdata\":\"AQAAAP////8=\"}" },
		{ __LINE__, { -1, UINT32_MAX },
		    "{\"dtype\":\"f8\",\"bdata\":"
		    "\"AAAAAAAA8L8AAOD////vQQ==\"}" },
		{ __LINE__, { INT64_MIN, INT64_C(1) << 53 },
		    "{\"dtype\":\"f8\",\"bdata\":"
		    "\"AAAAAAAA4MMAAAAAAABAQw==\"}" },
		{ __LINE__, { 1, (INT64_C(1) << 53) + 1 },
		    "[1,9007199254740993]" },
		{ __LINE__, { INT64_MAX, INT64_MIN + 1 },
		    "[9223372036854775807,-9223372036854775807]" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		check(cases[i].line, lethe_column_int64(cases[i].values, 2),
		    cases[i].expected);
}

static void
thirty_two_bit_numbers_fit_always(void)
{
	static const int32_t small[] = { 1, 2, 3 };
	static const int32_t large[] = { INT32_MIN, INT32_MAX };

	CHECK(lethe_column_int32(small, 3),
	    "{\"dtype\":\"i1\",\"bdata\":\"AQID\"}");
	CHECK(lethe_column_int32(large, 2),
	    "{\"dtype\":\"i4\",\"bdata\":\"AAAAgP///38=\"}");
}

static void
nothing_is_an_empty_array(void)
{
	CHECK(lethe_column_doubles(NULL, 0), "[]");
	CHECK(lethe_column_int32(NULL, 0), "[]");
	CHECK(lethe_column_int64(NULL, 0), "[]");
	CHECK(lethe_matrix_doubles(NULL, 0, 3), "[]");
	CHECK(lethe_matrix_doubles(NULL, 3, 0), "[]");
	CHECK(lethe_matrix_int32(NULL, 0, 3), "[]");
	CHECK(lethe_matrix_int32(NULL, 3, 0), "[]");
	CHECK(lethe_list_doubles(NULL, 0), "[]");
	CHECK(lethe_list_int64(NULL, 0), "[]");
	CHECK(lethe_list_strings(NULL, 0), "[]");
}

static void
sizes_beyond_memory_are_refused(void)
{
	static const double value = 1;
	static const int32_t whole = 1;

	CU_ASSERT_PTR_NULL(lethe_column_doubles(&value, SIZE_MAX));
	CU_ASSERT_PTR_NULL(lethe_column_doubles(&value, SIZE_MAX / 8));
	CU_ASSERT_PTR_NULL(lethe_matrix_doubles(&value, SIZE_MAX, 2));
	CU_ASSERT_PTR_NULL(lethe_matrix_doubles(&value, SIZE_MAX / 2 + 1, 2));
	CU_ASSERT_PTR_NULL(lethe_matrix_int32(&whole, SIZE_MAX, 2));
	CU_ASSERT_PTR_NULL(lethe_matrix_int32(&whole, SIZE_MAX / 4 + 1, 1));
}

static void
plain_arrays_have_null_for_nan(void)
{
	static const double numbers[] = { 0.1, NAN, -INFINITY, 2.5 };
	static const int64_t integers[] = { -1, INT64_MAX };
	static const char *const texts[] = { "a\"b", NULL, "" };
	struct json_object *list;

	list = lethe_list_doubles(numbers, 4);
	CU_ASSERT_TRUE(json_object_is_type(list, json_type_array));
	CU_ASSERT_EQUAL(json_object_array_length(list), 4);
	CHECK(list, "[0.1,null,null,2.5]");
	CHECK(lethe_list_int64(integers, 2), "[-1,9223372036854775807]");
	CHECK(lethe_list_strings(texts, 3), "[\"a\\\"b\",null,\"\"]");
}

void figure_suite(void);

void
figure_suite(void)
{
	CU_pSuite suite = CU_add_suite("figure", NULL, NULL);

	CU_add_test(
	    suite, "a figure has data and layout", figure_has_data_and_layout);
	CU_add_test(suite, "a figure of a value that failed fails",
	    figure_of_a_failed_value_fails);
	CU_add_test(suite, "base64 agrees with RFC 4648's examples",
	    base64_agrees_with_rfc_4648);
	CU_add_test(suite, "doubles are eight little-endian bytes",
	    doubles_are_eight_little_endian_bytes);
	CU_add_test(
	    suite, "a matrix carries its shape", matrix_carries_its_shape);
	CU_add_test(suite, "a matrix of whole numbers takes the smallest type",
	    matrix_of_whole_numbers_takes_the_smallest_type);
	CU_add_test(suite, "whole numbers take the smallest type",
	    whole_numbers_take_the_smallest_type);
	CU_add_test(suite, "32-bit numbers always fit a typed array",
	    thirty_two_bit_numbers_fit_always);
	CU_add_test(
	    suite, "no numbers are an empty array", nothing_is_an_empty_array);
	CU_add_test(suite, "sizes beyond the address space are refused",
	    sizes_beyond_memory_are_refused);
	CU_add_test(suite, "plain arrays have null for NaN",
	    plain_arrays_have_null_for_nan);
}
