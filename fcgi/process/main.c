/*
 * process/main.c: one program, three faces: worker, CGI program, tool.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/cgi.h"
#include "process/crash.h"
#include "process/log.h"
#include "process/options.h"
#include "process/process.h"

static bool
is_listening_socket(int fd)
{
	socklen_t size = sizeof(int);
	int listening = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) ==
	    0 && listening != 0;
}

static bool
is_null_device(int fd)
{
	struct stat mine, null;

	return fstat(fd, &mine) == 0 && stat("/dev/null", &null) == 0 &&
	    S_ISCHR(mine.st_mode) && mine.st_rdev == null.st_rdev;
}

/*
 * Where the log goes: spawn-fcgi sends standard error to /dev/null when it
 * forks, and a log that nobody can find is none.
 */
static void
choose_log(const struct process *process)
{
	char path[PATH_MAX];
	const char *log = process->settings.log;
	struct error error;

	if (log == NULL && is_null_device(STDERR_FILENO)) {
		(void)snprintf(path, sizeof(path), "%s/%s.log",
		    process->settings.state, process->app->name);
		log = path;
		(void)process_make_state(process, &error);
	}
	if (log != NULL && log_open(log) != 0)
		log_write("error", NULL, 0, NULL,
		    "the log file cannot be opened: set LETHE_LOG to a file "
		    "that this user may write");
}

_Noreturn void
run_cgi(struct process *process)
{
	const struct http_limits *limits = &process->settings.limits;
	struct last_answer *answer = &process->answer;
	struct exchange exchange;
	struct error error;

	exchange_init(&exchange, limits);
	(void)signal(SIGPIPE, SIG_IGN);
	if (process_start(process, PROCESS_CGI, &error) != 0) {
		answer->fastcgi_id = -1;
		answer->fd = STDOUT_FILENO;
		last_answer_send(answer, 500, error.message);
		log_write("error", NULL, 500, NULL, error.message);
		_exit(1);
	}
	crash_watchdog(process->settings.timeout_ms);
	if (cgi_receive(limits, &exchange, answer) == 1)
		route(&process->site, &exchange, answer);
	if (exchange.status >= 400)
		log_write(exchange.status >= 500 ? "error" : "warning",
		    answer->id, exchange.status, exchange.callback,
		    exchange.error.message);
	_exit(cgi_send(&exchange, answer) == 0 ? 0 : 1);
}

/*
 * Web servers turn a query without '=' into arguments (RFC 3875, 4.4), so
 * arguments do not make a CGI program the tool: a visitor could choose them.
 */
static bool
is_cgi(int argc)
{
	return getenv("REQUEST_METHOD") != NULL &&
	       (argc <= 1 || getenv("GATEWAY_INTERFACE") != NULL);
}

/* Can a mistake in the app be looked at, rather than keep it from running? */
static bool
is_check(int argc, char *argv[])
{
	return argc > 1 && !is_cgi(argc) && strcmp(argv[1], "check") == 0 &&
	       (argc == 2 || strcmp(argv[2], "--replay") != 0);
}

int
lethe_main(const struct lethe_app *app, int argc, char *argv[])
{
	struct process *process;
	struct error error;
	int status, options = 0;

	/* A visitor could choose the arguments of a CGI program. */
	if (!is_cgi(argc))
		options = options_take(argc, argv, &error);
	if (options < 0) {
		(void)fprintf(stderr, "%s: %s\n", argv[0], error.message);
		return 2;
	}
	process = process_new(app, argv);
	if (process == NULL)
		return 1;
	argc -= options;
	argv += options;
	if (process->findings.mistakes > 0 && !is_check(argc, argv)) {
		findings_tell(&process->findings, app->name);
		process_free(process);
		return 1;
	}
	if (argc <= 1 && is_listening_socket(STDIN_FILENO)) {
		choose_log(process);
		run_worker(process);
	}
	if (is_cgi(argc)) {
		if (process->settings.log != NULL)
			choose_log(process);
		run_cgi(process);
	}
	status = run_tool(process, argc, argv);
	process_free(process);
	return status;
}
