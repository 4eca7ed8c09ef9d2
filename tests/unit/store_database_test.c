/*
 * store_database_test.c: the file itself: made, refused, put aside, replaced,
 * full, and kept small.
 */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/file.h"
#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)

void store_database_suite(void);

/* Lets a store look at once whether its files were moved. */
static void
second_passes(struct store *store)
{
	store->check_at_ms = 0;
	store->upkeep_at_ms = 0;
	marks_set_upkeep_ms(&store->marks, -100000);
}

static int
write_file(const char *path, const char *bytes, size_t size, off_t offset)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	int done;

	if (fd < 0)
		return -1;
	done = pwrite(fd, bytes, size, offset) == (ssize_t)size ? 0 : -1;
	(void)close(fd);
	return done;
}

/* Opens a store whose opening is to fail. */
static void
refused(const char *directory, const char *because)
{
	const struct store_settings settings = {
		.directory = directory, .threshold = 10, .limit_bytes = MIB
	};
	struct store *store;
	struct error error;

	error.message[0] = '\0';
	CU_ASSERT_EQUAL(store_open(&store, &settings, &error), -1);
	CU_ASSERT_PTR_NULL(store);
	if (strstr(error.message, because) == NULL) {
		(void)fprintf(stderr, "%s\n", error.message);
		CU_FAIL("the message does not say why");
	}
	store_close(store);
}

static void
file_is_set_up(void)
{
	struct fixture fixture;
	struct stat info;
	char path[512];

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "PRAGMA user_version"), CACHE_VERSION);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "PRAGMA auto_vacuum"), 2);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "PRAGMA page_size"), 4096);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "PRAGMA application_id"), 0x4c657468);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT journal_mode = 'wal' "
					      "FROM pragma_journal_mode"),
	    1);
	/* Values are nobody else's business. */
	CU_ASSERT_EQUAL(
	    stat(fixture_path(&fixture, "cache.db", path), &info), 0);
	CU_ASSERT_EQUAL(info.st_mode & 0777, 0600);
	CU_ASSERT_EQUAL(
	    stat(fixture_path(&fixture, "cache.db-wal", path), &info), 0);
	CU_ASSERT_EQUAL(info.st_mode & 0777, 0600);
	fixture_close(&fixture);
}

static void
views_are_for_people(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1,\"a\"]", "12345", 20);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT function = 'f' AND arguments = "
			    "'[1,\"a\"]' AND value_bytes = 5 AND cost_ms = "
			    "1.5 AND expires - created = 20.0 AND age_s < 5 "
			    "AND expires_in_s > 15 AND NOT expired AND "
			    "created_at LIKE '20__-__-__T__:__:__Z' "
			    "FROM cache_entries"),
	    1);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT rows = 1 AND bytes = 12 FROM cache_stats"),
	    1);
	fixture_close(&fixture);
}

static void
views_are_made_anew(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	CU_ASSERT_EQUAL(
	    fixture_run(&fixture,
		"DROP VIEW cache_functions; DROP VIEW cache_stats;"
		"CREATE VIEW cache_stats AS SELECT 'another' AS rows;"
		"CREATE VIEW somebodys AS SELECT 2 AS two;"
		"UPDATE cache_meta SET value = 'another' "
		"WHERE name = 'views'"),
	    0);
	store_close(fixture.store);
	fixture.store = fixture_join(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_stats"), 1);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT rows = 1 AND function = 'f' "
			    "FROM cache_functions"),
	    1);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT two FROM somebodys"), 2);
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	fixture_close(&fixture);
}

static void
survives_reopening(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	store_close(fixture.store);
	fixture.store = fixture_join(&fixture, 10, MIB);
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	fixture_close(&fixture);
}

static void
bad_directories_are_refused(void)
{
	struct fixture fixture;
	char path[512];

	fixture_open(&fixture, 10, MIB);
	refused(fixture_path(&fixture, "none", path), "No such file");
	refused(fixture_path(&fixture, "cache.db", path), "is a file");
	refused("/proc/self/fdinfo", "writer.lk");
	fixture_close(&fixture);
}

/* Stores values of a megabyte until one is refused, or there are too many. */
static int
fill_log(struct store *store)
{
	const size_t size = MIB;
	struct store_key key = key_of("[1]");
	char *value = malloc(size);
	int stored = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	for (;;) {
		/* What is there already would not be written. */
		memset(value, '0' + stored % 10, size);
		if (stored == 200 ||
		    store_set(store, &key, value, size, 0, 1) != 0)
			break;
		stored++;
	}
	free(value);
	return stored;
}

/* Whoever reads an old state for hours does not let the log fill the disk. */
static void
log_is_bounded_whoever_reads(void)
{
	struct fixture fixture;
	char path[512];
	sqlite3 *reader;
	struct stat info;
	int stored;

	fixture_open(&fixture, 10, 100 * MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[0]", "0", 0), 0);
	(void)sqlite3_open(fixture_path(&fixture, "cache.db", path), &reader);
	CU_ASSERT_EQUAL(
	    sqlite3_exec(
		reader, "BEGIN; SELECT * FROM cache", NULL, NULL, NULL),
	    SQLITE_OK);
	stored = fill_log(fixture.store);
	CU_ASSERT(stored > 50 && stored < 70);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture.last_warning, "reads an old state"));
	CU_ASSERT_EQUAL(
	    stat(fixture_path(&fixture, "cache.db-wal", path), &info), 0);
	CU_ASSERT(info.st_size < 66 * MIB);
	CU_ASSERT(has_text(fixture.store, "[0]", "0"));
	/* When that ends, all is well. */
	(void)sqlite3_close(reader);
	second_passes(fixture.store);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(fill_log(fixture.store), 200);
	CU_ASSERT_EQUAL(
	    stat(fixture_path(&fixture, "cache.db-wal", path), &info), 0);
	CU_ASSERT(info.st_size < 66 * MIB);
	fixture_close(&fixture);
}

static void
network_file_systems_have_names(void)
{
	CU_ASSERT_STRING_EQUAL(file_network_name(0x6969), "NFS");
	CU_ASSERT_STRING_EQUAL(file_network_name((long)0xff534d42), "CIFS");
	CU_ASSERT_STRING_EQUAL(file_network_name((int)0xfe534d42), "SMB 2");
	CU_ASSERT_PTR_NULL(file_network_name(0xef53));     /* ext4 */
	CU_ASSERT_PTR_NULL(file_network_name(0x01021994)); /* tmpfs */
}

static void
other_versions_are_refused(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(fixture_run(&fixture, "PRAGMA user_version = 5"), 0);
	refused(fixture.directory, "newer Lethe");
	/* Nothing was put aside for that. */
	CU_ASSERT_EQUAL(fixture_count_names(&fixture, "cache.db.corrupt-"), 0);
	CU_ASSERT_EQUAL(fixture_run(&fixture, "PRAGMA user_version = 0"), 0);
	refused(fixture.directory, "another program");
	CU_ASSERT_EQUAL(fixture_run(&fixture, "PRAGMA user_version = 4"), 0);
	fixture_close(&fixture);
}

/* An older version's keys were others: its rows would never be found. */
static void
older_file_is_begun_afresh(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	CU_ASSERT_EQUAL(
	    fixture_run(&fixture,
		"DROP VIEW cache_stats; CREATE VIEW cache_stats AS SELECT 1;"
		"DROP TABLE cache_counters; CREATE TABLE cache_counters ("
		"name TEXT PRIMARY KEY, total INTEGER, folded INTEGER);"
		"CREATE TABLE somebodys AS SELECT 2 AS two;"
		"PRAGMA user_version = 2"),
	    0);
	store_close(fixture.store);
	fixture.store = fixture_join(&fixture, 10, MIB);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT_EQUAL(set_text(fixture.store, "[2]", "2", 0), 0);
	CU_ASSERT(has_text(fixture.store, "[2]", "2"));
	second_passes(fixture.store);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "PRAGMA user_version"), CACHE_VERSION);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT rows = 1 AND bytes = 4 AND hits = 1 "
			    "FROM cache_stats"),
	    1);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT two FROM somebodys"), 2);
	CU_ASSERT_EQUAL(fixture_count_names(&fixture, "cache.db.corrupt-"), 0);
	fixture_close(&fixture);
}

static void
note(void *context, const char *message)
{
	(void)snprintf(context, 600, "%s", message);
}

static void
file_that_is_no_database_is_put_aside(void)
{
	static const char garbage[8192] = "This is no database.";
	struct fixture fixture;
	char path[512], warning[600] = "";

	fixture_open(&fixture, 10, MIB);
	store_close(fixture.store);
	CU_ASSERT_EQUAL(write_file(fixture_path(&fixture, "cache.db", path),
			    garbage, sizeof(garbage), 0),
	    0);
	fixture.store = fixture_join(&fixture, 10, MIB);
	store_on_warning(fixture.store, note, warning);
	CU_ASSERT_PTR_NOT_NULL(strstr(warning, "put aside"));
	CU_ASSERT_EQUAL(fixture_count_names(&fixture, "cache.db.corrupt-"), 1);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	fixture_close(&fixture);
}

/* Overwrites everything but the first page, behind SQLite's back. */
static void
destroy_pages(const struct fixture *fixture)
{
	char path[512], *garbage;
	struct stat info;

	(void)sqlite3_wal_checkpoint_v2(
	    fixture->store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void)fixture_path(fixture, "cache.db", path);
	CU_ASSERT_EQUAL(stat(path, &info), 0);
	garbage = malloc((size_t)info.st_size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(garbage);
	memset(garbage, 0xa5, (size_t)info.st_size);
	CU_ASSERT_EQUAL(
	    write_file(path, garbage, (size_t)info.st_size - 4096, 4096), 0);
	free(garbage);
}

static void
file_that_breaks_is_put_aside_by_one(void)
{
	struct fixture fixture;
	struct store *other, *reader;

	fixture_open(&fixture, 100, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	other = fixture_join(&fixture, 100, MIB);
	reader = fixture_join(&fixture, 100, MIB);
	/* A handle that has read nothing yet has no page in its memory. */
	destroy_pages(&fixture);
	CU_ASSERT_FALSE(has_text(reader, "[1]", "1"));
	CU_ASSERT_EQUAL(fixture_count_names(&fixture, "cache.db.corrupt-"), 3);
	CU_ASSERT_EQUAL(set_text(reader, "[2]", "2", 0), 0);
	/* Another finds the same damage, and that it was dealt with. */
	other->check_at_ms = INT64_MAX;
	CU_ASSERT_FALSE(has_text(other, "[1]", "1"));
	/* The others write into the new file, without putting it aside. */
	CU_ASSERT_EQUAL(set_text(other, "[3]", "3", 0), 0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[4]", "4", 0), 0);
	CU_ASSERT(has_text(fixture.store, "[2]", "2"));
	CU_ASSERT(has_text(reader, "[4]", "4"));
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 3);
	CU_ASSERT_EQUAL(fixture_count_names(&fixture, "cache.db.corrupt-"), 3);
	store_close(other);
	store_close(reader);
	fixture_close(&fixture);
}

static void
removed_file_is_made_anew(void)
{
	static const char *const names[] = { "cache.db", "cache.db-wal",
		"cache.db-shm", "marks.map" };
	struct fixture fixture;
	struct store *other;
	char path[512];
	size_t i;

	fixture_open(&fixture, 10, MIB);
	other = fixture_join(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	for (i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(
		    unlink(fixture_path(&fixture, names[i], path)), 0);
	second_passes(other);
	CU_ASSERT_FALSE(has_text(other, "[1]", "1"));
	CU_ASSERT_EQUAL(set_text(other, "[2]", "2", 0), 0);
	second_passes(fixture.store);
	CU_ASSERT(has_text(fixture.store, "[2]", "2"));
	CU_ASSERT(
	    marks_current(&fixture.store->marks, fixture.store->marks_path));
	CU_ASSERT_EQUAL(marks_identity(&fixture.store->marks),
	    marks_identity(&other->marks));
	store_close(other);
	fixture_close(&fixture);
}

static void
unfit_map_is_replaced(void)
{
	struct fixture fixture;
	struct store *other;
	char path[512];

	fixture_open(&fixture, 10, MIB);
	(void)fixture_path(&fixture, "marks.map", path);
	/* Somebody shortens it. */
	CU_ASSERT_EQUAL(truncate(path, 100), 0);
	CU_ASSERT_FALSE(marks_current(&fixture.store->marks, path));
	fixture.store->check_at_ms = 0;
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT(marks_current(&fixture.store->marks, path));
	CU_ASSERT_EQUAL(marks_sum(&fixture.store->marks, COUNT_MISSES), 1);
	/* A worker with a larger threshold needs a larger one; the first
	 * follows. */
	other = fixture_join(&fixture, 100000, MIB);
	CU_ASSERT_FALSE(marks_current(&fixture.store->marks, path));
	second_passes(other);
	fixture.store->check_at_ms = 0;
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT_EQUAL(marks_sum(&other->marks, COUNT_MISSES), 1);
	store_close(other);
	/* And one with a smaller threshold takes what is there. */
	other = fixture_join(&fixture, 10, MIB);
	CU_ASSERT(marks_current(&fixture.store->marks, path));
	store_close(other);
	fixture_close(&fixture);
}

static void
counts_survive_a_new_map(void)
{
	struct fixture fixture;
	char path[512];

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	(void)has_text(fixture.store, "[1]", "1");
	second_passes(fixture.store);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(unlink(fixture_path(&fixture, "marks.map", path)), 0);
	second_passes(fixture.store);
	(void)has_text(fixture.store, "[1]", "1");
	second_passes(fixture.store);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT hits FROM cache_stats"), 2);
	fixture_close(&fixture);
}

/* In a child whose files must not grow: exit status 0 when all went well. */
static void
use_full_disk(struct fixture *fixture)
{
	const struct rlimit none = { 4096, 4096 };
	bool right;

	(void)signal(SIGXFSZ, SIG_IGN);
	fixture->store = fixture_join(fixture, 10, MIB);
	right = setrlimit(RLIMIT_FSIZE, &none) == 0 &&
		has_text(fixture->store, "[1]", "1") &&
		set_text(fixture->store, "[2]", "2", 0) == -1 &&
		!has_text(fixture->store, "[2]", "2") &&
		store_clear(fixture->store) == -1 &&
		has_text(fixture->store, "[1]", "1");
	store_upkeep(fixture->store);
	_exit(right ? 0 : 1);
}

static int
compute_two(void *context, struct buffer *value, struct error *error)
{
	(void)context;
	(void)error;
	buffer_add_string(value, "2");
	return 0;
}

static void
full_disk_is_a_miss(void)
{
	const struct store_key key = key_of("[2]");
	struct store_value value;
	struct fixture fixture;
	struct error error;
	int pid;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	pid = fork();
	if (pid == 0)
		use_full_disk(&fixture);
	CU_ASSERT_EQUAL(wait_child(pid), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	/* Nearly full: nothing more is stored, everything is served. */
	fixture.store->space_low = true;
	CU_ASSERT_EQUAL(set_text(fixture.store, "[2]", "2", 0), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture.last_warning, "nearly full"));
	CU_ASSERT_EQUAL(
	    store_memoize(fixture.store, &key, &(const struct store_terms){ 0 },
		compute_two, NULL, &value, &error),
	    0);
	CU_ASSERT_STRING_EQUAL(value.text, "2");
	free(value.text);
	CU_ASSERT_EQUAL(fixture.warnings, 1);
	fixture_close(&fixture);
}

/* In a child: the disk is full from the start, and later it is not. */
static void
open_on_full_disk(struct fixture *fixture)
{
	struct rlimit size = { 0, RLIM_INFINITY };
	bool right;

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)setrlimit(RLIMIT_FSIZE, &size);
	fixture->store = fixture_join(fixture, 10, MIB);
	right = fixture->store->db == NULL && fixture->store->marks.fd < 0 &&
		set_text(fixture->store, "[1]", "1", 0) == -1 &&
		!has_text(fixture->store, "[1]", "1");
	size.rlim_cur = RLIM_INFINITY;
	(void)setrlimit(RLIMIT_FSIZE, &size);
	second_passes(fixture->store);
	right = right && set_text(fixture->store, "[1]", "1", 0) == 0 &&
		has_text(fixture->store, "[1]", "1") &&
		fixture->store->marks.fd >= 0;
	_exit(right ? 0 : 1);
}

static void
full_disk_at_start_may_pass(void)
{
	struct fixture fixture;
	char path[512];
	int pid;

	fixture_open(&fixture, 10, MIB);
	store_close(fixture.store);
	(void)unlink(fixture_path(&fixture, "cache.db", path));
	(void)unlink(fixture_path(&fixture, "marks.map", path));
	pid = fork();
	if (pid == 0)
		open_on_full_disk(&fixture);
	CU_ASSERT_EQUAL(wait_child(pid), 0);
	fixture.store = fixture_join(&fixture, 10, MIB);
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	fixture_close(&fixture);
}

static void
unusable_database_is_a_miss(void)
{
	const struct store_key key = key_of("[2]");
	struct store_value value;
	struct fixture fixture;
	struct error error;
	char path[512];

	fixture_open(&fixture, 10, MIB);
	(void)fixture_path(&fixture, "cache.db", path);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	second_passes(fixture.store);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT(fixture.warnings > 0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), -1);
	CU_ASSERT_EQUAL(store_delete_function(fixture.store, "f"), -1);
	CU_ASSERT_EQUAL(
	    store_memoize(fixture.store, &key, &(const struct store_terms){ 0 },
		compute_two, NULL, &value, &error),
	    0);
	CU_ASSERT_STRING_EQUAL(value.text, "2");
	free(value.text);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(rmdir(path), 0);
	/* When it is mended, it is used again. */
	second_passes(fixture.store);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	fixture_close(&fixture);
}

/* A worker that may only read the file: refused at its start, a miss when the
 * file becomes so while it runs. */
static _Noreturn void
use_read_only(const struct fixture *fixture, struct store *running)
{
	const struct store_settings settings = {
		.directory = fixture->directory,
		.threshold = 10,
		.limit_bytes = MIB,
	};
	struct store *store;
	struct error error;

	if (obey_modes() != 0 ||
	    store_open(&store, &settings, &error) == 0 ||
	    strstr(error.message, "/cache.db cannot be read and written") ==
		NULL)
		_exit(1);
	second_passes(running);
	if (has_text(running, "[1]", "1") ||
	    set_text(running, "[1]", "1", 0) != -1)
		_exit(2);
	store_upkeep(running);
	_exit(0);
}

static void
read_only_file_is_told(void)
{
	struct fixture fixture;
	char path[512], other[512];
	struct store *running;
	int pid;

	fixture_open(&fixture, 10, MIB);
	store_close(fixture.store);
	(void)fixture_path(&fixture, "cache.db", path);
	pid = fork();
	if (pid == 0) {
		running = fixture_join(&fixture, 10, MIB);
		/* Another file, as after a restored backup. */
		if (rename(path, fixture_path(&fixture, "old", other)) != 0 ||
		    close(open(path, O_CREAT | O_WRONLY, 0400)) != 0)
			_exit(3);
		use_read_only(&fixture, running);
	}
	CU_ASSERT_EQUAL(wait_child(pid), 0);
	CU_ASSERT_EQUAL(chmod(path, 0600), 0);
	fixture.store = fixture_join(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	fixture_close(&fixture);
}

static void
open_transaction_of_others_is_a_miss(void)
{
	struct fixture fixture;
	char path[512];
	sqlite3 *db;

	fixture_open(&fixture, 10, MIB);
	(void)sqlite3_busy_timeout(fixture.store->db, 10);
	CU_ASSERT_EQUAL(
	    sqlite3_open(fixture_path(&fixture, "cache.db", path), &db),
	    SQLITE_OK);
	CU_ASSERT_EQUAL(
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture.last_warning, "locked"));
	(void)sqlite3_close(db);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	fixture_close(&fixture);
}

static void
upkeep_deletes_expired_rows(void)
{
	struct fixture fixture;
	char arguments[32];
	int i;

	fixture_open(&fixture, 1000, MIB);
	for (i = 0; i < 200; i++) {
		(void)key_number(i, arguments);
		(void)set_text(fixture.store, arguments, "1", i < 150 ? 5 : 0);
	}
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 200);
	fixture.store->clock_offset_ms = 6000;
	/* Not twice within a second. */
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 200);
	second_passes(fixture.store);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 50);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT expirations FROM cache_totals"), 150);
	fixture_close(&fixture);
}

/* Many rows that expire at once are gone within five seconds, even when the
 * only worker has nothing else to do than its upkeep. */
static void
upkeep_catches_up(void)
{
	/* A turn is bounded in time, in which valgrind gets little done. */
	bool slow = getenv("LETHE_VALGRIND") != NULL;
	struct fixture fixture;
	int64_t begun_ms;
	int i;

	fixture_open(&fixture, 50000, 64 * MIB);
	CU_ASSERT_EQUAL(fixture_run(&fixture,
			    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
			    "SELECT i + 1 FROM n WHERE i < 20000) "
			    "INSERT INTO cache(key, checksum, created_ms, "
			    "expires_ms, size_bytes, function, arguments, "
			    "value) SELECT randomblob(16), 0, 1, 1, 3, 'f', "
			    "i, '1' FROM n"),
	    0);
	begun_ms = clock_monotonic_ms();
	for (i = 0; i < (slow ? 100 : 5); i++) {
		second_passes(fixture.store);
		store_upkeep(fixture.store);
	}
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 0);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT expirations FROM cache_totals"),
	    20000);
	/* That it does in pieces, not in one go. */
	CU_ASSERT(slow || clock_monotonic_ms() - begun_ms < 5000);
	fixture_close(&fixture);
}

static void
upkeep_is_one_workers(void)
{
	struct fixture fixture;
	struct store *other;

	fixture_open(&fixture, 10, MIB);
	other = fixture_join(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 5);
	store_upkeep(fixture.store);
	other->clock_offset_ms = 6000;
	/* Another did it within the second. */
	store_upkeep(other);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 1);
	second_passes(other);
	CU_ASSERT_EQUAL(
	    lock_take(fixture.store->writer_fd, LOCK_JANITOR, 0), 1);
	store_upkeep(other);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 1);
	lock_drop(fixture.store->writer_fd, LOCK_JANITOR);
	second_passes(other);
	store_upkeep(other);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 0);
	store_close(other);
	fixture_close(&fixture);
}

static void
file_gets_smaller_again(void)
{
	struct fixture fixture;
	struct store_key key;
	char arguments[32], *text;
	int64_t before;
	int i;

	fixture_open(&fixture, 1000, 16 * MIB);
	text = malloc(20000);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, '1', 20000);
	for (i = 0; i < 200; i++) {
		key = key_number(i, arguments);
		CU_ASSERT_EQUAL(
		    store_set(fixture.store, &key, text, 20000, 0, 0), 0);
	}
	before = fixture_ask(&fixture, "PRAGMA page_count");
	CU_ASSERT(before > 900);
	CU_ASSERT_EQUAL(store_clear(fixture.store), 200);
	for (i = 0; i < 4; i++) {
		second_passes(fixture.store);
		store_upkeep(fixture.store);
	}
	CU_ASSERT(fixture_ask(&fixture, "PRAGMA page_count") < 100);
	free(text);
	fixture_close(&fixture);
}

static void
log_is_begun_anew(void)
{
	struct fixture fixture;
	struct store_key key;
	char arguments[32], path[512], *text;
	struct stat info;
	sqlite3 *reader;
	int i;

	fixture_open(&fixture, 1000, 64 * MIB);
	text = malloc(MIB);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, '1', (size_t)MIB);
	(void)set_text(fixture.store, "[0]", "1", 0);
	/* A reader's snapshot keeps the log from being reused. */
	CU_ASSERT_EQUAL(
	    sqlite3_open(fixture_path(&fixture, "cache.db", path), &reader),
	    SQLITE_OK);
	CU_ASSERT_EQUAL(
	    sqlite3_exec(
		reader, "BEGIN; SELECT count(*) FROM cache", NULL, NULL, NULL),
	    SQLITE_OK);
	for (i = 0; i < 20; i++) {
		key = key_number(i, arguments);
		CU_ASSERT_EQUAL(
		    store_set(fixture.store, &key, text, (size_t)MIB, 0, 0), 0);
	}
	(void)fixture_path(&fixture, "cache.db-wal", path);
	CU_ASSERT_EQUAL(stat(path, &info), 0);
	CU_ASSERT(info.st_size > 20 * MIB);
	(void)sqlite3_close(reader);
	second_passes(fixture.store);
	store_upkeep(fixture.store);
	/* The next write shortens it to its limit. */
	(void)set_text(fixture.store, "[0]", "1", 0);
	CU_ASSERT_EQUAL(stat(path, &info), 0);
	CU_ASSERT(info.st_size <= 16 * MIB);
	free(text);
	fixture_close(&fixture);
}

void
store_database_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: database", NULL, NULL);

	CU_add_test(suite, "a new file is set up", file_is_set_up);
	CU_add_test(suite, "people can read the views", views_are_for_people);
	CU_add_test(suite, "views of another program are made anew",
	    views_are_made_anew);
	CU_add_test(suite, "values survive reopening", survives_reopening);
	CU_add_test(suite, "a directory that cannot be used is refused",
	    bad_directories_are_refused);
	CU_add_test(suite, "network file systems are known by name",
	    network_file_systems_have_names);
	CU_add_test(suite, "newer and foreign databases are refused",
	    other_versions_are_refused);
	CU_add_test(suite, "the log is bounded, whoever reads",
	    log_is_bounded_whoever_reads);
	CU_add_test(suite, "an older file is begun afresh",
	    older_file_is_begun_afresh);
	CU_add_test(suite, "a file that is no database is put aside",
	    file_that_is_no_database_is_put_aside);
	CU_add_test(suite, "a file that breaks is put aside by one worker",
	    file_that_breaks_is_put_aside_by_one);
	CU_add_test(suite, "a file that is removed is made anew",
	    removed_file_is_made_anew);
	CU_add_test(
	    suite, "an unfit map of marks is replaced", unfit_map_is_replaced);
	CU_add_test(
	    suite, "counts survive a new map", counts_survive_a_new_map);
	CU_add_test(suite, "a full disk is a miss", full_disk_is_a_miss);
	CU_add_test(suite, "a disk that is full at the start may get free",
	    full_disk_at_start_may_pass);
	CU_add_test(suite, "a database that cannot be used is a miss",
	    unusable_database_is_a_miss);
	CU_add_test(suite, "a file that is read-only is told, or a miss",
	    read_only_file_is_told);
	CU_add_test(suite, "a transaction left open in a shell is a miss",
	    open_transaction_of_others_is_a_miss);
	CU_add_test(suite, "upkeep deletes expired rows, once a second",
	    upkeep_deletes_expired_rows);
	CU_add_test(suite, "upkeep catches up with 20,000 expired rows",
	    upkeep_catches_up);
	CU_add_test(
	    suite, "upkeep is done by one worker", upkeep_is_one_workers);
	CU_add_test(
	    suite, "the file gets smaller again", file_gets_smaller_again);
	CU_add_test(
	    suite, "the log is begun anew when it is long", log_is_begun_anew);
}
