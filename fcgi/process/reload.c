/*
 * process/reload.c: is a newer program fit to take this one's place?
 */
#include "process/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/outside.h"

/* Of what the check says, so much is told. */
#define SAID_MAX 300

/* In the child. */
static _Noreturn void
become_check(const struct replacement *replacement, int output)
{
	int null = open("/dev/null", O_RDONLY);
	const char *reason;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(output, STDOUT_FILENO) >= 0 &&
	    dup2(output, STDERR_FILENO) >= 0)
		replacement_check(replacement);
	reason = strerrordesc_np(errno);
	if (reason == NULL || write(output, reason, strlen(reason)) < 0)
		_exit(126);
	_exit(127);
}

/* Waits for the child, which is gone afterwards.  0: its check went well. */
static int
await(pid_t pid, int64_t limit_ms, int stop, struct error *error)
{
	struct pollfd ready[2] = {
		{ .fd = pidfd_open(pid, 0), .events = POLLIN },
		{ .fd = stop, .events = POLLIN },
	};
	int status = 0;
	int found = ready[0].fd >= 0 ? poll(ready, 2, (int)limit_ms) : -1;

	if (found <= 0 || ready[0].revents == 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (ready[0].fd >= 0)
		(void)close(ready[0].fd);
	if (found == 0)
		return error_set(error, "its check took longer than %lld ms",
		    (long long)limit_ms);
	if (found < 0 || ready[0].revents == 0)
		return error_set(
		    error, "another signal came before its check had ended");
	if (WIFSIGNALED(status))
		return error_set(
		    error, "its check died of signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return error_set(error, "its check ended with status %d",
		    WEXITSTATUS(status));
	return 0;
}

/* What reload_check() was asked. */
struct request {
	const struct replacement *replacement;
	int64_t limit_ms;
	int stop;
	struct error *error;
	int failed;
};

static void
check(void *context)
{
	struct request *request = context;
	const char *program = replacement_program(request->replacement);
	char said[SAID_MAX + 1];
	struct error how;
	ssize_t size;
	pid_t pid;
	/* A file, not a pipe: whoever writes never waits for a reader. */
	int output = memfd_create("check", MFD_CLOEXEC);

	pid = output >= 0 ? _Fork() : -1;
	if (pid == 0)
		become_check(request->replacement, output);
	if (pid < 0) {
		request->failed = error_set(request->error,
		    "%s cannot be checked: %s", program, strerror(errno));
		goto out;
	}
	request->failed = await(pid, request->limit_ms, request->stop, &how);
	if (request->failed == 0)
		goto out;
	size = pread(output, said, SAID_MAX, 0);
	while (size > 0 && said[size - 1] == '\n')
		size--;
	said[size > 0 ? size : 0] = '\0';
	(void)error_set(request->error, "%s cannot be run: %s%s%s", program,
	    how.message, said[0] != '\0' ? ": " : "", said);
out:
	if (output >= 0)
		(void)close(output);
}

int
reload_check(const struct replacement *replacement, int64_t limit_ms, int stop,
    struct error *error)
{
	struct request request = { replacement, limit_ms, stop, error, -1 };

	outside_run(check, &request);
	return request.failed;
}
