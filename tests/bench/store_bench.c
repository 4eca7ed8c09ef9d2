/*
 * store_bench.c: what the cache costs, and how well it chooses.
 *
 * Usage: store_bench [ROWS [SIZE]].  Measured, and printed as a table of
 * ratios; the last not when there is a SIZE, the bytes of a value:
 * - get and set (of a value that is there already) against a bare prepared
 *   statement on a file of its own, with 10^3 rows and on up to ROWS;
 * - a set that makes a new row, and one for which a row has to go;
 * - the same against Redis over a Unix socket, when redis-server is found:
 *   the time that passes, and that of the processors, of which Redis uses two;
 * - the hit ratio of the real cache against exact LRU, FIFO and "soonest
 *   expiry first", simulated on the same traces.
 *
 * The output is TAP.  Times are comments, since they are the machine's; the
 * hit ratios are the same everywhere and are tests.  Without an argument it
 * takes two seconds or so, for "make check"; "make bench" is the long form.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)
#define VALUE_MAX 4096

static int tests, failures;
static int value_size = 200;

static void
result(bool good, const char *name)
{
	(void)printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
	(void)fflush(stdout);
	failures += !good;
}

/* Numbers that are the same in every run. */
static uint64_t
draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

/* ------------------------------------------------------------------------
 * The cost of get and set
 */

/* One of those compared: each answers 0, or -1. */
struct contender {
	const char *name;
	int (*get)(void *context, int number);
	int (*set)(void *context, int number);
	void *context;
	int server; /* the process that works for it; 0: none */
};

/* Another one each time: SQLite does not write what is there already. */
static const char *
value_text(void)
{
	static char text[VALUE_MAX + 1];
	static unsigned int count;

	memset(text, '1', (size_t)value_size);
	text[value_size] = '\0';
	(void)snprintf(text, 11, "%010u", count++);
	text[10] = '1';
	return text;
}

static int
store_get_one(void *context, int number)
{
	struct store_value value;
	struct store_key key;
	char arguments[32];

	key = key_number(number, arguments);
	if (!store_get(context, &key, &value))
		return -1;
	free(value.text);
	return 0;
}

static int
store_set_one(void *context, int number)
{
	struct store_key key;
	char arguments[32];

	key = key_number(number, arguments);
	return store_set(context, &key, value_text(),
	    (size_t)value_size, 0, 1);
}

/* As most values are. */
static int
store_set_expiring(void *context, int number)
{
	struct store_key key;
	char arguments[32];

	key = key_number(number, arguments);
	return store_set(context, &key, value_text(),
	    (size_t)value_size, 300, 1);
}

/* The bare statement: what is asked of SQLite at the least. */
struct bare {
	sqlite3 *db;
	sqlite3_stmt *get;
	sqlite3_stmt *set;
};

static int
bare_open(struct bare *bare, const char *path)
{
	return sqlite3_open(path, &bare->db) != SQLITE_OK ||
		       sqlite3_exec(bare->db,
			   "PRAGMA page_size = 4096; PRAGMA journal_mode = "
			   "WAL; PRAGMA synchronous = OFF; CREATE TABLE bare("
			   "key TEXT PRIMARY KEY, value TEXT)",
			   NULL, NULL, NULL) != SQLITE_OK ||
		       sqlite3_prepare_v2(bare->db,
			   "SELECT value FROM bare WHERE key = ?1", -1,
			   &bare->get, NULL) != SQLITE_OK ||
		       sqlite3_prepare_v2(bare->db,
			   "INSERT INTO bare VALUES (?1, ?2) ON CONFLICT(key) "
			   "DO UPDATE SET value = excluded.value",
			   -1, &bare->set, NULL) != SQLITE_OK
		   ? -1
		   : 0;
}

static void
bare_close(struct bare *bare)
{
	(void)sqlite3_finalize(bare->get);
	(void)sqlite3_finalize(bare->set);
	(void)sqlite3_close(bare->db);
}

static int
bare_get_one(void *context, int number)
{
	struct bare *bare = context;
	char key[32], *copy;
	int found;

	(void)snprintf(key, sizeof(key), "[%d]", number);
	(void)sqlite3_bind_text(bare->get, 1, key, -1, SQLITE_STATIC);
	found = sqlite3_step(bare->get);
	if (found == SQLITE_ROW) {
		copy = malloc((size_t)sqlite3_column_bytes(bare->get, 0) + 1);
		if (copy != NULL)
			memcpy(copy, sqlite3_column_text(bare->get, 0),
			    (size_t)sqlite3_column_bytes(bare->get, 0) + 1);
		free(copy);
	}
	(void)sqlite3_reset(bare->get);
	return found == SQLITE_ROW ? 0 : -1;
}

static int
bare_set_one(void *context, int number)
{
	struct bare *bare = context;
	char key[32];

	(void)snprintf(key, sizeof(key), "[%d]", number);
	(void)sqlite3_bind_text(bare->set, 1, key, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(
	    bare->set, 2, value_text(), value_size, SQLITE_STATIC);
	return statement_run(bare->set) == SQLITE_OK ? 0 : -1;
}

/* Redis, over its socket; one command at a time, as a handler would. */
struct redis {
	int pid;
	int fd;
};

static int
redis_open(struct redis *redis, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	redis->pid = fork();
	if (redis->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)!freopen("/dev/null", "w", stdout);
		(void)execlp("redis-server", "redis-server", "--port", "0",
		    "--save", "", "--unixsocket", path, (char *)NULL);
		_exit(127);
	}
	redis->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	while (connect(redis->fd, (struct sockaddr *)&address,
		   sizeof(address)) != 0) {
		if (waitpid(redis->pid, NULL, WNOHANG) == redis->pid) {
			(void)close(redis->fd);
			return -1;
		}
		(void)usleep(10000);
	}
	return 0;
}

static void
redis_close(struct redis *redis)
{
	(void)close(redis->fd);
	(void)kill(redis->pid, SIGTERM);
	(void)waitpid(redis->pid, NULL, 0);
}

/* Sends a command and reads an answer of at least `expected` bytes. */
static int
redis_ask(
    const struct redis *redis, const char *command, int size, ssize_t expected)
{
	char answer[VALUE_MAX + 64];
	ssize_t got, have = 0;

	if (write(redis->fd, command, (size_t)size) != size)
		return -1;
	while (have < expected) {
		got = read(
		    redis->fd, answer + have, sizeof(answer) - (size_t)have);
		if (got <= 0)
			return -1;
		have += got;
		if (answer[0] == '-' || (have >= 5 && answer[1] == '-'))
			return -1;
	}
	return 0;
}

static int
redis_get_one(void *context, int number)
{
	char key[32], command[128];
	int size;

	(void)snprintf(key, sizeof(key), "[%d]", number);
	size = snprintf(command, sizeof(command),
	    "*2\r\n$3\r\nGET\r\n$%zu\r\n%s\r\n", strlen(key), key);
	return redis_ask(context, command, size, value_size + 8);
}

static int
redis_set_one(void *context, int number)
{
	char key[32], command[VALUE_MAX + 128];
	int size;

	(void)snprintf(key, sizeof(key), "[%d]", number);
	size = snprintf(command, sizeof(command),
	    "*3\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%d\r\n%s\r\n", strlen(key), key,
	    value_size, value_text());
	return redis_ask(context, command, size, 5);
}

/*
 * All contenders take turns, so that what else the machine does befalls all
 * of them; of what they took in their turns the medians count, and so do
 * those of the ratios within a turn.
 */
#define TURNS 11
#define CONTENDERS_MAX 3

enum operation { GET, SET, SET_NEW, OPERATIONS };
static const char *const operation_names[] = { "get", "set", "a new row" };

/* Microseconds of an operation, by turn: by the clock on the wall, and of
 * processors, the server's among them. */
struct cost {
	double wall_us[TURNS];
	double cpu_us[TURNS];
};

struct race {
	const struct contender *contenders;
	int count;
	int operations; /* of a turn */
	struct cost costs[CONTENDERS_MAX][OPERATIONS];
};

static double
seconds_of(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process and of the contender's server. */
static double
cpu_seconds(const struct contender *contender)
{
	double used = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	clockid_t server;

	if (contender->server != 0 &&
	    clock_getcpuclockid(contender->server, &server) == 0)
		used += seconds_of(server);
	return used;
}

static int
operate(const struct contender *contender, enum operation operation, int number)
{
	return (operation == GET ? contender->get : contender->set)(
	    contender->context, number);
}

/*
 * One turn: operations on random keys below `end`, or on those from `first`
 * up to it, which are new.  0, or -1: one failed.
 */
static int
take_turn(struct race *race, int who, enum operation operation, int turn,
    int first, int end)
{
	const struct contender *contender = &race->contenders[who];
	struct cost *cost = &race->costs[who][operation];
	int count = operation == SET_NEW ? end - first : race->operations, i;
	double wall = seconds_of(CLOCK_MONOTONIC);
	double cpu = cpu_seconds(contender);
	uint64_t seed = (uint64_t)turn + 42;

	for (i = 0; i < count; i++) {
		int number = operation == SET_NEW
				 ? first + i
				 : (int)(draw(&seed) % (uint64_t)end);

		if (operate(contender, operation, number) != 0)
			return -1;
	}
	wall = seconds_of(CLOCK_MONOTONIC) - wall;
	cost->wall_us[turn] = 1e6 * wall / count;
	cost->cpu_us[turn] = 1e6 * (cpu_seconds(contender) - cpu) / count;
	return 0;
}

/* Makes rows from `first` up to `rows`, then gets and sets them. */
static bool
run_race(struct race *race, int first, int rows)
{
	static const enum operation order[] = { SET_NEW, GET, SET };
	int turn, who, size = (rows - first) / TURNS, begin, end;
	size_t i;

	for (i = 0; i < OPERATIONS; i++)
		for (turn = 0; turn < TURNS; turn++) {
			begin = first + turn * size;
			end = order[i] == SET_NEW && turn < TURNS - 1
				  ? begin + size
				  : rows;
			for (who = 0; who < race->count; who++)
				if (take_turn(race, who, order[i], turn, begin,
					end) != 0)
					return false;
		}
	return true;
}

static int
compare_numbers(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

/* The median of the numbers, or of their ratios to the others. */
static double
median(const double numbers[TURNS], const double others[TURNS])
{
	double sorted[TURNS];

	for (int i = 0; i < TURNS; i++)
		sorted[i] =
		    others == NULL ? numbers[i] : numbers[i] / others[i];
	qsort(sorted, TURNS, sizeof(sorted[0]), compare_numbers);
	return sorted[TURNS / 2];
}

/* The cache's share of what Redis takes. */
static void
print_against_redis(const struct race *race, int rows)
{
	(void)printf("# %8d  the cache to Redis, wall and processors:", rows);
	for (int operation = 0; operation < OPERATIONS; operation++) {
		const struct cost *cache = &race->costs[1][operation];
		const struct cost *redis = &race->costs[2][operation];

		(void)printf(" %s %.2f %.2f%s", operation_names[operation],
		    median(cache->wall_us, redis->wall_us),
		    median(cache->cpu_us, redis->cpu_us),
		    operation < OPERATIONS - 1 ? "," : "\n");
	}
}

static void
print_race(const struct race *race, int rows)
{
	for (int operation = 0; operation < OPERATIONS; operation++)
		for (int who = 0; who < race->count; who++) {
			const struct cost *cost = &race->costs[who][operation];
			const struct cost *bare = &race->costs[0][operation];

			(void)printf("# %8d  %-9s  %-11s %8.2f us %6.2f  "
				     "%8.2f us %6.2f\n",
			    rows, operation_names[operation],
			    race->contenders[who].name,
			    median(cost->wall_us, NULL),
			    median(cost->wall_us, bare->wall_us),
			    median(cost->cpu_us, NULL),
			    median(cost->cpu_us, bare->cpu_us));
		}
	if (race->count == CONTENDERS_MAX)
		print_against_redis(race, rows);
	(void)fflush(stdout);
}

/* A set for which another row has to go, without and with a timeout. */
static void
measure_full(int rows)
{
	struct fixture fixture;

	fixture_open(&fixture, rows, 4096 * MIB);
	(void)alarm(0);
	const struct contender caches[] = {
		{ "lasting", store_get_one, store_set_one, fixture.store, 0 },
		{ "expiring", store_get_one, store_set_expiring, fixture.store,
		    0 },
	};
	struct race race = { .contenders = caches, .count = 2 };
	int number = 2 * rows;

	(void)take_turn(&race, 0, SET_NEW, 0, 0, rows);
	for (int turn = 0; turn < TURNS; turn++)
		for (int who = 0; who < 2; who++, number += rows / TURNS)
			(void)take_turn(&race, who, SET_NEW, turn, number,
			    number + rows / TURNS);
	(void)printf("# %8d  the cache, when full: a new row %.2f us, one "
		     "that expires %.2f us\n",
	    rows, median(race.costs[0][SET_NEW].wall_us, NULL),
	    median(race.costs[1][SET_NEW].wall_us, NULL));
	fixture_close(&fixture);
}

static void
compare_costs(int most_rows, int operations)
{
	struct fixture fixture;
	struct redis redis;
	struct bare bare;
	char path[512], redis_path[512];
	bool with_redis, worked = true;
	int rows;

	fixture_open(&fixture, (int64_t)most_rows + 10, 4096 * MIB);
	(void)alarm(0);
	if (bare_open(&bare, fixture_path(&fixture, "bare.db", path)) != 0) {
		result(false, "the bare file can be opened");
		return;
	}
	(void)fixture_path(&fixture, "redis", redis_path);
	with_redis = redis_open(&redis, redis_path) == 0;
	const struct contender contenders[] = {
		{ "bare SQLite", bare_get_one, bare_set_one, &bare, 0 },
		{ "the cache", store_get_one, store_set_one, fixture.store, 0 },
		{ "Redis", redis_get_one, redis_set_one, &redis, redis.pid },
	};
	struct race race = { .contenders = contenders,
		.count = with_redis ? 3 : 2,
		.operations = operations / TURNS };

	(void)printf("# %d-byte values; medians of %d turns, ratios to the "
		     "bare statement\n"
		     "#     rows                             on the wall       "
		     "  of processors\n",
	    value_size, TURNS);
	for (rows = 1000; worked && rows <= most_rows; rows *= 10) {
		worked = run_race(&race, rows == 1000 ? 0 : rows / 10, rows);
		if (worked)
			print_race(&race, rows);
	}
	measure_full(1000);
	if (with_redis)
		redis_close(&redis);
	else
		(void)printf("# no comparison with Redis: redis-server is not "
			     "installed (Debian's package of that name)\n");
	bare_close(&bare);
	result(worked, "every value that was set can be got");
	fixture_close(&fixture);
}

/* ------------------------------------------------------------------------
 * Hit ratios
 */

/* Which keys are asked for, in turn. */
struct trace {
	int *keys;
	int length;
	int key_count;
};

/* Zipf's law with exponent 1.0; every fifth request scans, when `scan`. */
static void
make_trace(struct trace *trace, int key_count, int length, bool scan)
{
	double *below = calloc((size_t)key_count, sizeof(*below)), sum = 0;
	uint64_t seed = 4711;
	int i, scanned = key_count;

	trace->keys = calloc((size_t)length, sizeof(int));
	if (below == NULL || trace->keys == NULL)
		abort();
	for (i = 0; i < key_count; i++)
		below[i] = sum += 1.0 / (i + 1);
	for (i = 0; i < length; i++) {
		double point =
		    (double)(draw(&seed) % 1000000007) / 1000000007.0 * sum;
		int low = 0, high = key_count - 1;

		while (low < high) {
			int middle = (low + high) / 2;

			if (below[middle] <= point)
				low = middle + 1;
			else
				high = middle;
		}
		/* What is scanned is asked for once and never again. */
		trace->keys[i] = scan && i % 5 == 0 ? scanned++ : low;
	}
	trace->length = length;
	trace->key_count = scanned;
	free(below);
}

enum policy { LRU, FIFO, SOONEST, POLICIES };

/*
 * An exact simulation.  Each cached key has a number, and the lowest goes:
 * that of its last use, of its insertion, or of its expiry.
 */
static double
simulate(const struct trace *trace, int size, enum policy policy)
{
	int *cached = calloc((size_t)size, sizeof(int));
	double *number = calloc((size_t)trace->key_count, sizeof(*number));
	bool *in = calloc((size_t)trace->key_count, sizeof(bool));
	uint64_t seed = 99;
	int used = 0, hits = 0, i, j, key, lowest;

	if (cached == NULL || number == NULL || in == NULL)
		abort();
	for (i = 0; i < trace->length; i++) {
		key = trace->keys[i];
		if (in[key]) {
			hits++;
			if (policy == LRU)
				number[key] = i;
			continue;
		}
		if (used == size) {
			for (lowest = 0, j = 1; j < size; j++)
				if (number[cached[j]] < number[cached[lowest]])
					lowest = j;
			in[cached[lowest]] = false;
			cached[lowest] = key;
		} else {
			cached[used++] = key;
		}
		in[key] = true;
		number[key] =
		    policy == SOONEST
			? i + (double)(draw(&seed) % (uint64_t)trace->length)
			: i;
	}
	free(cached);
	free(number);
	free(in);
	return (double)hits / trace->length;
}

/* The real cache on the same trace. */
static double
replay(const struct trace *trace, int size)
{
	struct fixture fixture;
	int i, hits = 0;

	fixture_open(&fixture, size, 4096 * MIB);
	(void)alarm(0);
	for (i = 0; i < trace->length; i++) {
		if (store_get_one(fixture.store, trace->keys[i]) == 0)
			hits++;
		else
			(void)store_set_one(fixture.store, trace->keys[i]);
	}
	fixture_close(&fixture);
	return (double)hits / trace->length;
}

static void
compare_ratios(int key_count, int length)
{
	static const struct {
		const char *name;
		int divisor;
		bool scan;
	} table[] = {
		{ "Zipf(1.0), cache of 10% of the keys", 10, false },
		{ "Zipf(1.0), cache of 1% of the keys", 100, false },
		{ "Zipf(1.0) with 20% scan, cache of 1%", 100, true },
	};
	char name[128];
	size_t i;

	(void)printf("# hit ratios: %d keys, %d requests\n", key_count, length);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int size = key_count / table[i].divisor, policy;
		double ratio[POLICIES], real;
		struct trace trace;

		make_trace(&trace, key_count, length, table[i].scan);
		for (policy = 0; policy < POLICIES; policy++)
			ratio[policy] =
			    simulate(&trace, size, (enum policy)policy);
		real = replay(&trace, size);
		(void)printf("# %-37s the cache %.3f, LRU %.3f, FIFO %.3f, "
			     "soonest expiry %.3f\n",
		    table[i].name, real, ratio[LRU], ratio[FIFO],
		    ratio[SOONEST]);
		(void)snprintf(name, sizeof(name),
		    "more hits than any of them: %s", table[i].name);
		result(real > ratio[LRU] && real > ratio[FIFO] &&
			   real > ratio[SOONEST],
		    name);
		free(trace.keys);
	}
}

int
main(int argc, char *argv[])
{
	long rows = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	long size = argc > 2 ? strtol(argv[2], NULL, 10) : value_size;

	if ((argc > 1 && (rows < 1000 || rows > 10000000)) || size < 16 ||
	    size > VALUE_MAX) {
		(void)printf("Bail out! usage: store_bench [ROWS [SIZE]], from "
			     "1000 to 10000000 and from 16 to %d\n",
		    VALUE_MAX);
		return 2;
	}
	value_size = (int)size;
	if (argc > 2) {
		compare_costs((int)rows, 10000);
	} else if (argc > 1) {
		compare_costs((int)rows, 20000);
		compare_ratios(20000, 200000);
	} else {
		compare_costs(1000, 1000);
		compare_ratios(2000, 8000);
	}
	(void)printf("1..%d\n", tests);
	return failures == 0 ? 0 : 1;
}
