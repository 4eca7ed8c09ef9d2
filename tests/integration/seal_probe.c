/*
 * seal_probe.c: a worker that does what it is told not to.
 *
 * Descriptor 0 is a listening socket.  A request is one line: a misdeed's
 * name and a request id.  The probe is ready to answer as FastCGI request 7,
 * does the misdeed, and if that did not end it, says so in plain text.
 *
 *   seal_probe [START]         serves; START is what the .start hook does
 *   seal_probe cgi MISDEED     does it once, as a CGI program
 *   seal_probe variables       lists its writable variables
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "http/last_answer.h"
#include "process/crash.h"
#include "process/seal.h"

#define WATCHDOG_MS 300
#define LARGE ((size_t)1024 * 1024)

/* For what UndefinedBehaviorSanitizer would end before the processor does. */
#define UNDEFINED __attribute__((no_sanitize("undefined")))

/* The variables that misdeeds write to. */
volatile int df = 1;
volatile long rows[100];
volatile char buffer[3];
static volatile int total;
#ifdef PROBE_THREAD_LOCAL
_Thread_local volatile int per_thread = 3;
#endif

/* What the .start hook makes. */
struct table {
	char *small;
	char *large;
	struct json_object *json;
};

struct probe {
	struct last_answer *answer;
	const struct table *table;
	const char *start;
	const char *id;
};

struct misdeed {
	const char *name;
	void (*perform)(struct probe *probe);
};

static void
write_global(struct probe *probe)
{
	(void)probe;
	df = 2;
}

static void
write_array(struct probe *probe)
{
	(void)probe;
	rows[57] = 1;
}

static void
write_zeroed_static(struct probe *probe)
{
	(void)probe;
	total++;
}

static void
write_static_local(struct probe *probe)
{
	static volatile int counter;

	(void)probe;
	counter++;
}

static void
write_small(struct probe *probe)
{
	probe->table->small[0] = 'x';
}

static void
write_large(struct probe *probe)
{
	probe->table->large[LARGE / 2] = 'x';
}

static void
free_small(struct probe *probe)
{
	free(probe->table->small);
}

static void
free_large(struct probe *probe)
{
	free(probe->table->large);
}

static void
reference_json(struct probe *probe)
{
	(void)json_object_get(probe->table->json);
}

UNDEFINED static void
read_null(struct probe *probe)
{
	const volatile char *volatile nothing = NULL;

	(void)probe;
	(void)*nothing;
}

static void
call_abort(struct probe *probe)
{
	(void)probe;
	abort();
}

static int
descend(volatile char *frame, int depth)
{
	volatile char inner[512];

	inner[0] = (char)(depth + frame[0]);
	/* Never; compilers refuse a recursion that plainly has no end. */
	if (depth == -1)
		return 0;
	return descend(inner, depth + 1) + inner[0];
}

static void
overflow_stack(struct probe *probe)
{
	volatile char frame[1] = { 0 };

	(void)probe;
	(void)descend(frame, 0);
}

static void
loop_for_ever(struct probe *probe)
{
	volatile unsigned int turns = 0;

	(void)probe;
	for (;;)
		turns++;
}

static void
call_exit(struct probe *probe)
{
	(void)probe;
	exit(3);
}

static void
call_quick_exit(struct probe *probe)
{
	(void)probe;
	quick_exit(3);
}

UNDEFINED static void
divide_by_zero(struct probe *probe)
{
	volatile int zero = 0;

	(void)probe;
	zero = 100 / zero;
}

static void
trap(struct probe *probe)
{
	(void)probe;
	__builtin_trap();
}

/* The crash answer crashes itself, over the callback's name. */
static void
fault_twice(struct probe *probe)
{
	probe->answer->running = (const char *)8;
	read_null(probe);
}

/* What must outlive neither the crash nor the request. */
static void
leave_descriptors(struct probe *probe)
{
	for (int i = 0; i < 20; i++)
		(void)dup(probe->answer->fd);
	(void)close(STDIN_FILENO);
	abort();
}

static void
block_sigterm_and_die(struct probe *probe)
{
	sigset_t set;

	(void)probe;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)raise(SIGTERM);
	abort();
}

static void
say_fine(const struct probe *probe)
{
	char text[256];
	int size = snprintf(text, sizeof(text), "fine %ld\n", (long)getpid());

	if (write(probe->answer->fd, text, (size_t)size) != size)
		_exit(4);
}

/* A process that was forked is not the worker, however it ends. */
static void
fork_and_exit(struct probe *probe)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		exit(5);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 5)
		say_fine(probe);
}

/* What a handler may do, and has to be able to after the seal. */
static void
behave(struct probe *probe)
{
	struct json_object *object = json_tokener_parse("{\"a\":[1.5,2]}");
	char *memory = malloc(20 * LARGE);
	time_t now = time(NULL);
	struct tm broken;

	(void)printf("a handler may print: %f\n", 1.5);
	(void)fflush(stdout);
	if (object == NULL || memory == NULL ||
	    localtime_r(&now, &broken) == NULL)
		return;
	memset(memory, 1, 20 * LARGE);
	(void)json_object_to_json_string(object);
	json_object_put(object);
	free(memory);
	if (probe->table == NULL || probe->table->small[0] == 's')
		say_fine(probe);
}

/* Tells pid, name, count of descriptors, and of deaths at start. */
static void
describe(struct probe *probe)
{
	char name[64] = "";
	char text[512];
	const char *replaced = getenv("LETHE_REPLACED");
	int open_count = 0;
	int fd = open("/proc/self/comm", O_RDONLY);
	int size;

	if (fd >= 0 && read(fd, name, sizeof(name) - 1) > 0)
		name[strcspn(name, "\n")] = '\0';
	(void)close(fd);
	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			open_count++;
	size = snprintf(text, sizeof(text),
	    "fine %ld name=%s open=%d replaced=%s start=%s\n", (long)getpid(),
	    name, open_count, replaced != NULL ? replaced : "-", probe->start);
	if (write(probe->answer->fd, text, (size_t)size) != size)
		_exit(4);
}

static void
replace(struct probe *probe)
{
	say_fine(probe);
	probe->answer->fd = -1;
	crash_replace();
}

static const struct misdeed misdeeds[] = {
	{ "behave", behave },
	{ "describe", describe },
	{ "global", write_global },
	{ "array", write_array },
	{ "static", write_zeroed_static },
	{ "static-local", write_static_local },
	{ "small", write_small },
	{ "large", write_large },
	{ "free-small", free_small },
	{ "free-large", free_large },
	{ "json", reference_json },
	{ "null", read_null },
	{ "abort", call_abort },
	{ "stack", overflow_stack },
	{ "loop", loop_for_ever },
	{ "exit", call_exit },
	{ "quick-exit", call_quick_exit },
	{ "divide", divide_by_zero },
	{ "trap", trap },
	{ "twice", fault_twice },
	{ "descriptors", leave_descriptors },
	{ "sigterm", block_sigterm_and_die },
	{ "fork", fork_and_exit },
	{ "replace", replace },
};

static const void *
start(void *argument)
{
	const char *kind = argument;
	struct table *table = malloc(sizeof(*table));

	if (strcmp(kind, "crash") == 0)
		read_null(NULL);
	if (strcmp(kind, "loop") == 0)
		loop_for_ever(NULL);
	if (strcmp(kind, "exit") == 0)
		exit(3);
	if (strcmp(kind, "stack") == 0)
		overflow_stack(NULL);
	if (table == NULL)
		return NULL;
	/* The buffer of stdio must not become memory of the hook. */
	(void)printf("a hook may print\n");
	table->small = strdup("small");
	table->large = malloc(LARGE);
	table->json = json_tokener_parse("{\"rows\":[1,2,3]}");
	return table;
}

static int
fail(const struct error *error)
{
	(void)fprintf(stderr, "seal_probe: %s\n", error->message);
	_exit(2);
}

static void
prepare(struct probe *probe, char *argv[], bool replace_self)
{
	struct error error;
	const void *table = NULL;

	probe->answer = mmap(NULL, sizeof(*probe->answer),
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (probe->answer == MAP_FAILED)
		_exit(4);
	probe->answer->fd = -1;
	if (seal_check(argv, &error) != 0 ||
	    crash_install(probe->answer, argv, replace_self, &error) != 0)
		fail(&error);
	crash_back_off();
	probe->answer->running = ".start";
	crash_watchdog(WATCHDOG_MS);
	if (strcmp(probe->start, "none") != 0 &&
	    seal_start(
		start, (void *)(uintptr_t)probe->start, &table, &error) != 0)
		fail(&error);
	crash_watchdog(0);
	probe->answer->running = NULL;
	probe->table = table;
	if (seal_app(&error) != 0)
		fail(&error);
}

static void
perform(struct probe *probe, const char *name)
{
	for (size_t i = 0; i < sizeof(misdeeds) / sizeof(misdeeds[0]); i++)
		if (strcmp(misdeeds[i].name, name) == 0)
			misdeeds[i].perform(probe);
}

static void
serve(struct probe *probe, int fd)
{
	char line[128];
	ssize_t size = read(fd, line, sizeof(line) - 1);
	char *id;

	if (size <= 0)
		return;
	line[size] = '\0';
	line[strcspn(line, "\n")] = '\0';
	id = strchr(line, ' ');
	if (id == NULL)
		return;
	*id++ = '\0';
	(void)snprintf(probe->answer->id, REQUEST_ID_SIZE, "%s", id);
	probe->answer->fastcgi_id = 7;
	probe->answer->running = "update_output";
	probe->answer->fd = fd;
	crash_watchdog(WATCHDOG_MS);
	perform(probe, line);
	crash_watchdog(0);
	probe->answer->fd = -1;
	probe->answer->running = NULL;
	crash_served();
}

static void
list(void *context, const char *name, size_t size)
{
	(void)context;
	(void)printf("%s %zu\n", name, size);
}

int
main(int argc, char *argv[])
{
	struct probe probe = { .start = argc > 1 ? argv[1] : "table" };
	struct error error;

	if (argc > 1 && strcmp(argv[1], "variables") == 0) {
		if (seal_list_variables(list, NULL, &error) < 0)
			fail(&error);
		return 0;
	}
#ifdef PROBE_THREAD_LOCAL
	per_thread++;
#endif
	if (argc > 2 && strcmp(argv[1], "cgi") == 0) {
		probe.start = "none";
		prepare(&probe, argv, false);
		(void)strncpy(probe.answer->id, "c61", REQUEST_ID_SIZE);
		probe.answer->fastcgi_id = -1;
		probe.answer->running = "layout";
		probe.answer->fd = STDOUT_FILENO;
		perform(&probe, argv[2]);
		_exit(0);
	}
	prepare(&probe, argv, true);
	for (;;) {
		int fd = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			_exit(3);
		serve(&probe, fd);
		(void)close(fd);
	}
}
