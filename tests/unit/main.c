/*
 * tests/unit/main.c: runs every CUnit suite and prints TAP.
 *
 * With arguments, only the suites whose names are given.
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <stdio.h>
#include <string.h>

#include "suites.h"

static void (*const suites[])(void) = { UNIT_SUITES };

static void
print_failures(const CU_pFailureRecord failures)
{
	for (CU_pFailureRecord each = failures; each != NULL;
	    each = each->pNext)
		(void)printf("#   %s:%u: %s\n", each->strFileName,
		    each->uiLineNumber, each->strCondition);
}

static void
test_complete(const CU_pTest test, const CU_pSuite suite,
    const CU_pFailureRecord failures)
{
	/* CUnit hands the list of all failures so far of this test. */
	(void)printf("%s %u - %s: %s\n", failures == NULL ? "ok" : "not ok",
	    CU_get_number_of_tests_run(), suite->pName, test->pName);
	print_failures(failures);
	(void)fflush(stdout);
}

static void
suite_init_failed(const CU_pSuite suite)
{
	(void)printf("Bail out! the suite %s could not begin\n", suite->pName);
}

static void
select_suites(int argc, char *argv[])
{
	CU_pSuite suite = CU_get_registry()->pSuite;

	for (; argc > 1 && suite != NULL; suite = suite->pNext) {
		CU_BOOL wanted = CU_FALSE;

		for (int i = 1; i < argc; i++)
			if (strcmp(argv[i], suite->pName) == 0)
				wanted = CU_TRUE;
		(void)CU_set_suite_active(suite, wanted);
	}
}

int
main(int argc, char *argv[])
{
	CU_ErrorCode code = CU_initialize_registry();
	int failed;

	if (code != CUE_SUCCESS) {
		(void)printf("Bail out! %s\n", CU_get_error_msg());
		return 1;
	}
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		suites[i]();
	select_suites(argc, argv);
	CU_set_fail_on_inactive(CU_FALSE);
	CU_set_test_complete_handler(test_complete);
	CU_set_suite_init_failure_handler(suite_init_failed);
	code = CU_run_all_tests();
	(void)printf("1..%u\n", CU_get_number_of_tests_run());
	failed = code != CUE_SUCCESS || CU_get_number_of_failures() > 0 ||
	    CU_get_number_of_suites_failed() > 0 ||
	    CU_get_number_of_tests_run() == 0;
	CU_cleanup_registry();
	return failed;
}
