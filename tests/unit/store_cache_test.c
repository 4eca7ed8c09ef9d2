/*
 * store_cache_test.c: what goes into the cache, what comes out, and when not.
 */
#include <CUnit/CUnit.h>
#include <json-c/json.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store_fixture.h"

#define MIB ((int64_t)1 << 20)

void store_cache_suite(void);

static void
value_comes_back(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "{}"));
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "{\"a\":1}", -1), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "{\"a\":1}"));
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "2", -1), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 1);
	CU_ASSERT_EQUAL(fixture.warnings, 0);
	fixture_close(&fixture);
}

static void
null_is_a_value(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "null", -1), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "null"));
	fixture_close(&fixture);
}

static void
keys_are_typed(void)
{
	static const struct {
		int line;
		struct store_key one, other;
	} table[] = {
		{ __LINE__, { "f", "[1]", 3, "" }, { "f", "[\"1\"]", 5, "" } },
		{ __LINE__, { "f", "[1]", 3, "" }, { "f", "[1.0]", 5, "" } },
		{ __LINE__, { "f", "[]", 2, "" }, { "f", "[null]", 6, "" } },
		{ __LINE__, { "f", "1", 1, "" }, { "g", "1", 1, "" } },
		{ __LINE__, { "f", "1", 1, "" }, { "f", "1", 1, "a" } },
		{ __LINE__, { "fa", "1", 1, "b" }, { "f", "1", 1, "ab" } },
		{ __LINE__, { "f", "11", 2, "" }, { "f1", "1", 1, "" } },
	};
	struct store_value value;
	struct fixture fixture;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fixture_open(&fixture, 10, MIB);
		CU_ASSERT_EQUAL(
		    store_set(fixture.store, &table[i].one, "7", 1, -1, 0), 0);
		if (store_get(fixture.store, &table[i].other, &value)) {
			(void)fprintf(stderr, "line %d\n", table[i].line);
			CU_FAIL("two keys are one");
			free(value.text);
		}
		fixture_close(&fixture);
	}
}

static void
value_expires(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 10), 0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[2]", "2", -1), 0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[3]", "3", 0), 0);
	fixture.store->clock_offset_ms = 9000;
	CU_ASSERT(has_text(fixture.store, "[1]", "1"));
	fixture.store->clock_offset_ms = 10000;
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT(has_text(fixture.store, "[2]", "2"));
	fixture.store->clock_offset_ms = 300000;
	CU_ASSERT_FALSE(has_text(fixture.store, "[2]", "2"));
	fixture.store->clock_offset_ms = INT64_C(3155760000000);
	CU_ASSERT(has_text(fixture.store, "[3]", "3"));
	CU_ASSERT_EQUAL(fixture.warnings, 0);
	fixture_close(&fixture);
}

static void
expired_value_is_replaced(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 10), 0);
	fixture.store->clock_offset_ms = 20000;
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "2", 10), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 1);
	fixture_close(&fixture);
}

static void
clock_set_back(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	fixture.store->clock_offset_ms = 3600000;
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 10), 0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[2]", "2", 0), 0);
	fixture.store->clock_offset_ms = 0;
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT(has_text(fixture.store, "[2]", "2"));
	fixture_close(&fixture);
}

static void
deletes(void)
{
	const struct store_key key = key_of("[1]");
	const struct store_key other = { "g", "[1]", 3, "" };
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	(void)set_text(fixture.store, "[2]", "2", 0);
	(void)set_text(fixture.store, "[3]", "3", 0);
	CU_ASSERT_EQUAL(store_set(fixture.store, &other, "4", 1, 0, 0), 0);
	CU_ASSERT_EQUAL(store_delete(fixture.store, &key), 0);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT(has_text(fixture.store, "[2]", "2"));
	CU_ASSERT_EQUAL(store_delete_function(fixture.store, "f"), 2);
	CU_ASSERT_EQUAL(store_delete_function(fixture.store, "f"), 0);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 1);
	CU_ASSERT_EQUAL(store_clear(fixture.store), 1);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows + bytes FROM cache_totals"), 0);
	fixture_close(&fixture);
}

/* Edits the one row by hand and looks for it. */
static void
try_edit(const char *sql)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "{\"a\":1}", 0), 0);
	CU_ASSERT_EQUAL(fixture_run(&fixture, sql), 0);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "{\"a\":1}"));
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "{\"a\":2}"));
	CU_ASSERT_EQUAL(fixture.warnings, 1);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(fixture.last_warning, "changed by other hands"));
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 0);
	fixture_close(&fixture);
}

static void
edited_rows_are_missing(void)
{
	try_edit("UPDATE cache SET value = '{\"a\":2}'");
	try_edit("UPDATE cache SET value = value || ' '");
	try_edit("UPDATE cache SET value = ''");
	try_edit("UPDATE cache SET arguments = '[2]'");
	try_edit("UPDATE cache SET function = 'g'");
	try_edit("UPDATE cache SET owner = 'x'");
	try_edit("UPDATE cache SET checksum = checksum + 1");
}

/* What says that it is another's is not updated, but replaced. */
static void
edited_row_is_mended_by_the_next_value(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	CU_ASSERT_EQUAL(fixture_run(&fixture,
			    "UPDATE cache SET function = 'g', owner = 'x', "
			    "arguments = '[12]'"),
	    0);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "2", 0), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows = 1 AND bytes = 4 AND "
				  "(SELECT count(*) FROM cache) = 1 "
				  "FROM cache_totals"),
	    1);
	fixture_close(&fixture);
}

static void
damaged_row_that_was_replaced_stays(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	CU_ASSERT_EQUAL(
	    fixture_run(&fixture, "UPDATE cache SET value = '2', checksum = 5"),
	    0);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "2"));
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "3", 0), 0);
	store_upkeep(fixture.store);
	CU_ASSERT(has_text(fixture.store, "[1]", "3"));
	fixture_close(&fixture);
}

static void
threshold_0_is_off(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 0, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), -1);
	CU_ASSERT_FALSE(has_text(fixture.store, "[1]", "1"));
	CU_ASSERT_EQUAL(fixture_ask(&fixture, "SELECT count(*) FROM cache"), 0);
	fixture_close(&fixture);
}

static void
large_value_is_not_stored(void)
{
	struct store_key key = key_of("[1]");
	struct fixture fixture;
	char *text;

	fixture_open(&fixture, 10, MIB);
	text = malloc(MIB / 4 + 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, '1', MIB / 4 + 1);
	CU_ASSERT_EQUAL(store_set(fixture.store, &key, text, MIB / 4, 0, 0), 0);
	CU_ASSERT_EQUAL(
	    store_set(fixture.store, &key, text, MIB / 4 + 1, 0, 0), -1);
	CU_ASSERT_EQUAL(fixture.warnings, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture.last_warning, "262144"));
	/* Nor is one whose arguments are as large. */
	key.arguments = text;
	key.arguments_size = (size_t)MIB / 4 + 1;
	CU_ASSERT_EQUAL(store_set(fixture.store, &key, "1", 1, 0, 0), -1);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT rows FROM cache_totals"), 1);
	free(text);
	fixture_close(&fixture);
}

/* What would change if a read wrote. */
struct traces {
	struct stat database, log;
	int changes;
};

static void
look_at_traces(const struct fixture *fixture, struct traces *traces)
{
	char path[512];

	memset(traces, 0, sizeof(*traces));
	CU_ASSERT_EQUAL(
	    stat(fixture_path(fixture, "cache.db", path), &traces->database),
	    0);
	CU_ASSERT_EQUAL(
	    stat(fixture_path(fixture, "cache.db-wal", path), &traces->log), 0);
	traces->changes = sqlite3_total_changes(fixture->store->db);
}

static bool
unchanged(const struct stat *one, const struct stat *other)
{
	return one->st_size == other->st_size &&
	       one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
	       one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

static void
reading_writes_nothing(void)
{
	struct traces before, after;
	struct fixture fixture;
	int i, hits = 0;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "\"x\"", 0), 0);
	look_at_traces(&fixture, &before);
	for (i = 0; i < 10000; i++)
		hits += has_text(fixture.store, "[1]", "\"x\"");
	CU_ASSERT_EQUAL(hits, 10000);
	look_at_traces(&fixture, &after);
	CU_ASSERT(unchanged(&before.database, &after.database));
	CU_ASSERT(unchanged(&before.log, &after.log));
	CU_ASSERT_EQUAL(before.changes, after.changes);
	fixture_close(&fixture);
}

/* Ends the process at the first attempt to write to a file. */
static int
forbid_writing(void)
{
	static const int calls[] = { SYS_write, SYS_pwrite64, SYS_writev,
		SYS_pwritev, SYS_fsync, SYS_fdatasync, SYS_msync,
		SYS_ftruncate, SYS_fallocate };
	struct sock_filter filter[2 * sizeof(calls) / sizeof(calls[0]) + 2];
	struct sock_fprog program = { .filter = filter };
	size_t i;

	filter[program.len++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		filter[program.len++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)calls[i], 0, 1);
		filter[program.len++] = (struct sock_filter)BPF_STMT(
		    BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	}
	filter[program.len++] = (struct sock_filter)BPF_STMT(
	    BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void
reading_makes_no_call_that_writes(void)
{
	struct fixture fixture;
	int pid, i, hits = 0;

	/* It writes on its own account. */
	if (getenv("LETHE_VALGRIND") != NULL)
		return;
	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "\"x\"", 0), 0);
	pid = fork();
	if (pid == 0) {
		struct store *reader = fixture_join(&fixture, 10, MIB);

		if (!has_text(reader, "[1]", "\"x\"") ||
		    forbid_writing() != 0)
			_exit(2);
		for (i = 0; i < 10000; i++)
			hits += has_text(reader, "[1]", "\"x\"");
		_exit(hits == 10000 ? 0 : 1);
	}
	CU_ASSERT_EQUAL(wait_child(pid), 0);
	fixture_close(&fixture);
}

/* How often a statement makes a table for itself alone. */
static int
count_ephemeral(sqlite3_stmt *statement)
{
	char *sql = sqlite3_mprintf("EXPLAIN %s", sqlite3_sql(statement));
	sqlite3_stmt *row = NULL;
	int steps = 0, count = 0;

	(void)sqlite3_prepare_v2(
	    sqlite3_db_handle(statement), sql, -1, &row, NULL);
	for (; sqlite3_step(row) == SQLITE_ROW; steps++)
		count += strcmp((const char *)sqlite3_column_text(row, 1),
			     "OpenEphemeral") == 0;
	(void)sqlite3_finalize(row);
	sqlite3_free(sql);
	return steps > 0 ? count : -1;
}

/* They would take a third of a write's time: a CHECK with a long IN does. */
static void
writing_makes_no_table(void)
{
	struct fixture fixture;

	fixture_open(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(
	    count_ephemeral(statement_get(fixture.store, SQL_INSERT)), 0);
	CU_ASSERT_EQUAL(
	    count_ephemeral(statement_get(fixture.store, SQL_UPDATE)), 0);
	fixture_close(&fixture);
}

static void
another_worker_sees_it(void)
{
	struct fixture fixture;
	struct store *other;

	fixture_open(&fixture, 10, MIB);
	other = fixture_join(&fixture, 10, MIB);
	CU_ASSERT_EQUAL(set_text(fixture.store, "[1]", "1", 0), 0);
	CU_ASSERT(has_text(other, "[1]", "1"));
	CU_ASSERT_EQUAL(set_text(other, "[1]", "2", 0), 0);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	store_close(other);
	CU_ASSERT(has_text(fixture.store, "[1]", "2"));
	fixture_close(&fixture);
}

static void
counts_are_kept(void)
{
	struct fixture fixture;
	struct store *other;

	fixture_open(&fixture, 10, MIB);
	other = fixture_join(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "1", 0);
	(void)has_text(fixture.store, "[1]", "1");
	(void)has_text(other, "[1]", "1");
	(void)has_text(other, "[2]", "1");
	/* A worker's counts outlive it. */
	store_close(other);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT hits FROM cache_stats"), 2);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT misses FROM cache_stats"), 1);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT cost_saved_ms = 3.0 FROM cache_stats"),
	    1);
	/* Adding up again adds nothing. */
	CU_ASSERT_FALSE(statistics_pending(fixture.store));
	CU_ASSERT_EQUAL(write_begin(fixture.store), 0);
	CU_ASSERT_EQUAL(
	    write_end(fixture.store, statistics_fold(fixture.store)), 0);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT hits FROM cache_stats"), 2);
	fixture_close(&fixture);
}

/* Sets and gets a value of a function other than the fixture's. */
static void
use_function(struct store *store, const char *function, bool set)
{
	const struct store_key key = { function, "[]", 2, "" };
	struct store_value value;

	if (set)
		(void)store_set(store, &key, "1", 1, 0, 2.0);
	if (store_get(store, &key, &value))
		free(value.text);
}

static void
each_function_is_counted(void)
{
	struct fixture fixture;
	struct store *other;
	char path[512], name[200];

	fixture_open(&fixture, 10, MIB);
	other = fixture_join(&fixture, 10, MIB);
	use_function(fixture.store, "slow", true);
	use_function(other, "slow", false);
	use_function(other, "never set", false);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	use_function(other, name, true);
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT count(*) = 3 FROM cache_functions"),
	    1);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT rows = 1 AND hits = 2 AND misses = 0 AND "
			    "hit_ratio = 1.0 AND cost_saved_ms = 4.0 "
			    "FROM cache_functions WHERE function = 'slow'"),
	    1);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture,
		"SELECT rows = 0 AND hits = 0 AND misses = 1 AND "
		"hit_ratio = 0.0 FROM cache_functions "
		"WHERE function = 'never set'"),
	    1);
	/* A name that is too long counts for the whole only. */
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT hits FROM cache_stats"), 3);
	/* What was counted outlives the map. */
	(void)unlink(fixture_path(&fixture, "marks.map", path));
	store_close(other);
	other = fixture_join(&fixture, 10, MIB);
	use_function(other, "slow", false);
	CU_ASSERT_EQUAL(write_begin(other), 0);
	CU_ASSERT_EQUAL(write_end(other, statistics_fold(other)), 0);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT hits FROM cache_functions "
				  "WHERE function = 'slow'"),
	    3);
	store_close(other);
	fixture_close(&fixture);
}

/* More functions than have a place are counted together only. */
static void
many_functions_are_counted(void)
{
	struct fixture fixture;
	char name[16];
	int i;

	fixture_open(&fixture, 10, MIB);
	for (i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		use_function(fixture.store, name, false);
	}
	store_upkeep(fixture.store);
	CU_ASSERT_EQUAL(
	    fixture_ask(&fixture, "SELECT misses FROM cache_stats"), 1000);
	CU_ASSERT_EQUAL(fixture_ask(&fixture,
			    "SELECT count(*) BETWEEN 200 AND 256 AND "
			    "min(misses) = 1 AND max(misses) = 1 "
			    "FROM cache_functions"),
	    1);
	fixture_close(&fixture);
}

static int64_t
member(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value))
		return -1;
	return json_object_get_int64(value);
}

static void
stats_are_printed(void)
{
	struct json_object *object;
	struct fixture fixture;
	struct buffer out;
	struct error error;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[1]", "12345", 0);
	(void)has_text(fixture.store, "[1]", "12345");
	buffer_init(&out, MIB);
	CU_ASSERT_EQUAL(
	    store_print_stats(fixture.store, true, &out, &error), 0);
	object = json_tokener_parse(out.data);
	CU_ASSERT_PTR_NOT_NULL(object);
	CU_ASSERT_EQUAL(member(object, "rows"), 1);
	CU_ASSERT_EQUAL(member(object, "bytes"), 8);
	CU_ASSERT_EQUAL(member(object, "hits"), 1);
	CU_ASSERT_EQUAL(member(object, "hit_ratio"), 1);
	CU_ASSERT_EQUAL(member(object, "threshold"), 10);
	CU_ASSERT_EQUAL(member(object, "limit_bytes"), MIB);
	json_object_put(object);
	buffer_reset(&out);
	CU_ASSERT_EQUAL(
	    store_print_stats(fixture.store, false, &out, &error), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "\nthreshold         10\n"));
	CU_ASSERT_EQUAL(strncmp(out.data, "rows              1\n", 20), 0);
	buffer_clear(&out);
	fixture_close(&fixture);
}

static void
list_is_printed(void)
{
	struct json_object *list, *entry, *arguments;
	struct fixture fixture;
	struct buffer out;
	struct error error;

	fixture_open(&fixture, 10, MIB);
	(void)set_text(fixture.store, "[\"a\\\"b\"]", "12345", 0);
	(void)set_text(fixture.store, "not JSON", "1", 20);
	buffer_init(&out, MIB);
	CU_ASSERT_EQUAL(store_print_list(fixture.store, true, &out, &error), 0);
	list = json_tokener_parse(out.data);
	CU_ASSERT_EQUAL(json_object_array_length(list), 2);
	/* The newest comes first. */
	entry = json_object_array_get_idx(list, 1);
	CU_ASSERT_EQUAL(member(entry, "value_bytes"), 5);
	CU_ASSERT(json_object_object_get_ex(entry, "arguments", &arguments));
	CU_ASSERT(json_object_is_type(arguments, json_type_array));
	json_object_put(list);
	buffer_reset(&out);
	CU_ASSERT_EQUAL(
	    store_print_list(fixture.store, false, &out, &error), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "never  f [\"a\\\"b\"]\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "20 s  f not JSON\n"));
	buffer_clear(&out);
	fixture_close(&fixture);
}

static void
warnings_are_not_repeated(void)
{
	struct fixture fixture;
	int i;

	fixture_open(&fixture, 10, MIB);
	for (i = 0; i < 100; i++) {
		store_warn(fixture.store, "one");
		store_warn(fixture.store, "two %d", i % 2);
	}
	CU_ASSERT_EQUAL(fixture.warnings, 3);
	fixture_close(&fixture);
}

static void
settings_are_checked(void)
{
	static const struct {
		int line;
		const char *name, *value;
		bool valid;
		int64_t threshold, bytes, timeout_s;
	} table[] = {
		{ __LINE__, "LETHE_THRESHOLD", "0", true, 0, 256 * MIB, 300 },
		{ __LINE__, "LETHE_THRESHOLD", "12", true, 12, 256 * MIB, 300 },
		{ __LINE__, "LETHE_THRESHOLD", "", false, 0, 0, 0 },
		{ __LINE__, "LETHE_THRESHOLD", "-1", false, 0, 0, 0 },
		{ __LINE__, "LETHE_THRESHOLD", " 1", false, 0, 0, 0 },
		{ __LINE__, "LETHE_THRESHOLD", "1x", false, 0, 0, 0 },
		{ __LINE__, "LETHE_THRESHOLD", "99999999999999999999", false, 0,
		    0, 0 },
		{ __LINE__, "LETHE_CACHE_BYTES", "1048576", true, 500, MIB,
		    300 },
		{ __LINE__, "LETHE_CACHE_BYTES", "2048K", true, 500, 2 * MIB,
		    300 },
		{ __LINE__, "LETHE_CACHE_BYTES", "3M", true, 500, 3 * MIB,
		    300 },
		{ __LINE__, "LETHE_CACHE_BYTES", "4G", true, 500, 4096 * MIB,
		    300 },
		{ __LINE__, "LETHE_CACHE_BYTES", "4GB", false, 0, 0, 0 },
		{ __LINE__, "LETHE_CACHE_BYTES", "4g", false, 0, 0, 0 },
		{ __LINE__, "LETHE_CACHE_BYTES", "1", false, 0, 0, 0 },
		{ __LINE__, "LETHE_CACHE_BYTES", "9223372036854775807G", false,
		    0, 0, 0 },
		{ __LINE__, "LETHE_DEFAULT_TIMEOUT", "0", true, 500, 256 * MIB,
		    0 },
		{ __LINE__, "LETHE_DEFAULT_TIMEOUT", "1.5", false, 0, 0, 0 },
		{ __LINE__, "LETHE_DEFAULT_TIMEOUT", "-1", false, 0, 0, 0 },
	};
	struct store_settings settings;
	struct error error;
	size_t i;
	int done;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		(void)setenv(table[i].name, table[i].value, 1);
		done = store_settings_read(&settings, &error);
		(void)unsetenv(table[i].name);
		if (done != (table[i].valid ? 0 : -1) ||
		    (done == 0 && (settings.threshold != table[i].threshold ||
				      settings.limit_bytes != table[i].bytes ||
				      settings.default_timeout_s !=
					  table[i].timeout_s)) ||
		    (done != 0 &&
			(strstr(error.message, table[i].name) == NULL ||
			    strstr(error.message, table[i].value) == NULL))) {
			(void)fprintf(stderr, "line %d\n", table[i].line);
			CU_FAIL("a setting is read wrongly");
		}
	}
}

void
store_cache_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: cache", NULL, NULL);

	CU_add_test(
	    suite, "a value comes back as it was stored", value_comes_back);
	CU_add_test(suite, "null is a value", null_is_a_value);
	CU_add_test(suite, "keys are typed and their parts do not run together",
	    keys_are_typed);
	CU_add_test(
	    suite, "a value is missing from its expiry on", value_expires);
	CU_add_test(
	    suite, "an expired value is replaced", expired_value_is_replaced);
	CU_add_test(suite, "a clock that is set back does not prolong a value",
	    clock_set_back);
	CU_add_test(
	    suite, "one key, one function and everything is deleted", deletes);
	CU_add_test(suite, "a row edited by hand is missing and deleted",
	    edited_rows_are_missing);
	CU_add_test(suite, "a damaged row that was replaced stays",
	    damaged_row_that_was_replaced_stays);
	CU_add_test(suite, "threshold 0 stores nothing", threshold_0_is_off);
	CU_add_test(suite, "a value over a quarter of the limit is not stored",
	    large_value_is_not_stored);
	CU_add_test(suite, "an edited row is mended by the next value",
	    edited_row_is_mended_by_the_next_value);
	CU_add_test(suite, "10,000 hits write nothing", reading_writes_nothing);
	CU_add_test(suite, "10,000 hits make no call that writes",
	    reading_makes_no_call_that_writes);
	CU_add_test(suite, "a write makes no table for itself",
	    writing_makes_no_table);
	CU_add_test(suite, "each function's hits and misses are counted",
	    each_function_is_counted);
	CU_add_test(suite, "more functions than places are survived",
	    many_functions_are_counted);
	CU_add_test(suite, "another worker sees a value at once",
	    another_worker_sees_it);
	CU_add_test(suite, "hits and misses of all workers are added up once",
	    counts_are_kept);
	CU_add_test(suite, "statistics are printed as text and JSON",
	    stats_are_printed);
	CU_add_test(
	    suite, "entries are listed as text and JSON", list_is_printed);
	CU_add_test(suite, "a warning is given once a minute",
	    warnings_are_not_repeated);
	CU_add_test(suite, "a setting that is not valid is named",
	    settings_are_checked);
}
