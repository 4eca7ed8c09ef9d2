/*
 * store/file.c: the files of the state directory.
 */
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

char *
file_path(const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		(void)snprintf(path, size, "%s/%s", directory, name);
	return path;
}

const char *
file_network_name(long type)
{
	static const struct {
		unsigned long type;
		const char *name;
	} table[] = {
		{ NFS_SUPER_MAGIC, "NFS" },
		{ SMB_SUPER_MAGIC, "SMB" },
		{ 0xff534d42UL, "CIFS" },
		{ 0xfe534d42UL, "SMB 2" },
		{ V9FS_MAGIC, "9P" },
		{ 0x00c36400UL, "Ceph" },
		{ AFS_SUPER_MAGIC, "AFS" },
		{ 0x6b414653UL, "AFS" },
		{ CODA_SUPER_MAGIC, "Coda" },
		{ NCP_SUPER_MAGIC, "NCP" },
		{ 0x0bd00bd0UL, "Lustre" },
		{ 0x47504653UL, "GPFS" },
		{ 0x7461636fUL, "OCFS2" },
		{ 0x01161970UL, "GFS2" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		/* Where long has 32 bits the type may be negative. */
		if (((unsigned long)type & 0xffffffffUL) == table[i].type)
			return table[i].name;
	}
	return NULL;
}

int
file_check_directory(const char *directory, struct error *error)
{
	struct statfs file_system;
	const char *network;
	struct stat info;

	if (stat(directory, &info) != 0)
		return error_set(error,
		    "cannot use the state directory %s: %s; create it for the "
		    "user who runs the workers",
		    directory, strerror(errno));
	if (!S_ISDIR(info.st_mode))
		return error_set(
		    error, "the state directory %s is a file", directory);
	if (statfs(directory, &file_system) != 0)
		return error_set(
		    error, "cannot look at %s: %s", directory, strerror(errno));
	network = file_network_name((long)file_system.f_type);
	if (network != NULL)
		return error_set(error,
		    "the state directory %s is on a network file system (%s), "
		    "on which SQLite's locks cannot be relied upon; choose "
		    "one on a local disk",
		    directory, network);
	return 0;
}

void
file_adopt(int fd, const char *path)
{
	char directory[4096];
	struct stat info;
	char *slash;

	if (geteuid() != 0)
		return;
	(void)snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	if (stat(directory, &info) != 0)
		return;
	/* Should it fail, the worker that cannot open the file says so. */
	if (fchown(fd, info.st_uid, info.st_gid) != 0)
		return;
}

/* A log that is left from a file that somebody deleted would be replayed into
 * the new one. */
static void
remove_logs(const char *path)
{
	static const char *const endings[] = { "-wal", "-shm" };
	char log[4096];
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		(void)snprintf(log, sizeof(log), "%s%s", path, endings[i]);
		(void)unlink(log);
	}
}

int
file_prepare(const char *path, struct error *error)
{
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		file_adopt(fd, path);
		(void)close(fd);
		remove_logs(path);
		return 0;
	}
	if (errno != EEXIST)
		return error_set(
		    error, "cannot create %s: %s", path, strerror(errno));
	/* SQLite would open it for reading only and fail later. */
	if (access(path, R_OK | W_OK) != 0)
		return error_set(error,
		    "%s cannot be read and written: %s; the state directory "
		    "and its files must belong to the user who runs the "
		    "workers",
		    path, strerror(errno));
	return 0;
}

bool
file_moved(const char *path, dev_t device, ino_t inode)
{
	struct stat info;

	return stat(path, &info) != 0 || info.st_dev != device ||
	       info.st_ino != inode;
}
