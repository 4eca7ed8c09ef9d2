/*
 * call_cache_test.c: the cache as an app's code sees it.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/call.h"
#include "dash/refresh.h"
#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)

void call_cache_suite(void);

/* A call of an app's code, on a store of its own. */
struct stage {
	struct fixture fixture;
	struct dash_services services;
	struct lethe_call call;
	const char *volatile running;
};

static void
stage_open(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	fixture_open(&stage->fixture, 20, MIB);
	stage->services = (struct dash_services){
		.store = stage->fixture.store,
		.refreshes = refreshes_new(),
		.timeout_ms = 20000,
		.response_limit = (size_t)MIB,
		.running = &stage->running,
	};
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage->services.refreshes);
	CU_ASSERT_EQUAL(call_init(&stage->call, &stage->services, NULL), 0);
}

static void
stage_close(struct stage *stage)
{
	call_clear(&stage->call);
	free(stage->services.refreshes);
	fixture_close(&stage->fixture);
}

static bool
failed_with(const struct stage *stage, const char *words)
{
	bool right = strstr(stage->call.error.message, words) != NULL;

	if (!right)
		(void)printf("# %s\n", stage->call.error.message);
	return right;
}

/* ------------------------------------------------------------------------
 * Memoized functions
 */

/* Tells one computation from the next.  The count is in the cache itself, as
 * it would be in an app. */
static int64_t
count_runs(struct lethe_call *call)
{
	struct json_object *runs;
	int64_t count = 0;

	if (lethe_cache_get(call, LETHE_SHARED, "runs", lethe_null(), &runs)) {
		count = json_object_get_int64(runs);
		json_object_put(runs);
	}
	(void)lethe_cache_set(call, LETHE_SHARED, "runs", lethe_null(),
	    lethe_integer(count + 1), LETHE_TIMEOUT_NEVER);
	return count + 1;
}

/* Gives the number of the run, or fails when the arguments say so. */
static enum lethe_result
compute_run(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	int64_t run = count_runs(call);

	if (json_object_is_type(arguments, json_type_string))
		return lethe_fail(call, "%s (%d)",
		    json_object_get_string(arguments), (int)run);
	*value = lethe_integer(run);
	return LETHE_OK;
}

static enum lethe_result
compute_bytes(struct lethe_call *call, struct json_object *arguments,
    struct lethe_bytes *bytes)
{
	(void)arguments;
	bytes->size = 3;
	bytes->data = calloc(1, 3);
	if (bytes->data == NULL)
		return lethe_fail(call, "out of memory");
	((char *)bytes->data)[1] = (char)(0x80 + count_runs(call));
	return LETHE_OK;
}

static bool
odd(struct lethe_call *call, struct json_object *arguments)
{
	(void)call;
	return json_object_get_int64(arguments) % 2 == 1;
}

static const struct lethe_memo plain = {
	.name = "plain",
	.compute = compute_run,
};

/* The number of the run that gave the value; -1: it failed. */
static int64_t
run_of(struct stage *stage, const struct lethe_memo *memo,
    struct json_object *arguments)
{
	struct json_object *value;
	int64_t run;

	if (lethe_memoize(&stage->call, memo,
		arguments == NULL ? lethe_null() : arguments,
		&value) != LETHE_OK)
		return -1;
	run = json_object_get_int64(value);
	json_object_put(value);
	return run;
}

static void
bypass_neither_reads_nor_writes(void)
{
	struct lethe_memo memo = plain;
	struct stage stage;

	stage_open(&stage);
	memo.unless = odd;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(1)), 1);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(1)), 2);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(2)), 3);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(2)), 3);
	CU_ASSERT_EQUAL(run_of(&stage, &plain, lethe_integer(1)), 4);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(1)), 5);
	CU_ASSERT_EQUAL(run_of(&stage, &plain, lethe_integer(1)), 4);
	stage_close(&stage);
}

static void
one_call_has_terms_of_its_own(void)
{
	struct lethe_memo memo = plain;
	struct stage stage;

	stage_open(&stage);
	CU_ASSERT_EQUAL(run_of(&stage, &plain, NULL), 1);
	memo.forced_update = lethe_always;
	memo.timeout_s = 5;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 2);
	CU_ASSERT_EQUAL(run_of(&stage, &plain, NULL), 2);
	stage.fixture.store->clock_offset_ms = 5001;
	CU_ASSERT_EQUAL(run_of(&stage, &plain, NULL), 3);
	/* The default is 300 s. */
	stage.fixture.store->clock_offset_ms = 5001 + 299000;
	CU_ASSERT_EQUAL(run_of(&stage, &plain, NULL), 3);
	stage_close(&stage);
}

static void
failure_is_remembered(void)
{
	struct lethe_memo memo = plain;
	struct stage stage;

	stage_open(&stage);
	memo.negative_timeout_s = 10;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_string("no luck")), -1);
	CU_ASSERT(failed_with(&stage, "plain: no luck (1)"));
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_string("no luck")), -1);
	CU_ASSERT(failed_with(&stage, "plain: no luck (1)"));
	stage.fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_string("no luck")), -1);
	CU_ASSERT(failed_with(&stage, "plain: no luck (2)"));
	stage_close(&stage);
}

static void
stale_value_is_computed_anew_later(void)
{
	struct lethe_memo memo = plain;
	struct error error = { "" };
	struct stage stage;
	char name[8] = "later";

	stage_open(&stage);
	memo.name = name;
	memo.timeout_s = 10;
	memo.stale_s = 100;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(7)), 1);
	CU_ASSERT_PTR_NULL(refresh_next(stage.services.refreshes));
	stage.fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(7)), 1);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(7)), 1);
	/* By then the call and what was on its stack are gone. */
	call_clear(&stage.call);
	memset(name, 'x', sizeof(name));
	memset(&memo, 0xff, sizeof(memo));
	CU_ASSERT_STRING_EQUAL(refresh_next(stage.services.refreshes), "later");
	CU_ASSERT_EQUAL(
	    refresh_run(stage.services.refreshes, &stage.services, &error), 0);
	/* It was noted once. */
	CU_ASSERT_PTR_NULL(refresh_next(stage.services.refreshes));
	CU_ASSERT_EQUAL(call_init(&stage.call, &stage.services, NULL), 0);
	memo = plain;
	memo.name = "later";
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_integer(7)), 2);
	stage_close(&stage);
}

static void
failed_refresh_says_so(void)
{
	struct lethe_memo memo = plain;
	struct error error = { "" };
	struct stage stage;

	stage_open(&stage);
	memo.timeout_s = 10;
	memo.stale_s = 100;
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "plain",
			    lethe_string("bad"), lethe_null(), 1),
	    LETHE_OK);
	CU_ASSERT_EQUAL(fixture_run(&stage.fixture,
			    "UPDATE cache SET fresh_until_ms = 1, expires_ms "
			    "= expires_ms + 1000000"),
	    0);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, lethe_string("bad")), 0);
	CU_ASSERT_EQUAL(
	    refresh_run(stage.services.refreshes, &stage.services, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "plain could not be"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "bad (1)"));
	CU_ASSERT_PTR_NULL(refresh_next(stage.services.refreshes));
	stage_close(&stage);
}

static void
nothing_is_stale_where_nobody_refreshes(void)
{
	struct lethe_memo memo = plain;
	struct stage stage;

	stage_open(&stage);
	free(stage.services.refreshes);
	stage.services.refreshes = NULL;
	memo.timeout_s = 10;
	memo.stale_s = 100;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 1);
	stage.fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 2);
	stage_close(&stage);
}

static void
bytes_are_memoized(void)
{
	const struct lethe_memo memo = { .name = "b",
		.compute_bytes = compute_bytes };
	struct lethe_bytes bytes;
	struct stage stage;

	stage_open(&stage);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(lethe_memoize_bytes(
				    &stage.call, &memo, lethe_null(), &bytes),
		    LETHE_OK);
		CU_ASSERT_EQUAL_FATAL(bytes.size, 3);
		CU_ASSERT_EQUAL(memcmp(bytes.data, "\0\x81\0", 4), 0);
	}
	/* As JSON it has no function, and none is made up. */
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), -1);
	CU_ASSERT(failed_with(&stage, ".compute"));
	stage_close(&stage);
}

static void
bad_memos_are_refused(void)
{
	static const struct {
		int line;
		struct lethe_memo memo;
		const char *words;
	} table[] = {
		{ __LINE__, { .compute = compute_run }, "a name" },
		{ __LINE__, { .name = "", .compute = compute_run }, "a name" },
		{ __LINE__, { .name = "n" }, ".compute" },
		{ __LINE__,
		    { .name = "n", .compute = compute_run, .timeout_s = -2 },
		    "timeout" },
		{ __LINE__,
		    { .name = "n", .compute = compute_run, .stale_s = -1 },
		    "negative" },
		{ __LINE__,
		    { .name = "n",
			.compute = compute_run,
			.negative_timeout_s = -1 },
		    "negative" },
		{ __LINE__,
		    { .name = "n",
			.compute = compute_run,
			.stale_s = 1,
			.timeout_s = LETHE_TIMEOUT_NEVER },
		    "never gets stale" },
		{ __LINE__,
		    { .name = "n",
			.compute = compute_run,
			.scope = (enum lethe_scope)7 },
		    "scope of n is 7" },
	};
	struct stage stage;

	stage_open(&stage);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		bool right = run_of(&stage, &table[i].memo, NULL) == -1 &&
			     failed_with(&stage, table[i].words);

		CU_ASSERT(right);
		if (!right)
			(void)printf("# line %d\n", table[i].line);
	}
	CU_ASSERT_EQUAL(
	    fixture_ask(&stage.fixture, "SELECT rows FROM cache_totals"), 0);
	stage_close(&stage);
}

static bool
holds(struct stage *stage, const char *function, int64_t argument,
    const char *expected)
{
	struct json_object *value;
	bool same;

	if (!lethe_cache_get(&stage->call, LETHE_SHARED, function,
		lethe_integer(argument), &value))
		return expected == NULL;
	same = expected != NULL && strcmp(json_object_to_json_string_ext(
					      value, JSON_C_TO_STRING_PLAIN),
				       expected) == 0;
	json_object_put(value);
	return same;
}

static void
set(struct stage *stage, const char *function, int64_t argument,
    struct json_object *value)
{
	CU_ASSERT_EQUAL(
	    lethe_cache_set(&stage->call, LETHE_SHARED, function,
		lethe_integer(argument), value, LETHE_TIMEOUT_DEFAULT),
	    LETHE_OK);
}

static void
values_are_set_and_deleted(void)
{
	struct stage stage;

	stage_open(&stage);
	CU_ASSERT(holds(&stage, "f", 1, NULL));
	set(&stage, "f", 1, lethe_list(lethe_integer(1), lethe_null()));
	set(&stage, "f", 2, lethe_null());
	set(&stage, "g", 1, lethe_string("g"));
	CU_ASSERT(holds(&stage, "f", 1, "[1,null]"));
	CU_ASSERT(holds(&stage, "f", 2, "null"));
	CU_ASSERT_EQUAL(lethe_cache_delete(
			    &stage.call, LETHE_SHARED, "f", lethe_integer(1)),
	    LETHE_OK);
	CU_ASSERT_EQUAL(lethe_cache_delete(
			    &stage.call, LETHE_SHARED, "f", lethe_integer(1)),
	    LETHE_OK);
	CU_ASSERT(holds(&stage, "f", 1, NULL));
	CU_ASSERT(holds(&stage, "f", 2, "null"));
	CU_ASSERT_EQUAL(lethe_cache_delete_function(&stage.call, "f"), 1);
	CU_ASSERT(holds(&stage, "g", 1, "\"g\""));
	CU_ASSERT_EQUAL(lethe_cache_clear(&stage.call), 1);
	CU_ASSERT(holds(&stage, "g", 1, NULL));
	stage_close(&stage);
}

static void
set_and_memoize_share_a_key(void)
{
	struct stage stage;

	stage_open(&stage);
	set(&stage, "plain", 1, lethe_integer(77));
	CU_ASSERT_EQUAL(run_of(&stage, &plain, lethe_integer(1)), 77);
	stage_close(&stage);
}

static void
bytes_are_set(void)
{
	struct lethe_bytes bytes;
	struct stage stage;

	stage_open(&stage);
	CU_ASSERT_EQUAL(lethe_cache_set_bytes(&stage.call, LETHE_SHARED, "f",
			    lethe_integer(1), "\xff\0\xfe", 3, 10),
	    LETHE_OK);
	CU_ASSERT(lethe_cache_get_bytes(
	    &stage.call, LETHE_SHARED, "f", lethe_integer(1), &bytes));
	CU_ASSERT_EQUAL_FATAL(bytes.size, 3);
	CU_ASSERT_EQUAL(memcmp(bytes.data, "\xff\0\xfe", 4), 0);
	CU_ASSERT(holds(&stage, "f", 1, NULL));
	stage.fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_FALSE(lethe_cache_get_bytes(
	    &stage.call, LETHE_SHARED, "f", lethe_integer(1), &bytes));
	CU_ASSERT_PTR_NULL(bytes.data);
	stage_close(&stage);
}

static void
bad_keys_are_refused(void)
{
	struct json_object *value, *deep = lethe_integer(1);
	struct stage stage;
	char *large, name[300];

	stage_open(&stage);
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "f",
			    lethe_null(), lethe_integer(1), -2),
	    LETHE_ERROR);
	CU_ASSERT(failed_with(&stage, "not -2"));
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "",
			    lethe_null(), lethe_integer(1), 1),
	    LETHE_ERROR);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CU_ASSERT_FALSE(lethe_cache_get(
	    &stage.call, LETHE_SHARED, name, lethe_null(), &value));
	CU_ASSERT(failed_with(&stage, "255 bytes at most"));
	large = malloc((size_t)MIB + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	memset(large, 'x', (size_t)MIB);
	large[MIB] = '\0';
	CU_ASSERT_EQUAL(lethe_cache_delete(&stage.call, LETHE_SHARED, "f",
			    lethe_string(large)),
	    LETHE_ERROR);
	CU_ASSERT(failed_with(&stage, "1 MiB"));
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "f",
			    lethe_null(), NULL, 1),
	    LETHE_ERROR);
	CU_ASSERT(failed_with(&stage, "value to cache could not be made"));
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "f", NULL,
			    lethe_null(), 1),
	    LETHE_ERROR);
	CU_ASSERT(failed_with(&stage, "arguments of f could not be made"));
	/* A value over its limit is a miss, and the log says so. */
	set(&stage, "f", 1, lethe_string(large));
	CU_ASSERT(holds(&stage, "f", 1, NULL));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(stage.fixture.last_warning, "is not cached"));
	for (int i = 0; i < 600; i++)
		deep = lethe_list(deep);
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "f",
			    lethe_null(), deep, 1),
	    LETHE_ERROR);
	CU_ASSERT_EQUAL(lethe_cache_delete_function(&stage.call, NULL), -1);
	free(large);
	stage_close(&stage);
}

static void
without_a_store_all_is_a_miss(void)
{
	struct stage stage;

	stage_open(&stage);
	stage.services.store = NULL;
	set(&stage, "f", 1, lethe_integer(1));
	CU_ASSERT(holds(&stage, "f", 1, NULL));
	CU_ASSERT_EQUAL(run_of(&stage, &plain, NULL), 1);
	CU_ASSERT_EQUAL(lethe_cache_clear(&stage.call), 0);
	stage_close(&stage);
}

static void
failed_deletion_is_an_error(void)
{
	struct stage stage;

	stage_open(&stage);
	set(&stage, "f", 1, lethe_integer(1));
	CU_ASSERT_EQUAL(fixture_run(&stage.fixture,
			    "CREATE TRIGGER no BEFORE DELETE ON cache BEGIN "
			    "SELECT raise(ABORT, 'no'); END"),
	    0);
	CU_ASSERT_EQUAL(lethe_cache_delete(
			    &stage.call, LETHE_SHARED, "f", lethe_integer(1)),
	    LETHE_ERROR);
	CU_ASSERT(failed_with(&stage, "nothing was deleted"));
	CU_ASSERT_EQUAL(lethe_cache_clear(&stage.call), -1);
	stage_close(&stage);
}

static void
owners_do_not_see_each_other(void)
{
	struct lethe_memo memo = plain;
	struct stage stage;

	stage_open(&stage);
	memo.scope = LETHE_SESSION;
	stage.call.owner = "one";
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 1);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 1);
	stage.call.owner = "two";
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 2);
	CU_ASSERT_EQUAL(run_of(&stage, &plain, NULL), 3);
	stage.call.owner = "one";
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 1);
	/* Deleting a function is for all of them. */
	CU_ASSERT_EQUAL(lethe_cache_delete_function(&stage.call, "plain"), 3);
	/* Without a session it is an error, not a shared value. */
	stage.call.owner = NULL;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), -1);
	CU_ASSERT(failed_with(&stage, "session"));
	stage.call.refreshing = true;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), -1);
	CU_ASSERT(failed_with(&stage, "after the response"));
	stage_close(&stage);
}

static enum lethe_result
compute_of_owner(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	struct lethe_memo own = plain;

	own.scope = LETHE_SESSION;
	return lethe_memoize(call, &own, json_object_get(arguments), value);
}

/* Also not when it is computed anew, where the owner is known. */
static void
shared_value_is_made_of_no_owners(void)
{
	const struct lethe_memo shared = { .name = "shared",
		.compute = compute_of_owner };
	struct stage stage;

	stage_open(&stage);
	stage.call.owner = "one";
	CU_ASSERT_EQUAL(run_of(&stage, &shared, NULL), -1);
	CU_ASSERT(failed_with(&stage, "all users share"));
	stage.call.refreshing = true;
	CU_ASSERT_EQUAL(run_of(&stage, &shared, NULL), -1);
	CU_ASSERT(failed_with(&stage, "all users share"));
	CU_ASSERT_EQUAL(
	    fixture_ask(&stage.fixture, "SELECT rows FROM cache_totals"), 0);
	stage_close(&stage);
}

static void
refresh_is_its_owners(void)
{
	struct lethe_memo memo = plain;
	struct error error = { "" };
	struct stage stage;

	stage_open(&stage);
	memo.scope = LETHE_SESSION;
	memo.timeout_s = 10;
	memo.stale_s = 100;
	stage.call.owner = "one";
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 1);
	stage.fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 1);
	CU_ASSERT_EQUAL(
	    refresh_run(stage.services.refreshes, &stage.services, &error), 0);
	CU_ASSERT_EQUAL(run_of(&stage, &memo, NULL), 2);
	CU_ASSERT_EQUAL(fixture_ask(&stage.fixture,
			    "SELECT count(*) FROM cache WHERE owner = 'one' "
			    "AND function = 'plain'"),
	    1);
	stage_close(&stage);
}

/* ------------------------------------------------------------------------
 * Queries of the store itself
 */

/* Asks, and compares the rows, as JSON. */
static void
expect_rows(struct stage *stage, int line, const char *sql, const char *text)
{
	struct json_object *rows = lethe_cache_query(&stage->call, sql);
	const char *found = json_object_to_json_string_ext(rows,
	    JSON_C_TO_STRING_PLAIN);

	if (rows == NULL || strcmp(found, text) != 0) {
		(void)printf("# line %d: %s (%s)\n", line, found,
		    stage->call.error.message);
		CU_FAIL("other rows");
	}
	json_object_put(rows);
}

static void
views_are_queried(void)
{
	struct stage stage;

	stage_open(&stage);
	expect_rows(&stage, __LINE__, "SELECT id FROM cache_entries", "[]");
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "one",
			    lethe_string("x"), lethe_integer(7), 60),
	    LETHE_OK);
	CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED, "two",
			    lethe_null(), lethe_list(lethe_integer(1)), 60),
	    LETHE_OK);
	expect_rows(&stage, __LINE__,
	    "SELECT id, function, value, 0.5 AS half, fresh_until "
	    "FROM cache_entries ORDER BY id;",
	    "[{\"id\":1,\"function\":\"one\",\"value\":\"7\",\"half\":0.5,"
	    "\"fresh_until\":null},"
	    "{\"id\":2,\"function\":\"two\",\"value\":\"[1]\",\"half\":0.5,"
	    "\"fresh_until\":null}]");
	expect_rows(&stage, __LINE__, "SELECT rows FROM cache_stats",
	    "[{\"rows\":2}]");
	expect_rows(&stage, __LINE__,
	    "SELECT function FROM cache_functions ORDER BY 1",
	    "[{\"function\":\"one\"},{\"function\":\"two\"}]");
	stage_close(&stage);
}

static void
only_reading_passes(void)
{
	static const struct {
		int line;
		const char *sql, *words;
	} cases[] = {
		{ __LINE__, "DELETE FROM cache", "one SELECT" },
		{ __LINE__, "UPDATE cache_totals SET rows = 9", "one SELECT" },
		{ __LINE__, "PRAGMA user_version = 9", "one SELECT" },
		{ __LINE__, "SELECT * FROM pragma_user_version",
		    "not authorized" },
		{ __LINE__, "ATTACH ':memory:' AS other", "one SELECT" },
		{ __LINE__, "BEGIN", "one SELECT" },
		{ __LINE__, "CREATE TEMP TABLE kept(x)", "one SELECT" },
		{ __LINE__, "SELECT load_extension('x')", "not authorized" },
		{ __LINE__, "SELECT 1; DELETE FROM cache", "one SELECT" },
		{ __LINE__, "", "one SELECT" },
		{ __LINE__, "SELECT nowhere", "no such column: nowhere" },
		{ __LINE__, "SELECT abs(-9223372036854775808)", "overflow" },
	};
	struct stage stage;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_open(&stage);
		CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED,
				    "one", lethe_null(), lethe_integer(1), 60),
		    LETHE_OK);
		if (lethe_cache_query(&stage.call, cases[i].sql) != NULL ||
		    !failed_with(&stage, cases[i].words)) {
			(void)printf("# line %d\n", cases[i].line);
			CU_FAIL("it passed, or says something else");
		}
		/* The store works on. */
		CU_ASSERT_EQUAL(lethe_cache_set(&stage.call, LETHE_SHARED,
				    "two", lethe_null(), lethe_integer(2), 60),
		    LETHE_OK);
		CU_ASSERT_EQUAL(fixture_ask(&stage.fixture,
				    "SELECT rows FROM cache_totals"),
		    2);
		stage_close(&stage);
	}
}

static void
without_a_store_there_are_no_rows(void)
{
	struct json_object *rows;
	struct stage stage;

	stage_open(&stage);
	stage.services.store = NULL;
	rows = lethe_cache_query(&stage.call, "SELECT 1");
	CU_ASSERT_EQUAL(json_object_array_length(rows), 0);
	json_object_put(rows);
	rows = lethe_sessions_query(&stage.call, "SELECT 1");
	CU_ASSERT_EQUAL(json_object_array_length(rows), 0);
	json_object_put(rows);
	stage_close(&stage);
}

void
call_cache_suite(void)
{
	CU_pSuite suite = CU_add_suite("call: cache", NULL, NULL);

	CU_add_test(suite, "a bypass neither reads nor writes",
	    bypass_neither_reads_nor_writes);
	CU_add_test(suite, "one call may have terms of its own",
	    one_call_has_terms_of_its_own);
	CU_add_test(suite, "a failure is remembered", failure_is_remembered);
	CU_add_test(suite,
	    "a stale value is computed anew when the call is "
	    "gone",
	    stale_value_is_computed_anew_later);
	CU_add_test(
	    suite, "when that fails it says so", failed_refresh_says_so);
	CU_add_test(suite, "nothing is served stale where nobody refreshes",
	    nothing_is_stale_where_nobody_refreshes);
	CU_add_test(suite, "bytes are memoized", bytes_are_memoized);
	CU_add_test(
	    suite, "a memo with mistakes is refused", bad_memos_are_refused);
	CU_add_test(suite, "values are set, got and deleted",
	    values_are_set_and_deleted);
	CU_add_test(suite, "a value that was set serves a memoized function",
	    set_and_memoize_share_a_key);
	CU_add_test(suite, "bytes are set", bytes_are_set);
	CU_add_test(suite, "bad keys, timeouts and values are told",
	    bad_keys_are_refused);
	CU_add_test(suite, "without a store all is a miss",
	    without_a_store_all_is_a_miss);
	CU_add_test(suite, "a deletion that fails is an error",
	    failed_deletion_is_an_error);
	CU_add_test(suite, "owners do not see each other's values",
	    owners_do_not_see_each_other);
	CU_add_test(suite, "a shared value is made of no owner's values",
	    shared_value_is_made_of_no_owners);
	CU_add_test(
	    suite, "a refresh stores for its owner", refresh_is_its_owners);
	CU_add_test(suite, "views are queried", views_are_queried);
	CU_add_test(suite, "a query does nothing but read",
	    only_reading_passes);
	CU_add_test(suite, "without a store there are no rows",
	    without_a_store_there_are_no_rows);
}
