/*
 * seal_test.c: a process that cannot remember (fcgi/process/seal*.c).
 *
 * LETHE_PROBE_KIND tells what is special about the probe: "stripped" (no
 * variable has a name) or "asan" (the memory of .start is not sealed).
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "probe_client.h"
#include "process/seal.h"

static bool
kind_is(const char *kind)
{
	const char *current = getenv("LETHE_PROBE_KIND");

#ifdef __SANITIZE_ADDRESS__
	if (current == NULL)
		current = "asan";
#endif
	return current != NULL && strcmp(current, kind) == 0;
}

/* The misdeed is answered with 500 and a message with `expected` in it, and
 * logged; the same process then serves on. */
static void
check_stopped(const char *misdeed, const char *expected)
{
	struct probe_process probe;
	struct probe_answer answer;
	char fine[64];

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_TRUE(probe_ask(&probe, misdeed, "5ea1", &answer));
	CU_ASSERT_TRUE(answer.records);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(answer.text, "Status: 500 Internal Server Error\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, expected));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "\"request\":\"5ea1\""));
	(void)snprintf(fine, sizeof(fine), "fine %ld\n", (long)probe.pid);
	CU_ASSERT_TRUE(probe_ask(&probe, "behave", "2", &answer));
	CU_ASSERT_STRING_EQUAL(answer.text, fine);
	/* It is logged after the answer, and before the next. */
	CU_ASSERT_PTR_NOT_NULL(strstr(probe_log(&probe), expected));
	probe_end(&probe);
}

static void
check_variable(const char *misdeed, const char *name)
{
	char expected[128];

	(void)snprintf(expected, sizeof(expected),
	    "callback update_output wrote to %s: a process forgets",
	    kind_is("stripped") ? "a global variable (a build that is not "
				  "stripped has its name)"
				: name);
	check_stopped(misdeed, expected);
}

static void
test_global(void)
{
	check_variable("global", "the global variable df");
}

static void
test_array(void)
{
	check_variable("array", "the global variable rows");
}

static void
test_static(void)
{
	check_variable("static", "the static variable total");
}

static void
test_static_local(void)
{
	check_variable("static-local", "the static variable counter");
}

static void
check_started(const char *misdeed)
{
	check_stopped(misdeed,
	    "callback update_output wrote to memory that the .start hook "
	    "made");
}

static void
test_small(void)
{
	check_started("small");
}

static void
test_large(void)
{
	check_started("large");
}

static void
test_free_small(void)
{
	check_started("free-small");
}

static void
test_free_large(void)
{
	check_started("free-large");
}

static void
test_json(void)
{
	check_started("json");
}

/* The refusal's words are in the log; the status is the probe's for it. */
static void
check_refused(const char *setting, const char *expected)
{
	struct probe_process probe;
	int status;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, setting));
	status = probe_wait(&probe);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(probe_log(&probe), expected));
	probe_end(&probe);
}

static void
test_shared_arena(void)
{
	check_refused("MALLOC_ARENA_MAX=1", "no memory arena");
}

static void
test_behave(void)
{
	struct probe_process probe;
	struct probe_answer answer;

	for (int hook = 0; hook < 2; hook++) {
		CU_ASSERT_TRUE_FATAL(
		    probe_begin(&probe, hook ? NULL : "none", NULL));
		for (int i = 0; i < 3; i++) {
			CU_ASSERT_TRUE(
			    probe_ask(&probe, "behave", "1", &answer));
			CU_ASSERT_TRUE(strncmp(answer.text, "fine ", 5) == 0);
		}
		CU_ASSERT_STRING_EQUAL(probe_log(&probe), "");
		probe_end(&probe);
	}
}

static void
test_list(void)
{
	static const char *const expected[] = { "df 4", "rows 800", "buffer 3",
		"total 4", "counter 4" };
	char output[4096];
	size_t lines = 0;
	int status = probe_run("variables", NULL, output, sizeof(output));

	if (kind_is("stripped")) {
		CU_ASSERT_EQUAL(status, 2);
		return;
	}
	CU_ASSERT_EQUAL(status, 0);
	for (char *at = output; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	CU_ASSERT_EQUAL(lines, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(output, expected[i]));
}

static void
test_describe(void)
{
	char out[64];
	int local = 0;

	CU_ASSERT_EQUAL(seal_describe(&local, out, sizeof(out)), 0);
	CU_ASSERT_STRING_EQUAL(out, "");
}

void seal_suite(void);

void
seal_suite(void)
{
	CU_pSuite suite = CU_add_suite("seal", NULL, NULL);

	CU_add_test(suite, "a write to a global variable is stopped and named",
	    test_global);
	CU_add_test(suite, "a write into a global array is named", test_array);
	CU_add_test(
	    suite, "a write to a static variable is named", test_static);
	CU_add_test(suite,
	    "a static local is named without the compiler's suffix",
	    test_static_local);
	CU_add_test(suite,
	    "a handler can allocate, print and parse after the seal",
	    test_behave);
	CU_add_test(suite,
	    "the app's writable variables are listed, and no others",
	    test_list);
	CU_add_test(suite, "an address that is not sealed is not described",
	    test_describe);
	/* AddressSanitizer's malloc has no arenas to seal. */
	if (kind_is("asan"))
		return;
	CU_add_test(suite, "a write to a table that .start made is stopped",
	    test_small);
	CU_add_test(suite,
	    "a write to a large table that .start made is stopped", test_large);
	CU_add_test(suite, "freeing a table that .start made is stopped",
	    test_free_small);
	CU_add_test(suite, "freeing a large table that .start made is stopped",
	    test_free_large);
	CU_add_test(suite, "a reference to JSON that .start made is stopped",
	    test_json);
	CU_add_test(suite,
	    "a .start hook without an arena of its own is refused",
	    test_shared_arena);
}
