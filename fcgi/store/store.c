/*
 * store/store.c: opening and closing the store, its settings and warnings.
 */
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/file.h"
#include "store/store_internal.h"

/* How long opening may wait for the other workers, one of which may be
 * looking through a large file. */
#define OPEN_WAIT_MS 20000

/* How long a warning is not repeated. */
#define WARN_AGAIN_MS 60000

#define VALUE_MAX ((int64_t)64 << 20)

int64_t
store_value_max(const struct store *store)
{
	int64_t quarter = store->settings.limit_bytes / 4;

	return quarter < VALUE_MAX ? quarter : VALUE_MAX;
}

int64_t
store_now_ms(const struct store *store)
{
	return clock_unix_ms() + store->clock_offset_ms;
}

/* May this message be given again?  Remembers that it was. */
static bool
warning_due(struct store *store, const char *message)
{
	static const unsigned char seed[crypto_shorthash_KEYBYTES];
	struct warned *entry, *oldest = &store->warned[0];
	int64_t now_ms = clock_monotonic_ms();
	uint64_t hash;
	size_t i;

	_Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "it fits");
	(void)crypto_shorthash((unsigned char *)&hash,
	    (const unsigned char *)message, strlen(message), seed);
	for (i = 0; i < WARNED_MAX; i++) {
		entry = &store->warned[i];
		if (entry->hash == hash && entry->at_ms != 0) {
			if (now_ms - entry->at_ms < WARN_AGAIN_MS)
				return false;
			oldest = entry;
			break;
		}
		if (entry->at_ms < oldest->at_ms)
			oldest = entry;
	}
	oldest->hash = hash;
	oldest->at_ms = now_ms;
	return true;
}

void
store_warn(struct store *store, const char *format, ...)
{
	struct error message;
	va_list arguments;

	if (store->warn == NULL)
		return;
	va_start(arguments, format);
	(void)error_setv(&message, format, arguments);
	va_end(arguments);
	if (warning_due(store, message.message))
		store->warn(store->warn_context, message.message);
}

/* Keeps what there is to say while opening, when nobody listens yet. */
static void
keep_warning(void *context, const char *message)
{
	struct store *store = context;
	size_t i;

	for (i = 0; i < OPENING_MAX; i++) {
		if (store->opening[i].message[0] == '\0') {
			(void)error_set(&store->opening[i], "%s", message);
			return;
		}
	}
}

void
store_on_warning(struct store *store,
    void (*warn)(void *context, const char *message), void *context)
{
	size_t i;

	store->warn = warn;
	store->warn_context = context;
	for (i = 0; i < OPENING_MAX; i++) {
		if (warn != NULL && store->opening[i].message[0] != '\0')
			warn(context, store->opening[i].message);
		store->opening[i].message[0] = '\0';
	}
}

static int
open_lock_file(const char *directory, const char *name, struct error *error)
{
	char *path = file_path(directory, name);
	int fd;

	if (path == NULL)
		return error_set(error, "out of memory");
	fd = lock_open(path, error);
	free(path);
	return fd;
}

/* Opens the lock file anew when another, or none, is at its place. */
static bool
follow_lock_file(const struct store *store, const char *name, int *fd)
{
	char *path = file_path(store->directory, name);
	struct stat mine;
	struct error error;
	bool follow;
	int fresh;

	follow = path != NULL && fstat(*fd, &mine) == 0 &&
		 file_moved(path, mine.st_dev, mine.st_ino);
	free(path);
	if (!follow)
		return false;
	fresh = open_lock_file(store->directory, name, &error);
	if (fresh < 0)
		return false;
	(void)close(*fd);
	*fd = fresh;
	return true;
}

void
store_follow_locks(struct store *store)
{
	if (follow_lock_file(store, "writer.lk", &store->writer_fd))
		store->closed++;
	if (follow_lock_file(store, "flight.lk", &store->flight_fd)) {
		store->closed++;
		ending_prepare(store);
	}
}

/* Is it trouble that ends some time, such as a full disk?  Then the database
 * is tried again every second. */
static bool
may_pass(int result)
{
	switch (result & 0xff) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_BUSY:
	case SQLITE_NOMEM:
		return true;
	default:
		return false;
	}
}

static int
open_files(struct store *store, struct error *error)
{
	struct error marks_error;
	int result;

	store->writer_fd = open_lock_file(store->directory, "writer.lk", error);
	if (store->writer_fd < 0)
		return -1;
	store->flight_fd = open_lock_file(store->directory, "flight.lk", error);
	if (store->flight_fd < 0)
		return -1;
	ending_prepare(store);
	result = lock_take(
	    store->writer_fd, LOCK_WRITER, clock_monotonic_ms() + OPEN_WAIT_MS);
	if (result != 1)
		return error_set(error, "cannot lock %s/writer.lk: %s",
		    store->directory,
		    result == 0 ? "another process holds it" : strerror(errno));
	result = database_open(store, error);
	if (result != SQLITE_OK && may_pass(result)) {
		store_warn(
		    store, "the cache is not used for now: %s", error->message);
		result = SQLITE_OK;
	}
	if (result == SQLITE_OK)
		result = marks_open(&store->marks, store->marks_path,
		    store->settings.threshold, &marks_error);
	lock_drop(store->writer_fd, LOCK_WRITER);
	if (result == SQLITE_OK && marks_error.message[0] != '\0')
		store_warn(store,
		    "%s; the workers count and mark for themselves",
		    marks_error.message);
	return result == SQLITE_OK ? 0 : -1;
}

int
store_open(struct store **opened, const struct store_settings *settings,
    struct error *error)
{
	struct store *store;

	*opened = NULL;
	if (file_check_directory(settings->directory, error) != 0)
		return -1;
	/* Keeps the paths made from it within their buffers. */
	if (strlen(settings->directory) > 3800)
		return error_set(
		    error, "the path of the state directory is too long");
	if (sodium_init() < 0)
		return error_set(error, "libsodium cannot be initialised");
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return error_set(error, "out of memory");
	store->writer_fd = store->flight_fd = store->marks.fd = -1;
	store->settings = *settings;
	store->pid = getpid();
	store->space_wanted = INT64_MAX;
	store->warn = keep_warning;
	store->warn_context = store;
	store->directory = strdup(settings->directory);
	store->path = file_path(settings->directory, "cache.db");
	store->marks_path = file_path(settings->directory, "marks.map");
	if (store->directory == NULL || store->path == NULL ||
	    store->marks_path == NULL) {
		(void)error_set(error, "out of memory");
		goto out;
	}
	store->settings.directory = store->directory;
	if (open_files(store, error) != 0)
		goto out;
	*opened = store;
	return 0;
out:
	store_close(store);
	return -1;
}

unsigned int
store_closed(const struct store *store)
{
	return store->closed;
}

void
store_close(struct store *store)
{
	bool locked = false;

	if (store == NULL)
		return;
	/* The last one to close copies the log into the file, which must not
	 * meet a commit. */
	if (store->db != NULL)
		locked = lock_take(store->writer_fd, LOCK_WRITER,
			     clock_monotonic_ms() + 1000) == 1;
	database_close(store);
	if (locked)
		lock_drop(store->writer_fd, LOCK_WRITER);
	marks_close(&store->marks);
	if (store->writer_fd >= 0)
		(void)close(store->writer_fd);
	if (store->flight_fd >= 0)
		(void)close(store->flight_fd);
	free(store->directory);
	free(store->path);
	free(store->marks_path);
	free(store);
}
