/*
 * process/sandbox.c: puts the worker into its sandbox.
 */
#include "process/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "process/exceptions.h"
#include "process/landlock.h"
#include "process/objects.h"
#include "process/outside.h"
#include "process/seal.h"
#include "process/seccomp.h"
#include "process/trapped.h"

/* Objects, and pieces of what .start made. */
#define RANGES_MAX 256

/* For so long a thread that was joined may still be seen. */
#define THREAD_END_MS 100

/* What every program may read: libraries that libc loads later, time zones,
 * names of users and hosts, certificates; and what tells of this process. */
static const char *const readable[] = { "/usr", "/lib", "/lib32", "/lib64",
	"/etc", "/run/systemd/resolve/", "/dev/null", "/dev/zero",
	"/dev/random", "/dev/urandom", "/proc/self", "/proc/meminfo",
	"/proc/cpuinfo", "/proc/stat", "/proc/uptime", "/proc/loadavg",
	"/proc/sys", "/sys/devices/system/cpu" };

/* In a mapping of its own, which becomes read-only. */
struct sandbox {
	bool off;
	dev_t state_device; /* of the state directory; 0: there is none */
	ino_t state_inode;
	struct landlock landlock;
	struct connects_place connects[CONNECTS_MAX];
	size_t connect_count;
	struct range ranges[RANGES_MAX];
	size_t range_count;
	bool required;
	bool seccomp;
	char missing[384];
};

/* Written once, before the seal.  Signal handlers have no other way to it. */
static struct sandbox *lethe_sandbox;

/* Only in builds with a sanitizer, which makes system calls of its own. */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

/* ------------------------------------------------------------------------
 * What the kernel has
 */

/* Why this process can have no sandbox at all; NULL: it can. */
static const char *
find_obstacle(void)
{
	const char *preload = getenv("LD_PRELOAD");

	if (__asan_init != NULL || __tsan_init != NULL)
		return "this program was built with a sanitizer, which the "
		       "sandbox would stop";
	if (preload != NULL && strstr(preload, "vgpreload") != NULL)
		return "this program runs in valgrind, which the sandbox "
		       "would stop";
	return NULL;
}

/* pthread_join() returns a moment before the kernel has done with the thread:
 * the .start hook had one. */
static bool
has_other_threads(void)
{
	const struct timespec pause = { 0, 1000000 };
	struct stat status;

	for (int i = 0; i < THREAD_END_MS; i++) {
		/* A link for each thread, and two more. */
		if (stat("/proc/self/task", &status) != 0 ||
		    status.st_nlink <= 3)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

static void
find_missing(struct sandbox *sandbox, const struct settings *settings)
{
	const char *obstacle = find_obstacle();
	bool threads;

	sandbox->required = settings->sandbox == SANDBOX_REQUIRE;
	if (settings->sandbox == SANDBOX_OFF || obstacle != NULL) {
		sandbox->off = true;
		(void)snprintf(sandbox->missing, sizeof(sandbox->missing),
		    "there is no sandbox: %s",
		    obstacle != NULL ? obstacle : "LETHE_SANDBOX is off");
		return;
	}
	sandbox->landlock.version =
	    landlock_version(settings->sandbox_landlock);
	sandbox->seccomp = seccomp_is_possible();
	threads = has_other_threads();
	if (sandbox->landlock.version > 0 && sandbox->seccomp && !threads)
		return;
	(void)snprintf(sandbox->missing, sizeof(sandbox->missing),
	    "the sandbox is not whole:%s%s%s%s%s",
	    sandbox->landlock.version == 0
		? " without Landlock (the kernel has none, or "
		  "LETHE_SANDBOX_ABI is 0) handlers can open all files"
		: "",
	    sandbox->landlock.version == 0 && !sandbox->seccomp ? "," : "",
	    !sandbox->seccomp
		? " without seccomp handlers can make all system calls"
		: "",
	    threads && (sandbox->landlock.version == 0 || !sandbox->seccomp)
		? ","
		: "",
	    threads ? " threads that began before it, in the .start hook or "
		      "when a library was loaded, stay outside"
		    : "");
}

const char *
sandbox_missing(void)
{
	return lethe_sandbox != NULL ? lethe_sandbox->missing : "";
}

bool
sandbox_filters(void)
{
	return lethe_sandbox != NULL && !lethe_sandbox->off &&
	    lethe_sandbox->seccomp;
}

/* A rule of Landlock is for a directory, not for its name. */
static void
know_state(struct sandbox *sandbox, const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return;
	sandbox->state_device = status.st_dev;
	sandbox->state_inode = status.st_ino;
}

bool
sandbox_lacks_state(const char *path)
{
	const struct sandbox *sandbox = lethe_sandbox;
	struct stat status;

	return !sandbox->off && sandbox->landlock.version > 0 &&
	       stat(path, &status) == 0 &&
	       (status.st_dev != sandbox->state_device ||
		   status.st_ino != sandbox->state_inode);
}

/* ------------------------------------------------------------------------
 * Files and ports
 */

static int
allow_paths(struct landlock *landlock, const char *const *paths, bool write,
    struct error *error)
{
	for (; paths != NULL && *paths != NULL; paths++) {
		const char *path = exceptions_value(*paths,
		    write ? "writes" : "reads", error);

		if (path == NULL ||
		    landlock_allow(landlock, path, write, false, error) != 0)
			return -1;
	}
	return 0;
}

static int
allow_object(void *context, const struct object *object)
{
	struct error error;

	return landlock_allow(context, object->path, false, true, &error);
}

/* The directory of the app's database: SQLite looks for files beside it. */
static int
allow_data(struct landlock *landlock, const char *data, struct error *error)
{
	char directory[PATH_MAX];
	char *slash;

	if (data[0] == '\0')
		return 0;
	(void)snprintf(directory, sizeof(directory), "%s", data);
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return landlock_allow(landlock, ".", false, true, error);
	slash[slash == directory] = '\0';
	return landlock_allow(landlock, directory, false, true, error);
}

static int
allow_all(struct landlock *landlock, const struct lethe_app *app,
    const struct settings *settings, struct error *error)
{
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		if (landlock_allow(landlock, readable[i], false, true,
			error) != 0)
			return -1;
	(void)objects_each(allow_object, landlock);
	if (landlock_allow(landlock, settings->state, true, true, error) !=
		0 ||
	    landlock_allow(landlock, "/dev/null", true, true, error) != 0 ||
	    allow_data(landlock, settings->data, error) != 0 ||
	    allow_paths(landlock, app->reads, false, error) != 0 ||
	    allow_paths(landlock, app->writes, true, error) != 0)
		return -1;
	if (settings->assets[0] == '\0')
		return 0;
	return landlock_allow(landlock, settings->assets, false, true, error);
}

static int
allow_ports(struct sandbox *sandbox, struct error *error)
{
	for (size_t i = 0; i < sandbox->connect_count; i++) {
		const struct connects_place *place = &sandbox->connects[i];

		if (place->family == AF_UNIX)
			continue;
		if (landlock_allow_port(&sandbox->landlock, place->port,
			error) != 0)
			return -1;
		/* Names of hosts, when an answer is long. */
		if (place->family == AF_UNSPEC &&
		    landlock_allow_port(&sandbox->landlock, 53, error) != 0)
			return -1;
	}
	return 0;
}

int
sandbox_prepare(const struct lethe_app *app, const struct settings *settings,
    struct error *error)
{
	struct sandbox *sandbox = mmap(NULL, sizeof(*sandbox),
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (sandbox == MAP_FAILED)
		return error_set(error, "no memory for the sandbox");
	lethe_sandbox = sandbox;
	sandbox->landlock.fd = -1;
	find_missing(sandbox, settings);
	if (sandbox->missing[0] != '\0' && sandbox->required)
		return error_set(error,
		    "LETHE_SANDBOX is \"require\", but %s", sandbox->missing);
	if (sandbox->off)
		return 0;
	know_state(sandbox, settings->state);
	if (exceptions_connects(app, sandbox->connects, &sandbox->connect_count,
		error) != 0 ||
	    landlock_begin(&sandbox->landlock, sandbox->landlock.version,
		error) != 0 ||
	    allow_all(&sandbox->landlock, app, settings, error) != 0 ||
	    allow_ports(sandbox, error) != 0)
		return -1;
	return outside_begin(error);
}

/* ------------------------------------------------------------------------
 * Memory that stays as it is
 */

static int
compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static int
add_range(struct sandbox *sandbox, struct range range)
{
	if (sandbox->range_count == RANGES_MAX)
		return -1;
	sandbox->ranges[sandbox->range_count++] = range;
	return 0;
}

/* From an object's first page to its last. */
static int
add_object(struct dl_phdr_info *info, size_t size, void *context)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	struct range range = { UINTPTR_MAX, 0 };

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;
		uintptr_t end = start + segment->p_memsz;

		if (segment->p_type != PT_LOAD)
			continue;
		if (start < range.start)
			range.start = start & ~(page - 1);
		if (end > range.end)
			range.end = (end + page - 1) & ~(page - 1);
	}
	return range.end > 0 ? add_range(context, range) : 0;
}

static int
add_started(void *context, const struct range *range)
{
	return add_range(context, *range);
}

static void
join_ranges(struct sandbox *sandbox)
{
	struct range *ranges = sandbox->ranges;
	size_t kept = 0;

	qsort(ranges, sandbox->range_count, sizeof(*ranges), compare_ranges);
	for (size_t i = 1; i < sandbox->range_count; i++)
		if (ranges[i].start <= ranges[kept].end) {
			if (ranges[i].end > ranges[kept].end)
				ranges[kept].end = ranges[i].end;
		} else
			ranges[++kept] = ranges[i];
	sandbox->range_count = kept + 1;
}

static int
find_ranges(struct sandbox *sandbox, struct error *error)
{
	struct range own = { (uintptr_t)sandbox,
		(uintptr_t)sandbox + sizeof(*sandbox) };

	if (dl_iterate_phdr(add_object, sandbox) != 0 ||
	    seal_each_range(add_started, sandbox) != 0 ||
	    add_range(sandbox, own) != 0)
		return error_set(error,
		    "the app is in more than %d pieces of memory, too many for "
		    "the sandbox: allocate less in the .start hook",
		    RANGES_MAX);
	join_ranges(sandbox);
	return 0;
}

int
sandbox_enter(struct error *error)
{
	struct sandbox *sandbox = lethe_sandbox;
	struct seccomp_terms terms;

	if (sandbox->off)
		return 0;
	if (find_ranges(sandbox, error) != 0 ||
	    landlock_enforce(&sandbox->landlock, error) != 0)
		return -1;
	landlock_end(&sandbox->landlock);
	terms = (struct seccomp_terms){ .sealed = sandbox->ranges,
		.sealed_count = sandbox->range_count };
	if (mprotect(sandbox, sizeof(*sandbox), PROT_READ) != 0)
		return error_set(error, "the sandbox cannot be sealed: %s",
		    strerror(errno));
	return sandbox->seccomp ? seccomp_enforce(&terms, error) : 0;
}

/* ------------------------------------------------------------------------
 * Calls that the filter stopped
 */

bool
sandbox_answer(const siginfo_t *info, void *context)
{
	return seccomp_is_trap(info) &&
	       trapped_answer(info, context, lethe_sandbox->connects,
		   lethe_sandbox->connect_count);
}

bool
sandbox_describe(
    struct text *text, const siginfo_t *info, const void *context)
{
	if (!seccomp_is_trap(info))
		return false;
	trapped_describe(text, info, context);
	return true;
}
