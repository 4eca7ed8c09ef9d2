/*
 * store_terms_test.c: on which terms a memoized value is kept: failures that
 * are remembered, stale values, forced updates, bytes; and what becomes of
 * computations whose worker dies or forks.
 */
#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)
#define LONG_MS 20000

void store_terms_suite(void);

/* A computation of key [1], and what it does. */
struct work {
	struct store *store;
	struct store_terms terms;
	const char *value; /* NULL: fail */
	size_t size;
	int runs;
	/* Descriptors of pipes to tell and to wait on when running, or 0. */
	int told;
	int waits;
	enum { RETURN, FORK_ORPHAN, RETURN_IN_CHILD } deed;
	/* Of the last ask(). */
	char said[512];
	bool stale;
};

static int
compute(void *context, struct buffer *value, struct error *error)
{
	struct work *work = context;
	char byte = 'x';
	int pid;

	work->runs++;
	if (work->deed == FORK_ORPHAN && fork() == 0) {
		(void)alarm(60);
		for (;;)
			(void)pause();
	}
	if (work->told != 0 && write(work->told, &byte, 1) != 1)
		return error_set(error, "write failed");
	if (work->waits != 0 && read(work->waits, &byte, 1) != 1)
		return error_set(error, "read failed");
	if (work->deed == RETURN_IN_CHILD) {
		pid = fork();
		if (pid == 0) {
			buffer_add_string(value, "\"child's\"");
			return 0;
		}
		(void)waitpid(pid, NULL, 0);
	}
	if (work->value == NULL)
		return error_set(error, "the fruit is rotten");
	buffer_add(value, work->value, work->size);
	return 0;
}

static struct work
work_of(struct store *store, const char *value)
{
	return (struct work){ .store = store,
		.value = value,
		.size = value == NULL ? 0 : strlen(value) };
}

static int
ask(struct work *work)
{
	const struct store_key key = key_of("[1]");
	struct store_value value;
	struct error error;
	int done;

	work->terms.deadline_ms = clock_monotonic_ms() + LONG_MS;
	done = store_memoize(
	    work->store, &key, &work->terms, compute, work, &value, &error);
	(void)snprintf(work->said, sizeof(work->said), "%s",
	    done == 0 ? value.text : error.message);
	work->stale = value.stale;
	free(value.text);
	return done;
}

static int
refresh(struct work *work)
{
	const struct store_key key = key_of("[1]");
	struct error error = { "" };
	int done;

	done = store_refresh(
	    work->store, &key, &work->terms, compute, work, &error);
	(void)snprintf(work->said, sizeof(work->said), "%s", error.message);
	return done;
}

static void
failure_is_remembered(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, NULL);
	work.terms.negative_timeout_s = 10;
	CU_ASSERT_EQUAL(ask(&work), -1);
	work.value = "1";
	work.size = 1;
	CU_ASSERT_EQUAL(ask(&work), -1);
	CU_ASSERT_STRING_EQUAL(work.said, "the fruit is rotten");
	CU_ASSERT_EQUAL(work.runs, 1);
	/* It is no value for store_get(), and readable for people. */
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "the fruit is rotten"));
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT count(*) FROM cache_entries WHERE "
				  "kind = 'failure' AND value = 'the fruit is "
				  "rotten'"),
	    1);
	fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "1");
	CU_ASSERT_EQUAL(work.runs, 2);
	CU_ASSERT_EQUAL(fixture.warnings, 0);
	fixture_close(&fixture);
}

static void
forced_update_computes(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	CU_ASSERT_EQUAL(ask(&work), 0);
	work.value = "2";
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "1");
	work.terms.forced_update = true;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "2");
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	/* One that fails leaves the others what is there. */
	work.value = NULL;
	work.terms.negative_timeout_s = 10;
	CU_ASSERT_EQUAL(ask(&work), -1);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	CU_ASSERT_EQUAL(work.runs, 3);
	fixture_close(&fixture);
}

static void
stale_value_is_served_and_refreshed(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	work.terms.timeout_s = 10;
	work.terms.stale_s = 20;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_FALSE(work.stale);
	/* Nothing to do for a fresh one. */
	work.value = "2";
	CU_ASSERT_EQUAL(refresh(&work), 0);
	CU_ASSERT_EQUAL(work.runs, 1);
	fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "1");
	CU_ASSERT(work.stale);
	CU_ASSERT_EQUAL(work.runs, 1);
	CU_ASSERT_EQUAL(refresh(&work), 0);
	CU_ASSERT_EQUAL(work.runs, 2);
	/* Whoever comes later with the same wish finds it done. */
	CU_ASSERT_EQUAL(refresh(&work), 0);
	CU_ASSERT_EQUAL(work.runs, 2);
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "2");
	CU_ASSERT_FALSE(work.stale);
	/* Past the stale time it is computed while the caller waits. */
	fixture.store->clock_offset_ms = 10001 + 30001;
	work.value = "3";
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "3");
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT stale_hits FROM cache_stats"), 1);
	fixture_close(&fixture);
}

static void
stale_value_may_be_unwanted(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	work.terms.timeout_s = 10;
	work.terms.stale_s = 20;
	CU_ASSERT_EQUAL(ask(&work), 0);
	fixture.store->clock_offset_ms = 10001;
	work.terms.fresh_only = true;
	work.value = "2";
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "2");
	fixture_close(&fixture);
}

static void
failed_refresh_keeps_the_value(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	work.terms.timeout_s = 10;
	work.terms.stale_s = 100;
	work.terms.negative_timeout_s = 20;
	CU_ASSERT_EQUAL(ask(&work), 0);
	fixture.store->clock_offset_ms = 10001;
	work.value = NULL;
	CU_ASSERT_EQUAL(refresh(&work), -1);
	CU_ASSERT_STRING_EQUAL(work.said, "the fruit is rotten");
	/* For a while nobody tries again. */
	CU_ASSERT_EQUAL(refresh(&work), 0);
	CU_ASSERT_EQUAL(work.runs, 2);
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "1");
	CU_ASSERT_FALSE(work.stale);
	fixture.store->clock_offset_ms = 10001 + 20001;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT(work.stale);
	/* It expires when it would have in any case. */
	fixture.store->clock_offset_ms = 110001;
	CU_ASSERT_EQUAL(ask(&work), -1);
	fixture_close(&fixture);
}

static void
deleted_value_is_not_refreshed(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	work.terms.timeout_s = 10;
	work.terms.stale_s = 100;
	CU_ASSERT_EQUAL(ask(&work), 0);
	fixture.store->clock_offset_ms = 10001;
	CU_ASSERT_EQUAL(store_delete_function(fixture.store, "f"), 1);
	CU_ASSERT_EQUAL(refresh(&work), 0);
	CU_ASSERT_EQUAL(work.runs, 1);
	fixture_close(&fixture);
}

static void
bytes_come_back(void)
{
	static const char bytes[] = "\0\xff\x80 and \0 more";
	const struct store_key key = key_of("[1]"), other = key_of("[2]");
	struct store_value value;
	struct fixture fixture;
	struct error error;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, bytes);
	work.size = sizeof(bytes);
	work.terms.kind = STORE_BYTES;
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(store_memoize(fixture.store, &key, &work.terms,
				    compute, &work, &value, &error),
		    0);
		CU_ASSERT_EQUAL(value.kind, STORE_BYTES);
		CU_ASSERT_EQUAL_FATAL(value.size, sizeof(bytes));
		CU_ASSERT_EQUAL(memcmp(value.text, bytes, sizeof(bytes)), 0);
		free(value.text);
	}
	CU_ASSERT_EQUAL(work.runs, 1);
	/* None at all are a value, too. */
	CU_ASSERT_EQUAL(
	    store_set_bytes(fixture.store, &other, NULL, 0, 0, 0), 0);
	CU_ASSERT_EQUAL(store_get(fixture.store, &other, &value), 1);
	CU_ASSERT_EQUAL(value.kind, STORE_BYTES);
	CU_ASSERT_EQUAL(value.size, 0);
	free(value.text);
	/* The same bytes as text are not the value that was stored. */
	CU_ASSERT_EQUAL(fixture_run(&fixture,
			    "UPDATE cache SET kind = 'json', value = "
			    "CAST(value AS TEXT) WHERE arguments = '[2]'"),
	    0);
	CU_ASSERT_EQUAL(store_get(fixture.store, &other, &value), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture.last_warning, "other hands"));
	fixture_close(&fixture);
}

static void
kinds_do_not_mix(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "\"x\"", 0), 0);
	work = work_of(fixture.store, "raw");
	work.terms.kind = STORE_BYTES;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "raw");
	fixture_close(&fixture);
}

static void
owners_rows_can_be_deleted(void)
{
	const struct store_key mine = { "f", "1", 1, "me" };
	struct store_value value;
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(store_set(fixture.store, &mine, "7", 1, 0, 0), 0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "1", "8", 0), 0);
	CU_ASSERT_EQUAL(store_delete_owner(fixture.store, "you"), 0);
	CU_ASSERT_EQUAL(store_delete_owner(fixture.store, "me"), 1);
	CU_ASSERT_EQUAL(store_get(fixture.store, &mine, &value), 0);
	/* Nobody owns what is shared. */
	CU_ASSERT_EQUAL(store_delete_owner(fixture.store, ""), 0);
	CU_ASSERT(has_text(fixture.store, "1", "8"));
	fixture_close(&fixture);
}

/* A child that computes [1] and is held; its process id. */
static int
start_work(const struct fixture *fixture, int deed, int told, int waits)
{
	struct work work;
	int pid = fork();

	if (pid != 0)
		return pid;
	work = work_of(fixture_join(fixture, 10, MIB), "\"child\"");
	work.deed = deed;
	work.told = told;
	work.waits = waits;
	(void)ask(&work);
	_exit(strcmp(work.said, "\"child\"") == 0			? 0
	      : strstr(work.said, "crashed or was killed in 2") != NULL ? 1
									: 2);
}

/*
 * Eight processes ask for a value whose computation kills its worker: the
 * second death is the answer for the six others.
 */
static void
second_death_is_the_answer(void)
{
	int told[2], hold[2], pids[8], victim, i, status, answered = 0;
	struct fixture fixture;
	struct work work;
	char byte;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(hold), 0);
	for (i = 0; i < 8; i++)
		pids[i] = start_work(&fixture, RETURN, told[1], hold[0]);
	for (victim = 0; victim < 2; victim++) {
		/* Who computes says so; who, the lock says by its death. */
		CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
		while (marks_sum(&fixture.store->marks, COUNT_WAITS) < 7)
			(void)usleep(1000);
		for (i = 0; i < 8; i++) {
			struct flock lock = { .l_type = F_WRLCK, .l_len = 0 };

			(void)fcntl(fixture.store->flight_fd, F_GETLK, &lock);
			if (pids[i] != 0 && lock.l_type != F_UNLCK &&
			    lock.l_pid == pids[i]) {
				(void)kill(pids[i], SIGKILL);
				(void)waitpid(pids[i], &status, 0);
				pids[i] = 0;
				break;
			}
		}
	}
	for (i = 0; i < 8; i++)
		if (pids[i] != 0)
			answered += wait_child(pids[i]) == 1;
	CU_ASSERT_EQUAL(answered, 6);
	/* Nobody tries at once; after a while somebody does. */
	work = work_of(fixture.store, "1");
	CU_ASSERT_EQUAL(ask(&work), -1);
	CU_ASSERT_EQUAL(work.runs, 0);
	while (ask(&work) != 0)
		(void)usleep(10000);
	CU_ASSERT_STRING_EQUAL(work.said, "1");
	(void)close(told[0]), (void)close(told[1]);
	(void)close(hold[0]), (void)close(hold[1]);
	fixture_close(&fixture);
}

/* A child of the app's code that lives on keeps nobody waiting. */
static void
orphan_keeps_no_lock(void)
{
	int told[2], hold[2], owner;
	struct fixture fixture;
	struct work work;
	int64_t begun_ms;
	char byte;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(hold), 0);
	owner = fork();
	if (owner == 0) {
		/* So that all of them can be ended. */
		(void)setpgid(0, 0);
		work = work_of(fixture_join(&fixture, 10, MIB), "1");
		work.deed = FORK_ORPHAN;
		work.told = told[1];
		work.waits = hold[0];
		(void)ask(&work);
		_exit(0);
	}
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(kill(owner, SIGKILL), 0);
	CU_ASSERT_EQUAL(wait_child(owner), -1);
	work = work_of(fixture.store, "2");
	begun_ms = clock_monotonic_ms();
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "2");
	CU_ASSERT(clock_monotonic_ms() - begun_ms < 2000);
	/* The orphan was there all the time. */
	CU_ASSERT_EQUAL(kill(-owner, SIGKILL), 0);
	(void)close(told[0]), (void)close(told[1]);
	(void)close(hold[0]), (void)close(hold[1]);
	fixture_close(&fixture);
}

static void
returning_child_changes_nothing(void)
{
	struct fixture fixture;
	struct work work;
	int pid, status;

	fixture_open(&fixture, 10, MIB);
	pid = fork();
	if (pid == 0) {
		work = work_of(fixture_join(&fixture, 10, MIB), "\"mine\"");
		work.deed = RETURN_IN_CHILD;
		pid = getpid();
		(void)ask(&work);
		/* The grandchild comes by here as well. */
		if (getpid() != pid)
			_exit(strstr(work.said, "child process") != NULL &&
				      !has_text(work.store, "[1]", "1")
				  ? 0
				  : 1);
		_exit(strcmp(work.said, "\"mine\"") == 0 ? 0 : 1);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "\"mine\""));
	fixture_close(&fixture);
}

static void
clock_forward_and_back_is_survived(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	work.terms.timeout_s = 60;
	CU_ASSERT_EQUAL(ask(&work), 0);
	/* An hour forward: it has expired, and another takes its place. */
	fixture.store->clock_offset_ms = 3600000;
	work.value = "2";
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "2");
	/* Back again: it would live an hour too long. */
	fixture.store->clock_offset_ms = 0;
	work.value = "3";
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_STRING_EQUAL(work.said, "3");
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_EQUAL(work.runs, 3);
	fixture_close(&fixture);
}

static void
huge_timeout_does_not_overflow(void)
{
	struct fixture fixture;
	struct work work;

	fixture_open(&fixture, 10, MIB);
	work = work_of(fixture.store, "1");
	work.terms.timeout_s = INT64_MAX;
	work.terms.stale_s = INT64_MAX;
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_EQUAL(ask(&work), 0);
	CU_ASSERT_FALSE(work.stale);
	CU_ASSERT_EQUAL(work.runs, 1);
	fixture_close(&fixture);
}

void
store_terms_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: terms", NULL, NULL);

	CU_add_test(suite, "a failure is remembered as long as asked for",
	    failure_is_remembered);
	CU_add_test(suite, "a forced update computes, and harms nobody",
	    forced_update_computes);
	CU_add_test(suite, "a stale value is served and computed anew once",
	    stale_value_is_served_and_refreshed);
	CU_add_test(suite, "who wants a fresh value gets no stale one",
	    stale_value_may_be_unwanted);
	CU_add_test(suite, "a stale value stays when computing anew fails",
	    failed_refresh_keeps_the_value);
	CU_add_test(suite, "what was deleted meanwhile is not computed anew",
	    deleted_value_is_not_refreshed);
	CU_add_test(suite, "bytes come back as they were", bytes_come_back);
	CU_add_test(suite, "bytes and JSON are not mixed up", kinds_do_not_mix);
	CU_add_test(suite, "an owner's rows can be deleted",
	    owners_rows_can_be_deleted);
	CU_add_test(suite, "of eight workers two die of a computation",
	    second_death_is_the_answer);
	CU_add_test(suite, "an orphan of a dead worker keeps no lock",
	    orphan_keeps_no_lock);
	CU_add_test(suite, "a child that comes back changes nothing",
	    returning_child_changes_nothing);
	CU_add_test(suite, "an hour forward and back is survived",
	    clock_forward_and_back_is_survived);
	CU_add_test(suite, "a timeout beyond all bounds is for ever",
	    huge_timeout_does_not_overflow);
}
