/*
 * process/process.c: from the start of a process to the seal.
 *
 * The order matters.  What has to be written later is allocated before the
 * seal, outside the app's memory; the .start hook runs alone, so that its
 * memory can be told from ours; and the seal is last.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "process/crash.h"
#include "process/development.h"
#include "process/exceptions.h"
#include "process/health.h"
#include "process/imports.h"
#include "process/log.h"
#include "process/objects.h"
#include "process/process.h"
#include "process/sandbox.h"
#include "process/seal.h"

/* Of the time that a request may take, what waiting for another's computation
 * may use, so that the one who waited can still say why it failed. */
#define WAIT_SHARE(milliseconds) ((milliseconds) * 9 / 10)

const char process_unsealed[] =
    "UNSEALED (LETHE_UNSEALED): the app's variables stay writable, so answers "
    "may depend on earlier requests, of anybody: for a demonstration only";

struct lethe_start {
	struct error error;
};

const void *
lethe_start_fail(struct lethe_start *start, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)error_setv(&start->error, format, arguments);
	va_end(arguments);
	return NULL;
}

struct process *
process_new(const struct lethe_app *app, char *const argv[])
{
	struct process *process = calloc(1, sizeof(*process));
	struct error error;
	size_t mistakes;

	if (process == NULL) {
		(void)fprintf(stderr, "there is no memory to start\n");
		return NULL;
	}
	process->app = app;
	objects_let_write(app->libraries);
	process->argv = argv;
	process->answer.fd = -1;
	if (sodium_init() < 0)
		findings_add_mistake(&process->findings,
		    "libsodium cannot start");
	process->dash = dash_prepare(app, findings_add, &process->findings,
	    &mistakes);
	if (process->dash == NULL) {
		findings_tell(&process->findings, app->name);
		process_free(process);
		return NULL;
	}
	process->settings_are_read =
	    settings_read(&process->settings, app, &error) == 0;
	if (!process->settings_are_read)
		findings_add_mistake(&process->findings, error.message);
	if (exceptions_check(app, &error) != 0)
		findings_add_mistake(&process->findings, error.message);
	process->services = (struct dash_services){
		.timeout_ms = WAIT_SHARE(process->settings.timeout_ms),
		.response_limit = process->settings.limits.response,
		.depth_limit = process->settings.depth_limit,
		.input_limit = process->settings.input_limit,
		.running = &process->answer.running,
		.kept = &process->kept,
	};
	dash_kept_init(&process->kept, process->settings.limits.response);
	process->site = (struct site){ .dash = process->dash,
		.services = &process->services,
		.prefix = process->settings.prefix,
		.assets = process->settings.assets,
		.policy = process->settings.policy };
	process->site.policy.development = process->settings.debug;
	return process;
}

size_t
process_check(struct process *process, dash_report *report, void *context)
{
	const char *assets = process->settings.assets;

	return dash_check(process->dash, &process->services,
	    assets[0] != '\0' ? assets : NULL, report, context);
}

void
process_free(struct process *process)
{
	if (process == NULL)
		return;
	store_close(process->store);
	sessions_close(process->sessions);
	data_close(process->data);
	guard_free(process->guard);
	dash_free(process->dash);
	findings_clear(&process->findings);
	dash_kept_clear(&process->kept);
	free(process);
}

/* Makes a directory and those above it. */
static int
make_directories(const char *path, struct error *error)
{
	char part[PATH_MAX];

	for (size_t i = 1; path[i - 1] != '\0'; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		(void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return error_set(error,
			    "the state directory %s cannot be made: %s: make "
			    "%s for this user, or set LETHE_STATE to a "
			    "directory that it may write",
			    path, strerror(errno), part);
	}
	return 0;
}

/*
 * Root acts as the owner of the state directory, for good: files that root
 * made there would be closed to the workers.
 */
static int
become_owner(const char *path, struct error *error)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return error_set(error,
		    "the state directory %s: %s: make it for the user that "
		    "runs the workers, e.g. \"install -d -o USER %s\"",
		    path, strerror(errno), path);
	if (status.st_uid == 0)
		return 0;
	if (setgroups(0, NULL) != 0 ||
	    setresgid(status.st_gid, status.st_gid, status.st_gid) != 0 ||
	    setresuid(status.st_uid, status.st_uid, status.st_uid) != 0)
		return error_set(error,
		    "root cannot become the owner of the state directory %s: "
		    "%s",
		    path, strerror(errno));
	return 0;
}

int
process_make_state(const struct process *process, struct error *error)
{
	const char *path = process->settings.state;

	if (geteuid() == 0)
		return become_owner(path, error);
	return make_directories(path, error);
}

int
process_open_store(struct process *process, struct error *error)
{
	if (process_make_state(process, error) != 0)
		return -1;
	return store_open(&process->store, &process->settings.store, error);
}

int
process_open_sessions(struct process *process, struct error *error)
{
	return sessions_open(
	    &process->sessions, &process->settings.sessions, error);
}

static void
warn(void *context, const char *message)
{
	(void)context;
	if (message[0] != '\0')
		log_write("warning", NULL, 0, NULL, message);
}

static void
use_store(struct process *process)
{
	store_on_warning(process->store, warn, process);
	process->services.store = process->store;
}

int
process_retry_store(struct process *process)
{
	if (process_open_store(process, &process->store_error) != 0)
		return -1;
	use_store(process);
	return 0;
}

/* What the app can do without is told in the log, and no reason to stop. */
static void
open_services(struct process *process, enum process_kind kind)
{
	bool logged = kind != PROCESS_CHECK;
	struct error error;

	if (process_retry_store(process) != 0 && logged)
		log_write("error", NULL, 0, NULL,
		    process->store_error.message);
	if (process_open_sessions(process, &error) == 0) {
		sessions_on_warning(process->sessions, warn, process);
		process->services.sessions = process->sessions;
	} else if (logged) {
		log_write("error", NULL, 0, NULL, error.message);
	}
	if (process->settings.data[0] == '\0')
		return;
	if (data_open(&process->data, process->settings.data,
		&process->services.data_error) != 0 && logged)
		log_write("error", NULL, 0, NULL,
		    process->services.data_error.message);
	process->services.data = process->data;
}

/* The hook in the shape that seal_start() calls. */
struct start_hook {
	const struct lethe_app *app;
	struct lethe_start start;
};

static const void *
call_start(void *argument)
{
	struct start_hook *hook = argument;

	return hook->app->start(&hook->start);
}

static int
run_start(struct process *process, struct error *error)
{
	struct start_hook hook = { .app = process->app };
	int done;

	if (process->app->start == NULL)
		return 0;
	process->answer.running = ".start";
	crash_watchdog(process->settings.timeout_ms);
	if (process->settings.unsealed) {
		process->services.started = call_start(&hook);
		done = 0;
	} else
		done = seal_start(call_start, &hook,
		    &process->services.started, error);
	crash_watchdog(0);
	process->answer.running = NULL;
	if (done != 0)
		return -1;
	if (hook.start.error.message[0] != '\0')
		return error_set(error, "the app's .start hook failed: %s",
		    hook.start.error.message);
	return 0;
}

const char *
process_start_missing(const struct process *process)
{
	if (process->app->start == NULL || process->settings.unsealed)
		return "";
	return seal_start_missing();
}

static int
develop(struct process *process, struct error *error)
{
	process->development = development_new(error);
	if (process->development == NULL)
		return -1;
	process->services.trace_base = &process->development->base;
	process->site.development = &process->development->site;
	crash_develop(process->development);
	return 0;
}

/* Keeps the first mistake. */
static void
keep_first(void *context, const struct dash_finding *finding)
{
	struct error *error = context;

	if (!finding->warning && error->message[0] == '\0')
		(void)error_set(error, "%s", finding->message);
}

/* What remembers is refused, but by the check, which tells all of it. */
static int
check_imports(const struct process *process, enum process_kind kind,
    struct error *error)
{
	struct error first = { "" };
	size_t mistakes;

	if (kind == PROCESS_CHECK)
		return 0;
	mistakes = imports_check(process->app->calls, keep_first, &first);
	if (mistakes < 2)
		*error = first;
	else
		(void)error_set(error,
		    "%s (and %zu more of the kind: see the command check)",
		    first.message, mistakes - 1);
	return mistakes > 0 ? -1 : 0;
}

int
process_start(struct process *process, enum process_kind kind,
    struct error *error)
{
	if (seal_check(process->argv, error) != 0 ||
	    check_imports(process, kind, error) != 0 ||
	    crash_install(&process->answer, process->argv,
		kind == PROCESS_WORKER, error) != 0)
		return -1;
	if (process->settings.debug && develop(process, error) != 0)
		return -1;
	if (kind == PROCESS_WORKER)
		crash_back_off();
	if (run_start(process, error) != 0)
		return -1;
	open_services(process, kind);
	if (kind == PROCESS_WORKER)
		process->site.health = health_report;
	process->site.health_context = process;
	if (guard_new(&process->guard, process->settings.state, error) != 0)
		return -1;
	if (sandbox_prepare(process->app, &process->settings, error) != 0 ||
	    (!process->settings.unsealed && seal_app(error) != 0))
		return -1;
	if (kind != PROCESS_CHECK) {
		if (process->settings.unsealed)
			warn(NULL, process_unsealed);
		warn(NULL, process_start_missing(process));
		warn(NULL, sandbox_missing());
	}
	return sandbox_enter(error);
}
