/*
 * process/attributes.c: what belongs to the process as a whole.
 */
#include "process/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mark.h"

/* Away from the numbers that an app's own descriptors get. */
#define DIRECTORY_FROM 64

static const int clocks[] = { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };
#define CLOCKS (sizeof(clocks) / sizeof(clocks[0]))

/* Signals on which the crash answers and the watchdog depend most. */
static const int vital[] = { SIGSEGV, SIGABRT, SIGALRM };
#define VITAL (sizeof(vital) / sizeof(vital[0]))

/* umask(), which in the sandbox is not for others. */
static mode_t
set_mask(mode_t mask)
{
	return (mode_t)syscall(SYS_umask, mask, LETHE_MARK);
}

void
inherited_take(struct inherited *inherited)
{
	int directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	inherited->directory =
	    fcntl(directory, F_DUPFD_CLOEXEC, DIRECTORY_FROM);
	if (directory >= 0)
		(void)close(directory);
	inherited->mask = set_mask(077);
	(void)set_mask(inherited->mask);
	inherited->nice = getpriority(PRIO_PROCESS, 0);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		(void)getrlimit(i, &inherited->limits[i]);
}

void
inherited_restore(const struct inherited *inherited)
{
	static const struct itimerval never;

	/* What cannot be put back is the same for the next program. */
	if (inherited->directory >= 0 && fchdir(inherited->directory) != 0)
		(void)inherited;
	(void)set_mask(inherited->mask);
	(void)setpriority(PRIO_PROCESS, 0, inherited->nice);
	for (size_t i = 0; i < CLOCKS; i++)
		(void)setitimer(clocks[i], &never, NULL);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		(void)setrlimit(i, &inherited->limits[i]);
}

static size_t
count_strings(char *const strings[])
{
	size_t count = 0;

	while (strings != NULL && strings[count] != NULL)
		count++;
	return count;
}

static int
copy_environment(struct attributes *attributes)
{
	size_t count = count_strings(environ);

	attributes->environment = environ;
	attributes->strings = calloc(count + 1, sizeof(char *));
	for (size_t i = 0; attributes->strings != NULL && i < count; i++) {
		attributes->strings[i] = strdup(environ[i]);
		if (attributes->strings[i] == NULL)
			return -1;
	}
	return attributes->strings != NULL ? 0 : -1;
}

static void *
signal_stack(void)
{
	stack_t stack;

	return sigaltstack(NULL, &stack) == 0 ? stack.ss_sp : NULL;
}

int
attributes_take(struct attributes *attributes, struct error *error)
{
	const char *locale = setlocale(LC_ALL, NULL);
	struct stat status;

	memset(attributes, 0, sizeof(*attributes));
	inherited_take(&attributes->inherited);
	if (stat(".", &status) == 0) {
		attributes->directory_device = status.st_dev;
		attributes->directory_inode = status.st_ino;
	}
	(void)sigprocmask(SIG_SETMASK, NULL, &attributes->blocked);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, NULL, &attributes->actions[i]);
	attributes->signal_stack = signal_stack();
	attributes->rounding = fegetround();
	attributes->exceptions = fegetexcept();
	(void)snprintf(attributes->locale, sizeof(attributes->locale), "%s",
	    locale != NULL ? locale : "");
	(void)prctl(PR_GET_NAME, attributes->name);
	if (copy_environment(attributes) != 0)
		return error_set(
		    error, "no memory for a copy of the environment");
	return 0;
}

/* The kernel's SA_RESTORER: libc sets it, for good, with whatever is set; what
 * was set and put back has it, and what never was has not. */
#define RESTORER_FLAG 0x04000000

static bool
is_same_action(const struct attributes *attributes, int signal)
{
	const struct sigaction *known = &attributes->actions[signal];
	struct sigaction action;

	/* libc keeps some signals for itself. */
	if (sigaction(signal, NULL, &action) != 0)
		return true;
	return action.sa_sigaction == known->sa_sigaction &&
	       ((action.sa_flags ^ known->sa_flags) & ~RESTORER_FLAG) == 0;
}

static int
check_blocked(const struct attributes *attributes, struct error *error)
{
	sigset_t blocked;

	/* At once: these signals are also the watchdog's. */
	(void)sigemptyset(&blocked);
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &attributes->blocked,
	    &blocked, (size_t)(NSIG / 8), LETHE_MARK);
	for (int i = 1; i < NSIG; i++)
		if (sigismember(&blocked, i) !=
		    sigismember(&attributes->blocked, i))
			return error_set(error,
			    "left signal %d (%s) %s: put the mask back before "
			    "returning",
			    i, strsignal(i),
			    sigismember(&blocked, i) == 1 ? "blocked"
							  : "unblocked");
	return 0;
}

static int
check_actions(
    const struct attributes *attributes, bool thorough, struct error *error)
{
	size_t count = thorough ? NSIG - 1 : VITAL;

	for (size_t i = 0; i < count; i++) {
		int signal = thorough ? (int)i + 1 : vital[i];

		if (!is_same_action(attributes, signal))
			return error_set(error,
			    "changed what happens on signal %d (%s): signals "
			    "belong to the worker",
			    signal, strsignal(signal));
	}
	if (signal_stack() != attributes->signal_stack)
		return error_set(error,
		    "changed the stack of the signal handlers, which belongs "
		    "to the worker");
	return 0;
}

static int
check_timers(struct error *error)
{
	struct itimerval timer;

	for (size_t i = 0; i < CLOCKS; i++)
		if (getitimer(clocks[i], &timer) == 0 &&
		    (timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0))
			return error_set(error,
			    "left a timer running (alarm() or setitimer()): "
			    "whatever takes long is ended by LETHE_TIMEOUT");
	return 0;
}

static int
check_files(const struct attributes *attributes, struct error *error)
{
	struct stat status;
	mode_t mask = set_mask(attributes->inherited.mask);

	if (mask != attributes->inherited.mask)
		return error_set(error,
		    "changed the umask to %03o: give the mode to open(), or "
		    "use fchmod()",
		    (unsigned int)mask);
	if (stat(".", &status) != 0 ||
	    status.st_dev != attributes->directory_device ||
	    status.st_ino != attributes->directory_inode)
		return error_set(error,
		    "changed the working directory: use whole paths, or "
		    "openat()");
	return 0;
}

static int
check_environment(const struct attributes *attributes, struct error *error)
{
	char *const *known = attributes->strings;
	bool same = environ == attributes->environment;

	for (; same && *known != NULL; known++) {
		const char *now = environ[known - attributes->strings];

		same = now != NULL && strcmp(now, *known) == 0;
	}
	if (same && environ[known - attributes->strings] == NULL)
		return 0;
	return error_set(error,
	    "changed the environment: hand values on as arguments");
}

static int
check_arithmetic(const struct attributes *attributes, struct error *error)
{
	if (fegetround() != attributes->rounding ||
	    fegetexcept() != attributes->exceptions)
		return error_set(error,
		    "changed how floating-point numbers are rounded or "
		    "trapped: put it back before returning (fesetenv())");
	/* Every division leaves flags. */
	(void)feclearexcept(FE_ALL_EXCEPT);
	return 0;
}

static int
check_locale(const struct attributes *attributes, struct error *error)
{
	const char *locale = setlocale(LC_ALL, NULL);

	if (uselocale((locale_t)0) != LC_GLOBAL_LOCALE ||
	    (locale != NULL && strcmp(locale, attributes->locale) != 0))
		return error_set(error,
		    "changed the locale: use newlocale(), the functions that "
		    "end in _l, and freelocale()");
	return 0;
}

static int
check_limits(const struct attributes *attributes, struct error *error)
{
	char name[16] = "";

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit *known = &attributes->inherited.limits[i];
		struct rlimit limit;

		if (getrlimit(i, &limit) == 0 &&
		    (limit.rlim_cur != known->rlim_cur ||
			limit.rlim_max != known->rlim_max))
			return error_set(error,
			    "changed a limit of the process (setrlimit(), "
			    "number %d)",
			    i);
	}
	(void)prctl(PR_GET_NAME, name);
	if (strcmp(name, attributes->name) != 0)
		return error_set(
		    error, "changed the name of the process to %s", name);
	return 0;
}

static int
check_priority(const struct attributes *attributes, struct error *error)
{
	if (getpriority(PRIO_PROCESS, 0) == attributes->inherited.nice)
		return 0;
	return error_set(
	    error, "changed the priority of the process (nice())");
}

int
attributes_check(const struct attributes *attributes,
    enum attributes_extent extent, struct error *error)
{
	bool thorough = extent == ATTRIBUTES_ALL;

	if (check_blocked(attributes, error) != 0 ||
	    check_environment(attributes, error) != 0 ||
	    check_arithmetic(attributes, error) != 0 ||
	    check_locale(attributes, error) != 0)
		return -1;
	if (extent == ATTRIBUTES_UNGUARDED)
		return 0;
	if (check_actions(attributes, thorough, error) != 0 ||
	    check_timers(error) != 0 || check_files(attributes, error) != 0 ||
	    check_priority(attributes, error) != 0)
		return -1;
	return thorough ? check_limits(attributes, error) : 0;
}
