/*
 * process/replace.c: running the program again in its own place.
 */
#include "process/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "process/attributes.h"
#include "process/children.h"
#include "process/outside.h"

/* The duplicates of 0, 1 and 2 are kept away from the numbers that an app's
 * own descriptors get, and may close by mistake. */
#define DUPLICATES_FROM 64

/* What the tool face of every app has. */
#define CHECK_COMMAND "check"

#define VARIABLE_SIZE (sizeof(REPLACED_VARIABLE "=") + 10)

struct replacement {
	/* Of the read-only copy. */
	const char *program;
	char **argv;
	char **check; /* `argv`, and the command to check the program */
	char **environment;
	int duplicates[3];
	struct inherited inherited;
	bool had_children;
	unsigned int count;
	/* The entry of the environment that changes. */
	char variable[VARIABLE_SIZE];
};

static size_t
strings_count(char *const strings[])
{
	size_t count = 0;

	while (strings[count] != NULL)
		count++;
	return count;
}

static size_t
strings_size(char *const strings[])
{
	size_t size = 0;

	for (size_t i = 0; strings[i] != NULL; i++)
		size += strlen(strings[i]) + 1;
	return size;
}

static bool
is_variable(const char *entry)
{
	const size_t size = sizeof(REPLACED_VARIABLE "=") - 1;

	return strncmp(entry, REPLACED_VARIABLE "=", size) == 0;
}

/* Copies the strings to `*at`, which moves on, but for our own variable. */
static size_t
strings_copy(char **copies, char *const strings[], char **at)
{
	size_t count = 0;

	for (size_t i = 0; strings[i] != NULL; i++) {
		size_t size = strlen(strings[i]) + 1;

		if (is_variable(strings[i]))
			continue;
		memcpy(*at, strings[i], size);
		copies[count++] = *at;
		*at += size;
	}
	copies[count] = NULL;
	return count;
}

static void *
map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void
write_count(struct replacement *replacement, unsigned int count)
{
	struct text text;

	text_init(&text, replacement->variable, VARIABLE_SIZE);
	text_add(&text, REPLACED_VARIABLE "=");
	text_add_number(&text, count, 1);
}

static unsigned int
read_count(void)
{
	const char *value = getenv(REPLACED_VARIABLE);
	unsigned long count = value != NULL ? strtoul(value, NULL, 10) : 0;

	return count > 1000000 ? 1000000 : (unsigned int)count;
}

/*
 * Where the program was started from, and a newer one may be some day: by the
 * name that it was called by, which may be a symbolic link, or, when it was
 * looked for in PATH, by the file that was found.
 */
static int
find_program(char *path, const char *name)
{
	static const char gone[] = " (deleted)";
	char directory[PATH_MAX] = "";
	ssize_t size;

	if (name != NULL && strchr(name, '/') != NULL) {
		if (name[0] != '/' &&
		    getcwd(directory, sizeof(directory)) == NULL)
			return -1;
		size = snprintf(path, PATH_MAX, "%s%s%s", directory,
		    name[0] != '/' ? "/" : "", name);
		if (size < PATH_MAX)
			return 0;
		errno = ENAMETOOLONG;
		return -1;
	}
	size = readlink("/proc/self/exe", path, PATH_MAX - 1);
	if (size < 0)
		return -1;
	path[size] = '\0';
	if ((size_t)size >= sizeof(gone) &&
	    strcmp(path + size - (sizeof(gone) - 1), gone) == 0)
		path[(size_t)size - (sizeof(gone) - 1)] = '\0';
	return 0;
}

/* Copies arguments and environment: the app may change its own. */
static int
copy_strings(struct replacement *replacement, char *const argv[])
{
	char program[PATH_MAX];
	char *const own[] = { program, (char *)(uintptr_t)CHECK_COMMAND, NULL };
	char *copies[3];
	size_t arguments = strings_count(argv);
	size_t variables = strings_count(environ);
	/* Three NULLs, the command, and the variable of ours. */
	size_t pointers = (2 * arguments + variables + 5) * sizeof(char *);
	size_t size;
	char *memory, *at;

	if (find_program(program, argv[0]) != 0)
		return -1;
	size = pointers + strings_size(own) + strings_size(argv) +
	       strings_size(environ);
	memory = map(size);
	if (memory == NULL)
		return -1;
	at = memory + pointers;
	(void)strings_copy(copies, own, &at);
	replacement->program = copies[0];
	replacement->argv = (char **)(void *)memory;
	arguments = strings_copy(replacement->argv, argv, &at);
	replacement->check = replacement->argv + arguments + 1;
	memcpy(replacement->check, replacement->argv,
	    arguments * sizeof(char *));
	replacement->check[arguments] = copies[1];
	replacement->check[arguments + 1] = NULL;
	replacement->environment = replacement->check + arguments + 2;
	variables = strings_copy(replacement->environment, environ, &at);
	replacement->environment[variables] = replacement->variable;
	replacement->environment[variables + 1] = NULL;
	return mprotect(memory, size, PROT_READ);
}

int
replacement_prepare(
    struct replacement **out, char *const argv[], struct error *error)
{
	struct replacement *replacement = map(sizeof(*replacement));

	*out = NULL;
	if (replacement == NULL || copy_strings(replacement, argv) != 0)
		return error_set(error,
		    "the program's name, arguments and environment cannot be "
		    "kept for running it again: %s",
		    strerror(errno));
	replacement->count = read_count();
	write_count(replacement, 0);
	for (int fd = 0; fd < 3; fd++)
		replacement->duplicates[fd] =
		    fcntl(fd, F_DUPFD_CLOEXEC, DUPLICATES_FROM);
	inherited_take(&replacement->inherited);
	replacement->had_children = children_exist();
	children_adopt();
	*out = replacement;
	return 0;
}

unsigned int
replacement_count(const struct replacement *replacement)
{
	return replacement->count;
}

/* Whatever else is open was the app's or ours: none of it may be inherited. */
static void
close_on_exec(void)
{
	struct rlimit limit = { 1024, 1024 };

	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (int fd = 3; fd < (int)limit.rlim_cur; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void
replacement_restore_descriptors(const struct replacement *replacement)
{
	for (int fd = 0; fd < 3; fd++)
		if (replacement->duplicates[fd] >= 0)
			(void)dup2(replacement->duplicates[fd], fd);
}

static void
set_disposition(int signal, void (*disposition)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = disposition;
	(void)sigaction(signal, &action, NULL);
}

/*
 * Signals that ask the process to end must not be lost between two programs:
 * with their default action they end it as soon as they are unblocked.  Those
 * that ask for a newer program wait, blocked, for the next one.  Those that
 * our own dying caused are dropped.
 */
static void
unblock_signals(void)
{
	static const int ending[] = { SIGTERM, SIGINT, SIGQUIT, SIGUSR1 };
	sigset_t waiting;
	struct sigaction pipe;

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		struct sigaction current;

		if (sigaction(ending[i], NULL, &current) == 0 &&
		    current.sa_handler != SIG_IGN)
			set_disposition(ending[i], SIG_DFL);
	}
	set_disposition(SIGALRM, SIG_IGN);
	set_disposition(SIGALRM, SIG_DFL);
	memset(&pipe, 0, sizeof(pipe));
	(void)sigaction(SIGPIPE, NULL, &pipe);
	set_disposition(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&waiting);
	(void)sigaddset(&waiting, SIGHUP);
	(void)sigaddset(&waiting, SIGUSR2);
	(void)sigprocmask(SIG_SETMASK, &waiting, NULL);
	if (pipe.sa_handler == SIG_DFL)
		set_disposition(SIGPIPE, SIG_DFL);
}

/* Which program is to be run. */
struct order {
	struct replacement *replacement;
	const char *program;
	unsigned int count;
};

static void
execute(void *context)
{
	const struct order *order = context;
	struct replacement *replacement = order->replacement;

	write_count(replacement, order->count);
	if (!replacement->had_children)
		children_end();
	inherited_restore(&replacement->inherited);
	replacement_restore_descriptors(replacement);
	close_on_exec();
	unblock_signals();
	(void)execve(
	    order->program, replacement->argv, replacement->environment);
}

void
replacement_run(struct replacement *replacement, unsigned int count)
{
	struct order order = { replacement, "/proc/self/exe", count };

	outside_run(execute, &order);
}

void
replacement_run_newer(struct replacement *replacement)
{
	struct order order = { replacement, replacement->program, 0 };

	outside_run(execute, &order);
	/* It was there a moment ago. */
	replacement_run(replacement, 0);
}

const char *
replacement_program(const struct replacement *replacement)
{
	return replacement->program;
}

void
replacement_check(const struct replacement *replacement)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	set_disposition(SIGPIPE, SIG_DFL);
	(void)execve(replacement->program, replacement->check,
	    replacement->environment);
}
