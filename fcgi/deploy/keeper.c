/* deploy/keeper.c: see deploy/keeper.h. */
#include "deploy/keeper.h"
#include "base/clock.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "deploy/child.h"
#include "deploy/gallery.h"
#include "deploy/watch.h"

enum {
	TOOL_LIMIT_S = 60,  /* for what an app prints about itself */
	READY_LIMIT_S = 30, /* from the start of nginx to an answer */
	TRY_MS = 200,	    /* for one attempt to get an answer */
	LOOK_MS = 250,	    /* between two looks at what is developed */
	OUTPUT_LIMIT = 1024 * 1024
};

/* A worker, or with --supervise the supervisor of an app's workers. */
struct worker {
	pid_t pid;
	size_t app;
	bool retired; /* it was asked to end */
};

struct keeper {
	struct keeper_plan *plan;
	int signals;
	int reload_signals;
	pid_t nginx;
	struct worker *workers;
	size_t worker_count;
	struct watch *watches; /* one for each app; only for development */
	long *log_starts;      /* where each app's log began at this start */
	long nginx_log_start;
	char *nginx_log;
	bool stopping; /* a signal to stop arrived */
	bool broken;   /* something that cannot be missed is gone */
};

/* Says why it went wrong, with the end of the log that may tell more. */
static int
complain(const struct error *error, const char *log, long log_start)
{
	struct buffer tail;

	buffer_init(&tail, OUTPUT_LIMIT);
	if (log != NULL)
		site_log_tail(log, log_start, &tail);
	warnx("%s%s", error->message, tail.data != NULL ? tail.data : "");
	buffer_clear(&tail);
	return -1;
}

static int
complain_app(struct keeper *keeper, size_t index, const struct error *error)
{
	return complain(error, keeper->plan->site.apps[index].log,
	    keeper->log_starts[index]);
}

/* Runs a program and collects its output; a failure is told.  0 or -1. */
static int
run_tool(struct keeper *keeper, char *const *argv, char *const *environment,
    bool with_errors, struct buffer *output, struct error *error)
{
	switch (child_run(keeper->signals, argv, environment, with_errors,
	    TOOL_LIMIT_S, output, error)) {
	case CHILD_DONE:
		return 0;
	case CHILD_STOPPED:
		keeper->stopping = true;
		return -1;
	case CHILD_FAILED:
		break;
	}
	while (output->size > 0 && output->data[output->size - 1] == '\n')
		output->data[--output->size] = '\0';
	warnx("%s%s%s", error->message, output->size > 0 ? ":\n" : "",
	    output->size > 0 ? output->data : "");
	return -1;
}

/* Asks an app who it is, makes its places, and lets it check itself. */
static int
prepare_app(struct keeper *keeper, size_t index)
{
	struct site *site = &keeper->plan->site;
	struct site_app *app = &site->apps[index];
	char *info[] = { app->program, "info", NULL };
	char *check[] = { app->program, "check", NULL };
	struct buffer output;
	struct error error;
	int result = -1;

	buffer_init(&output, OUTPUT_LIMIT);
	if (run_tool(keeper, info, NULL, false, &output, &error) < 0)
		goto out;
	if (site_app_describe(site, app, output.data ? output.data : "",
		output.size, &error) < 0 ||
	    site_check_clash(site, index, &error) < 0 ||
	    place_make(app->state, 0700, &error) < 0) {
		complain(&error, NULL, 0);
		goto out;
	}
	keeper->log_starts[index] = site_log_size(app->log);
	keeper->watches[index].log = app->log;
	keeper->watches[index].log_shown = keeper->log_starts[index];
	buffer_reset(&output);
	result =
	    run_tool(keeper, check, app->environment, true, &output, &error);
out:
	buffer_clear(&output);
	return result;
}

/* Keeps the locations that the app prints for nginx. */
static int
write_locations(struct keeper *keeper, const struct site_app *app)
{
	const struct site *site = &keeper->plan->site;
	char *argv[] = { app->program, "nginx", "--socket", app->socket,
		"--frontend", (char *)site->frontend, NULL };
	char *directory = site_text("%s/nginx", site->directory);
	char *name = site_text("app-%s.conf", app->name);
	struct buffer output;
	struct error error;
	int result = -1;

	buffer_init(&output, OUTPUT_LIMIT);
	if (directory == NULL || name == NULL) {
		warnx("no memory");
		goto out;
	}
	if (run_tool(keeper, argv, app->environment, false, &output, &error) <
	    0)
		goto out;
	result = site_write(directory, name,
	    output.data != NULL ? output.data : "", output.size, &error);
	if (result < 0)
		complain(&error, NULL, 0);
out:
	buffer_clear(&output);
	free(directory);
	free(name);
	return result;
}

static int
add_worker(struct keeper *keeper, pid_t pid, size_t app)
{
	struct worker *workers;

	workers = reallocarray(
	    keeper->workers, keeper->worker_count + 1, sizeof(*workers));
	if (workers == NULL) {
		warnx("no memory");
		return -1;
	}
	keeper->workers = workers;
	workers[keeper->worker_count].pid = pid;
	workers[keeper->worker_count].app = app;
	workers[keeper->worker_count].retired = false;
	keeper->worker_count++;
	return 0;
}

/* spawn-fcgi prints "... PID: n" for every worker that it left behind. */
static int
read_pids(struct keeper *keeper, const char *text, size_t app)
{
	static const char mark[] = "PID: ";

	while ((text = strstr(text, mark)) != NULL) {
		text += strlen(mark);
		if (add_worker(keeper, (pid_t)strtol(text, NULL, 10), app) < 0)
			return -1;
	}
	return 0;
}

static int
start_pool(struct keeper *keeper, size_t index, char *socket)
{
	const struct site_app *app = &keeper->plan->site.apps[index];
	char workers[16];
	char *argv[] = { "spawn-fcgi", "-s", socket, "-M", "0660", "-F",
		workers, "--", app->program, NULL };
	struct buffer output;
	struct error error;
	int result;

	snprintf(workers, sizeof(workers), "%d", keeper->plan->workers);
	buffer_init(&output, OUTPUT_LIMIT);
	result =
	    run_tool(keeper, argv, app->environment, true, &output, &error);
	if (result == 0 && output.data != NULL)
		result = read_pids(keeper, output.data, index);
	else if (result < 0 && !keeper->stopping) {
		error_set(&error, "the workers of %s did not start", app->name);
		complain_app(keeper, index, &error);
	}
	buffer_clear(&output);
	return result;
}

static int
start_supervised_pool(struct keeper *keeper, size_t index, char *socket)
{
	const struct site_app *app = &keeper->plan->site.apps[index];
	char workers[16];
	char *argv[] = { "spawn-fcgi", "-s", socket, "-M", "0660", "-n", "--",
		keeper->plan->supervisor, "-f", workers, "-r", "100000", "-s",
		"TERM", "--", app->program, NULL };
	struct error error;
	pid_t pid = -1;
	int log;

	snprintf(workers, sizeof(workers), "%d", keeper->plan->workers);
	log = open(app->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (log < 0) {
		error_set(
		    &error, "cannot write %s: %s", app->log, strerror(errno));
		return complain(&error, NULL, 0);
	}
	pid = child_start(&(struct child_plan){ .argv = argv,
			      .environment = app->environment,
			      .output = log,
			      .errors = log,
			      .inherited = -1,
			      .dies_with_parent = true },
	    &error);
	close(log);
	if (pid < 0)
		return complain(&error, NULL, 0);
	return add_worker(keeper, pid, index);
}

static int
start_workers(struct keeper *keeper, size_t index, char *socket)
{
	return keeper->plan->supervisor != NULL
		   ? start_supervised_pool(keeper, index, socket)
		   : start_pool(keeper, index, socket);
}

/*
 * nginx takes over a listening socket that is named in its environment, as
 * it does when it replaces itself.  So the port is ours from the moment that
 * it was found free.
 */
static int
start_nginx(struct keeper *keeper)
{
	const struct site *site = &keeper->plan->site;
	char *prefix = site_text("%s/nginx/", site->directory);
	char *conf = site_text("%s/nginx/nginx.conf", site->directory);
	char *socket = site_text("NGINX=%d;", keeper->plan->listen.fd);
	char *argv[] = { "nginx", "-p", prefix, "-e", keeper->nginx_log, "-c",
		conf, NULL };
	char *environment[] = { socket, NULL };
	struct error error;

	keeper->nginx_log_start = site_log_size(keeper->nginx_log);
	keeper->nginx = -1;
	if (prefix == NULL || conf == NULL || socket == NULL)
		error_set(&error, "no memory");
	else
		keeper->nginx =
		    child_start(&(struct child_plan){ .argv = argv,
				    .environment = environment,
				    .output = -1,
				    .errors = -1,
				    .inherited = keeper->plan->listen.fd,
				    .dies_with_parent = true },
			&error);
	free(prefix);
	free(conf);
	free(socket);
	return keeper->nginx > 0 ? 0 : complain(&error, NULL, 0);
}

/* A worker is gone: says what that means. */
static void
note_worker(struct keeper *keeper, size_t at, const char *how)
{
	size_t app = keeper->workers[at].app;
	const char *name = keeper->plan->site.apps[app].name;
	bool retired = keeper->workers[at].retired;
	struct error error;
	size_t left = 0;
	size_t i;

	keeper->workers[at] = keeper->workers[--keeper->worker_count];
	if (retired)
		return;
	for (i = 0; i < keeper->worker_count; i++)
		left += keeper->workers[i].app == app &&
			!keeper->workers[i].retired;
	if (keeper->plan->supervisor != NULL) {
		error_set(
		    &error, "the supervisor of %s ended with %s", name, how);
		complain_app(keeper, app, &error);
		keeper->broken = true;
	} else if (left > 0) {
		warnx("a worker of %s ended with %s; it has %zu left (with "
		      "--supervise it would be replaced)",
		    name, how, left);
	} else {
		error_set(&error,
		    "the last worker of %s ended with %s; "
		    "restart lethe-run to have it back",
		    name, how);
		complain_app(keeper, app, &error);
	}
}

/* Reaps what ended and acts upon it. */
static void
reap(struct keeper *keeper)
{
	struct error error;
	char how[64];
	int status;
	size_t i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		child_describe_end(status, how, sizeof(how));
		if (pid == keeper->nginx) {
			keeper->nginx = 0;
			keeper->broken = true;
			error_set(&error, "nginx ended with %s", how);
			complain(
			    &error, keeper->nginx_log, keeper->nginx_log_start);
		}
		for (i = 0; i < keeper->worker_count; i++) {
			if (keeper->workers[i].pid == pid) {
				note_worker(keeper, i, how);
				break;
			}
		}
	}
}

/* Waits for a signal or for `also`; false when it is time to end. */
static bool
go_on(struct keeper *keeper, int also, int timeout_ms)
{
	if (child_wait_signal(keeper->signals, also, timeout_ms) != 0)
		keeper->stopping = true;
	reap(keeper);
	return !keeper->stopping && !keeper->broken;
}

/* One GET through the web server: the HTTP status, or 0 for no answer. */
static int
get_status(struct keeper *keeper, const char *path)
{
	const struct place_socket *listen = &keeper->plan->listen;
	char answer[16] = "";
	char *request;
	int status = 0;
	int fd;

	request = site_text(
	    "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, listen->authority);
	fd = socket(listen->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (request == NULL || fd < 0 ||
	    connect(fd, (const struct sockaddr *)&listen->address,
		listen->address_size) < 0 ||
	    send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		goto out;
	if (!go_on(keeper, fd, TRY_MS))
		goto out;
	if (recv(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT) > 0)
		sscanf(answer, "HTTP/1.%*d %d", &status);
out:
	if (fd >= 0)
		close(fd);
	free(request);
	return status;
}

/* Waits until `path` is answered, and not with a server's error. */
static int
await_answer(struct keeper *keeper, const char *path, int *status)
{
	int64_t deadline = clock_monotonic_ms() + (int64_t)READY_LIMIT_S * 1000;

	do {
		*status = get_status(keeper, path);
		if (*status > 0 && *status < 500)
			return 0;
	} while (go_on(keeper, -1, 20) && clock_monotonic_ms() < deadline);
	return -1;
}

/* Waits until every app answers through the web server. */
static int
await_site(struct keeper *keeper)
{
	struct site *site = &keeper->plan->site;
	struct error error;
	char *path;
	int status;
	int result;
	size_t i;

	for (i = 0; i < site->app_count; i++) {
		path = site_text("%s_dash-dependencies", site->apps[i].prefix);
		if (path == NULL)
			return -1;
		result = await_answer(keeper, path, &status);
		free(path);
		if (result == 0)
			continue;
		if (!keeper->stopping && !keeper->broken) {
			error_set(&error,
			    "%s does not answer through nginx "
			    "(HTTP status %d)",
			    site->apps[i].name, status);
			complain_app(keeper, i, &error);
			complain(&(struct error){ "nginx's log" },
			    keeper->nginx_log, keeper->nginx_log_start);
		}
		return -1;
	}
	return 0;
}

static int
bring_up(struct keeper *keeper)
{
	struct keeper_plan *plan = keeper->plan;
	struct error error;
	size_t i;

	for (i = 0; i < plan->site.app_count; i++) {
		if (prepare_app(keeper, i) < 0 ||
		    write_locations(keeper, &plan->site.apps[i]) < 0)
			return -1;
	}
	if (gallery_write(&plan->site, &error) < 0 ||
	    site_write_nginx(&plan->site, &error) < 0)
		return complain(&error, NULL, 0);
	for (i = 0; i < plan->site.app_count; i++) {
		/* One that an earlier, killed run left behind. */
		unlink(plan->site.apps[i].socket);
		if (start_workers(keeper, i, plan->site.apps[i].socket) < 0)
			return -1;
	}
	if (start_nginx(keeper) < 0)
		return -1;
	return await_site(keeper);
}

static void
take_down(struct keeper *keeper)
{
	child_stop_all(keeper->signals, keeper->nginx);
	site_remove_sockets(&keeper->plan->site);
	free(keeper->workers);
	free(keeper->log_starts);
	free(keeper->watches);
	free(keeper->nginx_log);
}

/* Whether the new program is still the app that nginx knows, and without
 * mistakes that it finds itself. */
static int
check_renewed(struct keeper *keeper, size_t index)
{
	const struct site *site = &keeper->plan->site;
	const struct site_app *app = &site->apps[index];
	struct site_app fresh = { .program = strdup(app->program) };
	char *info[] = { app->program, "info", NULL };
	char *check[] = { app->program, "check", NULL };
	struct buffer output;
	struct error error;
	int result = -1;

	buffer_init(&output, OUTPUT_LIMIT);
	if (fresh.program == NULL ||
	    run_tool(keeper, info, NULL, false, &output, &error) < 0)
		goto out;
	if (site_app_describe(site, &fresh, output.data ? output.data : "",
		output.size, &error) < 0)
		complain(&error, NULL, 0);
	else if (strcmp(fresh.name, app->name) != 0 ||
		 strcmp(fresh.prefix, app->prefix) != 0)
		warnx("%s has another name or prefix now; restart lethe-run "
		      "for that",
		    app->program);
	else {
		buffer_reset(&output);
		result = run_tool(
		    keeper, check, app->environment, true, &output, &error);
	}
out:
	site_app_clear(&fresh);
	buffer_clear(&output);
	return result;
}

/* The web server learns what the new program prints for it. */
static int
renew_locations(struct keeper *keeper, const struct site_app *app)
{
	char *path = site_text(
	    "%s/nginx/app-%s.conf", keeper->plan->site.directory, app->name);
	struct buffer before, after;
	struct error error;
	int result = -1;

	buffer_init(&before, OUTPUT_LIMIT);
	buffer_init(&after, OUTPUT_LIMIT);
	if (path == NULL || site_read(path, &before, &error) < 0 ||
	    write_locations(keeper, app) < 0 ||
	    site_read(path, &after, &error) < 0)
		goto out;
	if (before.size != after.size ||
	    memcmp(before.data, after.data, before.size) != 0)
		kill(keeper->nginx, SIGHUP);
	result = 0;
out:
	buffer_clear(&before);
	buffer_clear(&after);
	free(path);
	return result;
}

/* Asks those workers of an app to end that have these numbers. */
static void
retire_workers(struct keeper *keeper, size_t app, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++) {
		struct worker *worker = &keeper->workers[i];

		if (worker->app == app && !worker->retired) {
			worker->retired = true;
			kill(worker->pid, SIGTERM);
		}
	}
}

/* The supervisor's workers are told by it, and stay on their socket. */
static int
renew_supervised_pool(struct keeper *keeper, size_t index)
{
	size_t i;

	for (i = 0; i < keeper->worker_count; i++)
		if (keeper->workers[i].app == index)
			return kill(keeper->workers[i].pid, SIGUSR2);
	return -1;
}

/*
 * New processes, which inherit nothing from the old ones.  Their socket takes
 * the old one's name in one step, so that no request falls between the two.
 */
static int
renew_pool(struct keeper *keeper, size_t index)
{
	const struct site_app *app = &keeper->plan->site.apps[index];
	char *socket = site_text("%s.new", app->socket);
	size_t old = keeper->worker_count;
	int result = -1;

	if (socket == NULL)
		return -1;
	unlink(socket);
	if (start_pool(keeper, index, socket) == 0 &&
	    (result = rename(socket, app->socket)) < 0)
		warn("cannot rename %s", socket);
	if (result == 0)
		retire_workers(keeper, index, 0, old);
	else
		retire_workers(keeper, index, old, keeper->worker_count);
	free(socket);
	return result;
}

/* Puts what the app's program is now in the place of its workers. */
static int
renew_app(struct keeper *keeper, size_t index)
{
	if (check_renewed(keeper, index) < 0 ||
	    renew_locations(keeper, &keeper->plan->site.apps[index]) < 0)
		return -1;
	return keeper->plan->supervisor != NULL
		   ? renew_supervised_pool(keeper, index)
		   : renew_pool(keeper, index);
}

/* The same, and says how it went. */
static void
renew_and_tell(struct keeper *keeper, size_t index)
{
	const char *name = keeper->plan->site.apps[index].name;

	if (renew_app(keeper, index) == 0)
		warnx("%s: new workers are in the place of the old ones", name);
	else if (!keeper->stopping)
		warnx("%s cannot be served as it is now; the old workers stay",
		    name);
}

/* Keeps up with what is built and logged. */
static void
develop(struct keeper *keeper, size_t index)
{
	watch_show_log(&keeper->watches[index]);
	if (watch_look(&keeper->watches[index]))
		renew_and_tell(keeper, index);
}

/* Stays until it is time to end. */
static void
stay(struct keeper *keeper)
{
	const struct site *site = &keeper->plan->site;
	/* An hour, so that a clock that jumps does no harm. */
	int timeout_ms = site->development ? LOOK_MS : 3600 * 1000;
	bool asked;
	size_t i;

	while (go_on(keeper, keeper->reload_signals, timeout_ms)) {
		asked = child_was_asked(keeper->reload_signals);
		for (i = 0; i < site->app_count && !keeper->stopping; i++) {
			if (asked)
				renew_and_tell(keeper, i);
			else if (site->development)
				develop(keeper, i);
		}
	}
}

/* From before an app is started, so that nothing is missed. */
static int
start_watches(struct keeper *keeper)
{
	const struct site *site = &keeper->plan->site;
	size_t i;

	keeper->watches = calloc(site->app_count, sizeof(*keeper->watches));
	for (i = 0; keeper->watches != NULL && i < site->app_count; i++) {
		keeper->watches[i].program = site->apps[i].program;
		watch_start(&keeper->watches[i]);
	}
	return keeper->watches != NULL ? 0 : -1;
}

int
keeper_serve(struct keeper_plan *plan, int signals, int reload_signals)
{
	struct keeper keeper = { .plan = plan,
		.signals = signals,
		.reload_signals = reload_signals };
	int status = 1;

	keeper.nginx_log =
	    site_text("%s/log/nginx-error.log", plan->site.directory);
	keeper.log_starts =
	    calloc(plan->site.app_count, sizeof(*keeper.log_starts));
	if (keeper.nginx_log == NULL || keeper.log_starts == NULL ||
	    start_watches(&keeper) < 0) {
		warnx("no memory");
	} else if (bring_up(&keeper) == 0) {
		printf("Lethe is serving http://%s/\n", plan->listen.authority);
		fflush(stdout);
		stay(&keeper);
	}
	if (keeper.stopping)
		status = 0;
	take_down(&keeper);
	return status;
}
