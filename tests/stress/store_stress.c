/*
 * store_stress.c: the cache under everything that may befall it: workers
 * killed in the middle of a write, many writers and slow readers at once, a
 * crowd at one key, flipped bits, a full disk.
 *
 * Usage: store_stress [ROUNDS [SECONDS]].  Prints TAP, and measured numbers as
 * comments.  "make check" runs the short form, "make stress" the long one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)
#define KEYS 400
#define THRESHOLD 100
#define LIMIT (2 * MIB)
#define WORKERS 8
/* The 16,000 frames with which nothing more is stored, and one commit. */
#define LOG_MAX (66 * MIB)

/* Exit statuses of children. */
enum { FINE = 0, WRONG_VALUE = 3, FAILED = 4 };

/* What the processes tell each other. */
struct board {
	int64_t worst_us; /* of a set */
	int64_t sets;
	int64_t computations;
	int stop;
};

static struct board *board;
static int tests, failures;

static void
result(bool good, const char *name)
{
	(void)printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
	(void)fflush(stdout);
	failures += !good;
}

/* ------------------------------------------------------------------------
 * Keys, and values that tell whose they are
 */

/* Numbers that are the same in every run. */
static unsigned int
draw(unsigned int *state)
{
	*state = *state * 1103515245U + 12345U;
	return *state >> 8;
}

static size_t
make_value(int key, unsigned int salt, char *text)
{
	size_t size = salt % 6000;

	(void)snprintf(text, 32, "\"%06d ", key);
	memset(text + 8, 'a' + key % 26, size);
	text[8 + size] = '"';
	return size + 9;
}

static bool
is_value_of(int key, const struct store_value *value)
{
	char begin[32];
	size_t i;

	(void)snprintf(begin, sizeof(begin), "\"%06d ", key);
	if (value->size < 9 || memcmp(value->text, begin, 8) != 0 ||
	    value->text[value->size - 1] != '"')
		return false;
	for (i = 8; i < value->size - 1; i++)
		if (value->text[i] != 'a' + key % 26)
			return false;
	return true;
}

static int
compute(void *context, struct buffer *value, struct error *error)
{
	const int *key = context;
	char text[8192];

	(void)error;
	(void)__atomic_fetch_add(&board->computations, 1, __ATOMIC_RELAXED);
	buffer_add(value, text, make_value(*key, 100, text));
	return 0;
}

static void
set_one(struct store *store, int number, unsigned int salt)
{
	int64_t took_us, begun_us = clock_monotonic_us();
	struct store_key key;
	char arguments[32], text[8192];
	size_t size;

	key = key_number(number, arguments);
	size = make_value(number, salt, text);
	(void)store_set(store, &key, text, size, salt % 3 == 0 ? 1 : 0, 1);
	took_us = clock_monotonic_us() - begun_us;
	(void)__atomic_fetch_add(&board->sets, 1, __ATOMIC_RELAXED);
	if (took_us > __atomic_load_n(&board->worst_us, __ATOMIC_RELAXED))
		__atomic_store_n(&board->worst_us, took_us, __ATOMIC_RELAXED);
}

static void
get_one(struct store *store, int number)
{
	struct store_value value;
	struct store_key key;
	char arguments[32];

	key = key_number(number, arguments);
	if (!store_get(store, &key, &value))
		return;
	if (!is_value_of(number, &value))
		_exit(WRONG_VALUE);
	free(value.text);
}

static void
memoize_one(struct store *store, int number, int64_t timeout_s)
{
	const struct store_terms terms = { .timeout_s = timeout_s,
		.stale_s = timeout_s,
		.negative_timeout_s = timeout_s,
		.deadline_ms = clock_monotonic_ms() + 10000 };
	struct store_value value;
	struct store_key key;
	struct error error;
	char arguments[32];

	key = key_number(number, arguments);
	if (store_memoize(
		store, &key, &terms, compute, &number, &value, &error) != 0)
		return; /* Its worker was killed twice. */
	if (!is_value_of(number, &value))
		_exit(WRONG_VALUE);
	if (value.stale)
		(void)store_refresh(
		    store, &key, &terms, compute, &number, &error);
	free(value.text);
}

/* A worker that does everything, until it is told to stop or killed. */
static _Noreturn void
work(const struct fixture *fixture, unsigned int seed)
{
	struct store *store = fixture_join(fixture, THRESHOLD, LIMIT);
	struct store_key key;
	char arguments[32];

	while (!__atomic_load_n(&board->stop, __ATOMIC_RELAXED)) {
		int number = (int)(draw(&seed) % KEYS);

		switch (draw(&seed) % 16) {
		case 0:
			key = key_number(number, arguments);
			(void)store_delete(store, &key);
			break;
		case 1:
			store_upkeep(store);
			break;
		case 2:
		case 3:
		case 4:
			memoize_one(store, number, 1);
			break;
		case 5:
		case 6:
		case 7:
		case 8:
			set_one(store, number, draw(&seed));
			break;
		default:
			get_one(store, number);
		}
	}
	_exit(FINE);
}

/* ------------------------------------------------------------------------
 * Deaths
 */

static bool
is_locked(int fd, int command)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	/* From 0 to infinity. */
	return fcntl(fd, command, &lock) != 0 || lock.l_type != F_UNLCK;
}

/* Is the file whole, and are its counts those of its rows? */
static bool
is_whole(const struct fixture *fixture)
{
	bool whole;

	whole = fixture_ask(fixture,
		    "SELECT count(*) = 1 AND max(integrity_check) = 'ok' "
		    "FROM pragma_integrity_check") == 1 &&
		fixture_ask(fixture,
		    "SELECT rows = (SELECT count(*) FROM cache) AND bytes = "
		    "(SELECT coalesce(sum(size_bytes), 0) FROM cache) AND "
		    "rows <= 100 AND bytes <= 2097152 FROM cache_totals") == 1;
	return whole && fixture_count_names(fixture, "cache.db.corrupt-") == 0;
}

static bool
round_of_deaths(const struct fixture *fixture, unsigned int seed)
{
	struct timespec pause = { .tv_sec = 0 };
	int64_t before = __atomic_load_n(&board->sets, __ATOMIC_RELAXED);
	bool right = true;
	int pids[WORKERS], status, i;

	for (i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			work(fixture, seed * 1000 + (unsigned int)i);
	}
	/* All of them well under way, then any moment. */
	while (__atomic_load_n(&board->sets, __ATOMIC_RELAXED) < before + 200)
		(void)sched_yield();
	pause.tv_nsec = (long)(draw(&seed) % 30000) * 1000;
	(void)nanosleep(&pause, NULL);
	for (i = 0; i < WORKERS; i++)
		(void)kill(pids[i], SIGKILL);
	for (i = 0; i < WORKERS; i++) {
		right = waitpid(pids[i], &status, 0) == pids[i] &&
			WIFSIGNALED(status) && right;
	}
	right = right && !is_locked(fixture->store->writer_fd, F_OFD_GETLK) &&
		!is_locked(fixture->store->flight_fd, F_GETLK);
	return right && is_whole(fixture);
}

static void
test_deaths(int rounds)
{
	struct fixture fixture;
	char name[96];
	int round, good = 0;

	fixture_open(&fixture, THRESHOLD, LIMIT);
	for (round = 0; round < rounds; round++) {
		(void)alarm(120);
		good += round_of_deaths(&fixture, (unsigned int)round + 1);
	}
	/* The store that was open all the time goes on. */
	set_one(fixture.store, 1, 1);
	get_one(fixture.store, 1);
	(void)snprintf(name, sizeof(name),
	    "all workers killed %d times: whole, counts right, no lock left",
	    rounds);
	result(
	    good == rounds &&
		fixture_ask(&fixture,
		    "SELECT count(*) FROM cache WHERE arguments = '[1]'") == 1,
	    name);
	fixture_close(&fixture);
}

/* ------------------------------------------------------------------------
 * Eight writers at the threshold, readers that hold their snapshots
 */

static _Noreturn void
write_only(const struct fixture *fixture, unsigned int seed)
{
	struct store *store = fixture_join(fixture, THRESHOLD, LIMIT);

	while (!__atomic_load_n(&board->stop, __ATOMIC_RELAXED)) {
		set_one(store, (int)(draw(&seed) % KEYS), draw(&seed));
		store_upkeep(store);
	}
	_exit(FINE);
}

static _Noreturn void
hold_snapshots(const struct fixture *fixture)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };
	char path[512];
	sqlite3 *db;

	if (sqlite3_open(fixture_path(fixture, "cache.db", path), &db) !=
	    SQLITE_OK)
		_exit(FAILED);
	(void)sqlite3_busy_timeout(db, 5000);
	while (!__atomic_load_n(&board->stop, __ATOMIC_RELAXED)) {
		if (sqlite3_exec(db, "BEGIN; SELECT count(*) FROM cache", NULL,
			NULL, NULL) != SQLITE_OK)
			_exit(FAILED);
		(void)nanosleep(&pause, NULL);
		(void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	}
	_exit(FINE);
}

/* Polls count and log until the time is over. */
static void
poll_limits(const struct fixture *fixture, int64_t seconds, int64_t *most_rows,
    int64_t *most_bytes, int64_t *log_bytes)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	int64_t until_ms = clock_monotonic_ms() + seconds * 1000;
	sqlite3_stmt *row = NULL;
	char path[512], log[512];
	struct stat info;
	sqlite3 *db;

	(void)fixture_path(fixture, "cache.db-wal", log);
	(void)sqlite3_open(fixture_path(fixture, "cache.db", path), &db);
	(void)sqlite3_busy_timeout(db, 5000);
	(void)sqlite3_prepare_v2(db,
	    "SELECT count(*), coalesce(sum(size_bytes), 0) FROM cache", -1,
	    &row, NULL);
	while (clock_monotonic_ms() < until_ms) {
		if (sqlite3_step(row) == SQLITE_ROW) {
			if (sqlite3_column_int64(row, 0) > *most_rows)
				*most_rows = sqlite3_column_int64(row, 0);
			if (sqlite3_column_int64(row, 1) > *most_bytes)
				*most_bytes = sqlite3_column_int64(row, 1);
		}
		(void)sqlite3_reset(row);
		if (stat(log, &info) == 0 && info.st_size > *log_bytes)
			*log_bytes = info.st_size;
		(void)nanosleep(&pause, NULL);
	}
	(void)sqlite3_finalize(row);
	(void)sqlite3_close(db);
}

static void
test_limits(int64_t seconds)
{
	int64_t most_rows = 0, most_bytes = 0, log_bytes = 0;
	int pids[WORKERS + 3], i, fine = 0;
	struct fixture fixture;

	fixture_open(&fixture, THRESHOLD, LIMIT);
	(void)alarm((unsigned int)seconds + 120);
	board->worst_us = board->sets = 0;
	for (i = 0; i < WORKERS + 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0 && i < WORKERS)
			write_only(&fixture, (unsigned int)i + 77);
		if (pids[i] == 0)
			hold_snapshots(&fixture);
	}
	poll_limits(&fixture, seconds, &most_rows, &most_bytes, &log_bytes);
	__atomic_store_n(&board->stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < WORKERS + 3; i++)
		fine += wait_child(pids[i]) == FINE;
	board->stop = 0;
	(void)printf("# %.0f sets a second by %d writers, the worst %.1f ms; "
		     "log at most %.1f MiB\n",
	    (double)board->sets / (double)seconds, WORKERS,
	    (double)board->worst_us / 1000, (double)log_bytes / (double)MIB);
	result(fine == WORKERS + 3 && most_rows <= THRESHOLD &&
		   most_rows > THRESHOLD / 2 && most_bytes <= LIMIT,
	    "eight writers: never over the threshold or the limit");
	result(log_bytes < LOG_MAX,
	    "readers with snapshots of 100 ms do not let the log grow");
	result(is_whole(&fixture), "the file is whole and its counts right");
	fixture_close(&fixture);
}

/* ------------------------------------------------------------------------
 * One key
 */

static bool
crowd(const struct fixture *fixture, int number)
{
	int pids[64], start[2], i, fine = 0;
	char byte;

	if (pipe(start) != 0)
		return false;
	board->computations = 0;
	for (i = 0; i < 64; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		struct store *store = fixture_join(fixture, THRESHOLD, LIMIT);

		(void)close(start[1]);
		/* Let go by the end of the file. */
		(void)!read(start[0], &byte, 1);
		memoize_one(store, number, 0);
		_exit(FINE);
	}
	(void)close(start[0]);
	(void)close(start[1]);
	for (i = 0; i < 64; i++)
		fine += wait_child(pids[i]) == FINE;
	return fine == 64 && board->computations == 1;
}

static void
test_crowd(int rounds)
{
	struct fixture fixture;
	int round, good = 0;

	fixture_open(&fixture, THRESHOLD, LIMIT);
	for (round = 0; round < rounds; round++) {
		(void)alarm(120);
		good += crowd(&fixture, round);
	}
	result(good == rounds, "64 processes ask, one computes");
	fixture_close(&fixture);
}

/* ------------------------------------------------------------------------
 * Flipped bits
 */

static char *
read_all(const char *path, size_t *size)
{
	struct stat info;
	char *bytes;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info) != 0)
		return NULL;
	bytes = malloc((size_t)info.st_size + 1);
	*size = (size_t)info.st_size;
	if (bytes != NULL && read(fd, bytes, *size) != (ssize_t)*size) {
		free(bytes);
		bytes = NULL;
	}
	(void)close(fd);
	return bytes;
}

static void
write_all(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		_exit(FAILED);
	(void)close(fd);
}

/* Reads and writes a damaged cache: each value is right or missing. */
static _Noreturn void
use_damaged(const struct fixture *fixture)
{
	const struct store_settings settings = { .directory =
						     fixture->directory,
		.threshold = THRESHOLD,
		.limit_bytes = LIMIT };
	struct store *store;
	struct error error;

	/* A flipped version is refused, in words. */
	if (store_open(&store, &settings, &error) != 0)
		_exit(error.message[0] != '\0' ? FINE : FAILED);
	store->space_wanted = 0;
	for (int i = 0; i < 60; i++)
		get_one(store, i);
	for (int i = 50; i < 70; i++)
		set_one(store, i, 3);
	store->upkeep_at_ms = 0;
	store_upkeep(store);
	for (int i = 0; i < 70; i++)
		get_one(store, i);
	_exit(FINE);
}

static void
remove_files(const struct fixture *fixture)
{
	char command[600];
	int pid = fork();

	(void)snprintf(
	    command, sizeof(command), "rm -f '%s'/*", fixture->directory);
	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(FAILED);
	}
	(void)wait_child(pid);
}

static void
test_flips(int flips)
{
	struct fixture origin, damaged;
	char *parts[2], path[512], name[96];
	static const char *const names[] = { "cache.db", "cache.db-wal" };
	size_t sizes[2];
	unsigned int seed = 7;
	int flip, pid, fine = 0;

	fixture_open(&origin, THRESHOLD, LIMIT);
	for (int i = 0; i < 60; i++)
		set_one(origin.store, i, 1000 + (unsigned int)i);
	fixture_open(&damaged, THRESHOLD, LIMIT);
	store_close(damaged.store);
	damaged.store = NULL;
	for (int i = 0; i < 2; i++)
		parts[i] =
		    read_all(fixture_path(&origin, names[i], path), &sizes[i]);
	for (flip = 0; flip < flips && parts[0] != NULL && parts[1] != NULL;
	     flip++) {
		int part = (int)(draw(&seed) % 2);
		size_t at = draw(&seed) % sizes[part];
		char bit = (char)(1 << draw(&seed) % 8);

		(void)alarm(120);
		remove_files(&damaged);
		parts[part][at] ^= bit;
		for (int i = 0; i < 2; i++)
			write_all(fixture_path(&damaged, names[i], path),
			    parts[i], sizes[i]);
		parts[part][at] ^= bit;
		pid = fork();
		if (pid == 0)
			use_damaged(&damaged);
		if (wait_child(pid) == FINE)
			fine++;
		else
			(void)printf("# %s, byte %zu, bit %#x\n", names[part],
			    at, (unsigned int)(unsigned char)bit);
	}
	(void)snprintf(name, sizeof(name),
	    "%d flipped bits: every value is right or missing", flips);
	result(fine == flips, name);
	free(parts[0]);
	free(parts[1]);
	fixture_close(&damaged);
	fixture_close(&origin);
}

/* A bit at a random place of the file. */
static void
flip(const char *path, unsigned int *seed)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat info;
	char byte;
	off_t at;

	if (fd < 0 || fstat(fd, &info) != 0)
		_exit(FAILED);
	at = (off_t)(draw(seed) % (unsigned int)info.st_size);
	if (pread(fd, &byte, 1, at) != 1)
		_exit(FAILED);
	byte ^= (char)(1 << draw(seed) % 8);
	if (pwrite(fd, &byte, 1, at) != 1)
		_exit(FAILED);
	(void)close(fd);
}

/*
 * In files that others have open SQLite looks at no checksum of its own: what
 * their shared index says of the log holds.
 */
static void
test_flips_in_use(int flips)
{
	static const char *const names[] = { "cache.db", "cache.db-wal" };
	struct fixture fixture;
	unsigned int seed = 11;
	char path[512], name[96];
	int pid, fine = 0;

	for (int i = 0; i < flips; i++) {
		fixture_open(&fixture, THRESHOLD, LIMIT);
		for (int key = 0; key < 60; key++)
			set_one(fixture.store, key, 1000 + (unsigned int)key);
		/* So that there is something in either file. */
		(void)sqlite3_wal_checkpoint_v2(fixture.store->db, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		for (int key = 0; key < 60; key += 2)
			set_one(fixture.store, key, 2000 + (unsigned int)key);
		(void)fixture_path(&fixture, names[i % 2], path);
		(void)draw(&seed);
		pid = fork();
		if (pid == 0) {
			flip(path, &seed);
			use_damaged(&fixture);
		}
		if (wait_child(pid) == FINE)
			fine++;
		else
			(void)printf("# flip %d in use, %s\n", i, names[i % 2]);
		fixture_close(&fixture);
	}
	(void)snprintf(name, sizeof(name),
	    "%d flipped bits in files in use: the same", flips);
	result(fine == flips, name);
}

/* ------------------------------------------------------------------------
 * A full disk
 */

/*
 * Room for 2 MiB and no more: a file system of that size where this process
 * may mount one, else the most that a file of it may have.
 */
static void
limit_the_disk(const char *directory)
{
	const struct rlimit most = { 2 * MIB, 2 * MIB };

	if (unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", directory, "tmpfs", 0, "size=2m") == 0)
		return;
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
	    setrlimit(RLIMIT_FSIZE, &most) != 0)
		_exit(FAILED);
}

static _Noreturn void
fill_the_disk(const struct fixture *fixture)
{
	struct fixture full = *fixture;
	char path[512], *filler;
	struct store *store;
	int fd, stored = 0;

	limit_the_disk(full.directory);
	store = fixture_join(&full, 10000, 64 * MIB);
	for (int i = 0; i < 2000; i++)
		set_one(store, i, 5000);
	/* Somebody else takes what is left. */
	filler = calloc(1, (size_t)MIB);
	fd = open(fixture_path(&full, "filler", path),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (filler != NULL && fd >= 0 && write(fd, filler, (size_t)MIB) > 0)
		;
	for (int i = 0; i < 100; i++) {
		memoize_one(store, i, 1);
		get_one(store, i);
		store->upkeep_at_ms = store->check_at_ms = 0;
		store_upkeep(store);
		store->space_low = false;
	}
	(void)close(fd);
	(void)unlink(path);
	store->check_at_ms = 0;
	/* Make room in the file itself, and go on. */
	(void)store_clear(store);
	for (int i = 0; i < 50; i++) {
		struct store_key key;
		struct store_value value;
		char arguments[32];

		set_one(store, i, 100);
		key = key_number(i, arguments);
		if (store_get(store, &key, &value)) {
			stored += is_value_of(i, &value);
			free(value.text);
		}
	}
	_exit(stored > 40 ? FINE : FAILED);
}

static void
test_full_disk(void)
{
	struct fixture fixture;
	int pid, status;

	fixture_open(&fixture, THRESHOLD, LIMIT);
	pid = fork();
	if (pid == 0)
		fill_the_disk(&fixture);
	status = wait_child(pid);
	(void)printf("# status %d\n", status);
	result(status == FINE,
	    "on a full disk everything is a miss, until there is room");
	fixture_close(&fixture);
}

int
main(int argc, char *argv[])
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10;
	int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 2;

	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED || rounds < 1 || seconds < 1) {
		(void)printf("Bail out! usage: store_stress [ROUNDS "
			     "[SECONDS]]\n");
		return 2;
	}
	test_deaths(rounds);
	test_limits(seconds);
	test_crowd(rounds / 5 + 1);
	test_flips(rounds * 10);
	test_flips_in_use(rounds * 4);
	test_full_disk();
	(void)printf("1..%d\n", tests);
	return failures == 0 ? 0 : 1;
}
