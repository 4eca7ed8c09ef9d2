/*
 * store_evict_test.c: the limits hold exactly, and the right rows go.
 */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)

void store_evict_suite(void);

static int
set_number(struct store *store, int number, int64_t timeout_s)
{
	char arguments[32];
	struct store_key key = key_number(number, arguments);

	return store_set(store, &key, "[1,2,3]", 7, timeout_s, 1);
}

static bool
has_number(struct store *store, int number)
{
	char arguments[32];

	(void)key_number(number, arguments);
	return has_text(store, arguments, "[1,2,3]");
}

static void
threshold_is_exact(void)
{
	struct fixture fixture;
	int i, kept = 0;

	fixture_open(&fixture, 20, MIB);
	for (i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(set_number(fixture.store, i, 0), 0);
		CU_ASSERT(has_number(fixture.store, i));
		CU_ASSERT_EQUAL(
		    fixture_ask(&fixture, "SELECT count(*) FROM cache"),
		    i < 20 ? i + 1 : 20);
	}
	for (i = 0; i < 100; i++)
		kept += has_number(fixture.store, i);
	CU_ASSERT_EQUAL(kept, 20);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT evictions FROM cache_totals"), 80);
	fixture_close(&fixture);
}

static void
marked_rows_stay(void)
{
	struct fixture fixture;
	int i;

	fixture_open(&fixture, 10, MIB);
	for (i = 0; i < 10; i++)
		(void)set_number(fixture.store, i, 0);
	/* The oldest three are asked for; the next five have to go. */
	for (i = 0; i < 3; i++)
		CU_ASSERT(has_number(fixture.store, i));
	for (i = 10; i < 15; i++)
		(void)set_number(fixture.store, i, 0);
	for (i = 0; i < 15; i++)
		CU_ASSERT_EQUAL(has_number(fixture.store, i), i < 3 || i >= 8);
	fixture_close(&fixture);
}

static void
scan_drives_nothing_out(void)
{
	struct fixture fixture;
	int i, j;

	fixture_open(&fixture, 50, MIB);
	for (i = 0; i < 40; i++)
		(void)set_number(fixture.store, i, 0);
	/* 1,000 values that nobody asks for twice, while the 40 are in use. */
	for (i = 1000; i < 2000; i++) {
		(void)set_number(fixture.store, i, 0);
		for (j = 0; i % 5 == 0 && j < 40; j++)
			(void)has_number(fixture.store, j);
	}
	for (i = 0; i < 40; i++)
		CU_ASSERT(has_number(fixture.store, i));
	fixture_close(&fixture);
}

static void
all_marked_still_ends(void)
{
	struct fixture fixture;
	int i;

	fixture_open(&fixture, 1000, MIB);
	for (i = 0; i < 1000; i++) {
		(void)set_number(fixture.store, i, 0);
		CU_ASSERT(has_number(fixture.store, i));
	}
	CU_ASSERT_EQUAL(set_number(fixture.store, 1000, 0), 0);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 1000);
	CU_ASSERT(has_number(fixture.store, 1000));
	fixture_close(&fixture);
}

static void
expired_rows_go_first(void)
{
	struct fixture fixture;
	int i;

	fixture_open(&fixture, 10, MIB);
	for (i = 0; i < 10; i++)
		(void)set_number(fixture.store, i, i == 7 ? 10 : 0);
	fixture.store->clock_offset_ms = 11000;
	(void)set_number(fixture.store, 10, 0);
	for (i = 0; i < 11; i++)
		CU_ASSERT_EQUAL(has_number(fixture.store, i), i != 7);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT expirations * 10 + evictions "
				  "FROM cache_totals"),
	    10);
	fixture_close(&fixture);
}

static void
lifetime_is_no_reason(void)
{
	struct fixture fixture;
	int i;

	fixture_open(&fixture, 10, MIB);
	for (i = 0; i < 10; i++)
		(void)set_number(fixture.store, i, i < 5 ? 1000 : 0);
	for (i = 10; i < 15; i++)
		(void)set_number(fixture.store, i, 1000);
	/* The five that never expire are younger, and stay. */
	for (i = 5; i < 10; i++)
		CU_ASSERT(has_number(fixture.store, i));
	fixture_close(&fixture);
}

static void
bytes_are_limited(void)
{
	static const char bytes_sql[] =
	    "SELECT sum(length(value) + length(arguments)) FROM cache";
	const int64_t limit = MIB;
	char arguments[32], *text;
	struct fixture fixture;
	struct store_key key;
	int i;

	fixture_open(&fixture, 1000, limit);
	text = malloc(100000);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, '1', 100000);
	for (i = 0; i < 30; i++) {
		key = key_number(i, arguments);
		CU_ASSERT_EQUAL(
		    store_set(fixture.store, &key, text, 100000, 0, 0), 0);
		CU_ASSERT(fixture_ask(&fixture, bytes_sql) <= limit);
	}
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 10);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT bytes FROM cache_totals"),
	    fixture_ask(&fixture, bytes_sql));
	/* A row that grows makes others go as well. */
	for (i = 30; i < 60; i++)
		(void)set_number(fixture.store, i, 0);
	for (i = 30; i < 45; i++) {
		key = key_number(i, arguments);
		CU_ASSERT_EQUAL(
		    store_set(fixture.store, &key, text, 100000, 0, 0), 0);
		CU_ASSERT(fixture_ask(&fixture, bytes_sql) <= limit);
	}
	free(text);
	fixture_close(&fixture);
}

/* Rows whose keys fill more pages than the cap foresees. */
static void
page_limit_is_no_end(void)
{
	struct fixture fixture;
	char arguments[32];
	struct store_key key;
	int64_t pages;
	int i, stored = 0;

	fixture_open(&fixture, 100000, MIB);
	CU_ASSERT_EQUAL(sqlite3_exec(fixture.store->db,
			    "PRAGMA max_page_count = 60", NULL, NULL, NULL),
	    SQLITE_OK);
	for (i = 0; i < 3000; i++) {
		key = key_number(i, arguments);
		stored +=
		    store_set(fixture.store, &key, "[1,2,3]", 7, 0, 0) == 0;
	}
	CU_ASSERT_EQUAL(stored, 3000);
	CU_ASSERT(has_number(fixture.store, 2999));
	pages = fixture_ask(&fixture, "PRAGMA page_count");
	CU_ASSERT(pages > 50 && pages <= 60);
	CU_ASSERT_EQUAL(fixture.warnings, 0);
	fixture_close(&fixture);
}

static void
lowered_threshold_takes_effect(void)
{
	struct fixture fixture;
	struct store *other;
	int i;

	fixture_open(&fixture, 100, MIB);
	for (i = 0; i < 100; i++)
		(void)set_number(fixture.store, i, 0);
	other = fixture_join(&fixture, 10, MIB);
	/* Looking changes nothing. */
	CU_ASSERT(has_number(other, 1));
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 100);
	CU_ASSERT_EQUAL(set_number(other, 100, 0), 0);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 10);
	store_close(other);
	fixture_close(&fixture);
}

/* Child: writes until it is told to stop (or for ever, to be killed). */
static void
write_rows(const struct fixture *fixture, int first, int count)
{
	struct store *store = fixture_join(fixture, 50, MIB);
	int i, failed = 0;

	for (i = first; count == 0 || i < first + count; i++) {
		failed += set_number(store, i, i % 3 == 0 ? 1 : 0) != 0;
		(void)has_number(store, first + (i * 7) % 60);
	}
	_exit(failed == 0 ? 0 : 1);
}

static void
four_writers_keep_the_threshold(void)
{
	sqlite3_stmt *row = NULL;
	struct fixture fixture;
	int64_t most = 0, rows;
	int i, pids[4], running = 4, polls = 0;
	char path[512];
	sqlite3 *db;

	fixture_open(&fixture, 50, MIB);
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			write_rows(&fixture, i * 100000, 1500);
	}
	CU_ASSERT_EQUAL(
	    sqlite3_open(fixture_path(&fixture, "cache.db", path), &db),
	    SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_prepare_v2(
			    db, "SELECT count(*) FROM cache", -1, &row, NULL),
	    SQLITE_OK);
	while (running > 0) {
		if (sqlite3_step(row) == SQLITE_ROW) {
			rows = sqlite3_column_int64(row, 0);
			most = rows > most ? rows : most;
			polls++;
		}
		(void)sqlite3_reset(row);
		for (i = 0; i < 4; i++) {
			int status;

			if (pids[i] != 0 &&
			    waitpid(pids[i], &status, WNOHANG) == pids[i]) {
				CU_ASSERT_EQUAL(status, 0);
				pids[i] = 0;
				running--;
			}
		}
	}
	(void)sqlite3_finalize(row);
	(void)sqlite3_close(db);
	CU_ASSERT_EQUAL(most, 50);
	CU_ASSERT(polls > 100);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT rows FROM cache_totals"),
	    fixture_ask(&fixture, "SELECT count(*) FROM cache"));
	fixture_close(&fixture);
}

static void
killed_writers_leave_it_whole(void)
{
	struct fixture fixture;
	int i, round, pids[3];
	int64_t before;

	fixture_open(&fixture, 50, MIB);
	for (round = 0; round < 5; round++) {
		before =
		    fixture_ask(&fixture, "SELECT evictions FROM cache_totals");
		for (i = 0; i < 3; i++) {
			pids[i] = fork();
			if (pids[i] == 0)
				write_rows(&fixture, i * 100000, 0);
		}
		/* Well under way: the limit has been reached again. */
		while (fixture_ask(&fixture,
			   "SELECT evictions FROM cache_totals") < before + 100)
			;
		for (i = 0; i < 3; i++)
			(void)kill(pids[i], SIGKILL);
		for (i = 0; i < 3; i++)
			CU_ASSERT_EQUAL(wait_child(pids[i]), -1);
		CU_ASSERT_EQUAL(fixture_ask(&fixture,
				    "SELECT rows = (SELECT count(*) FROM "
				    "cache) AND bytes = (SELECT "
				    "sum(size_bytes) FROM cache) AND rows <= "
				    "50 FROM cache_totals"),
		    1);
		CU_ASSERT_EQUAL(
		    fixture_ask(&fixture, "SELECT integrity_check = 'ok' FROM "
					  "pragma_integrity_check"),
		    1);
		/* No lock is left. */
		CU_ASSERT_EQUAL(set_number(fixture.store, round, 0), 0);
	}
	fixture_close(&fixture);
}

void
store_evict_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: eviction", NULL, NULL);

	CU_add_test(suite, "there are never more rows than the threshold",
	    threshold_is_exact);
	CU_add_test(suite, "rows that were asked for stay", marked_rows_stay);
	CU_add_test(suite, "a scan does not drive out what is in use",
	    scan_drives_nothing_out);
	CU_add_test(suite, "a row goes even when all were asked for",
	    all_marked_still_ends);
	CU_add_test(suite, "expired rows go first", expired_rows_go_first);
	CU_add_test(suite, "a row that never expires is as good as any",
	    lifetime_is_no_reason);
	CU_add_test(suite, "there are never more bytes than the limit",
	    bytes_are_limited);
	CU_add_test(suite, "when the file cannot grow, rows make room",
	    page_limit_is_no_end);
	CU_add_test(suite, "a lowered threshold takes effect with a write",
	    lowered_threshold_takes_effect);
	CU_add_test(suite,
	    "four writers: no reader sees more than the threshold",
	    four_writers_keep_the_threshold);
	CU_add_test(suite, "killed writers leave rows, counts and locks right",
	    killed_writers_leave_it_whole);
}
