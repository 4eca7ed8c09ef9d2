/*
 * tests/unit/options_test.c: settings on the command line.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/options.h"
#include "process/settings.h"

#define TAKE(...) \
	take((char *[]){ "app", __VA_ARGS__, NULL }, \
	    (int)(sizeof((char *[]){ "app", __VA_ARGS__ }) / sizeof(char *)))

static struct error error;

static int
take(char *argv[], int argc)
{
	(void)unsetenv("LETHE_DEFAULT_TIMEOUT");
	(void)unsetenv("LETHE_THRESHOLD");
	error.message[0] = '\0';
	return options_take(argc, argv, &error);
}

static const char *
set_to(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "(none)";
}

static void
options_become_variables(void)
{
	CU_ASSERT_EQUAL(TAKE("--default-timeout", "60", "check"), 2);
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_DEFAULT_TIMEOUT"), "60");
	CU_ASSERT_EQUAL(TAKE("--threshold=7", "--default-timeout=0"), 2);
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_THRESHOLD"), "7");
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_DEFAULT_TIMEOUT"), "0");
}

static void
commands_are_left_alone(void)
{
	CU_ASSERT_EQUAL(TAKE("check"), 0);
	CU_ASSERT_EQUAL(TAKE("--help"), 0);
	CU_ASSERT_EQUAL(TAKE("--version"), 0);
	CU_ASSERT_EQUAL(TAKE("store", "--threshold", "7"), 0);
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_THRESHOLD"), "(none)");
}

static void
others_are_refused(void)
{
	CU_ASSERT_EQUAL(TAKE("--treshold", "7"), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "--treshold"));
	CU_ASSERT_EQUAL(TAKE("--path=/tmp"), -1);
	CU_ASSERT_EQUAL(TAKE("--"), -1);
	CU_ASSERT_EQUAL(TAKE("--threshold"), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "needs a value"));
}

static void
flags_need_no_value(void)
{
	CU_ASSERT_EQUAL(TAKE("--unsealed", "check"), 1);
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_UNSEALED"), "1");
	CU_ASSERT_EQUAL(TAKE("--unsealed", "0", "check"), 2);
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_UNSEALED"), "0");
	CU_ASSERT_EQUAL(TAKE("--unsealed", "--threshold", "7"), 3);
	CU_ASSERT_STRING_EQUAL(set_to("LETHE_UNSEALED"), "1");
	CU_ASSERT_EQUAL(TAKE("--unsealed"), 1);
	(void)unsetenv("LETHE_UNSEALED");
}

static void
apps_cache_is_checked(void)
{
	static const struct {
		int line;
		int64_t threshold, timeout_s;
		const char *words; /* NULL: it is valid */
		int64_t kept_s;
	} table[] = {
		{ __LINE__, 0, 0, NULL, 300 },
		{ __LINE__, 7, 60, NULL, 60 },
		{ __LINE__, 0, LETHE_TIMEOUT_NEVER, NULL, 0 },
		{ __LINE__, 0, -2, ".cache_timeout_s is -2", 0 },
		{ __LINE__, -1, 0, ".cache_threshold is -1", 0 },
	};
	struct settings settings;
	int done;

	(void)unsetenv("LETHE_DEFAULT_TIMEOUT");
	(void)unsetenv("LETHE_THRESHOLD");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct lethe_app app = { .name = "app",
			.cache_threshold = table[i].threshold,
			.cache_timeout_s = table[i].timeout_s };

		done = settings_read(&settings, &app, &error);
		if (table[i].words == NULL
			? done == 0 && settings.store.default_timeout_s ==
					   table[i].kept_s
			: done == -1 &&
			      strstr(error.message, table[i].words) != NULL)
			continue;
		(void)printf("# line %d: %s\n", table[i].line, error.message);
		CU_FAIL("an app's cache was not checked");
	}
}

void options_suite(void);

void
options_suite(void)
{
	CU_pSuite suite = CU_add_suite("options", NULL, NULL);

	CU_add_test(suite, "options become variables",
	    options_become_variables);
	CU_add_test(suite, "commands and what follows are left alone",
	    commands_are_left_alone);
	CU_add_test(suite, "settings that are 1 or 0 need no value",
	    flags_need_no_value);
	CU_add_test(suite, "what is no setting is refused",
	    others_are_refused);
	CU_add_test(suite, "what an app says of its cache is checked",
	    apps_cache_is_checked);
}
