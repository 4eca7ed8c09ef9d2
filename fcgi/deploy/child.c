/* deploy/child.c: see deploy/child.h. */
#include "deploy/child.h"
#include "base/clock.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What children that are asked to end get before they are made to. */
enum { GRACE_MS = 5000 };

/* More than any tool output that is waited for. */
enum { OUTPUT_LIMIT = 4 * 1024 * 1024 };

int
child_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
child_reload_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool
child_was_asked(int reload_signals)
{
	struct signalfd_siginfo info;
	bool asked = false;

	while (
	    read(reload_signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		asked = true;
	return asked;
}

int
child_wait_signal(int signals, int also, int timeout_ms)
{
	struct pollfd fds[2] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = also, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int stop = 0;

	if (poll(fds, 2, timeout_ms) <= 0)
		return 0;
	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			stop = (int)info.ssi_signo;
	}
	return stop;
}

/* In the new process: puts `from` (-1: /dev/null) under the number `to`. */
static bool
place_descriptor(int from, int to)
{
	if (from < 0)
		from = open("/dev/null", O_RDWR);
	return from >= 0 && dup2(from, to) == to;
}

/* In the new process: everything between fork and exec.  Returns on error. */
static void
become_program(const struct child_plan *plan, pid_t parent)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;
	size_t i;

	if (plan->dies_with_parent) {
		if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
			return;
		/* The parent may have died before that was set. */
		if (getppid() != parent)
			_exit(1);
	}
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!place_descriptor(-1, STDIN_FILENO) ||
	    !place_descriptor(plan->output, STDOUT_FILENO) ||
	    !place_descriptor(plan->errors, STDERR_FILENO))
		return;
	if (plan->inherited >= 0 && fcntl(plan->inherited, F_SETFD, 0) < 0)
		return;
	for (i = 0; plan->environment != NULL && plan->environment[i] != NULL;
	     i++)
		putenv(plan->environment[i]);
	execvp(plan->argv[0], plan->argv);
}

pid_t
child_start(const struct child_plan *plan, struct error *error)
{
	pid_t parent = getpid();
	int report[2];
	int code = 0;
	pid_t pid;

	/* Closed by a successful exec, it tells apart what failed. */
	if (pipe2(report, O_CLOEXEC) < 0)
		return error_set(error, "cannot start %s: %s", plan->argv[0],
		    strerror(errno));
	pid = fork();
	if (pid == 0) {
		become_program(plan, parent);
		code = errno;
		if (write(report[1], &code, sizeof(code)) < 0)
			_exit(126);
		_exit(127);
	}
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		return error_set(error, "cannot start %s: %s", plan->argv[0],
		    strerror(errno));
	}
	if (read(report[0], &code, sizeof(code)) == (ssize_t)sizeof(code)) {
		waitpid(pid, NULL, 0);
		pid = error_set(
		    error, "cannot run %s: %s", plan->argv[0], strerror(code));
	}
	close(report[0]);
	return pid;
}

void
child_describe_end(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "status %d", WEXITSTATUS(status));
}

/* Appends what was written to the file behind `fd`. */
static void
collect(int fd, struct buffer *output)
{
	char part[8192];
	off_t at = 0;
	ssize_t got;

	while (at < OUTPUT_LIMIT &&
	       (got = pread(fd, part, sizeof(part), at)) > 0) {
		buffer_add(output, part, (size_t)got);
		at += got;
	}
}

/* Waits for `pid`; CHILD_FAILED leaves its status to be looked at. */
static enum child_end
await(int signals, pid_t pid, int limit_s, int *status)
{
	int64_t deadline = clock_monotonic_ms() + (int64_t)limit_s * 1000;
	bool stopped = false;

	while (waitpid(pid, status, WNOHANG) == 0) {
		stopped = child_wait_signal(signals, -1, 50) != 0;
		if (stopped || clock_monotonic_ms() > deadline) {
			kill(pid, SIGKILL);
			waitpid(pid, status, 0);
			break;
		}
	}
	if (stopped)
		return CHILD_STOPPED;
	return *status == 0 ? CHILD_DONE : CHILD_FAILED;
}

enum child_end
child_run(int signals, char *const *argv, char *const *environment,
    bool with_errors, int limit_s, struct buffer *output, struct error *error)
{
	enum child_end end = CHILD_FAILED;
	char how[64];
	int status = 0;
	int file;
	pid_t pid;

	/* A file, not a pipe: whatever the program leaves running cannot
	 * make the wait for its output endless. */
	file = memfd_create("output", MFD_CLOEXEC);
	if (file < 0) {
		error_set(error, "cannot run %s: %s", argv[0], strerror(errno));
		return CHILD_FAILED;
	}
	pid = child_start(&(struct child_plan){ .argv = argv,
			      .environment = environment,
			      .output = file,
			      .errors = with_errors ? file : STDERR_FILENO,
			      .inherited = -1,
			      .dies_with_parent = true },
	    error);
	if (pid < 0)
		goto out;
	end = await(signals, pid, limit_s, &status);
	collect(file, output);
	if (buffer_failed(output)) {
		error_set(error, "%s printed too much", argv[0]);
		end = CHILD_FAILED;
	} else if (end == CHILD_FAILED) {
		child_describe_end(status, how, sizeof(how));
		error_set(error, "\"%s%s%s\" ended with %s", argv[0],
		    argv[1] != NULL ? " " : "", argv[1] != NULL ? argv[1] : "",
		    how);
	}
out:
	close(file);
	return end;
}

/* Whether process `name` of /proc is a child of this process. */
static bool
is_child(const char *name)
{
	char path[64];
	char stat[512];
	const char *mark;
	ssize_t got;
	int parent = 0;
	int fd;

	if (!isdigit((unsigned char)name[0]))
		return false;
	snprintf(path, sizeof(path), "/proc/%.20s/stat", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	if (got <= 0)
		return false;
	stat[got] = '\0';
	/* The program's name, in parentheses, may hold anything. */
	mark = strrchr(stat, ')');
	return mark != NULL && sscanf(mark, ") %*c %d", &parent) == 1 &&
	       parent == (int)getpid();
}

static void
signal_children(int number)
{
	struct dirent *entry;
	DIR *directory;

	directory = opendir("/proc");
	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		if (is_child(entry->d_name))
			kill((pid_t)strtol(entry->d_name, NULL, 10), number);
	}
	closedir(directory);
}

/* Reaps what has ended; false when there are no children any more. */
static bool
reap(pid_t *gentle)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (pid == *gentle)
			*gentle = 0;
	}
	return pid == 0;
}

void
child_stop_all(int signals, pid_t gentle)
{
	int64_t deadline = clock_monotonic_ms() + GRACE_MS;
	int number = SIGTERM;
	bool hurry = false;

	if (gentle > 0)
		kill(gentle, SIGQUIT);
	while (reap(&gentle) && gentle > 0 && !hurry &&
	       clock_monotonic_ms() < deadline)
		hurry = child_wait_signal(signals, -1, 100) != 0;
	deadline = clock_monotonic_ms() + (hurry ? 0 : GRACE_MS);
	/*
	 * Every round looks anew: who loses its parent becomes a child of
	 * this process.  After SIGKILL nobody can stay for long; what is
	 * stuck in the kernel is not waited for.
	 */
	while (reap(&gentle) && clock_monotonic_ms() < deadline + GRACE_MS) {
		if (clock_monotonic_ms() >= deadline)
			number = SIGKILL;
		signal_children(number);
		if (child_wait_signal(signals, -1, 50) != 0)
			number = SIGKILL;
	}
}
