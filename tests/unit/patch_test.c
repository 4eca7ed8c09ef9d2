/*
 * patch_test.c: changes to a part of a property, <lethe/patch.h>.
 */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include <lethe/patch.h>
#include <lethe/value.h>

#include "base/buffer.h"
#include "dash/json_write.h"
#include "dash/patch.h"

#define HEAD "{\"__dash_patch_update\":\"__dash_patch_update\",\"operations\":["

/* Is the patch, which is freed, this text? */
static void
check(int line, struct json_object *patch, const char *expected)
{
	struct buffer text;

	buffer_init(&text, 65536);
	json_write(&text, patch);
	if (buffer_failed(&text) || strcmp(text.data, expected) != 0)
		CU_assertImplementation(
		    CU_FALSE, line, text.data, __FILE__, "", CU_FALSE);
	else
		CU_PASS("same");
	buffer_clear(&text);
	json_object_put(patch);
}

static void
every_operation_has_its_form(void)
{
	static const char one[] =
	    "\"location\":[\"l\"],\"params\":{\"value\":1";
	const struct lethe_step *at = LETHE_AT("l");
	static const struct {
		int line;
		const char *name;
		void (*apply)(struct json_object *patch,
		    const struct lethe_step *at, struct json_object *value);
	} cases[] = {
		{ __LINE__, "Assign", lethe_patch_assign },
		{ __LINE__, "Append", lethe_patch_append },
		{ __LINE__, "Prepend", lethe_patch_prepend },
		{ __LINE__, "Extend", lethe_patch_extend },
		{ __LINE__, "Remove", lethe_patch_remove },
		{ __LINE__, "Merge", lethe_patch_merge },
		{ __LINE__, "Add", lethe_patch_add },
		{ __LINE__, "Sub", lethe_patch_sub },
		{ __LINE__, "Mul", lethe_patch_mul },
		{ __LINE__, "Div", lethe_patch_div },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *patch = lethe_patch();
		char expected[256];

		(void)snprintf(expected, sizeof(expected),
		    HEAD "{\"operation\":\"%s\",%s}}]}", cases[i].name, one);
		cases[i].apply(patch, at, lethe_integer(1));
		check(cases[i].line, patch, expected);
	}
}

static void
operations_without_a_value_have_no_params(void)
{
	struct json_object *patch = lethe_patch();

	lethe_patch_delete(patch, LETHE_AT("a"));
	lethe_patch_clear(patch, LETHE_AT("b"));
	lethe_patch_reverse(patch, LETHE_ROOT);
	check(__LINE__, patch,
	    HEAD "{\"operation\":\"Delete\",\"location\":[\"a\"],"
		 "\"params\":{}},"
		 "{\"operation\":\"Clear\",\"location\":[\"b\"],"
		 "\"params\":{}},"
		 "{\"operation\":\"Reverse\",\"location\":[],"
		 "\"params\":{}}]}");
}

static void
insert_has_an_index(void)
{
	struct json_object *patch = lethe_patch();

	lethe_patch_insert(patch, LETHE_ROOT, -1, lethe_null());
	check(__LINE__, patch,
	    HEAD "{\"operation\":\"Insert\",\"location\":[],"
		 "\"params\":{\"value\":null,\"index\":-1}}]}");
}

static void
the_way_mixes_names_and_indices(void)
{
	char name[] = "n";
	const char *constant = "c";
	int16_t narrow = -2;
	size_t wide = 3;
	struct json_object *patch = lethe_patch();

	lethe_patch_delete(
	    patch, LETHE_AT(name, constant, narrow, wide, 0, "x", 6, "h"));
	check(__LINE__, patch,
	    HEAD "{\"operation\":\"Delete\",\"location\":"
		 "[\"n\",\"c\",-2,3,0,\"x\",6,\"h\"],\"params\":{}}]}");
}

static void
no_patch_takes_the_value(void)
{
	/* The sanitizers see whether it is freed. */
	lethe_patch_append(NULL, LETHE_ROOT, lethe_string("lost"));
	CU_ASSERT_FALSE(patch_is_broken(NULL));
}

static void
a_failed_operation_breaks_the_patch(void)
{
	struct json_object *patch = lethe_patch();

	CU_ASSERT_FALSE(patch_is_broken(patch));
	lethe_patch_append(patch, LETHE_ROOT, NULL);
	CU_ASSERT_TRUE(patch_is_broken(patch));
	lethe_patch_append(patch, LETHE_ROOT, lethe_string("late"));
	CU_ASSERT_TRUE(patch_is_broken(patch));
	json_object_put(patch);
}

void patch_suite(void);

void
patch_suite(void)
{
	CU_pSuite suite = CU_add_suite("patch", NULL, NULL);

	CU_add_test(suite, "every operation has its form",
	    every_operation_has_its_form);
	CU_add_test(suite, "operations without a value have no params",
	    operations_without_a_value_have_no_params);
	CU_add_test(suite, "insert has an index", insert_has_an_index);
	CU_add_test(suite, "the way to a part mixes names and indices",
	    the_way_mixes_names_and_indices);
	CU_add_test(suite, "operations on no patch free their value",
	    no_patch_takes_the_value);
	CU_add_test(suite, "a patch that lacks an operation stays broken",
	    a_failed_operation_breaks_the_patch);
}
