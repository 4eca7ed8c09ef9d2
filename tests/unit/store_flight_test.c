/*
 * store_flight_test.c: one computation of a key, however many ask.
 *
 * Processes tell each other by pipes how far they are.
 */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mark.h"
#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)
#define LONG_MS 20000

void store_flight_suite(void);

/* What the computations below do. */
struct job {
	struct store *store;
	const char *value; /* NULL: fail */
	int runs;
	int told;   /* descriptor to write a byte to when running, or -1 */
	int waits;  /* descriptor to read a byte from before ending, or -1 */
	int result; /* of a nested call */
	const char *nested_arguments;
	char nested_message[512];
	int64_t patience_ms; /* of the nested call */
};

/* Terms of a value that never expires. */
#define terms_of(milliseconds)                                                 \
	(&(const struct store_terms){                                          \
	    .deadline_ms = clock_monotonic_ms() + (milliseconds) })

static int
compute(void *context, struct buffer *value, struct error *error)
{
	struct job *job = context;
	char byte = 'x';

	job->runs++;
	if (job->told >= 0 && write(job->told, &byte, 1) != 1)
		return error_set(error, "write failed");
	if (job->waits >= 0 && read(job->waits, &byte, 1) != 1)
		return error_set(error, "read failed");
	if (job->value == NULL)
		return error_set(error, "the fruit is rotten");
	buffer_add_string(value, job->value);
	return 0;
}

static struct job
job_of(struct store *store, const char *value)
{
	return (struct job){ .store = store,
		.value = value,
		.told = -1,
		.waits = -1,
		.patience_ms = 100 };
}

/* Asks for function f of [1]; the message, or the value, in `said`. */
static int
ask(struct job *job, int64_t patience_ms, char said[512])
{
	const struct store_key key = key_of("[1]");
	struct store_value value;
	struct error error;
	int done;

	done = store_memoize(job->store, &key, terms_of(patience_ms), compute,
	    job, &value, &error);
	(void)snprintf(said, 512, "%s", done == 0 ? value.text : error.message);
	free(value.text);
	return done;
}

static void
value_is_computed_once(void)
{
	struct fixture fixture;
	char said[512];
	struct job job;

	fixture_open(&fixture, 10, MIB);
	job = job_of(fixture.store, "[1,null]");
	CU_ASSERT_EQUAL(ask(&job, 0, said), 0);
	CU_ASSERT_STRING_EQUAL(said, "[1,null]");
	CU_ASSERT_EQUAL(ask(&job, 0, said), 0);
	CU_ASSERT_STRING_EQUAL(said, "[1,null]");
	CU_ASSERT_EQUAL(job.runs, 1);
	CU_ASSERT_EQUAL(fixture.warnings, 0);
	fixture_close(&fixture);
}

static void
failure_is_not_cached(void)
{
	struct fixture fixture;
	char said[512];
	struct job job;

	fixture_open(&fixture, 10, MIB);
	job = job_of(fixture.store, NULL);
	CU_ASSERT_EQUAL(ask(&job, 0, said), -1);
	CU_ASSERT_STRING_EQUAL(said, "the fruit is rotten");
	CU_ASSERT_EQUAL(ask(&job, 0, said), -1);
	CU_ASSERT_EQUAL(job.runs, 2);
	job.value = "1";
	CU_ASSERT_EQUAL(ask(&job, 0, said), 0);
	CU_ASSERT_STRING_EQUAL(said, "1");
	fixture_close(&fixture);
}

static void
empty_value_is_a_failure(void)
{
	struct fixture fixture;
	char said[512];
	struct job job;

	fixture_open(&fixture, 10, MIB);
	job = job_of(fixture.store, "");
	CU_ASSERT_EQUAL(ask(&job, 0, said), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "no value"));
	fixture_close(&fixture);
}

/* A child that asks once: exit status 0, or 1 when the answer is another. */
static int
start_asking(const struct fixture *fixture, const char *value,
    const char *expected, int told, int waits, int counter)
{
	struct job job;
	char said[512];
	int pid = fork();

	if (pid != 0)
		return pid;
	job = job_of(fixture_join(fixture, 10, MIB), value);
	job.told = told;
	job.waits = waits;
	(void)ask(&job, LONG_MS, said);
	while (counter >= 0 && job.runs-- > 0)
		(void)!write(counter, "c", 1);
	_exit(strcmp(said, expected) == 0 ? 0 : 1);
}

/* Waits until `count` processes found the key's lock taken. */
static void
await_queue(const struct fixture *fixture, uint64_t count)
{
	while (marks_sum(&fixture->store->marks, COUNT_WAITS) < count)
		(void)sched_yield();
}

static int
count_bytes(int fd)
{
	char bytes[256];
	ssize_t size = read(fd, bytes, sizeof(bytes));

	return size < 0 ? 0 : (int)size;
}

/*
 * One process computes and is held; the others queue behind it; it is let
 * go.  Returns how many computations there were.
 */
static int
crowd(const struct fixture *fixture, int others, const char *value,
    const char *expected)
{
	int told[2], waits[2], counter[2], pids[32], i;
	char byte;

	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(waits), 0);
	CU_ASSERT_EQUAL(pipe2(counter, O_NONBLOCK), 0);
	pids[0] = start_asking(
	    fixture, value, expected, told[1], waits[0], counter[1]);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	for (i = 1; i <= others; i++)
		pids[i] =
		    start_asking(fixture, value, expected, -1, -1, counter[1]);
	await_queue(fixture, (uint64_t)others);
	CU_ASSERT_EQUAL(write(waits[1], "x", 1), 1);
	for (i = 0; i <= others; i++)
		CU_ASSERT_EQUAL(wait_child(pids[i]), 0);
	i = count_bytes(counter[0]);
	(void)close(told[0]), (void)close(told[1]);
	(void)close(waits[0]), (void)close(waits[1]);
	(void)close(counter[0]), (void)close(counter[1]);
	return i;
}

static void
sixteen_ask_one_computes(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(crowd(&fixture, 15, "[1]", "[1]"), 1);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT computations * 100 + waits "
				  "FROM cache_stats"),
	    115);
	fixture_close(&fixture);
}

static void
failure_is_handed_to_those_who_wait(void)
{
	struct fixture fixture;
	char said[512];
	struct job job;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(crowd(&fixture, 8, NULL, "the fruit is rotten"), 1);
	/* Who comes later computes. */
	job = job_of(fixture.store, "2");
	CU_ASSERT_EQUAL(ask(&job, 0, said), 0);
	CU_ASSERT_STRING_EQUAL(said, "2");
	fixture_close(&fixture);
}

static void
unstorable_value_is_served(void)
{
	const struct store_key key = key_of("[1]");
	const size_t size = MIB / 4 + 1;
	struct fixture fixture;
	struct store_value found;
	struct error error;
	struct job job;
	char *value;
	int i;

	fixture_open(&fixture, 10, MIB);
	value = malloc(size + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	memset(value, '1', size);
	value[size] = '\0';
	job = job_of(fixture.store, value);
	for (i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(store_memoize(fixture.store, &key, terms_of(0),
				    compute, &job, &found, &error),
		    0);
		CU_ASSERT_EQUAL(found.size, size);
		free(found.text);
	}
	CU_ASSERT_EQUAL(job.runs, 2);
	CU_ASSERT_EQUAL(fixture.warnings, 1);
	free(value);
	fixture_close(&fixture);
}

/* Whoever waits behind a value that could not be stored holds no lock while
 * it computes: both of those who waited are computing at once. */
static void
unstorable_value_does_not_queue(void)
{
	int told[2], hold[2], pids[3], i;
	struct fixture fixture;
	char byte;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(hold), 0);
	CU_ASSERT_EQUAL(fixture_run(&fixture,
			    "CREATE TRIGGER no BEFORE INSERT ON cache BEGIN "
			    "SELECT raise(ABORT, 'no'); END"),
	    0);
	for (i = 0; i < 3; i++) {
		pids[i] =
		    start_asking(&fixture, "5", "5", told[1], hold[0], -1);
		if (i == 0)
			CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	}
	await_queue(&fixture, 2);
	CU_ASSERT_EQUAL(write(hold[1], "x", 1), 1);
	/* Neither of the two is let go before both have begun. */
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(write(hold[1], "xx", 2), 2);
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(wait_child(pids[i]), 0);
	(void)close(told[0]), (void)close(told[1]);
	(void)close(hold[0]), (void)close(hold[1]);
	fixture_close(&fixture);
}

static void
dead_owner_is_followed(void)
{
	int told[2], hold[2], owner, waiter;
	struct timespec killed, running;
	struct fixture fixture;
	double latency_ms;
	char byte;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(hold), 0);
	owner = start_asking(&fixture, "1", "1", told[1], hold[0], -1);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	waiter = start_asking(&fixture, "2", "2", told[1], -1, -1);
	await_queue(&fixture, 1);
	(void)clock_gettime(CLOCK_MONOTONIC, &killed);
	CU_ASSERT_EQUAL(kill(owner, SIGKILL), 0);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	(void)clock_gettime(CLOCK_MONOTONIC, &running);
	CU_ASSERT_EQUAL(wait_child(owner), -1);
	CU_ASSERT_EQUAL(wait_child(waiter), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	latency_ms = (double)(running.tv_sec - killed.tv_sec) * 1e3 +
		     (double)(running.tv_nsec - killed.tv_nsec) / 1e6;
	/* 0.3 ms on an idle machine; far from any polling in any case. */
	if (getenv("LETHE_TEST_TIMES") != NULL)
		(void)fprintf(stderr, "taken over after %.3f ms\n", latency_ms);
	CU_ASSERT(latency_ms < 500);
	(void)close(told[0]), (void)close(told[1]);
	(void)close(hold[0]), (void)close(hold[1]);
	fixture_close(&fixture);
}

static void
waiting_has_an_end(void)
{
	int told[2], hold[2], owner;
	struct fixture fixture;
	char byte, said[512];
	int64_t start_ms, took_ms;
	sigset_t before, after;
	int signal_number;
	struct job job;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(hold), 0);
	owner = start_asking(&fixture, "1", "1", told[1], hold[0], -1);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	job = job_of(fixture.store, "2");
	(void)sigprocmask(SIG_SETMASK, NULL, &before);
	start_ms = clock_monotonic_ms();
	CU_ASSERT_EQUAL(ask(&job, 50, said), -1);
	took_ms = clock_monotonic_ms() - start_ms;
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "took longer"));
	CU_ASSERT(took_ms >= 50 && took_ms < 2000);
	CU_ASSERT_EQUAL(job.runs, 0);
	/* Nothing of the wait is left: no mask, no pending signal. */
	(void)sigprocmask(SIG_SETMASK, NULL, &after);
	for (signal_number = 1; signal_number <= SIGRTMAX; signal_number++)
		CU_ASSERT_EQUAL(sigismember(&before, signal_number),
		    sigismember(&after, signal_number));
	(void)sigpending(&after);
	CU_ASSERT_EQUAL(sigismember(&after, LOCK_SIGNAL), 0);
	CU_ASSERT_EQUAL(write(hold[1], "x", 1), 1);
	CU_ASSERT_EQUAL(wait_child(owner), 0);
	CU_ASSERT_EQUAL(ask(&job, 0, said), 0);
	CU_ASSERT_STRING_EQUAL(said, "1");
	(void)close(told[0]), (void)close(told[1]);
	(void)close(hold[0]), (void)close(hold[1]);
	fixture_close(&fixture);
}

static void
blocked_signals_do_not_matter(void)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	waiting_has_an_end();
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Asks for another value, or for the same, while computing. */
static int
compute_nested(void *context, struct buffer *value, struct error *error)
{
	struct job *job = context;
	struct job inner = job_of(job->store, "\"inner\"");
	const struct store_key key = key_of(job->nested_arguments);
	struct store_value found;
	struct error nested;

	(void)error;
	job->result = store_memoize(job->store, &key,
	    terms_of(job->patience_ms), compute, &inner, &found, &nested);
	if (job->result == 0)
		buffer_addf(value, "[%s]", found.text);
	else
		buffer_add_string(value, "\"outer\"");
	(void)snprintf(job->nested_message, sizeof(job->nested_message), "%s",
	    job->result == 0 ? "" : nested.message);
	free(found.text);
	return 0;
}

static void
memoize_nested(struct fixture *fixture, struct job *job, const char *arguments)
{
	const struct store_key key = key_of("[1]");
	struct store_value value;
	struct error error;

	*job = job_of(fixture->store, NULL);
	job->nested_arguments = arguments;
	CU_ASSERT_EQUAL(store_memoize(fixture->store, &key, terms_of(100),
			    compute_nested, job, &value, &error),
	    0);
	free(value.text);
}

static void
nesting_is_allowed(void)
{
	struct fixture fixture;
	struct job job;

	fixture_open(&fixture, 10, MIB);
	memoize_nested(&fixture, &job, "[2]");
	CU_ASSERT_EQUAL(job.result, 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "[\"inner\"]"));
	CU_ASSERT(has_text(fixture.store, "[2]", "\"inner\""));
	fixture_close(&fixture);
}

static void
asking_for_itself_fails(void)
{
	static const int64_t thresholds[] = { 10, 0 };
	struct fixture fixture;
	struct job job;
	size_t i;

	for (i = 0; i < 2; i++) {
		fixture_open(&fixture, thresholds[i], MIB);
		memoize_nested(&fixture, &job, "[1]");
		CU_ASSERT_EQUAL(job.result, -1);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(job.nested_message, "the very value"));
		fixture_close(&fixture);
	}
}

/* [1] asks for [2] in one process, [2] for [1] in another. */
static int
compute_circle(void *context, struct buffer *value, struct error *error)
{
	struct job *job = context;
	char byte = 'x';

	if (write(job->told, &byte, 1) != 1 || read(job->waits, &byte, 1) != 1)
		return error_set(error, "pipe");
	return compute_nested(job, value, error);
}

static int
start_circle(const struct fixture *fixture, const char *own, const char *other,
    int told, int waits)
{
	const struct store_key key = key_of(own);
	struct store_value value;
	struct error error;
	struct job job;
	int pid = fork();

	if (pid != 0)
		return pid;
	job = job_of(fixture_join(fixture, 10, MIB), "");
	job.nested_arguments = other;
	job.patience_ms = LONG_MS;
	job.told = told;
	job.waits = waits;
	(void)store_memoize(job.store, &key, terms_of(LONG_MS), compute_circle,
	    &job, &value, &error);
	if (job.result == 0)
		_exit(0);
	_exit(strstr(job.nested_message, "in a circle") != NULL ? 1 : 2);
}

static void
circle_ends(void)
{
	int told[2], hold[2], pids[2];
	struct fixture fixture;
	int64_t begun_ms;
	char byte;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(pipe(told), 0);
	CU_ASSERT_EQUAL(pipe(hold), 0);
	pids[0] = start_circle(&fixture, "[1]", "[2]", told[1], hold[0]);
	pids[1] = start_circle(&fixture, "[2]", "[1]", told[1], hold[0]);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(read(told[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(write(hold[1], "xx", 2), 2);
	/* One is told at once, and the other gets its value. */
	begun_ms = clock_monotonic_ms();
	CU_ASSERT_EQUAL(wait_child(pids[0]) + wait_child(pids[1]), 1);
	CU_ASSERT(clock_monotonic_ms() - begun_ms < LONG_MS / 4);
	(void)close(told[0]), (void)close(told[1]);
	(void)close(hold[0]), (void)close(hold[1]);
	fixture_close(&fixture);
}

/* Do both handles lock the file that is at its place now? */
static bool
lock_same_file(
    const struct fixture *fixture, const char *name, int fd, int other_fd)
{
	struct stat there, info, other;
	char path[512];

	return stat(fixture_path(fixture, name, path), &there) == 0 &&
	       fstat(fd, &info) == 0 && fstat(other_fd, &other) == 0 &&
	       info.st_ino == there.st_ino && other.st_ino == there.st_ino;
}

/* A worker that starts after somebody removed the lock files makes new ones,
 * which the older workers have to find. */
static void
removed_locks_are_followed(void)
{
	static const char *const names[] = { "flight.lk", "writer.lk" };
	struct fixture fixture;
	struct store *other;
	char path[512], said[512];
	struct job job;

	fixture_open(&fixture, 100, MIB);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CU_ASSERT_EQUAL(
		    unlink(fixture_path(&fixture, names[i], path)), 0);
	other = fixture_join(&fixture, 100, MIB);
	CU_ASSERT_FALSE(lock_same_file(
	    &fixture, "flight.lk", fixture.store->flight_fd, other->flight_fd));
	fixture.store->upkeep_at_ms = 0;
	store_upkeep(fixture.store);
	CU_ASSERT_TRUE(lock_same_file(
	    &fixture, "flight.lk", fixture.store->flight_fd, other->flight_fd));
	CU_ASSERT_TRUE(lock_same_file(
	    &fixture, "writer.lk", fixture.store->writer_fd, other->writer_fd));

	/* Without anything at their place they are made. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CU_ASSERT_EQUAL(
		    unlink(fixture_path(&fixture, names[i], path)), 0);
	fixture.store->upkeep_at_ms = 0;
	store_upkeep(fixture.store);
	CU_ASSERT_TRUE(fixture_has(&fixture, "flight.lk"));
	CU_ASSERT_TRUE(fixture_has(&fixture, "writer.lk"));
	job = job_of(fixture.store, "\"plum\"");
	CU_ASSERT_EQUAL(ask(&job, 0, said), 0);
	store_close(other);
	fixture_close(&fixture);
}

void
store_flight_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: one computation", NULL, NULL);

	CU_add_test(suite, "a value is computed once", value_is_computed_once);
	CU_add_test(suite, "a failure is not cached", failure_is_not_cached);
	CU_add_test(
	    suite, "an empty value is a failure", empty_value_is_a_failure);
	CU_add_test(suite, "sixteen processes ask, one computes",
	    sixteen_ask_one_computes);
	CU_add_test(suite, "a failure is handed to those who wait",
	    failure_is_handed_to_those_who_wait);
	CU_add_test(suite, "a value too large for the cache is served",
	    unstorable_value_is_served);
	CU_add_test(suite, "waiters behind an unstorable value do not queue",
	    unstorable_value_does_not_queue);
	CU_add_test(suite, "when the owner is killed a waiter takes over",
	    dead_owner_is_followed);
	CU_add_test(suite, "waiting ends at the deadline", waiting_has_an_end);
	CU_add_test(suite, "it ends there with all signals blocked, too",
	    blocked_signals_do_not_matter);
	CU_add_test(suite, "a computation may ask for another value",
	    nesting_is_allowed);
	CU_add_test(suite, "a computation that asks for itself is told so",
	    asking_for_itself_fails);
	CU_add_test(suite, "a circle of computations ends", circle_ends);
	CU_add_test(suite, "lock files that somebody removed are followed",
	    removed_locks_are_followed);
}
