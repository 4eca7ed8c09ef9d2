/*
 * store/guard.c: keeps the app's own use of SQLite away from the store.
 *
 * An app may open databases of its own, but not those of the store: what it
 * writes there would be remembered behind the back of sessions and cache, and
 * a second connection that closes takes part in their locks and logs.  So what
 * SQLite opens by default goes through a layer that refuses the state
 * directory, and Lethe itself names the layer below it (STORE_VFS).
 */
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

struct guard {
	sqlite3_vfs vfs;
	sqlite3_vfs *below;
	char directory[PATH_MAX]; /* without symbolic links */
	char refused[PATH_MAX];	  /* ""; the file that was refused last */
};

static struct guard *
guard_of(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

static int
guard_open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
    int flags, int *flags_out)
{
	struct guard *guard = guard_of(vfs);
	size_t size = strlen(guard->directory);

	if (name != NULL && strncmp(name, guard->directory, size) == 0 &&
	    name[size] == '/') {
		(void)snprintf(guard->refused, sizeof(guard->refused), "%s",
		    name);
		/* There is no file to close. */
		file->pMethods = NULL;
		return SQLITE_PERM;
	}
	return guard->below->xOpen(guard->below, name, file, flags, flags_out);
}

static int
guard_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *below = guard_of(vfs)->below;

	return below->xDelete(below, name, sync);
}

static int
guard_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
	sqlite3_vfs *below = guard_of(vfs)->below;

	return below->xAccess(below, name, flags, result);
}

static int
guard_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	sqlite3_vfs *below = guard_of(vfs)->below;

	return below->xFullPathname(below, name, size, out);
}

int
guard_new(struct guard **made, const char *directory, struct error *error)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	*made = NULL;
	if (guard == NULL)
		return error_set(error, "out of memory");
	guard->below = sqlite3_vfs_find(STORE_VFS);
	/* A directory that is not there has no files to keep away from. */
	if (guard->below == NULL ||
	    realpath(directory, guard->directory) == NULL) {
		free(guard);
		return 0;
	}
	/* The functions that are taken over do not look at their layer. */
	guard->vfs = *guard->below;
	guard->vfs.zName = "lethe";
	guard->vfs.pAppData = guard;
	guard->vfs.pNext = NULL;
	guard->vfs.xOpen = guard_open_file;
	guard->vfs.xDelete = guard_delete;
	guard->vfs.xAccess = guard_access;
	guard->vfs.xFullPathname = guard_path;
	if (sqlite3_vfs_register(&guard->vfs, 1) != SQLITE_OK) {
		free(guard);
		return error_set(error, "SQLite cannot be set up");
	}
	*made = guard;
	return 0;
}

const char *
guard_refused(const struct guard *guard)
{
	return guard != NULL && guard->refused[0] != '\0' ? guard->refused
							  : NULL;
}

void
guard_free(struct guard *guard)
{
	if (guard == NULL)
		return;
	(void)sqlite3_vfs_unregister(&guard->vfs);
	free(guard);
}
