/*
 * process/children.c: processes that the app's code started and left behind.
 */
#include "process/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

/* Each round ends the children there are; theirs are adopted by the next. */
#define ROUNDS_MAX 64

void
children_adopt(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

bool
children_exist(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ||
	       errno != ECHILD;
}

/* The list of the first thread's children: "12 34 ".  Its size. */
static size_t
read_list(char *out, size_t size)
{
	char path[64];
	struct text text;
	ssize_t length;
	int fd;

	text_init(&text, path, sizeof(path));
	text_add(&text, "/proc/self/task/");
	text_add_number(&text, (uint64_t)getpid(), 1);
	text_add(&text, "/children");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, out, size);
	(void)close(fd);
	return length > 0 ? (size_t)length : 0;
}

/* Ends those of the list; a number that is cut at its end is left out. */
static void
end_list(const char *list, size_t size)
{
	pid_t pid = 0;

	for (size_t i = 0; i < size; i++) {
		if (list[i] >= '0' && list[i] <= '9') {
			pid = pid * 10 + (list[i] - '0');
			continue;
		}
		if (pid > 0 && kill(pid, SIGKILL) == 0)
			while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
				continue;
		pid = 0;
	}
}

void
children_end(void)
{
	char list[4096];

	for (int i = 0; i < ROUNDS_MAX && children_exist(); i++)
		end_list(list, read_list(list, sizeof(list)));
}
