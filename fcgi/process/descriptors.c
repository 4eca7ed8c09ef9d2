/*
 * process/descriptors.c: which descriptors are open, and what they are.
 *
 * Asked after each request, so the question is first how many there are: from
 * Linux 6.2 on one fstat() of /proc/self/fd says that.  Only when their number
 * is another they are looked at one by one.
 */
#include "process/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

/* Away from the numbers that an app's own descriptors get. */
#define DIRECTORY_FROM 64

/* Of the list, which has room for each descriptor that there may be. */
#define CAPACITY 256

/* What getdents64() gives. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

typedef int each_descriptor(void *context, int fd);

static bool
is_same(const struct descriptor *descriptor, const struct stat *status)
{
	return descriptor->device == status->st_dev &&
	       descriptor->inode == status->st_ino;
}

/* Calls `each` for each open descriptor, ascending, until it returns other
 * than 0, which is the result; -1: the list cannot be read. */
static int
list(int directory, each_descriptor *each, void *context)
{
	_Alignas(struct entry) char bytes[4096];
	long size;
	int result = 0;

	if (lseek(directory, 0, SEEK_SET) != 0)
		return -1;
	while (result == 0 && (size = syscall(SYS_getdents64, directory, bytes,
				   sizeof(bytes))) != 0) {
		if (size < 0)
			return -1;
		for (long at = 0; result == 0 && at < size;) {
			const struct entry *entry = (void *)(bytes + at);

			if (entry->name[0] != '.')
				result = each(context,
				    (int)strtol(entry->name, NULL, 10));
			at += entry->size;
		}
	}
	return result;
}

/* "the file /tmp/x", "a socket". */
static const char *
describe(const struct descriptors *descriptors, int fd, char *out, size_t size)
{
	char name[16], link[256];
	struct text text;
	ssize_t length;

	text_init(&text, name, sizeof(name));
	text_add_number(&text, (uint64_t)fd, 1);
	length = readlinkat(
	    descriptors->directory, name, link, sizeof(link) - 1);
	link[length > 0 ? length : 0] = '\0';
	if (length <= 0)
		(void)snprintf(out, size, "what it is cannot be said");
	else if (link[0] == '/')
		(void)snprintf(out, size, "%s%s",
		    strncmp(link, "/memfd:", 7) == 0 ? "memory: " : "the file ",
		    link);
	else
		(void)snprintf(out, size, "a %.*s",
		    (int)strcspn(link, ":"), link);
	if (strncmp(link, "anon_inode:", 11) == 0)
		(void)snprintf(out, size, "%s", link + 11);
	return out;
}

/* Is it one of Lethe's own files?  A second one for the same file is not. */
static bool
is_own(const struct descriptors *descriptors, int fd, const struct stat *status)
{
	size_t size = strlen(descriptors->state);
	char name[16], link[PATH_MAX];
	struct text text;
	ssize_t length;

	for (size_t i = 0; i < descriptors->count; i++)
		if (is_same(&descriptors->known[i], status))
			return false;
	text_init(&text, name, sizeof(name));
	text_add_number(&text, (uint64_t)fd, 1);
	length = readlinkat(
	    descriptors->directory, name, link, sizeof(link) - 1);
	if (length <= 0)
		return false;
	link[length] = '\0';
	return (strncmp(link, descriptors->state, size) == 0 &&
		   link[size] == '/') ||
	       (descriptors->data[0] != '\0' &&
		   strncmp(link, descriptors->data,
		       strlen(descriptors->data)) == 0);
}

static int
add(struct descriptors *descriptors, struct descriptor descriptor)
{
	size_t at = descriptors->count;

	if (at == descriptors->capacity)
		return -1;
	while (at > 0 && descriptors->known[at - 1].fd > descriptor.fd) {
		descriptors->known[at] = descriptors->known[at - 1];
		at--;
	}
	descriptors->known[at] = descriptor;
	descriptors->count++;
	return 0;
}

static void
forget(struct descriptors *descriptors, size_t at)
{
	descriptors->count--;
	memmove(&descriptors->known[at], &descriptors->known[at + 1],
	    (descriptors->count - at) * sizeof(descriptors->known[0]));
}

static const struct descriptor *
find(const struct descriptors *descriptors, int fd)
{
	for (size_t i = 0; i < descriptors->count; i++)
		if (descriptors->known[i].fd == fd)
			return &descriptors->known[i];
	return NULL;
}

/* What list() works on. */
struct look {
	struct descriptors *descriptors;
	int connection;
	bool take_all;
	size_t open;
	struct error *error;
};

static int
take(void *context, int fd)
{
	struct look *look = context;
	struct descriptors *descriptors = look->descriptors;
	char what[300];
	struct stat status;
	bool own;

	look->open++;
	if (fd == look->connection || find(descriptors, fd) != NULL ||
	    fstat(fd, &status) != 0)
		return 0;
	own = is_own(descriptors, fd, &status);
	if (!own && !look->take_all)
		return error_set(look->error,
		    "left descriptor %d open (%s): close it before returning",
		    fd, describe(descriptors, fd, what, sizeof(what)));
	if (add(descriptors,
		(struct descriptor){
		    fd, status.st_dev, status.st_ino, own }) != 0)
		return error_set(look->error,
		    "left more than %d descriptors open", CAPACITY);
	return 0;
}

/* Looks for known ones that are closed, or are something else by now. */
static int
check_closed(
    struct descriptors *descriptors, bool reopened, struct error *error)
{
	for (size_t i = 0; i < descriptors->count;) {
		const struct descriptor *known = &descriptors->known[i];
		struct stat status;

		if (fstat(known->fd, &status) == 0 && is_same(known, &status))
			i++;
		else if (known->own && reopened)
			forget(descriptors, i);
		else
			return error_set(error,
			    "closed descriptor %d, which is not its own (%s)",
			    known->fd,
			    known->fd == 0  ? "the listening socket"
			    : known->fd < 3 ? "the process's standard output"
			    : known->own    ? "a file of the store"
					    : "one of the worker's");
	}
	return 0;
}

/*
 * SQLite has a lock on each database that is open, and the kernel drops it
 * when this process closes any descriptor of the same file.
 */
static int
check_locks(const struct descriptors *descriptors, struct error *error)
{
	for (size_t i = 0; i < descriptors->count; i++) {
		const struct descriptor *known = &descriptors->known[i];
		char path[64], link[PATH_MAX], text[1024];
		const char *slash;
		ssize_t size;
		int fd;

		(void)snprintf(path, sizeof(path), "%d", known->fd);
		size = known->own ? readlinkat(descriptors->directory, path,
					link, sizeof(link) - 1)
				  : 0;
		link[size > 0 ? size : 0] = '\0';
		slash = strrchr(link, '/');
		if (slash == NULL || (strcmp(slash, "/cache.db") != 0 &&
					 strcmp(slash, "/state.db") != 0))
			continue;
		(void)snprintf(
		    path, sizeof(path), "/proc/self/fdinfo/%d", known->fd);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		size = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
		if (fd >= 0)
			(void)close(fd);
		text[size > 0 ? size : 0] = '\0';
		if (size > 0 && strstr(text, "lock:") == NULL)
			return error_set(error,
			    "opened and closed %s, by which the store lost "
			    "its lock on it: the state directory is Lethe's "
			    "own",
			    link);
	}
	return 0;
}

int
descriptors_init(struct descriptors *descriptors, const char *state,
    const char *data, struct error *error)
{
	int directory =
	    open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	*descriptors = (struct descriptors){ .state = state,
		.data = data,
		.capacity = CAPACITY,
		.known = calloc(CAPACITY, sizeof(descriptors->known[0])) };
	descriptors->directory =
	    fcntl(directory, F_DUPFD_CLOEXEC, DIRECTORY_FROM);
	if (directory >= 0)
		(void)close(directory);
	if (descriptors->directory < 0 || descriptors->known == NULL ||
	    fstat(descriptors->directory, &status) != 0)
		return error_set(error,
		    "the process's descriptors cannot be listed: %s: mount "
		    "/proc",
		    strerror(errno));
	descriptors->counted = status.st_size > 0;
	return 0;
}

int
descriptors_know(
    struct descriptors *descriptors, int connection, struct error *error)
{
	struct look look = { .descriptors = descriptors,
		.connection = connection,
		.take_all = true,
		.error = error };

	descriptors->count = 0;
	(void)error_set(
	    error, "the process's descriptors cannot be listed");
	return list(descriptors->directory, take, &look);
}

/* Whether nothing is new or gone, as far as their number tells. */
static bool
is_unchanged(const struct descriptors *descriptors, int connection)
{
	struct stat status;

	if (!descriptors->counted ||
	    fstat(descriptors->directory, &status) != 0 ||
	    (size_t)status.st_size !=
		descriptors->count + (connection >= 0 ? 1 : 0))
		return false;
	/* Those on which all others depend: the standard ones. */
	for (size_t i = 0;
	     i < descriptors->count && descriptors->known[i].fd < 3; i++)
		if (fstat(descriptors->known[i].fd, &status) != 0 ||
		    !is_same(&descriptors->known[i], &status))
			return false;
	return true;
}

int
descriptors_check(struct descriptors *descriptors, int connection,
    bool reopened, bool thorough, struct error *error)
{
	struct look look = { .descriptors = descriptors,
		.connection = connection,
		.error = error };

	if (!thorough && !reopened && is_unchanged(descriptors, connection))
		return 0;
	if (check_closed(descriptors, reopened, error) != 0 ||
	    (thorough && check_locks(descriptors, error) != 0))
		return -1;
	(void)error_set(error,
	    "closed a descriptor of the worker's, by which it lists them");
	return list(descriptors->directory, take, &look);
}
