/* deploy/watch.c: see deploy/watch.h. */
#include "deploy/watch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOG_PIECE = 16 * 1024 };

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void
watch_start(struct watch *watch)
{
	if (stat(watch->program, &watch->current) != 0)
		memset(&watch->current, 0, sizeof(watch->current));
	watch->seen = watch->current;
}

/* A linker writes a program piece by piece, and lets it be run at the end:
 * what is the same at two looks is taken for whole. */
bool
watch_look(struct watch *watch)
{
	struct stat now;
	bool settled;

	if (stat(watch->program, &now) != 0)
		return false;
	settled = same(&now, &watch->seen);
	watch->seen = now;
	if (!settled || same(&now, &watch->current) || now.st_size == 0 ||
	    access(watch->program, X_OK) != 0)
		return false;
	watch->current = now;
	return true;
}

void
watch_show_log(struct watch *watch)
{
	char piece[LOG_PIECE];
	FILE *file = fopen(watch->log, "re");
	const char *end;
	size_t got = 0;

	if (file == NULL)
		return;
	if (fseek(file, 0, SEEK_END) == 0 && ftell(file) < watch->log_shown)
		watch->log_shown = 0; /* somebody emptied it */
	if (fseek(file, watch->log_shown, SEEK_SET) == 0)
		got = fread(piece, 1, sizeof(piece), file);
	fclose(file);
	end = got > 0 ? memrchr(piece, '\n', got) : NULL;
	if (end == NULL && got < sizeof(piece))
		return;
	if (end != NULL)
		got = (size_t)(end - piece) + 1;
	fwrite(piece, 1, got, stderr);
	watch->log_shown += (long)got;
}
