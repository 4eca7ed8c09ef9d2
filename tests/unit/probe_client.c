/*
 * probe_client.c: see probe_client.h.
 */
#include "probe_client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

const char *
probe_path(void)
{
	static const char *const places[] = { "seal_probe", "../seal_probe",
		"../integration/seal_probe", "../../integration/seal_probe",
		"tests/integration/seal_probe" };
	static char path[4096];
	char own[2048];
	const char *named = getenv("LETHE_SEAL_PROBE");
	ssize_t size = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	if (named != NULL)
		return named;
	if (size <= 0)
		return NULL;
	own[size] = '\0';
	slash = strrchr(own, '/');
	slash[1] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", own, places[i]);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, 64) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* In the child: becomes the probe. */
static _Noreturn void
become_probe(const struct probe_process *probe, int listening,
    const char *start, const char *setting)
{
	const char *path = probe_path();
	int log =
	    open(probe->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* What this program inherited is not to be counted as the probe's. */
	(void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (setting != NULL)
		(void)putenv((char *)(uintptr_t)setting);
	if (path != NULL && log >= 0 && dup2(listening, 0) == 0 &&
	    dup2(null, 1) == 1 && dup2(log, 2) == 2)
		(void)execl(path, path, start, (char *)NULL);
	_exit(127);
}

bool
probe_begin(struct probe_process *probe, const char *start, const char *setting)
{
	const char *temporary = getenv("TMPDIR");
	int listening;

	memset(probe, 0, sizeof(*probe));
	/* A socket's path has room for 107 bytes. */
	if (temporary == NULL || strlen(temporary) > 30)
		temporary = "/tmp";
	(void)snprintf(probe->directory, sizeof(probe->directory),
	    "%s/lethe-probe-XXXXXX", temporary);
	if (mkdtemp(probe->directory) == NULL)
		return false;
	(void)snprintf(
	    probe->path, sizeof(probe->path), "%s/socket", probe->directory);
	(void)snprintf(
	    probe->log, sizeof(probe->log), "%s/log", probe->directory);
	listening = listen_at(probe->path);
	if (listening < 0)
		return false;
	probe->pid = fork();
	if (probe->pid == 0)
		become_probe(probe, listening, start, setting);
	(void)close(listening);
	return probe->pid > 0;
}

int
probe_wait(struct probe_process *probe)
{
	const struct timespec pause = { 0, 10000000 };
	int status = -1;

	for (int turn = 0; turn < PATIENCE_MS / 10; turn++) {
		if (waitpid(probe->pid, &status, WNOHANG) == probe->pid) {
			probe->pid = 0;
			return status;
		}
		(void)nanosleep(&pause, NULL);
	}
	return -1;
}

void
probe_end(struct probe_process *probe)
{
	int status;

	if (probe->pid > 0) {
		(void)kill(probe->pid, SIGKILL);
		(void)waitpid(probe->pid, &status, 0);
	}
	(void)unlink(probe->log);
	(void)unlink(probe->path);
	(void)rmdir(probe->directory);
}

static int
connect_to(const struct probe_process *probe)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { PATIENCE_MS / 1000, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", probe->path);
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/*
 * Unwraps FastCGI's records (specification 3.3): output for request 7, its
 * end, and the end of the request, with nothing behind it.
 */
static bool
unwrap(const unsigned char *bytes, size_t size, char *text, size_t room)
{
	size_t used = 0;
	size_t at = 0;
	bool ended = false;

	while (size - at >= 8) {
		const unsigned char *head = bytes + at;
		size_t content = (size_t)head[4] << 8 | head[5];
		size_t whole = 8 + content + head[6];

		if (head[0] != 1 || head[2] != 0 || head[3] != 7 ||
		    size - at < whole)
			return false;
		if (head[1] == 3) /* FCGI_END_REQUEST */
			return ended && content == 8 && head[8 + 4] == 0 &&
			       at + whole == size;
		if (head[1] != 6 || ended || used + content >= room)
			return false;
		ended = content == 0;
		memcpy(text + used, head + 8, content);
		used += content;
		text[used] = '\0';
		at += whole;
	}
	return false;
}

bool
probe_ask(const struct probe_process *probe, const char *misdeed,
    const char *id, struct probe_answer *answer)
{
	unsigned char bytes[8192];
	char line[128];
	size_t used = 0;
	ssize_t size;
	int length = snprintf(line, sizeof(line), "%s %s\n", misdeed, id);
	int fd = connect_to(probe);

	memset(answer, 0, sizeof(*answer));
	if (fd < 0)
		return false;
	if (send(fd, line, (size_t)length, MSG_NOSIGNAL) == length)
		while (used < sizeof(bytes) - 1 &&
		       (size = read(
			    fd, bytes + used, sizeof(bytes) - 1 - used)) > 0)
			used += (size_t)size;
	(void)close(fd);
	answer->records =
	    unwrap(bytes, used, answer->text, sizeof(answer->text));
	if (!answer->records)
		memcpy(answer->text, bytes, used);
	return used > 0;
}

static size_t
read_all(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size - 1 &&
	       (got = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	return used;
}

const char *
probe_log(const struct probe_process *probe)
{
	static char text[65536];
	int fd = open(probe->log, O_RDONLY | O_CLOEXEC);

	text[0] = '\0';
	if (fd < 0)
		return text;
	(void)read_all(fd, text, sizeof(text));
	(void)close(fd);
	return text;
}

int
probe_run(const char *first, const char *second, char *output, size_t size)
{
	int ends[2];
	int status = -1;
	pid_t child;

	if (probe_path() == NULL || pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(ends[1], 1);
		(void)dup2(null, 2);
		(void)execl(
		    probe_path(), probe_path(), first, second, (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	(void)read_all(ends[0], output, size);
	(void)close(ends[0]);
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
