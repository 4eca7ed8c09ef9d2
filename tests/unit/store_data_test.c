/*
 * store_data_test.c: the app's read-only data, and the example's data.
 */
#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"

void store_data_suite(void);

/* A small database in a directory of its own. */
struct place {
	char directory[256];
	char path[300];
	struct data *data;
};

static void
make_database(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		(void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
		abort();
	}
	(void)sqlite3_close(db);
}

static void
place_open(struct place *place)
{
	const char *base = getenv("TMPDIR");
	struct error error;

	(void)snprintf(place->directory, sizeof(place->directory),
	    "%s/lethe-data-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(place->directory) == NULL)
		abort();
	(void)snprintf(
	    place->path, sizeof(place->path), "%s/some.db", place->directory);
	make_database(place->path,
	    "CREATE TABLE fruit(name TEXT, weight REAL, count INTEGER);"
	    "INSERT INTO fruit VALUES ('apple', 1.5, 3), ('fig', 0.25, 4),"
	    "(NULL, NULL, NULL);");
	if (data_open(&place->data, place->path, &error) != 0) {
		(void)fprintf(stderr, "%s\n", error.message);
		abort();
	}
}

static void
place_close(struct place *place)
{
	data_close(place->data);
	(void)unlink(place->path);
	(void)rmdir(place->directory);
}

/* The number of rows, or -1. */
static int
count_rows(struct statement *statement)
{
	struct error error;
	int rows = 0, step;

	if (statement == NULL)
		return -1;
	while ((step = statement_step(statement, &error)) == 1)
		rows++;
	return step == 0 ? rows : -1;
}

static void
rows_are_read(void)
{
	struct statement *statement;
	struct place place;
	struct error error;

	place_open(&place);
	statement = data_prepare(place.data,
	    "SELECT name, weight, count FROM fruit WHERE name = ?1 AND "
	    "weight < ?2 AND count > ?3",
	    &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(statement);
	CU_ASSERT_EQUAL(statement_bind_text(statement, 1, "fig", &error), 0);
	CU_ASSERT_EQUAL(statement_bind_double(statement, 2, 0.5, &error), 0);
	CU_ASSERT_EQUAL(statement_bind_int64(statement, 3, 2, &error), 0);
	CU_ASSERT_EQUAL(statement_step(statement, &error), 1);
	CU_ASSERT_STRING_EQUAL(statement_text(statement, 0), "fig");
	CU_ASSERT_EQUAL(statement_double(statement, 1), 0.25);
	CU_ASSERT_EQUAL(statement_int64(statement, 2), 4);
	CU_ASSERT_EQUAL(statement_step(statement, &error), 0);
	statement = data_prepare(place.data,
	    "SELECT name FROM fruit WHERE name IS NULL;  -- the end\n", &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(statement);
	CU_ASSERT_EQUAL(statement_step(statement, &error), 1);
	CU_ASSERT_PTR_NULL(statement_text(statement, 0));
	place_close(&place);
}

static void
statements_are_reused(void)
{
	static const char sql[] = "SELECT 1 FROM fruit WHERE name = ?1";
	struct statement *first, *second;
	struct place place;
	struct error error;

	place_open(&place);
	first = data_prepare(place.data, sql, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	CU_ASSERT_EQUAL(statement_bind_text(first, 1, "fig", &error), 0);
	CU_ASSERT_EQUAL(count_rows(first), 1);
	/* The same text within a request: the same, without its bindings. */
	second = data_prepare(place.data, sql, &error);
	CU_ASSERT_PTR_EQUAL(first, second);
	CU_ASSERT_EQUAL(count_rows(second), 0);
	CU_ASSERT_EQUAL(statement_bind_text(second, 1, "fig", &error), 0);
	CU_ASSERT_EQUAL(statement_step(second, &error), 1);
	/* And nothing is left for the next request. */
	data_reset(place.data);
	second = data_prepare(place.data, sql, &error);
	CU_ASSERT_EQUAL(count_rows(second), 0);
	place_close(&place);
}

static void
sixty_four_are_kept(void)
{
	struct statement *statement = NULL, *first = NULL;
	struct place place;
	struct error error;
	char sql[64];
	int i;

	place_open(&place);
	for (i = 0; i < 64; i++) {
		(void)snprintf(sql, sizeof(sql), "SELECT %d FROM fruit", i);
		statement = data_prepare(place.data, sql, &error);
		CU_ASSERT_EQUAL(count_rows(statement), 3);
		first = i == 0 ? statement : first;
	}
	CU_ASSERT_PTR_NULL(data_prepare(place.data, "SELECT 64", &error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "more than 64"));
	/* None of this request's was taken away. */
	CU_ASSERT_EQUAL(count_rows(first), 3);
	data_reset(place.data);
	/* In the next request the one that was not used longest goes. */
	CU_ASSERT_PTR_EQUAL(
	    data_prepare(place.data, "SELECT 0 FROM fruit", &error), first);
	statement = data_prepare(place.data, "SELECT 64", &error);
	CU_ASSERT_PTR_NOT_NULL(statement);
	CU_ASSERT_PTR_NOT_EQUAL(statement, first);
	place_close(&place);
}

static void
only_reading_is_allowed(void)
{
	static const struct {
		int line;
		const char *sql;
		const char *message;
	} table[] = {
		{ __LINE__, "INSERT INTO fruit VALUES (1, 2, 3)",
		    "only SELECT" },
		{ __LINE__, "UPDATE fruit SET count = 1", "only SELECT" },
		{ __LINE__, "DELETE FROM fruit", "only SELECT" },
		{ __LINE__, "DROP TABLE fruit", "only SELECT" },
		{ __LINE__, "CREATE TABLE x(a)", "only SELECT" },
		{ __LINE__, "CREATE TEMP TABLE x(a)", "only SELECT" },
		{ __LINE__, "CREATE TEMP VIEW x AS SELECT 1", "only SELECT" },
		{ __LINE__, "ATTACH ':memory:' AS x", "only SELECT" },
		{ __LINE__, "PRAGMA query_only = OFF", "only SELECT" },
		{ __LINE__, "PRAGMA user_version", "only SELECT" },
		{ __LINE__, "BEGIN", "only SELECT" },
		{ __LINE__, "SAVEPOINT a", "only SELECT" },
		{ __LINE__, "VACUUM", "only SELECT" },
		{ __LINE__, "ANALYZE", "only SELECT" },
		{ __LINE__, "SELECT run FROM sqlite_stmt", "only SELECT" },
		{ __LINE__, "SELECT 1; SELECT 2", "more than one" },
		{ __LINE__, "SELECT 1; nonsense", "more than one" },
		{ __LINE__, "SELECT 1 FROM nowhere", "no such table" },
		{ __LINE__, "SELECT load_extension('x')", "load_extension" },
		{ __LINE__, "REPLACE INTO fruit VALUES (1, 2, 3)",
		    "only SELECT" },
		{ __LINE__, "ALTER TABLE fruit ADD COLUMN x", "only SELECT" },
		{ __LINE__, "CREATE INDEX x ON fruit(name)", "only SELECT" },
		{ __LINE__, "CREATE VIRTUAL TABLE x USING fts5(a)",
		    "only SELECT" },
		{ __LINE__, "DETACH main", "only SELECT" },
		{ __LINE__, "PRAGMA data_version = 1", "only SELECT" },
		{ __LINE__, "SELEKT", "syntax error" },
		{ __LINE__, "", "is empty" },
		{ __LINE__, "-- nothing", "is empty" },
	};
	struct statement *statement;
	struct place place;
	struct error error;
	size_t i;

	place_open(&place);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		error.message[0] = '\0';
		statement = data_prepare(place.data, table[i].sql, &error);
		if (statement != NULL ||
		    strstr(error.message, table[i].message) == NULL ||
		    strstr(error.message, table[i].sql) == NULL) {
			(void)fprintf(stderr, "line %d: %s\n", table[i].line,
			    error.message);
			CU_FAIL("a statement is not refused, or not clearly");
		}
	}
	statement = data_prepare(place.data,
	    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 5) SELECT i FROM n",
	    &error);
	CU_ASSERT_EQUAL(count_rows(statement), 5);
	place_close(&place);
}

static void
virtual_tables_can_be_read(void)
{
	struct statement *statement;
	struct place place;
	struct error error;

	place_open(&place);
	make_database(place.path,
	    "CREATE VIRTUAL TABLE texts USING fts5(body);"
	    "INSERT INTO texts VALUES ('a ripe fig'), ('an apple');"
	    "CREATE VIRTUAL TABLE boxes USING rtree(id, left, right);"
	    "INSERT INTO boxes VALUES (1, 0, 10), (2, 5, 15);");
	statement = data_prepare(
	    place.data, "SELECT value FROM json_each('[1,2,3]')", &error);
	CU_ASSERT_EQUAL(count_rows(statement), 3);
	statement = data_prepare(place.data,
	    "SELECT body FROM texts WHERE texts MATCH 'fig'", &error);
	CU_ASSERT_EQUAL(count_rows(statement), 1);
	statement = data_prepare(
	    place.data, "SELECT id FROM boxes WHERE left > 1", &error);
	CU_ASSERT_EQUAL(count_rows(statement), 1);
	place_close(&place);
}

static void
errors_name_the_query(void)
{
	struct statement *statement;
	struct place place;
	struct error error;

	place_open(&place);
	statement = data_prepare(place.data,
	    "SELECT abs(?1) /* the smallest number has none */", &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(statement);
	CU_ASSERT_EQUAL(
	    statement_bind_int64(statement, 1, INT64_MIN, &error), 0);
	CU_ASSERT_EQUAL(statement_step(statement, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "integer overflow"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "SELECT abs(?1)"));
	CU_ASSERT_EQUAL(statement_bind_int64(statement, 2, 1, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "no parameter 2"));
	/* It can be used again. */
	CU_ASSERT_EQUAL(statement_bind_int64(statement, 1, -4, &error), 0);
	CU_ASSERT_EQUAL(statement_step(statement, &error), 1);
	CU_ASSERT_EQUAL(statement_int64(statement, 0), 4);
	place_close(&place);
}

static void
bad_files_are_refused(void)
{
	struct place place;
	struct data *data;
	struct error error;
	FILE *file;

	place_open(&place);
	CU_ASSERT_EQUAL(data_open(&data, "/nowhere/fruit.db", &error), -1);
	CU_ASSERT_PTR_NULL(data);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "/nowhere/fruit.db"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "LETHE_DATA"));
	CU_ASSERT_EQUAL(data_open(&data, place.directory, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "regular file"));
	data_close(place.data);
	place.data = NULL;
	file = fopen(place.path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	(void)fprintf(file, "This is a text, and a rather long one, too.");
	(void)fclose(file);
	CU_ASSERT_EQUAL(data_open(&data, place.path, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "not a database"));
	place_close(&place);
}

static void
replaced_file_is_followed(void)
{
	struct statement *statement;
	struct place place;
	struct error error;
	char path[320];
	int waited;

	place_open(&place);
	statement = data_prepare(place.data, "SELECT 1 FROM fruit", &error);
	CU_ASSERT_EQUAL(count_rows(statement), 3);
	(void)snprintf(path, sizeof(path), "%s.new", place.path);
	make_database(path,
	    "CREATE TABLE fruit(name); INSERT INTO fruit VALUES ('kiwi')");
	CU_ASSERT_EQUAL(rename(path, place.path), 0);
	/* It is looked once a second. */
	for (waited = 0; waited < 50; waited++) {
		data_reset(place.data);
		statement =
		    data_prepare(place.data, "SELECT 1 FROM fruit", &error);
		if (count_rows(statement) == 1)
			break;
		(void)usleep(100000);
	}
	CU_ASSERT(waited < 50);
	place_close(&place);
}

/* The text of schema/fruit.sql; the build tells where the sources are. */
static char *
read_fruit_sql(void)
{
	const char *sources = getenv("srcdir");
	char path[4096], *text;
	struct stat info;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/schema/fruit.sql",
	    sources != NULL ? sources : ".");
	file = fopen(path, "r");
	if (file == NULL || fstat(fileno(file), &info) != 0) {
		perror(path);
		abort();
	}
	text = calloc(1, (size_t)info.st_size + 1);
	if (text == NULL ||
	    fread(text, 1, (size_t)info.st_size, file) != (size_t)info.st_size)
		abort();
	(void)fclose(file);
	return text;
}

/* Mean 0, deviation 1, no skew, and as many within 1 and 2 deviations as a
 * normal distribution has; each within four standard errors. */
static void
check_normal(
    struct data *data, const char *column, const char *category, double count)
{
	struct statement *statement;
	struct error error;
	double mean, deviation, skew, within_1, within_2;
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*), avg(%1$s), avg(%1$s * %1$s), "
	    "avg(%1$s * %1$s * %1$s), avg(abs(%1$s) < 1), avg(abs(%1$s) < 2) "
	    "FROM points WHERE category LIKE ?1",
	    column);
	statement = data_prepare(data, sql, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(statement);
	CU_ASSERT_EQUAL(statement_bind_text(statement, 1, category, &error), 0);
	CU_ASSERT_EQUAL_FATAL(statement_step(statement, &error), 1);
	mean = statement_double(statement, 1);
	deviation = sqrt(statement_double(statement, 2) - mean * mean);
	skew = statement_double(statement, 3) -
	       3 * mean * statement_double(statement, 2) +
	       2 * mean * mean * mean;
	within_1 = statement_double(statement, 4);
	within_2 = statement_double(statement, 5);
	CU_ASSERT_EQUAL(statement_int64(statement, 0), (int64_t)count);
	CU_ASSERT(fabs(mean) < 4 / sqrt(count));
	CU_ASSERT(fabs(deviation - 1) < 4 / sqrt(2 * count));
	CU_ASSERT(fabs(skew) < 4 * sqrt(6 / count));
	CU_ASSERT(fabs(within_1 - 0.6827) < 4 * sqrt(0.6827 * 0.3173 / count));
	CU_ASSERT(fabs(within_2 - 0.9545) < 4 * sqrt(0.9545 * 0.0455 / count));
}

static void
fruit_is_normal(void)
{
	static const struct {
		const char *category;
		double count;
	} table[] = { { "apples", 500 }, { "oranges", 1000 }, { "figs", 2000 },
		{ "pineapples", 1500 }, { "%", 5000 } };
	struct statement *statement;
	struct place place;
	struct error error;
	char *sql = read_fruit_sql();
	size_t i;

	place_open(&place);
	data_close(place.data);
	(void)unlink(place.path);
	make_database(place.path, sql);
	free(sql);
	CU_ASSERT_EQUAL_FATAL(data_open(&place.data, place.path, &error), 0);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_normal(
		    place.data, "x", table[i].category, table[i].count);
		check_normal(
		    place.data, "y", table[i].category, table[i].count);
	}
	/* x says nothing about y, nor a point about the next. */
	statement = data_prepare(place.data,
	    "SELECT avg(a.x * a.y), avg(a.x * b.x), avg(a.y * b.x), "
	    "count(DISTINCT a.x) FROM points AS a JOIN points AS b ON "
	    "b.id = a.id + 1",
	    &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(statement);
	CU_ASSERT_EQUAL(statement_step(statement, &error), 1);
	for (i = 0; i < 3; i++)
		CU_ASSERT(
		    fabs(statement_double(statement, (int)i)) < 4 / sqrt(5000));
	CU_ASSERT(statement_int64(statement, 3) > 4950);
	/* The same everywhere, to the last digit. */
	statement = data_prepare(
	    place.data, "SELECT x, y FROM points WHERE id = 1", &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(statement);
	CU_ASSERT_EQUAL(statement_step(statement, &error), 1);
	CU_ASSERT_STRING_EQUAL(statement_text(statement, 0), "-0.368529");
	CU_ASSERT_STRING_EQUAL(statement_text(statement, 1), "1.209159");
	place_close(&place);
}

void
store_data_suite(void)
{
	CU_pSuite suite = CU_add_suite("store: data", NULL, NULL);

	CU_add_test(suite, "rows are read by parameters", rows_are_read);
	CU_add_test(suite, "a statement is reused and forgets its bindings",
	    statements_are_reused);
	CU_add_test(suite, "64 statements are kept, a request's own for sure",
	    sixty_four_are_kept);
	CU_add_test(suite, "only reading is allowed", only_reading_is_allowed);
	CU_add_test(
	    suite, "virtual tables can be read", virtual_tables_can_be_read);
	CU_add_test(suite, "errors name the query", errors_name_the_query);
	CU_add_test(
	    suite, "files that are no data are refused", bad_files_are_refused);
	CU_add_test(suite, "a file that is replaced is followed",
	    replaced_file_is_followed);
	CU_add_test(suite, "the example's data are normally distributed",
	    fruit_is_normal);
}
