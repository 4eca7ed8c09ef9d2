/*
 * process/crash.c: what happens when the app's code dies.
 *
 * All that the handlers need lies in one mapping that is made before the
 * seal; the pointer to it becomes read-only with everything else.  The order
 * at the end is: answer, for somebody waits; log; replace.
 */
#include "process/crash.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mark.h"
#include "base/text.h"
#include "process/backtrace.h"
#include "process/development.h"
#include "process/fault.h"
#include "process/log_line.h"
#include "process/reload.h"
#include "process/replace.h"
#include "process/sandbox.h"
#include "process/seal.h"

/* Of the handlers' stack: their buffers, and the processor's registers,
 * which take 11 KiB where there is AMX. */
#define SIGNAL_STACK_SIZE ((size_t)128 * 1024)

#define MESSAGE_SIZE 1024

/* Of the calls that led to a death, those that the log has. */
#define LOGGED_CALLS 8

/* Deaths at start up to this number are replaced without a pause. */
#define QUICK_DEATHS 5
#define FIRST_PAUSE_MS 10
#define LONGEST_PAUSE_MS 1000

/* A process that lived so long did not die at start, even when no request
 * ever came. */
#define START_MS 60000

struct crash {
	struct last_answer *answer;
	struct replacement *replacement; /* NULL: end with status 1 */
	struct development *development; /* NULL: production */
	pid_t pid;
	int timer; /* the watchdog's, as the kernel names it */
	int64_t watchdog_ms;
	int64_t started_ms;
	/* The app came to serving. */
	volatile sig_atomic_t served;
	volatile sig_atomic_t dying;
};

/* Written once, before the seal.  Signal handlers have no other way to it. */
static struct crash *lethe_crash;

static void
add_subject(struct text *text, const char *running)
{
	if (running == NULL)
		text_add(text, "the worker");
	else if (strcmp(running, "layout") == 0)
		text_add(text, "the layout");
	else if (strcmp(running, ".start") == 0)
		text_add(text, "the .start hook");
	else {
		text_add(text, "callback ");
		text_add_token(text, running, 100);
	}
	text_add_char(text, ' ');
}

static void
write_log(const struct last_answer *answer, int status, const char *message)
{
	char line[LOG_LINE_SIZE];
	char id[REQUEST_ID_SIZE];
	struct text text;
	size_t size;

	text_init(&text, id, sizeof(id));
	text_add_token(&text, answer->id, REQUEST_ID_SIZE - 1);
	size = log_line(line, sizeof(line), "error", id, status,
	    answer->running, message);
	/* When the log cannot be written there is nobody left to tell. */
	if (write(STDERR_FILENO, line, size) < 0)
		return;
}

static unsigned int
count_up(const struct crash *crash)
{
	return crash->replacement != NULL
		   ? replacement_count(crash->replacement) + 1
		   : 0;
}

/* The count of deaths at start to hand on. */
static unsigned int
count_death(const struct crash *crash)
{
	bool at_start = !crash->served && crash->answer->fd < 0 &&
			clock_monotonic_ms() - crash->started_ms < START_MS;

	return at_start ? count_up(crash) : 0;
}

static _Noreturn void
end(struct crash *crash, unsigned int count)
{
	if (crash->replacement != NULL)
		replacement_run(crash->replacement, count);
	_exit(1);
}

/* Answers with a page that says where it happened, and adds the innermost
 * call to the message, for the log. */
static void
send_page(struct crash *crash, int status,
    const struct backtrace_fault *fault, struct text *message)
{
	struct development *development = crash->development;
	struct error_page page = { .callback = crash->answer->running,
		.message = message->out,
		.trace = development->trace,
		.request = crash->answer->id };
	size_t size;

	(void)backtrace_describe(development->tool, NULL, fault,
	    development->trace, sizeof(development->trace));
	size = error_page(development->page, sizeof(development->page), &page);
	last_answer_send_page(
	    crash->answer, status, development->page, size);
	backtrace_add_place(message, development->trace);
}

/*
 * Adds, for the log, the calls that led here, as functions and addresses that
 * addr2line can look up.  It is not run: that may take as long as answering a
 * hundred others.
 */
static void
add_calls(const struct backtrace_fault *fault, struct text *message)
{
	char trace[2048];

	(void)backtrace_describe("", NULL, fault, trace, sizeof(trace));
	backtrace_add_calls(message, trace, LOGGED_CALLS);
}

/* By its system call, for in the sandbox handlers may not touch the timer. */
static void
set_timer(const struct crash *crash, int64_t milliseconds)
{
	struct itimerspec due = { { 0, 0 }, { 0, 0 } };

	due.it_value.tv_sec = milliseconds / 1000;
	due.it_value.tv_nsec = milliseconds % 1000 * 1000000;
	(void)syscall(SYS_timer_settime, crash->timer, 0, &due, NULL,
	    LETHE_MARK);
}

/* Answers, logs, and ends. `what` is the rest of the sentence. */
static _Noreturn void
die(struct crash *crash, int status, const char *what,
    struct backtrace_fault fault)
{
	struct last_answer *answer = crash->answer;
	char message[MESSAGE_SIZE];
	struct text text;
	bool answered = answer->fd >= 0;
	unsigned int count = count_death(crash);

	set_timer(crash, 0);
	text_init(&text, message, sizeof(message));
	add_subject(&text, answer->running);
	text_add(&text, what);
	if (crash->development != NULL) {
		/* Around .start there is nothing that is known. */
		if (answer->fd >= 0 && crash->development->base.calls > 0)
			fault.base = &crash->development->base;
		send_page(crash, status, &fault, &text);
	} else {
		last_answer_send(answer, status, message);
		add_calls(&fault, &text);
	}
	write_log(answer, answered ? status : 0, message);
	end(crash, count);
}

/*
 * A child that the app forked has these handlers too, and must neither answer
 * nor become a second worker.
 */
static void
leave_child_alone(const struct crash *crash, int signal)
{
	if (getpid() != crash->pid)
		_exit(128 + signal);
}

static void
on_fault(int signal, siginfo_t *info, void *context)
{
	struct crash *crash = lethe_crash;
	char what[MESSAGE_SIZE];
	struct text text;

	leave_child_alone(crash, signal);
	/* The crash answer itself crashed: no second try, and no third. */
	if (crash->dying > 1)
		_exit(1);
	if (sandbox_answer(info, context))
		return;
	if (crash->dying++ > 0)
		end(crash, crash->served ? 0 : count_up(crash));
	text_init(&text, what, sizeof(what));
	fault_describe(&text, signal, info, context);
	die(crash, 500, what, fault_place(context));
}

static void
on_alarm(int signal, siginfo_t *info, void *context)
{
	struct crash *crash = lethe_crash;
	char what[MESSAGE_SIZE];
	int status = 500;
	struct text text;

	leave_child_alone(crash, signal);
	if (crash->dying++ > 0)
		return;
	text_init(&text, what, sizeof(what));
	if (info->si_code == SI_TIMER) {
		status = 504;
		text_add(&text, "took longer than ");
		text_add_signed(&text, crash->watchdog_ms);
		text_add(&text, " ms and was stopped");
	} else
		text_add(&text, "was stopped by SIGALRM: alarm() and timers "
				"are not for apps");
	die(crash, status, what, fault_place(context));
}

/* Whether code of the app runs, or a request is being answered. */
static bool
is_busy(const struct crash *crash)
{
	return crash->answer->fd >= 0 || crash->answer->running != NULL;
}

static struct backtrace_fault
from_caller(const void *address)
{
	return (struct backtrace_fault){ .from = (uintptr_t)address };
}

static void
on_exit_call(int status, void *argument)
{
	struct crash *crash = argument;
	char what[64];
	struct text text;

	if (getpid() == crash->pid && is_busy(crash) && crash->dying++ == 0) {
		text_init(&text, what, sizeof(what));
		text_add(&text, "called exit(");
		text_add_signed(&text, status);
		text_add_char(&text, ')');
		die(crash, 500, what, from_caller(__builtin_return_address(0)));
	}
	/* The destructors that come next write to sealed memory. */
	if (seal_is_done()) {
		(void)fflush(NULL);
		_exit(status);
	}
}

static void
on_quick_exit_call(void)
{
	struct crash *crash = lethe_crash;

	if (getpid() == crash->pid && is_busy(crash) && crash->dying++ == 0)
		die(crash, 500, "called quick_exit()",
		    from_caller(__builtin_return_address(0)));
}

static void *
map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* A stack for the handlers, above a page that cannot be used: when it
 * overflows too, the kernel ends the process. */
static int
use_signal_stack(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = map(page + SIGNAL_STACK_SIZE);
	stack_t stack;

	if (memory == NULL || mprotect(memory, page, PROT_NONE) != 0)
		return -1;
	memset(&stack, 0, sizeof(stack));
	stack.ss_sp = memory + page;
	stack.ss_size = SIGNAL_STACK_SIZE;
	return sigaltstack(&stack, NULL);
}

static int
install_handlers(void)
{
	struct sigaction action;
	sigset_t used;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_fault;
	/* A fault in the handler must come through to it: were its signal
	 * blocked, the kernel would end the process. */
	action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
	(void)sigfillset(&action.sa_mask);
	(void)sigemptyset(&used);
	for (size_t i = 0; i < FAULT_SIGNALS; i++) {
		(void)sigdelset(&action.sa_mask, fault_signals[i]);
		(void)sigaddset(&used, fault_signals[i]);
	}
	for (size_t i = 0; i < FAULT_SIGNALS; i++)
		if (sigaction(fault_signals[i], &action, NULL) != 0)
			return -1;
	action.sa_sigaction = on_alarm;
	(void)sigaddset(&used, SIGALRM);
	if (sigaction(SIGALRM, &action, NULL) != 0)
		return -1;
	return sigprocmask(SIG_UNBLOCK, &used, NULL);
}

static int
make_timer(struct crash *crash)
{
	struct sigevent event;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGALRM;
	return (int)syscall(SYS_timer_create, CLOCK_MONOTONIC, &event,
	    &crash->timer, LETHE_MARK);
}

/* The kernel names a program that is run as /proc/self/exe "exe": ps, top
 * and killall are to find it by its own name. */
static void
restore_name(const char *program)
{
	const char *slash = program != NULL ? strrchr(program, '/') : NULL;

	if (program != NULL)
		(void)prctl(PR_SET_NAME, slash != NULL ? slash + 1 : program);
}

int
crash_install(struct last_answer *answer, char *const argv[], bool replace,
    struct error *error)
{
	struct crash *crash = map(sizeof(*crash));

	if (crash == NULL)
		return error_set(
		    error, "no memory for crash answers: %s", strerror(errno));
	trace_prepare();
	crash->answer = answer;
	crash->pid = getpid();
	crash->started_ms = clock_monotonic_ms();
	if (replace &&
	    replacement_prepare(&crash->replacement, argv, error) != 0)
		return -1;
	if (make_timer(crash) != 0)
		return error_set(
		    error, "no timer for the watchdog: %s", strerror(errno));
	lethe_crash = crash;
	if (use_signal_stack() != 0 || install_handlers() != 0 ||
	    on_exit(on_exit_call, crash) != 0 ||
	    at_quick_exit(on_quick_exit_call) != 0)
		return error_set(error, "crash answers cannot be set up: %s",
		    strerror(errno));
	restore_name(argv[0]);
	return 0;
}

void
crash_develop(struct development *development)
{
	lethe_crash->development = development;
}

void
crash_watchdog(int64_t milliseconds)
{
	struct crash *crash = lethe_crash;

	crash->watchdog_ms = milliseconds;
	/* Armed outside the .start hook it guards a connection. */
	if (milliseconds > 0 && crash->answer->running == NULL)
		crash->served = 1;
	set_timer(crash, milliseconds);
}

void
crash_back_off(void)
{
	const struct crash *crash = lethe_crash;
	struct timespec pause = { 0, 0 };
	unsigned int count;
	int64_t milliseconds = LONGEST_PAUSE_MS;

	if (crash->replacement == NULL)
		return;
	count = replacement_count(crash->replacement);
	if (count < QUICK_DEATHS)
		return;
	if (count - QUICK_DEATHS < 7)
		milliseconds = FIRST_PAUSE_MS << (count - QUICK_DEATHS);
	if (milliseconds > LONGEST_PAUSE_MS)
		milliseconds = LONGEST_PAUSE_MS;
	pause.tv_sec = milliseconds / 1000;
	pause.tv_nsec = milliseconds % 1000 * 1000000;
	(void)nanosleep(&pause, NULL);
}

void
crash_served(void)
{
	lethe_crash->served = 1;
}

void
crash_restore_descriptors(void)
{
	if (lethe_crash->replacement != NULL)
		replacement_restore_descriptors(lethe_crash->replacement);
}

void
crash_replace(void)
{
	if (lethe_crash->replacement != NULL)
		replacement_run(lethe_crash->replacement, 0);
}

int
crash_check_newer(int64_t limit_ms, int stop, struct error *error)
{
	return reload_check(lethe_crash->replacement, limit_ms, stop, error);
}

_Noreturn void
crash_run_newer(void)
{
	replacement_run_newer(lethe_crash->replacement);
	/* Nothing can be run, and the signals have lost their handlers. */
	_exit(1);
}
