/*
 * http/assets.c: what is in an app's assets folder for its page.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "http/assets.h"

/* A folder is read for every page: it must not be a whole disk. */
#define ENTRIES_MAX 10000
#define DEPTH_MAX 16

struct walk {
	struct assets *assets;
	const char *folder;
	const regex_t *ignore; /* NULL: nothing */
	size_t capacity;
	size_t entries; /* seen so far */
	struct error *error;
};

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static enum asset_kind
kind_of(const char *directory, const char *name)
{
	if (ends_with(name, ".css"))
		return ASSET_STYLE;
	if (ends_with(name, ".mjs"))
		return ASSET_MODULE;
	if (ends_with(name, ".js"))
		return ASSET_SCRIPT;
	return directory[0] == '\0' && strcmp(name, "favicon.ico") == 0
		   ? ASSET_FAVICON
		   : ASSET_OTHER;
}

static int
add(struct walk *walk, const char *directory, const char *name,
    const struct timespec *modified)
{
	struct assets *assets = walk->assets;
	struct asset asset = { .kind = kind_of(directory, name),
		.modified_ns = (int64_t)modified->tv_sec * 1000000000 +
			       modified->tv_nsec };

	if (asset.kind == ASSET_OTHER ||
	    (walk->ignore != NULL &&
		regexec(walk->ignore, name, 0, NULL, 0) == 0))
		return 0;
	if (assets->count == walk->capacity) {
		size_t capacity = 2 * walk->capacity + 16;
		struct asset *list =
		    realloc(assets->list, capacity * sizeof(*list));

		if (list == NULL)
			return error_set(walk->error, "out of memory");
		assets->list = list;
		walk->capacity = capacity;
	}
	asset.directory = strdup(directory);
	asset.name = strdup(name);
	assets->list[assets->count++] = asset;
	if (asset.directory == NULL || asset.name == NULL)
		return error_set(walk->error, "out of memory");
	return 0;
}

static int walk_directory(
    struct walk *walk, const char *directory, unsigned int depth);

static int
walk_entry(struct walk *walk, const char *directory, const char *name,
    unsigned int depth)
{
	const char *slash = directory[0] != '\0' ? "/" : "";
	char below[PATH_MAX], path[PATH_MAX];
	struct stat status;
	bool is_link;

	if (++walk->entries > ENTRIES_MAX)
		return error_set(walk->error,
		    "the assets folder %s has more than %d entries: keep "
		    "there what belongs to the page, and data elsewhere",
		    walk->folder, ENTRIES_MAX);
	if (snprintf(below, sizeof(below), "%s%s%s", directory, slash, name) >=
		(int)sizeof(below) ||
	    snprintf(path, sizeof(path), "%s/%s", walk->folder, below) >=
		(int)sizeof(path))
		return error_set(walk->error,
		    "a path in the assets folder %s is too long", walk->folder);
	/* What is gone again, or leads nowhere, is not there. */
	if (lstat(path, &status) != 0)
		return 0;
	is_link = S_ISLNK(status.st_mode);
	if (is_link && stat(path, &status) != 0)
		return 0;
	if (S_ISREG(status.st_mode))
		return add(walk, directory, name, &status.st_mtim);
	/* Links to directories are not followed, as they may lead back. */
	if (S_ISDIR(status.st_mode) && !is_link)
		return walk_directory(walk, below, depth + 1);
	return 0;
}

static int
walk_directory(struct walk *walk, const char *directory, unsigned int depth)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *stream;
	int done = 0;

	if (depth > DEPTH_MAX)
		return error_set(walk->error,
		    "the assets folder %s is nested deeper than %d levels",
		    walk->folder, DEPTH_MAX);
	(void)snprintf(path, sizeof(path), "%s/%s", walk->folder, directory);
	stream = opendir(path);
	if (stream == NULL && errno == ENOENT)
		return 0;
	if (stream == NULL)
		return error_set(walk->error,
		    "the assets folder's %s cannot be read: %s: let the "
		    "user that runs the workers read it",
		    path, strerror(errno));
	while (done == 0 && (entry = readdir(stream)) != NULL)
		if (entry->d_name[0] != '.')
			done =
			    walk_entry(walk, directory, entry->d_name, depth);
	(void)closedir(stream);
	return done;
}

static int
compare(const void *a, const void *b)
{
	const struct asset *left = a, *right = b;
	int order = strcmp(left->directory, right->directory);

	return order != 0 ? order : strcmp(left->name, right->name);
}

int
assets_read(struct assets *assets, const char *folder, const char *ignore,
    struct error *error)
{
	struct walk walk = {
		.assets = assets, .folder = folder, .error = error
	};
	regex_t pattern;
	int done;

	*assets = (struct assets){ .list = NULL };
	if (ignore != NULL) {
		if (regcomp(&pattern, ignore, REG_EXTENDED | REG_NOSUB) != 0)
			return error_set(error,
			    "the app's .assets_ignore is no POSIX extended "
			    "regular expression");
		walk.ignore = &pattern;
	}
	done = walk_directory(&walk, "", 0);
	if (ignore != NULL)
		regfree(&pattern);
	if (done != 0)
		assets_clear(assets);
	else if (assets->count > 1)
		qsort(assets->list, assets->count, sizeof(*assets->list),
		    compare);
	return done;
}

void
assets_clear(struct assets *assets)
{
	for (size_t i = 0; i < assets->count; i++) {
		free(assets->list[i].directory);
		free(assets->list[i].name);
	}
	free(assets->list);
	*assets = (struct assets){ .list = NULL };
}
