/*
 * store/file.h: the files of the state directory: where they are, whose they
 * are, and whether they are still those that were opened.
 */
#ifndef LETHE_STORE_FILE_H
#define LETHE_STORE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* "directory/name", the caller's to free; NULL: out of memory. */
char *file_path(const char *directory, const char *name);

/* The directory is one, on a disk of this machine.  -1 with a message. */
int file_check_directory(const char *directory, struct error *error);
/* The network file system that `type` (of statfs()) is, or NULL. */
const char *file_network_name(long type);

/*
 * Makes an empty database for its owner only, before SQLite sees it, unless
 * there is a file already; that one must be one to read and write.  -1 with
 * a message.
 */
int file_prepare(const char *path, struct error *error);

/* A tool that root runs must not leave files that workers cannot open: gives
 * the new file to whom its directory belongs. */
void file_adopt(int fd, const char *path);

/* Is another file, or none, at the place of the one that was opened? */
bool file_moved(const char *path, dev_t device, ino_t inode);

#endif
