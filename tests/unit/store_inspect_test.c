/*
 * store_inspect_test.c: single values, as people ask for them.
 */
#include <string.h>

#include <CUnit/CUnit.h>

#include "store/inspect.h"
#include "store_fixture.h"

void store_inspect_suite(void);

#define MIB ((int64_t)1 << 20)

static const struct store_choice any = { .function = "f" };

static struct store_choice
choice_of(const char *arguments)
{
	return (struct store_choice){ "f", arguments, strlen(arguments) };
}

/* Is this what is printed, or with NULL the failure's message? */
static bool
prints(struct fixture *fixture, const struct store_choice *choice, bool json,
    const char *expected, size_t size, const char *message)
{
	struct error error = { "" };
	struct buffer out;
	bool same;
	int done;

	buffer_init(&out, 1 << 20);
	done = store_print_value(fixture->store, choice, json, &out, &error);
	if (expected == NULL)
		same = done == -1 && strstr(error.message, message) != NULL;
	else
		same = done == 0 && out.size >= size &&
		       memcmp(out.data, expected, size) == 0;
	buffer_clear(&out);
	return same;
}

static void
bytes_are_printed_as_they_are(void)
{
	const struct store_key key = key_of("[1]");
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(store_set_bytes(fixture.store, &key,
			    "\0\xff"
			    "a",
			    3, 0, 0),
	    0);
	CU_ASSERT(prints(&fixture, &any, false,
	    "\0\xff"
	    "a",
	    3, NULL));
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 1);
	CU_ASSERT(
	    prints(&fixture, &any, true, "{\"function\":\"f\"", 15, NULL));
	fixture_close(&fixture);
}

static void
a_value_is_chosen_by_its_arguments(void)
{
	const struct store_choice one = choice_of("[1]"),
				  two = choice_of("[2]"),
				  none = choice_of("[3]");
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "\"one\"", 0);
	(void)set_text(fixture.store, "[2]", "\"two\"", 0);
	CU_ASSERT(prints(&fixture, &one, false, "\"one\"\n", 6, NULL));
	CU_ASSERT(prints(&fixture, &two, false, "\"two\"\n", 6, NULL));
	CU_ASSERT(prints(&fixture, &none, false, NULL, 0, "no value of f [3]"));
	CU_ASSERT(prints(&fixture, &any, false, NULL, 0, "2 values of f: say"));
	CU_ASSERT_EQUAL(store_delete_chosen(fixture.store, &one), 1);
	CU_ASSERT_EQUAL(store_delete_chosen(fixture.store, &one), 0);
	CU_ASSERT(prints(&fixture, &any, false, "\"two\"\n", 6, NULL));
	fixture_close(&fixture);
}

static void
values_of_several_sessions_are_none(void)
{
	const struct store_choice one = choice_of("[1]");
	struct store_key key = key_of("[1]");
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	key.owner = "ann";
	(void)store_set(fixture.store, &key, "1", 1, 0, 0);
	CU_ASSERT(prints(&fixture, &one, false, "1\n", 2, NULL));
	key.owner = "bob";
	(void)store_set(fixture.store, &key, "2", 1, 0, 0);
	CU_ASSERT(prints(&fixture, &one, false, NULL, 0, "different sessions"));
	CU_ASSERT_EQUAL(store_delete_chosen(fixture.store, &one), 2);
	fixture_close(&fixture);
}

static void
an_expired_value_is_not_printed(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 10);
	fixture.store->clock_offset_ms = 11000;
	CU_ASSERT(prints(&fixture, &any, false, NULL, 0, "has expired"));
	fixture_close(&fixture);
}

/* Looking must not change what is counted or evicted. */
static void
looking_counts_nothing(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	CU_ASSERT(prints(&fixture, &any, false, "1\n", 2, NULL));
	CU_ASSERT_EQUAL(marks_sum(&fixture.store->marks, COUNT_HITS), 0);
	CU_ASSERT_FALSE(marks_take(&fixture.store->marks, 1));
	fixture_close(&fixture);
}

void
store_inspect_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: inspect", NULL, NULL);

	CU_add_test(suite, "bytes are printed as they are",
	    bytes_are_printed_as_they_are);
	CU_add_test(suite, "a value is chosen by its arguments",
	    a_value_is_chosen_by_its_arguments);
	CU_add_test(suite, "values of several sessions are not one",
	    values_of_several_sessions_are_none);
	CU_add_test(suite, "an expired value is not printed",
	    an_expired_value_is_not_printed);
	CU_add_test(suite, "looking counts nothing", looking_counts_nothing);
}
