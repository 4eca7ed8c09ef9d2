/*
 * Tests of lethe/value.h: JSON values in few words.
 */
#include <CUnit/CUnit.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/value.h>

#include "base/buffer.h"
#include "dash/json_scan.h"
#include "dash/json_write.h"

void value_suite(void);

/* Writes the value, which it takes, and compares. */
static void
check_written(struct json_object *value, const char *expected, int line)
{
	struct buffer buffer;
	bool good;

	buffer_init(&buffer, 10000);
	json_write(&buffer, value);
	good = value != NULL && strcmp(buffer.data, expected) == 0;
	CU_assertImplementation(
	    good, (unsigned)line, buffer.data, __FILE__, "", 0);
	buffer_clear(&buffer);
	json_object_put(value);
}

#define WRITTEN(value, expected) check_written(value, expected, __LINE__)

static void
test_scalars(void)
{
	WRITTEN(lethe_string("a\"\xc3\xa9"), "\"a\\\"\xc3\xa9\"");
	WRITTEN(lethe_string(""), "\"\"");
	WRITTEN(lethe_stringf("%d of %s", 3, "7"), "\"3 of 7\"");
	WRITTEN(lethe_number(0.1), "0.1");
	WRITTEN(lethe_number(3), "3.0");
	WRITTEN(lethe_integer(INT64_MIN), "-9223372036854775808");
	WRITTEN(lethe_boolean(true), "true");
	WRITTEN(lethe_boolean(false), "false");
}

static void
test_null(void)
{
	WRITTEN(lethe_null(), "null");
	WRITTEN(lethe_string(NULL), "null");
	WRITTEN(lethe_number(NAN), "null");
	WRITTEN(lethe_number(-INFINITY), "null");
}

static void
test_list(void)
{
	WRITTEN(lethe_list(lethe_integer(1)), "[1]");
	WRITTEN(lethe_children(lethe_string("a"), lethe_null(),
		    lethe_list(lethe_boolean(true))),
	    "[\"a\",null,[true]]");
}

static void
test_object(void)
{
	WRITTEN(lethe_object({ "x", lethe_integer(1) }), "{\"x\":1}");
	WRITTEN(lethe_object({ "z", lethe_list(lethe_integer(1)) },
		    { "a", lethe_null() }, { "z", lethe_integer(2) }),
	    "{\"z\":2,\"a\":null}");
}

/* The extra reference must be the last one: the callee gave its own back. */
static bool
was_freed(struct json_object *value)
{
	return json_object_put(value) == 1;
}

static void
test_list_failure(void)
{
	for (size_t missing = 0; missing < 3; missing++) {
		struct json_object *values[4], *kept[3];

		for (size_t i = 0; i < 3; i++) {
			kept[i] = lethe_string("a");
			values[i] = json_object_get(kept[i]);
		}
		json_object_put(values[missing]);
		values[missing] = NULL;
		values[3] = LETHE_END;
		CU_ASSERT_PTR_NULL(lethe_list_new(values));
		for (size_t i = 0; i < 3; i++)
			CU_ASSERT(was_freed(kept[i]));
	}
}

static void
test_object_failure(void)
{
	static const char *const names[] = { "a", "b", "c" };

	for (size_t missing = 0; missing < 3; missing++) {
		struct lethe_member members[4] = { { NULL, NULL } };
		struct json_object *kept[3];

		for (size_t i = 0; i < 3; i++) {
			kept[i] = lethe_string("a");
			members[i].name = names[i];
			members[i].value = json_object_get(kept[i]);
		}
		json_object_put(members[missing].value);
		members[missing].value = NULL;
		CU_ASSERT_PTR_NULL(lethe_object_new(members));
		for (size_t i = 0; i < 3; i++)
			CU_ASSERT(was_freed(kept[i]));
	}
}

static void
test_ownership(void)
{
	struct json_object *value = lethe_string("a");
	struct json_object *object = lethe_object({ "x",
	    lethe_list(json_object_get(value), json_object_get(value)) });

	CU_ASSERT_EQUAL(json_object_put(object), 1);
	CU_ASSERT(was_freed(value));
}

static void
test_raw(void)
{
	static const char text[] = " {\"a\" : [1.50, \"\\u0041\"]}\n";

	WRITTEN(
	    lethe_raw(text, sizeof(text) - 1), "{\"a\" : [1.50, \"\\u0041\"]}");
	WRITTEN(
	    lethe_list(lethe_raw("1", 1), lethe_raw("null", 4)), "[1,null]");
	CU_ASSERT_PTR_NULL(lethe_raw("", 0));
	CU_ASSERT_PTR_NULL(lethe_raw("{'a':1}", 7));
	CU_ASSERT_PTR_NULL(lethe_raw("1", 2));
	CU_ASSERT_PTR_NULL(lethe_raw("[1] 2", 5));
	/* Only so many bytes as were told are looked at. */
	WRITTEN(lethe_raw("12", 1), "1");
}

static void
test_raw_copy(void)
{
	struct json_object *list = lethe_list(lethe_raw("[1]", 3));
	struct json_object *copy = NULL;

	CU_ASSERT_EQUAL(json_object_deep_copy(list, &copy, NULL), -1);
	CU_ASSERT_PTR_NULL(copy);
	json_object_put(list);
}

static void
test_parse(void)
{
	WRITTEN(lethe_parse(" {\"b\":[1,2.5,true,null],\"a\":\"x\"} "),
	    "{\"b\":[1,2.5,true,null],\"a\":\"x\"}");
	WRITTEN(lethe_parse("18446744073709551615"), "18446744073709551615");
	WRITTEN(lethe_parse("null"), "null");
	CU_ASSERT_PTR_NULL(lethe_parse(NULL));
	CU_ASSERT_PTR_NULL(lethe_parse(""));
	CU_ASSERT_PTR_NULL(lethe_parse("[1,]"));
	CU_ASSERT_PTR_NULL(lethe_parse("NaN"));
	CU_ASSERT_PTR_NULL(lethe_parse("1e999"));
	CU_ASSERT_PTR_NULL(lethe_parse("\"\\ud800\""));
}

static void
test_json(void)
{
	WRITTEN(lethe_parse(LETHE_JSON({
		"a": [1.5, true, null],
		"\"b\"": { "NULL": "\\" }
	})), "{\"a\":[1.5,true,null],"
	    "\"\\\"b\\\"\":{\"NULL\":\"\\\\\"}}");
	WRITTEN(lethe_parse(LETHE_JSON(7)), "7");
	CU_ASSERT_PTR_NULL(lethe_parse(LETHE_JSON([1,])));
}

static void
test_parse_depth(void)
{
	char text[2 * JSON_DEPTH_MAX + 3];
	struct json_object *value;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	value = lethe_parse(text);
	CU_ASSERT_PTR_NOT_NULL(value);
	json_object_put(value);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	text[2 * JSON_DEPTH_MAX + 2] = '\0';
	CU_ASSERT_PTR_NULL(lethe_parse(text));
}

void
value_suite(void)
{
	CU_pSuite suite = CU_add_suite("values", NULL, NULL);

	CU_add_test(suite, "values without parts are made", test_scalars);
	CU_add_test(suite, "what JSON has no value for is null", test_null);
	CU_add_test(suite, "a list keeps its order", test_list);
	CU_add_test(suite, "an object keeps its order, the last double wins",
	    test_object);
	CU_add_test(
	    suite, "a list that fails frees every value", test_list_failure);
	CU_add_test(suite, "an object that fails frees every value",
	    test_object_failure);
	CU_add_test(suite, "a tree owns what it was given", test_ownership);
	CU_add_test(suite, "raw text is checked and kept", test_raw);
	CU_add_test(suite, "raw text is not copied as a number", test_raw_copy);
	CU_add_test(suite, "text is parsed strictly", test_parse);
	CU_add_test(suite, "text in the source needs no quotes", test_json);
	CU_add_test(suite, "text is parsed only so deep", test_parse_depth);
}
