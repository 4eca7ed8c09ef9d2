/*
 * process/log.c: one line per event, in one write(), so that the lines of
 * several workers in one file do not mix.
 */
#include <fcntl.h>
#include <unistd.h>

#include "process/log.h"
#include "process/log_line.h"

int
log_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	int done;

	if (fd < 0)
		return -1;
	done = dup2(fd, STDERR_FILENO);
	(void)close(fd);
	return done < 0 ? -1 : 0;
}

void
log_write(const char *level, const char *request, int status,
    const char *callback, const char *message)
{
	char line[2048];
	size_t size = log_line(line, sizeof(line), level, request, status,
	    callback, message);

	/* Where should it be said that the log cannot be written? */
	if (write(STDERR_FILENO, line, size) < 0)
		return;
}
