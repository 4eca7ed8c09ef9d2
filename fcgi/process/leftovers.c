/*
 * process/leftovers.c: what the app's code leaves behind in the process.
 *
 * Asked after each request, so nearly all is asked of descriptors for /proc
 * that are kept open, and what is asked changes only when there is something
 * to tell.
 */
#include "process/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mark.h"

#include "process/attributes.h"
#include "process/children.h"
#include "process/descriptors.h"
#include "process/maps.h"
#include "process/objects.h"
#include "process/process.h"
#include "process/sandbox.h"

/* Away from the numbers that an app's own descriptors get. */
#define PROC_FROM 64

/* For so long a thread that was joined may still be seen. */
#define THREAD_END_MS 100

struct leftovers {
	const struct process *process;
	int tasks;  /* /proc/self/task */
	int timers; /* /proc/self/timers; -1: the kernel has none */
	int memory; /* /proc/self/statm */
	int mappings; /* /proc/self/maps */
	nlink_t threads; /* as check_threads() counts them */
	bool had_children;
	size_t timer_count;
	uintptr_t heap_end;
	int64_t mapped; /* bytes, without the heap */
	int64_t resident;
	unsigned int closed;
	struct maps maps;
	struct maps now; /* got early: the sandbox refuses such mappings */
	struct descriptors descriptors;
	struct attributes attributes;
};

static int
open_proc(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, PROC_FROM);

	if (fd >= 0)
		(void)close(fd);
	return high;
}

struct sizes {
	int64_t mapped;
	int64_t resident;
};

/* Bytes of all mappings, and of memory in use that is no file's; zeros when
 * the kernel does not say. */
static struct sizes
read_sizes(const struct leftovers *leftovers)
{
	const int64_t page = sysconf(_SC_PAGESIZE);
	long long mapped, resident, shared;
	char text[128];
	ssize_t size = pread(leftovers->memory, text, sizeof(text) - 1, 0);

	if (size <= 0)
		return (struct sizes){ 0, 0 };
	text[size] = '\0';
	if (sscanf(text, "%lld %lld %lld", &mapped, &resident, &shared) != 3)
		return (struct sizes){ 0, 0 };
	return (struct sizes){ mapped * page, (resident - shared) * page };
}

/* Of timers that timer_create() made. */
static size_t
count_timers(const struct leftovers *leftovers)
{
	char text[1024];
	ssize_t size;
	size_t count = 0;

	if (leftovers->timers < 0)
		return 0;
	size = pread(leftovers->timers, text, sizeof(text) - 1, 0);
	text[size > 0 ? size : 0] = '\0';
	for (const char *at = text; (at = strstr(at, "ID:")) != NULL; at++)
		count++;
	return count;
}

/* How often Lethe itself closed files. */
static unsigned int
count_closed(const struct process *process)
{
	unsigned int count = 0;

	if (process->store != NULL)
		count += store_closed(process->store);
	if (process->sessions != NULL)
		count += sessions_closed(process->sessions);
	if (process->data != NULL)
		count += data_closed(process->data);
	return count;
}

static void
know_memory(struct leftovers *leftovers)
{
	struct sizes sizes = read_sizes(leftovers);

	leftovers->heap_end = (uintptr_t)sbrk(0);
	leftovers->mapped = sizes.mapped;
}

struct leftovers *
leftovers_new(const struct process *process, struct error *error)
{
	struct leftovers *leftovers = calloc(1, sizeof(*leftovers));

	if (leftovers == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	leftovers->process = process;
	leftovers->tasks = open_proc("/proc/self/task", O_DIRECTORY);
	leftovers->timers = open_proc("/proc/self/timers", 0);
	leftovers->memory = open_proc("/proc/self/statm", 0);
	leftovers->mappings = open_proc("/proc/self/maps", 0);
	if (leftovers->tasks >= 0 && leftovers->memory >= 0 &&
	    leftovers->mappings >= 0 && maps_init(&leftovers->maps, error) == 0 &&
	    maps_init(&leftovers->now, error) == 0 &&
	    descriptors_init(&leftovers->descriptors, process->settings.state,
		process->settings.data, error) == 0)
		return leftovers;
	(void)error_set(error,
	    "the worker cannot see what handlers leave behind: %s: mount "
	    "/proc",
	    strerror(errno));
	free(leftovers);
	return NULL;
}

/*
 * From now on malloc() fails when it would take more than is allowed beyond
 * what there is.  The kernel counts private memory that can be written to.
 */
static int
limit_memory(const struct leftovers *leftovers, struct error *error)
{
	const int64_t page = sysconf(_SC_PAGESIZE);
	struct rlimit limit;
	long long pages = 0;
	char text[128];
	ssize_t size = pread(leftovers->memory, text, sizeof(text) - 1, 0);

	text[size > 0 ? size : 0] = '\0';
	if (sscanf(text, "%*s %*s %*s %*s %*s %lld", &pages) != 1 ||
	    getrlimit(RLIMIT_DATA, &limit) != 0)
		return error_set(error, "the worker's memory is unknown: %s",
		    strerror(errno));
	limit.rlim_cur =
	    (rlim_t)(pages * page + leftovers->process->settings.memory);
	/* Somebody may have set a lower one. */
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	/* By its system call, for in the sandbox others may not. */
	if (syscall(SYS_prlimit64, 0, RLIMIT_DATA, &limit, NULL, LETHE_MARK) !=
	    0)
		return error_set(error,
		    "the worker's memory cannot be limited: %s",
		    strerror(errno));
	return 0;
}

/* The directory has a link for each thread, and two more.  0: it cannot be
 * asked. */
static nlink_t
count_threads(const struct leftovers *leftovers)
{
	struct stat status;

	if (fstat(leftovers->tasks, &status) != 0 || !S_ISDIR(status.st_mode))
		return 0;
	return status.st_nlink;
}

int
leftovers_begin(struct leftovers *leftovers, struct error *error)
{
	if (limit_memory(leftovers, error) != 0)
		return -1;
	leftovers->threads = count_threads(leftovers);
	leftovers->had_children = children_exist();
	leftovers->timer_count = count_timers(leftovers);
	leftovers->closed = count_closed(leftovers->process);
	if (maps_read_from(&leftovers->maps, leftovers->mappings, error) != 0 ||
	    attributes_take(&leftovers->attributes, error) != 0 ||
	    descriptors_know(&leftovers->descriptors, -1, error) != 0)
		return -1;
	know_memory(leftovers);
	leftovers->resident = read_sizes(leftovers).resident;
	return 0;
}

/* pthread_join() returns a moment before the kernel has done with the thread.
 */
static int
check_threads(const struct leftovers *leftovers, struct error *error)
{
	nlink_t threads = 0;

	for (int i = 0; i <= THREAD_END_MS; i++) {
		threads = count_threads(leftovers);
		if (threads == 0)
			return error_set(error,
			    "closed a descriptor of the worker's, by which it "
			    "counts threads");
		if (threads <= leftovers->threads)
			return 0;
		(void)poll(NULL, 0, 1);
	}
	return error_set(error,
	    "left %d thread%s running: join what you start before returning",
	    (int)(threads - leftovers->threads),
	    threads == leftovers->threads + 1 ? "" : "s");
}

static int
check_children(const struct leftovers *leftovers, struct error *error)
{
	if (leftovers->had_children || !children_exist())
		return 0;
	return error_set(error,
	    "left a child process: wait for what you start before returning "
	    "(waitpid())");
}

static int
check_timers(const struct leftovers *leftovers, struct error *error)
{
	if (count_timers(leftovers) <= leftovers->timer_count)
		return 0;
	return error_set(error,
	    "left a timer (timer_create()): delete it before returning");
}

/* Was it there before, or does it belong to Lethe's or the system's files? */
static bool
is_right_mapping(
    const struct leftovers *leftovers, const struct mapping *mapping)
{
	size_t size = strlen(leftovers->process->settings.state);

	if (!mapping->shared && mapping->name[0] != '/')
		return true;
	for (size_t i = 0; i < leftovers->maps.count; i++)
		if (maps_is_same(&leftovers->maps.mappings[i], mapping))
			return true;
	return (strncmp(mapping->name, leftovers->process->settings.state,
		    size) == 0 &&
		   mapping->name[size] == '/') ||
	       objects_is_system(mapping->range.start);
}

static int
check_guard(const struct leftovers *leftovers, struct error *error)
{
	const char *refused = guard_refused(leftovers->process->guard);

	if (refused == NULL)
		return 0;
	return error_set(error,
	    "opened %s with SQLite: the state directory is Lethe's own; use "
	    "lethe_cache_get(), lethe_session_get() or "
	    "lethe_session_prepare()",
	    refused);
}

/*
 * Private memory without a name may be malloc's, so that only its size tells
 * of it.  All else is looked for when the size of all mappings without the
 * heap is not what it was.
 */
static int
check_mappings(struct leftovers *leftovers, struct error *error)
{
	int64_t heap = (int64_t)((uintptr_t)sbrk(0) - leftovers->heap_end);
	struct maps *now = &leftovers->now;
	int result = 0;

	if (read_sizes(leftovers).mapped == leftovers->mapped + heap)
		return 0;
	if (maps_read_from(now, leftovers->mappings, error) != 0)
		return -1;
	for (size_t i = 0; result == 0 && i < now->count; i++)
		if (!is_right_mapping(leftovers, &now->mappings[i]))
			result = error_set(error,
			    "left a mapping of %s: unmap it before returning",
			    now->mappings[i].name);
	know_memory(leftovers);
	return result;
}

/* What runs on after the handler. */
static int
check_running(const struct leftovers *leftovers, struct error *error)
{
	return check_threads(leftovers, error) != 0 ||
	    check_children(leftovers, error) != 0 ||
	    check_timers(leftovers, error) != 0 ? -1 : 0;
}

/* The sandbox's filter refuses threads, children, timers and most that
 * changes the process, so that they need not be asked for. */
int
leftovers_check(
    struct leftovers *leftovers, int connection, struct error *error)
{
	bool thorough = leftovers->process->settings.debug;
	bool guarded = !thorough && sandbox_filters();
	unsigned int closed = count_closed(leftovers->process);
	bool changed = closed != leftovers->closed;

	leftovers->closed = closed;
	if (attributes_check(&leftovers->attributes,
		thorough      ? ATTRIBUTES_ALL
		    : guarded ? ATTRIBUTES_UNGUARDED
			      : ATTRIBUTES_CHANGEABLE,
		error) != 0 ||
	    (!guarded && check_running(leftovers, error) != 0) ||
	    check_guard(leftovers, error) != 0 ||
	    descriptors_check(&leftovers->descriptors, connection, changed,
		thorough, error) != 0)
		return -1;
	return check_mappings(leftovers, error);
}

void
leftovers_know(struct leftovers *leftovers)
{
	unsigned int closed = count_closed(leftovers->process);
	struct error error;

	if (closed == leftovers->closed)
		return;
	leftovers->closed = closed;
	(void)descriptors_know(&leftovers->descriptors, -1, &error);
}

int64_t
leftovers_memory(const struct leftovers *leftovers)
{
	return read_sizes(leftovers).resident - leftovers->resident;
}
