/*
 * process/replay.c: workers that answer recorded requests.
 *
 * Each run begins with an empty store, which all of its workers share, and the
 * requests come one after the other.  So two runs differ in nothing but in who
 * had answered before in the same process.
 */
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/client.h"
#include "http/session_cookie.h"
#include "process/replay.h"

#define ANSWER_LIMIT ((size_t)1 << 30)
#define END_MS 10000

/* One run. */
struct run {
	const struct replay *replay;
	char state[80];
	char log[96];
	char socket[96];
	pid_t worker;		     /* 0: none */
	struct json_object *cookies; /* that the browser would have by now */
};

int
replay_open(struct replay *replay, const struct process *process,
    const struct recording *recording, struct error *error)
{
	const char *temporary = getenv("TMPDIR");

	/* The path of a socket has 107 bytes. */
	if (temporary == NULL || temporary[0] != '/' || strlen(temporary) > 32)
		temporary = "/tmp";
	*replay = (struct replay){ .process = process, .recording = recording };
	(void)snprintf(replay->directory, sizeof(replay->directory),
	    "%s/lethe-replay-XXXXXX", temporary);
	if (mkdtemp(replay->directory) != NULL)
		return 0;
	replay->directory[0] = '\0';
	return error_set(error, "no temporary directory in %s: %s", temporary,
	    strerror(errno));
}

static int
remove_one(
    const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

void
replay_close(struct replay *replay)
{
	if (replay->directory[0] != '\0')
		(void)nftw(
		    replay->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ------------------------------------------------------------------------
 * A worker
 */

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, 16) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* In the child. */
static _Noreturn void
become_worker(const struct run *run, int listening)
{
	char *argv[] = { run->replay->process->argv[0], NULL };

	if (setenv("LETHE_STATE", run->state, 1) == 0 &&
	    setenv("LETHE_LOG", run->log, 1) == 0 &&
	    dup2(listening, STDIN_FILENO) == STDIN_FILENO)
		(void)execv("/proc/self/exe", argv);
	_exit(127);
}

static int
begin_worker(struct run *run, struct error *error)
{
	int listening = listen_at(run->socket);

	if (listening >= 0)
		run->worker = fork();
	if (listening >= 0 && run->worker == 0)
		become_worker(run, listening);
	if (listening < 0 || run->worker < 0) {
		run->worker = 0;
		(void)error_set(
		    error, "no worker can be started: %s", strerror(errno));
	}
	/* The worker alone has it: when it ends, those who wait are told. */
	if (listening >= 0)
		(void)close(listening);
	return run->worker > 0 ? 0 : -1;
}

/* Ends after what it has in hand, or is made to. */
static void
end_worker(struct run *run)
{
	struct pollfd ended = { .events = POLLIN };
	int status;

	if (run->worker == 0)
		return;
	(void)kill(run->worker, SIGTERM);
	ended.fd = pidfd_open(run->worker, 0);
	if (poll(&ended, 1, END_MS) != 1)
		(void)kill(run->worker, SIGKILL);
	if (ended.fd >= 0)
		(void)close(ended.fd);
	(void)waitpid(run->worker, &status, 0);
	run->worker = 0;
}

/* ------------------------------------------------------------------------
 * An answer
 */

/* Keeps a cookie as a browser does, all of them being for this app. */
static void
keep_cookie(struct run *run, char *cookie)
{
	char *equals = strchr(cookie, '=');

	if (equals == NULL)
		return;
	*equals++ = '\0';
	equals[strcspn(equals, ";")] = '\0';
	if (equals[0] == '\0')
		json_object_object_del(run->cookies, cookie);
	else
		(void)json_object_object_add(
		    run->cookies, cookie, json_object_new_string(equals));
}

/*
 * Takes a line over into the head, if it tells anything of the app:
 * Server-Timing is a measurement, and the session's cookie is made of chance.
 */
static void
take_line(struct run *run, struct buffer *head, const char *line, size_t size)
{
	static const char timing[] = "Server-Timing:", set[] = "Set-Cookie: ";
	size_t name = sizeof(set) - 1;
	char *cookie;

	if (strncasecmp(line, timing, sizeof(timing) - 1) == 0)
		return;
	if (strncasecmp(line, set, name) == 0) {
		cookie = strndup(line + name, size - name);
		if (cookie == NULL)
			return;
		keep_cookie(run, cookie);
		if (session_cookie_is_name(cookie))
			size = name;
		free(cookie);
	}
	buffer_add(head, line, size);
	buffer_add_char(head, '\n');
}

static void
overwrite(struct buffer *text, const char *secret, size_t size)
{
	char *at = text->data;

	while (at != NULL) {
		at = memmem(at, text->size - (size_t)(at - text->data), secret,
		    size);
		if (at != NULL)
			memset(at, '-', size);
	}
}

/* A page's scripts have a nonce, which is of chance on purpose: it is made
 * the same wherever it stands, so that the rest can be compared. */
static void
hide_nonce(struct replay_answer *answer)
{
	static const char mark[] = "'nonce-";
	char *found = answer->head.data != NULL
			  ? strstr(answer->head.data, mark)
			  : NULL;
	size_t size;
	char *nonce;

	if (found == NULL)
		return;
	found += sizeof(mark) - 1;
	size = strcspn(found, "'");
	nonce = strndup(found, size);
	if (nonce == NULL || size < 8) {
		free(nonce);
		return;
	}
	overwrite(&answer->head, nonce, size);
	overwrite(&answer->body, nonce, size);
	free(nonce);
}

/* Takes a CGI response apart: lines up to an empty one, and the body. */
static void
take_answer(
    struct run *run, const struct buffer *all, struct replay_answer *answer)
{
	const char *at = all->data, *end = all->data + all->size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline != NULL ? newline + 1 : end;
		size_t size = (size_t)(next - at) - (newline != NULL);

		if (size > 0 && at[size - 1] == '\r')
			size--;
		if (size > 0)
			take_line(run, &answer->head, at, size);
		at = next;
		if (size == 0)
			break;
	}
	buffer_add(&answer->body, at, (size_t)(end - at));
	hide_nonce(answer);
}

static void
cookie_header(const struct run *run, struct buffer *out)
{
	json_object_object_foreach(run->cookies, name, value)
	    buffer_addf(out, "%s=%s; ", name, json_object_get_string(value));
	buffer_add_string(out, "");
}

/* No answer at all is an answer too, by a worker that has to be another one
 * for the next request. */
static void
ask(struct run *run, size_t index, struct replay_answer *answer)
{
	const struct replay *replay = run->replay;
	const struct recorded_request *request =
	    &replay->recording->list[index % replay->recording->count];
	struct buffer params, all, cookies;
	struct error error;
	char id[32];

	buffer_init(&params, ANSWER_LIMIT);
	buffer_init(&all, ANSWER_LIMIT);
	buffer_init(&cookies, ANSWER_LIMIT);
	cookie_header(run, &cookies);
	(void)snprintf(id, sizeof(id), "%08zx", index + 1);
	recording_params(
	    request, cookies.size > 0 ? cookies.data : "", id, &params);
	if (client_ask(run->socket, &params, request->body, request->body_size,
		replay->process->settings.timeout_ms * 2, &all, &error) == 0) {
		take_answer(run, &all, answer);
	} else {
		buffer_addf(&answer->head, "no answer: %s\n", error.message);
		end_worker(run);
	}
	buffer_clear(&params);
	buffer_clear(&all);
	buffer_clear(&cookies);
}

/* ------------------------------------------------------------------------
 * A run
 */

static int
begin_run(struct run *run, const struct replay *replay, struct error *error)
{
	*run = (struct run){ .replay = replay,
		.cookies = json_object_new_object() };
	(void)snprintf(
	    run->state, sizeof(run->state), "%s/XXXXXX", replay->directory);
	if (run->cookies == NULL || mkdtemp(run->state) == NULL)
		return error_set(error, "no directory in %s: %s",
		    replay->directory, strerror(errno));
	(void)snprintf(run->log, sizeof(run->log), "%s/log", run->state);
	(void)snprintf(
	    run->socket, sizeof(run->socket), "%s/socket", run->state);
	return 0;
}

static size_t
answer_count(const struct replay *replay)
{
	return 2 * replay->recording->count;
}

struct replay_answer *
replay_run(struct replay *replay, bool one_worker, struct error *error)
{
	struct replay_answer *answers =
	    calloc(answer_count(replay), sizeof(*answers));
	struct run run;
	int failed;

	if (answers == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	failed = begin_run(&run, replay, error);
	for (size_t i = 0; failed == 0 && i < answer_count(replay); i++) {
		buffer_init(&answers[i].head, ANSWER_LIMIT);
		buffer_init(&answers[i].body, ANSWER_LIMIT);
		if (run.worker == 0)
			failed = begin_worker(&run, error);
		if (failed == 0)
			ask(&run, i, &answers[i]);
		if (!one_worker)
			end_worker(&run);
	}
	end_worker(&run);
	json_object_put(run.cookies);
	if (failed == 0)
		return answers;
	replay_answers_free(replay, answers);
	return NULL;
}

void
replay_answers_free(const struct replay *replay, struct replay_answer *answers)
{
	for (size_t i = 0; answers != NULL && i < answer_count(replay); i++) {
		buffer_clear(&answers[i].head);
		buffer_clear(&answers[i].body);
	}
	free(answers);
}
