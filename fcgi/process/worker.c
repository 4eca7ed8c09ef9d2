/*
 * process/worker.c: the loop of a FastCGI worker.
 *
 * Signals that end or renew the worker stay blocked and are read from a descriptor
 * between two requests, so that none is lost and none interrupts a request:
 * the one in hand is always finished.  The listening socket does not block:
 * when several workers are woken for one connection, one gets it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mark.h"
#include "dash/refresh.h"
#include "http/fastcgi.h"
#include "process/crash.h"
#include "process/leftovers.h"
#include "process/log.h"
#include "process/process.h"
#include "process/sandbox.h"

/* spawn-fcgi gives the listening socket as descriptor 0. */
#define LISTENING_FD 0

/* How often the store's upkeep is offered a turn. */
#define UPKEEP_MS 1000

/* How long a worker that cannot accept waits before it starts anew. */
#define NO_ACCEPT_MS 100

/* For how long a worker that is to end serves those who wait already. */
#define DRAIN_MS 1000

struct worker {
	struct process *process;
	struct fastcgi *fastcgi;
	int signals; /* signalfd of what ends or renews the worker */
	int64_t upkeep_ms;
	struct leftovers *leftovers;
	pid_t pid;
	int64_t served; /* requests */
};

static _Noreturn void
fail(const char *message)
{
	log_write("error", NULL, 0, NULL, message);
	/* Never exit(): after the seal its destructors would fault. */
	_exit(1);
}

/* Runs the program again, with the descriptors that it was started with. */
static _Noreturn void
start_anew(const char *level, const char *message)
{
	log_write(level, NULL, 0, NULL, message);
	crash_replace();
	_exit(1);
}

/* multiwatch, which ends on SIGHUP, hands SIGUSR2 on to its workers. */
static bool
is_renewal(uint32_t signal)
{
	return signal == SIGHUP || signal == SIGUSR2;
}

static int
signals_open(void)
{
	sigset_t heard;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&heard);
	(void)sigaddset(&heard, SIGTERM);
	(void)sigaddset(&heard, SIGINT);
	(void)sigaddset(&heard, SIGUSR1);
	(void)sigaddset(&heard, SIGHUP);
	(void)sigaddset(&heard, SIGUSR2);
	if (sigprocmask(SIG_BLOCK, &heard, NULL) != 0)
		return -1;
	return signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
}

/*
 * The app's code has returned, perhaps in a child that it forked and forgot
 * to end: only one process may answer, and the child would go on as a worker
 * that nobody knows of.
 */
static void
end_child(const struct worker *worker, const char *callback)
{
	if (getpid() != worker->pid) {
		log_write("error", worker->process->answer.id, 0,
		    callback,
		    "a child process returned from the app's code that forked "
		    "it, and was ended: call _exit() in the child");
		_exit(1);
	}
}

/* Whoever ran left something that the next request could see: whether the
 * worker has to be replaced.  The answer is no other than that. */
static bool
check_leftovers(const struct worker *worker, struct exchange *exchange)
{
	const struct last_answer *answer = &worker->process->answer;
	struct error error;

	if (leftovers_check(worker->leftovers, answer->fd, &error) == 0)
		return false;
	crash_restore_descriptors();
	buffer_reset(&exchange->headers);
	exchange_fail(exchange, answer, 500, "%s%s %s",
	    exchange->callback != NULL ? "callback " : "the app's code",
	    exchange->callback != NULL ? exchange->callback : "",
	    error.message);
	return true;
}

/*
 * Computes anew what was served stale.  The visitor has his answer, and no
 * other visitor waits, but for this worker; so each value has the time of one
 * request.
 */
static void
refresh(struct worker *worker)
{
	struct process *process = worker->process;
	struct refreshes *refreshes = process->services.refreshes;
	struct error error;
	int done;

	while (refresh_next(refreshes) != NULL) {
		crash_watchdog(process->settings.timeout_ms);
		done = refresh_run(refreshes, &process->services, &error);
		end_child(worker, NULL);
		crash_watchdog(0);
		if (done != 0)
			log_write("warning", process->answer.id, 0, NULL,
			    error.message);
		if (leftovers_check(worker->leftovers, -1, &error) != 0) {
			crash_restore_descriptors();
			start_anew("error", error.message);
		}
	}
}

/* Whatever builds up in a process, unseen, does not for ever.  Connections
 * that come meanwhile wait in the socket's queue. */
static void
check_requests(const struct worker *worker)
{
	struct error error;

	if (worker->process->settings.requests == 0 ||
	    worker->served < worker->process->settings.requests)
		return;
	(void)error_set(&error,
	    "the worker answered %lld requests and starts anew "
	    "(LETHE_REQUESTS)",
	    (long long)worker->served);
	start_anew("info", error.message);
}

static void
serve(struct worker *worker, int fd)
{
	struct process *process = worker->process;
	const struct http_limits *limits = &process->settings.limits;
	struct last_answer *answer = &process->answer;
	struct exchange exchange;
	bool spoilt = false;
	int received;

	exchange_init(&exchange, limits);
	answer->id[0] = '\0';
	crash_watchdog(process->settings.timeout_ms);
	received = fastcgi_receive(worker->fastcgi, fd,
	    process->settings.silence_ms, limits, &exchange, answer);
	if (received == 1) {
		route(&process->site, &exchange, answer);
		end_child(worker, exchange.callback);
		spoilt = check_leftovers(worker, &exchange);
	}
	if (received >= 0 &&
	    fastcgi_send(worker->fastcgi, &exchange, answer) != 0 &&
	    exchange.status < 400) {
		exchange.status = 499;
		(void)error_set(&exchange.error,
		    "the web server went away before the response");
	}
	crash_watchdog(0);
	if (received < 0 || (exchange.status >= 400 && !exchange.is_probe))
		log_write(exchange.status >= 500 ? "error" : "warning",
		    answer->id[0] != '\0' ? answer->id : NULL,
		    received < 0 ? 0 : exchange.status, exchange.callback,
		    exchange.error.message);
	exchange_clear(&exchange);
	if (received >= 0 && !exchange.is_probe) {
		crash_served();
		worker->served++;
	}
	if (spoilt)
		start_anew("info", "the worker starts anew without it");
	refresh(worker);
	check_requests(worker);
}

static void
check_memory(const struct worker *worker)
{
	int64_t kept = leftovers_memory(worker->leftovers);
	struct error error;

	if (kept <= worker->process->settings.kept_bytes)
		return;
	(void)error_set(&error,
	    "the worker kept %lld MiB of memory after its requests, and "
	    "starts anew to free it (LETHE_KEPT_LIMIT)",
	    (long long)(kept >> 20));
	start_anew("warning", error.message);
}

static void
upkeep(struct worker *worker)
{
	int64_t now = clock_monotonic_ms();

	if (now - worker->upkeep_ms < UPKEEP_MS)
		return;
	worker->upkeep_ms = now;
	check_memory(worker);
	if (worker->process->store != NULL)
		store_upkeep(worker->process->store);
	else if (sandbox_lacks_state(worker->process->settings.state))
		start_anew("info",
		    "the state directory is there now: the worker starts anew "
		    "with it");
	else if (process_retry_store(worker->process) == 0)
		log_write("info", NULL, 0, NULL,
		    "the store, which could not be opened, is open now");
	if (worker->process->sessions != NULL)
		sessions_upkeep(worker->process->sessions);
	leftovers_know(worker->leftovers);
}

/* Takes a connection, if there is one: another worker may have been faster.
 * Whether there was. */
static bool
accept_one(struct worker *worker)
{
	/* By its system call, for in the sandbox others may not. */
	int fd = (int)syscall(SYS_accept4, LISTENING_FD, NULL, NULL,
	    SOCK_CLOEXEC, LETHE_MARK);
	struct error error;

	if (fd >= 0) {
		serve(worker, fd);
		return true;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ||
	    errno == EPROTO)
		return false;
	(void)error_set(&error,
	    "the worker cannot accept a connection and starts anew: %s",
	    strerror(errno));
	/* When the whole machine is short of something, a moment may help. */
	(void)poll(NULL, 0, NO_ACCEPT_MS);
	start_anew("error", error.message);
}

/*
 * Ends the worker.  Connections that wait in the socket's queue would be lost
 * with the last worker that has it, so they are served first; not for ever,
 * since under load there is always another.
 */
static _Noreturn void
end(struct worker *worker)
{
	int64_t until_ms = clock_monotonic_ms() + DRAIN_MS;

	while (clock_monotonic_ms() < until_ms && accept_one(worker))
		;
	_exit(0);
}

/* A newer program takes this one's place, unless it is broken. */
static void
renew(const struct worker *worker)
{
	struct error error;

	if (crash_check_newer(worker->process->settings.timeout_ms,
		worker->signals, &error) != 0) {
		log_write("error", NULL, 0, NULL, error.message);
		return;
	}
	log_write("info", NULL, 0, NULL, "the worker loads its program anew");
	crash_run_newer();
}

/* Does what the signals that have arrived ask for. */
static void
obey(struct worker *worker)
{
	struct signalfd_siginfo signal;
	bool renewal = false;

	while (read(worker->signals, &signal, sizeof(signal)) ==
	    (ssize_t)sizeof(signal)) {
		if (!is_renewal(signal.ssi_signo))
			end(worker);
		renewal = true;
	}
	if (renewal)
		renew(worker);
}

static void
log_finding(void *context, const struct dash_finding *finding)
{
	(void)context;
	log_write(finding->warning ? "warning" : "error", NULL, 0,
	    finding->callback, finding->message);
}

/* While an app is developed, its mistakes are told before anyone meets them. */
static void
check_app(struct process *process)
{
	if (!process->settings.debug)
		return;
	crash_watchdog(process->settings.timeout_ms);
	(void)process_check(process, log_finding, NULL);
	crash_watchdog(0);
}

_Noreturn void
run_worker(struct process *process)
{
	struct worker worker = { .process = process };
	struct pollfd ready[2];
	struct error error;
	int flags;

	worker.signals = signals_open();
	worker.fastcgi = fastcgi_new();
	process->services.refreshes = refreshes_new();
	flags = fcntl(LISTENING_FD, F_GETFL);
	if (worker.signals < 0 || worker.fastcgi == NULL ||
	    process->services.refreshes == NULL || flags < 0 ||
	    fcntl(LISTENING_FD, F_SETFL, flags | O_NONBLOCK) != 0)
		fail("the worker cannot start: no memory, or no "
		     "descriptors left");
	worker.pid = getpid();
	worker.leftovers = leftovers_new(process, &error);
	if (worker.leftovers == NULL ||
	    process_start(process, PROCESS_WORKER, &error) != 0)
		fail(error.message);
	check_app(process);
	if (leftovers_begin(worker.leftovers, &error) != 0)
		fail(error.message);
	ready[0] = (struct pollfd){ .fd = worker.signals, .events = POLLIN };
	ready[1] = (struct pollfd){ .fd = LISTENING_FD, .events = POLLIN };
	for (;;) {
		if (poll(ready, 2, 2 * UPKEEP_MS) < 0 && errno != EINTR)
			fail("poll failed");
		if ((ready[0].revents & POLLIN) != 0)
			obey(&worker);
		else if (ready[0].revents != 0)
			start_anew("error",
			    "the worker lost the descriptor of its "
			    "signals and starts anew");
		if (ready[1].revents != 0)
			(void)accept_one(&worker);
		upkeep(&worker);
	}
}
