/*
 * store/backup.c: a copy of all that the store has, while workers run.
 *
 * Each database is copied within one read transaction, which no writer waits
 * for, so that the copy is of one moment.  The databases are read through
 * SQLite and never as files: closing a descriptor would drop the locks that
 * SQLite has on them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inspect.h"
#include "store/store_internal.h"

#define KEY_FILE_MAX 65536

struct backup {
	const char *from;
	const char *to;
	int files;
};

/* An empty file, for its owner only. */
static int
create(const char *path, struct error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(
		    error, "cannot make %s: %s", path, strerror(errno));
	return fd;
}

static int
copy_pages(sqlite3 *from, sqlite3 *to, const char *path, struct error *error)
{
	sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");
	int result;

	if (copy == NULL)
		return error_set(error, "cannot write the backup %s: %s", path,
		    sqlite3_errmsg(to));
	/* All pages in one step are those of one moment. */
	(void)sqlite3_backup_step(copy, -1);
	result = sqlite3_backup_finish(copy);
	if (result != SQLITE_OK)
		return error_set(error, "cannot write the backup %s: %s", path,
		    sqlite3_errstr(result));
	return 0;
}

/* Copies the database `name`, unless there is none. */
static int
copy_database(struct backup *backup, const char *name, struct error *error)
{
	sqlite3 *from = NULL, *to = NULL;
	char source[4096], path[4096];
	int fd, failed = -1;

	(void)snprintf(source, sizeof(source), "%s/%s", backup->from, name);
	(void)snprintf(path, sizeof(path), "%s/%s", backup->to, name);
	if (access(source, F_OK) != 0 && errno == ENOENT)
		return 0;
	fd = create(path, error);
	if (fd < 0)
		return -1;
	(void)close(fd);
	if (sqlite3_open_v2(source, &from,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK ||
	    sqlite3_open_v2(path, &to,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK) {
		(void)error_set(error, "cannot open %s for its backup", source);
	} else {
		(void)sqlite3_busy_timeout(from, 10 * BUSY_TIMEOUT_MS);
		failed = copy_pages(from, to, path, error);
	}
	(void)sqlite3_close(to);
	(void)sqlite3_close(from);
	backup->files++;
	return failed;
}

/* Without the key the sessions' cookies would be no one's. */
static int
copy_key(struct backup *backup, struct error *error)
{
	char source[4096], path[4096], text[KEY_FILE_MAX];
	ssize_t size, written = -1;
	int fd;

	(void)snprintf(source, sizeof(source), "%s/session.key", backup->from);
	(void)snprintf(path, sizeof(path), "%s/session.key", backup->to);
	fd = open(source, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0
				       : error_set(error, "cannot read %s: %s",
					     source, strerror(errno));
	size = read(fd, text, sizeof(text));
	(void)close(fd);
	if (size < 0 || size == (ssize_t)sizeof(text))
		return error_set(error, "cannot read %s: %s", source,
		    size < 0 ? strerror(errno) : "it is too large");
	fd = create(path, error);
	if (fd < 0)
		return -1;
	backup->files++;
	written = write(fd, text, (size_t)size);
	if (written != size || fsync(fd) != 0)
		(void)error_set(
		    error, "cannot write %s: %s", path, strerror(errno));
	else
		size = 0;
	explicit_bzero(text, sizeof(text));
	(void)close(fd);
	return size == 0 ? 0 : -1;
}

/* Calls for each file in DIRECTORY/sessions whose name ends in ".db". */
static int
copy_sessions(struct backup *backup, struct error *error)
{
	char path[4096], name[300];
	struct dirent *entry;
	int failed = 0;
	size_t size;
	DIR *files;

	(void)snprintf(path, sizeof(path), "%s/sessions", backup->from);
	files = opendir(path);
	if (files == NULL)
		return errno == ENOENT ? 0
				       : error_set(error, "cannot read %s: %s",
					     path, strerror(errno));
	(void)snprintf(path, sizeof(path), "%s/sessions", backup->to);
	if (mkdir(path, 0700) != 0)
		failed = error_set(
		    error, "cannot make %s: %s", path, strerror(errno));
	while (failed == 0 && (entry = readdir(files)) != NULL) {
		size = strlen(entry->d_name);
		if (size < 3 || strcmp(entry->d_name + size - 3, ".db") != 0)
			continue;
		(void)snprintf(
		    name, sizeof(name), "sessions/%s", entry->d_name);
		failed = copy_database(backup, name, error);
	}
	(void)closedir(files);
	return failed;
}

/* Removes the files of a directory that was made here, and itself. */
static void
remove_directory(const char *path)
{
	struct dirent *entry;
	char file[4096];
	DIR *files = opendir(path);

	if (files == NULL)
		return;
	while ((entry = readdir(files)) != NULL) {
		(void)snprintf(
		    file, sizeof(file), "%s/%s", path, entry->d_name);
		(void)unlink(file);
	}
	(void)closedir(files);
	(void)rmdir(path);
}

int
store_backup(const char *directory, const char *target, struct error *error)
{
	struct backup backup = { .from = directory, .to = target };
	char sessions[4096];

	if (strlen(directory) > 3700 || strlen(target) > 3700)
		return error_set(error, "the path is too long");
	if (mkdir(target, 0700) != 0)
		return error_set(error,
		    errno == EEXIST
			? "%s is there already, and nothing is written over "
			  "(%s): name a directory that is to be made"
			: "cannot make the directory %s: %s: the user who "
			  "runs the workers makes it",
		    target, strerror(errno));
	/* A session's file that is newer than state.db would be of no use; one
	 * that is older is whole as well. */
	if (copy_database(&backup, "cache.db", error) == 0 &&
	    copy_key(&backup, error) == 0 &&
	    copy_sessions(&backup, error) == 0 &&
	    copy_database(&backup, "state.db", error) == 0)
		return backup.files;
	(void)snprintf(sessions, sizeof(sessions), "%s/sessions", target);
	remove_directory(sessions);
	remove_directory(target);
	return -1;
}
