/*
 * store_fixture.c: a store in a directory of its own, for the store's tests.
 */
#include "store_fixture.h"

#include <dirent.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
note_warning(void *context, const char *message)
{
	struct fixture *fixture = context;

	fixture->warnings++;
	(void)snprintf(fixture->last_warning, sizeof(fixture->last_warning),
	    "%s", message);
}

struct store *
fixture_join(
    const struct fixture *fixture, int64_t threshold, int64_t limit_bytes)
{
	const struct store_settings settings = {
		.directory = fixture->directory,
		.threshold = threshold,
		.limit_bytes = limit_bytes,
		.default_timeout_s = 300,
	};
	struct store *store;
	struct error error;

	if (store_open(&store, &settings, &error) != 0) {
		(void)fprintf(stderr, "store_open: %s\n", error.message);
		abort();
	}
	/* However full the disk of the test machine is. */
	store->space_wanted = 0;
	store->space_low = false;
	return store;
}

void
fixture_open(struct fixture *fixture, int64_t threshold, int64_t limit_bytes)
{
	const char *base = getenv("TMPDIR");

	/* What waits for ever is a failure, too. */
	(void)alarm(120);
	memset(fixture, 0, sizeof(*fixture));
	(void)snprintf(fixture->directory, sizeof(fixture->directory),
	    "%s/lethe-store-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(fixture->directory) == NULL) {
		perror(fixture->directory);
		abort();
	}
	fixture->store = fixture_join(fixture, threshold, limit_bytes);
	store_on_warning(fixture->store, note_warning, fixture);
}

void
fixture_close(struct fixture *fixture)
{
	struct dirent *entry;
	char path[512];
	DIR *directory;

	store_close(fixture->store);
	directory = opendir(fixture->directory);
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.')
			(void)unlink(
			    fixture_path(fixture, entry->d_name, path));
	}
	if (directory != NULL)
		(void)closedir(directory);
	if (rmdir(fixture->directory) != 0)
		perror(fixture->directory);
	(void)alarm(0);
}

const char *
fixture_path(const struct fixture *fixture, const char *name, char path[512])
{
	(void)snprintf(path, 512, "%s/%.200s", fixture->directory, name);
	return path;
}

bool
fixture_has(const struct fixture *fixture, const char *name)
{
	char path[512];

	return access(fixture_path(fixture, name, path), F_OK) == 0;
}

int
fixture_count_names(const struct fixture *fixture, const char *prefix)
{
	struct dirent *entry;
	DIR *directory = opendir(fixture->directory);
	int count = 0;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			count++;
	}
	if (directory != NULL)
		(void)closedir(directory);
	return count;
}

int64_t
fixture_ask(const struct fixture *fixture, const char *sql)
{
	sqlite3_stmt *row = NULL;
	sqlite3 *db = NULL;
	int64_t number = -1;
	char path[512];

	(void)sqlite3_open_v2(fixture_path(fixture, "cache.db", path), &db,
	    SQLITE_OPEN_READWRITE, NULL);
	(void)sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		number = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	(void)sqlite3_close(db);
	return number;
}

int
fixture_run(const struct fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;
	char path[512];
	int result;

	(void)sqlite3_open_v2(fixture_path(fixture, "cache.db", path), &db,
	    SQLITE_OPEN_READWRITE, NULL);
	(void)sqlite3_busy_timeout(db, 5000);
	result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (result != SQLITE_OK)
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
	return result == SQLITE_OK ? 0 : -1;
}

struct store_key
key_of(const char *arguments)
{
	return (struct store_key){ .function = "f",
		.arguments = arguments,
		.arguments_size = strlen(arguments),
		.owner = "" };
}

struct store_key
key_number(int number, char text[32])
{
	(void)snprintf(text, 32, "[%d]", number);
	return key_of(text);
}

int
set_text(struct store *store, const char *arguments, const char *value,
    int64_t timeout_s)
{
	const struct store_key key = key_of(arguments);

	return store_set(store, &key, value, strlen(value), timeout_s, 1.5);
}

bool
has_text(struct store *store, const char *arguments, const char *value)
{
	const struct store_key key = key_of(arguments);
	struct store_value found;
	bool same;

	if (!store_get(store, &key, &found))
		return false;
	same = found.size == strlen(value) && strcmp(found.text, value) == 0;
	free(found.text);
	return same;
}

int
obey_modes(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return (int)syscall(SYS_capset, &header, none);
}

int
wait_child(int pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
