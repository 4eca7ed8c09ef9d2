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
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/mark.h"
#include "process/connects.h"
#include "process/landlock.h"
#include "process/objects.h"
#include "process/outside.h"
#include "process/seal.h"
#include "process/seccomp.h"

#define CONNECTS_MAX 32

/* Objects, and pieces of what .start made. */
#define RANGES_MAX 256

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
	bool has_state;
	struct landlock landlock;
	struct connects_place connects[CONNECTS_MAX];
	size_t connect_count;
	struct range ranges[RANGES_MAX];
	size_t range_count;
	bool required;
	bool seccomp;
	char missing[256];
};

/* Written once, before the seal.  Signal handlers have no other way to it. */
static struct sandbox *lethe_sandbox;

/* Only in builds with a sanitizer, which makes system calls of its own. */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

/* ------------------------------------------------------------------------
 * The app's exceptions
 */

/* An entry: itself, or the value of the environment variable that it names. */
static const char *
entry_value(const char *entry, const char *list, struct error *error)
{
	const char *value = entry;

	if (entry[0] == '$')
		value = getenv(entry + 1);
	if (value == NULL || value[0] == '\0') {
		(void)error_set(error,
		    entry[0] == '$'
			? "the app's .%s has \"%s\", and there is no such "
			  "environment variable: set it"
			: "the app's .%s has an empty entry%s: leave it out",
		    list, entry);
		return NULL;
	}
	return value;
}

static int
check_path(const char *entry, const char *list, bool write,
    struct error *error)
{
	const char *path = entry_value(entry, list, error);
	const char *wrong = NULL;

	if (path == NULL)
		return -1;
	if (path[0] != '/')
		wrong = "it must begin with '/', for a worker has no directory "
			"of its own";
	else if (strlen(path) >= PATH_MAX)
		wrong = "it is too long";
	else if (write && path[strspn(path, "/")] == '\0')
		wrong = "this is every file there is";
	else if (access(path, F_OK) != 0)
		wrong = strerror(errno);
	if (wrong == NULL)
		return 0;
	return error_set(error, "the app's .%s has \"%s\": %s", list, path,
	    wrong);
}

static int
check_paths(const char *const *paths, const char *list, bool write,
    struct error *error)
{
	for (; paths != NULL && *paths != NULL; paths++)
		if (check_path(*paths, list, write, error) != 0)
			return -1;
	return 0;
}

static int
read_connects(const struct lethe_app *app, struct connects_place *places,
    size_t *count, struct error *error)
{
	const char *const *entries = app->connects;
	struct error reason;

	for (*count = 0; entries != NULL && entries[*count] != NULL;
	     (*count)++) {
		const char *text =
		    entry_value(entries[*count], "connects", error);

		if (text == NULL)
			return -1;
		if (*count == CONNECTS_MAX)
			return error_set(error,
			    "the app's .connects has more than %d entries",
			    CONNECTS_MAX);
		if (connects_read(text, &places[*count], &reason) != 0)
			return error_set(error,
			    "the app's .connects has \"%s\": %s", text,
			    reason.message);
	}
	return 0;
}

int
sandbox_check(const struct lethe_app *app, struct error *error)
{
	struct connects_place places[CONNECTS_MAX];
	size_t count;

	if (check_paths(app->reads, "reads", false, error) != 0 ||
	    check_paths(app->writes, "writes", true, error) != 0)
		return -1;
	return read_connects(app, places, &count, error);
}

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

static void
find_missing(struct sandbox *sandbox, const struct settings *settings)
{
	const char *obstacle = find_obstacle();

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
	if (sandbox->landlock.version > 0 && sandbox->seccomp)
		return;
	(void)snprintf(sandbox->missing, sizeof(sandbox->missing),
	    "the sandbox is not whole:%s%s%s",
	    sandbox->landlock.version == 0
		? " without Landlock (the kernel has none, or "
		  "LETHE_SANDBOX_ABI is 0) handlers can open all files"
		: "",
	    sandbox->landlock.version == 0 && !sandbox->seccomp ? "," : "",
	    !sandbox->seccomp
		? " without seccomp handlers can make all system calls"
		: "");
}

const char *
sandbox_missing(void)
{
	return lethe_sandbox != NULL ? lethe_sandbox->missing : "";
}

bool
sandbox_has_state(void)
{
	return lethe_sandbox == NULL || lethe_sandbox->off ||
	       lethe_sandbox->landlock.version == 0 ||
	       lethe_sandbox->has_state;
}

/* ------------------------------------------------------------------------
 * Files and ports
 */

static int
allow_paths(struct landlock *landlock, const char *const *paths, bool write,
    struct error *error)
{
	for (; paths != NULL && *paths != NULL; paths++) {
		const char *path = entry_value(*paths,
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
	sandbox->has_state = access(settings->state, F_OK) == 0;
	if (read_connects(app, sandbox->connects, &sandbox->connect_count,
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
		.sealed_count = sandbox->range_count,
		.sockets = sandbox->connect_count > 0 };
	if (mprotect(sandbox, sizeof(*sandbox), PROT_READ) != 0)
		return error_set(error, "the sandbox cannot be sealed: %s",
		    strerror(errno));
	return sandbox->seccomp ? seccomp_enforce(&terms, error) : 0;
}

/* ------------------------------------------------------------------------
 * Calls that the filter refused
 */

/* The arguments of the call that was refused. */
struct refused {
	int fd;
	const struct sockaddr *address;
	size_t size;
};

static struct refused
find_refused(const ucontext_t *context)
{
	struct refused refused = { -1, NULL, 0 };

#if defined(__x86_64__)
	refused.fd = (int)context->uc_mcontext.gregs[REG_RDI];
	refused.address = (const void *)context->uc_mcontext.gregs[REG_RSI];
	refused.size = (uint32_t)context->uc_mcontext.gregs[REG_RDX];
#elif defined(__aarch64__)
	refused.fd = (int)context->uc_mcontext.regs[0];
	refused.address = (const void *)context->uc_mcontext.regs[1];
	refused.size = (uint32_t)context->uc_mcontext.regs[2];
#else
	(void)context;
#endif
	return refused;
}

static void
set_result(ucontext_t *context, long result)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = result;
#elif defined(__aarch64__)
	context->uc_mcontext.regs[0] = (unsigned long long)result;
#else
	(void)context;
	(void)result;
#endif
}

/* The filter cannot see what an address points to.  This can, and no other
 * thread of the app could change it between the look and the call. */
bool
sandbox_answer(const siginfo_t *info, void *opaque)
{
	struct refused refused;
	socklen_t size = sizeof(int);
	int type = 0, saved = errno;
	long result = -ENOENT;

	if (!seccomp_is_trap(info) || info->si_syscall != SYS_connect)
		return false;
	refused = find_refused(opaque);
	(void)getsockopt(refused.fd, SOL_SOCKET, SO_TYPE, &type, &size);
	switch (connects_judge(lethe_sandbox->connects,
	    lethe_sandbox->connect_count, type, refused.address,
	    refused.size)) {
	case CONNECTS_REFUSED:
		errno = saved;
		return false;
	case CONNECTS_ALLOWED:
		result = syscall(SYS_connect, refused.fd, refused.address,
		    refused.size, LETHE_MARK);
		if (result != 0)
			result = -errno;
		break;
	case CONNECTS_ABSENT:
		break;
	}
	set_result(opaque, result);
	errno = saved;
	return true;
}

bool
sandbox_describe(
    struct text *text, const siginfo_t *info, const void *context)
{
	struct refused refused;

	if (!seccomp_is_trap(info))
		return false;
	if (info->si_syscall != SYS_connect) {
		seccomp_describe(text, info);
		return true;
	}
	refused = find_refused(context);
	text_add(text, "connected to ");
	connects_describe(text, refused.address, refused.size);
	text_add(text, ", which the app's .connects does not have");
	return true;
}
