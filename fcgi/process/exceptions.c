/*
 * process/exceptions.c: what the app declares that the sandbox is to leave
 * open to it.
 */
#include "process/exceptions.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An entry: itself, or the value of the environment variable that it names. */
const char *
exceptions_value(const char *entry, const char *list, struct error *error)
{
	const char *value = entry;

	if (entry[0] == '$')
		value = getenv(entry + 1);
	if (value == NULL || value[0] == '\0') {
		(void)error_set(error,
		    entry[0] == '$'
			? "the app's .%s has \"%s\", and there is no such "
			  "environment variable: set it"
			: "the app's .%s has an empty entry%s: leave it out",
		    list, entry);
		return NULL;
	}
	return value;
}

/* "/" in any of its names. */
static bool
is_root(const char *path)
{
	struct stat status, root;

	return stat(path, &status) == 0 && stat("/", &root) == 0 &&
	       status.st_dev == root.st_dev && status.st_ino == root.st_ino;
}

static int
check_path(const char *entry, const char *list, bool write,
    struct error *error)
{
	const char *path = exceptions_value(entry, list, error);
	const char *wrong = NULL;

	if (path == NULL)
		return -1;
	if (path[0] != '/')
		wrong = "it must begin with '/', for a worker has no directory "
			"of its own";
	else if (strlen(path) >= PATH_MAX)
		wrong = "it is too long";
	else if (write && is_root(path))
		wrong = "this is every file there is";
	else if (access(path, F_OK) != 0)
		wrong = strerror(errno);
	if (wrong == NULL)
		return 0;
	return error_set(error, "the app's .%s has \"%s\": %s", list, path,
	    wrong);
}

static int
check_paths(const char *const *paths, const char *list, bool write,
    struct error *error)
{
	for (; paths != NULL && *paths != NULL; paths++)
		if (check_path(*paths, list, write, error) != 0)
			return -1;
	return 0;
}

int
exceptions_connects(const struct lethe_app *app, struct connects_place *places,
    size_t *count, struct error *error)
{
	const char *const *entries = app->connects;
	struct error reason;

	for (*count = 0; entries != NULL && entries[*count] != NULL;
	     (*count)++) {
		const char *text =
		    exceptions_value(entries[*count], "connects", error);

		if (text == NULL)
			return -1;
		if (*count == CONNECTS_MAX)
			return error_set(error,
			    "the app's .connects has more than %d entries",
			    CONNECTS_MAX);
		if (connects_read(text, &places[*count], &reason) != 0)
			return error_set(error,
			    "the app's .connects has \"%s\": %s", text,
			    reason.message);
	}
	return 0;
}

int
exceptions_check(const struct lethe_app *app, struct error *error)
{
	struct connects_place places[CONNECTS_MAX];
	size_t count;

	if (check_paths(app->reads, "reads", false, error) != 0 ||
	    check_paths(app->writes, "writes", true, error) != 0)
		return -1;
	return exceptions_connects(app, places, &count, error);
}
