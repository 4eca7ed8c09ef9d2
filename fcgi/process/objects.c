/*
 * process/objects.c: the loaded objects, as the dynamic linker lists them.
 */
#include "process/objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Libraries that have to write while requests are served, wherever they come
 * from: libc's, the compilers', Lethe's own.  What they need themselves is
 * the system's, too.
 */
static const char *const system_names[] = { "linux-vdso.", "linux-gate.",
	"ld-linux", "ld64.", "libc.", "libm.", "libmvec.", "libpthread.",
	"libdl.", "librt.", "libresolv.", "libnss_", "libgcc_s.",
	"libstdc++.", "libc++", "libasan.", "libubsan.", "liblsan.",
	"libtsan.", "libclang_rt.", "vgpreload_", "libjson-c.", "libsqlite3.",
	"libfcgi.", "libsodium." };

/* How long a chain of libraries that need each other is followed. */
#define NEEDED_MAX 8

/* Those that the app lets write, too: written once, before the seal. */
static const char *const *lethe_writable;

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool
object_is_lethe(const struct object *object)
{
	return !object->executable && begins_with(object->name, "liblethe.");
}

void
objects_let_write(const char *const *names)
{
	lethe_writable = names;
}

static bool
is_listed(const char *name)
{
	const char *const *each;

	for (size_t i = 0; i < sizeof(system_names) / sizeof(system_names[0]);
	     i++)
		if (begins_with(name, system_names[i]))
			return true;
	for (each = lethe_writable; each != NULL && *each != NULL; each++)
		if (begins_with(name, *each))
			return true;
	return false;
}

/* Whoever starts the worker may put libraries before all others. */
static bool
is_preloaded(const char *name)
{
	const char *list = getenv("LD_PRELOAD");

	return list != NULL && strstr(list, name) != NULL;
}

/* The dynamic linker lists the executable first, and without a name. */
static struct object
describe(const struct dl_phdr_info *info, bool first)
{
	struct object object = {
		.path = info->dlpi_name,
		.name = base_name(info->dlpi_name),
		.executable = first,
		.base = info->dlpi_addr,
		.segments = info->dlpi_phdr,
		.segment_count = info->dlpi_phnum,
	};

	if (first) {
		object.path = "/proc/self/exe";
		object.name = program_invocation_short_name;
	}
	return object;
}

static bool is_system(const struct object *object, int depth);

struct needed_call {
	const char *name;
	int depth;
	size_t seen;
};

/* Whether this one is the system's, and needs the library of that name. */
static int
needs(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct needed_call *call = argument;
	struct object object = describe(info, call->seen == 0);
	const ElfW(Phdr) *segment = object_segment(&object, PT_DYNAMIC);
	const char *strings = object_table(&object, DT_STRTAB);
	const ElfW(Dyn) * entry;

	(void)size;
	call->seen++;
	if (object.executable || segment == NULL || strings == NULL)
		return 0;
	entry = (const ElfW(Dyn) *)(object.base + segment->p_vaddr);
	for (; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_NEEDED &&
		    strcmp(strings + entry->d_un.d_val, call->name) == 0)
			return is_system(&object, call->depth - 1);
	return 0;
}

static bool
is_system(const struct object *object, int depth)
{
	struct needed_call call = { object->name, depth, 0 };

	if (object->executable || object_is_lethe(object) || depth == 0)
		return false;
	return is_listed(object->name) || is_preloaded(object->name) ||
	       dl_iterate_phdr(needs, &call) != 0;
}

struct each_call {
	int (*each)(void *context, const struct object *object);
	void *context;
	size_t seen;
};

static int
call_each(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct each_call *call = argument;
	struct object object = describe(info, call->seen == 0);

	(void)size;
	call->seen++;
	if (is_system(&object, NEEDED_MAX))
		return 0;
	return call->each(call->context, &object);
}

int
objects_each(
    int (*each)(void *context, const struct object *object), void *context)
{
	struct each_call call = { each, context, 0 };

	return dl_iterate_phdr(call_each, &call);
}

struct system_call {
	uintptr_t address;
	size_t seen;
};

static int
contains_in_system(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct system_call *call = argument;
	struct object object = describe(info, call->seen == 0);

	(void)size;
	call->seen++;
	return object_contains(&object, call->address) &&
	       is_system(&object, NEEDED_MAX);
}

bool
objects_is_system(uintptr_t address)
{
	struct system_call call = { address, 0 };

	return dl_iterate_phdr(contains_in_system, &call) != 0;
}

struct find_call {
	uintptr_t address;
	size_t seen;
	struct object *object;
};

static int
find_at(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct find_call *call = argument;
	struct object object = describe(info, call->seen == 0);

	(void)size;
	call->seen++;
	if (!object_contains(&object, call->address))
		return 0;
	*call->object = object;
	return 1;
}

int
objects_find(uintptr_t address, struct object *object)
{
	struct find_call call = { address, 0, object };

	return dl_iterate_phdr(find_at, &call) != 0 ? 0 : -1;
}

const ElfW(Phdr) * object_segment(const struct object *object, ElfW(Word) type)
{
	for (size_t i = 0; i < object->segment_count; i++)
		if (object->segments[i].p_type == type)
			return &object->segments[i];
	return NULL;
}

bool
object_contains(const struct object *object, uintptr_t address)
{
	for (size_t i = 0; i < object->segment_count; i++) {
		struct range pages;

		if (object->segments[i].p_type != PT_LOAD)
			continue;
		pages = object_pages(object, &object->segments[i]);
		if (address >= pages.start && address < pages.end)
			return true;
	}
	return false;
}

ElfW(Xword) object_dynamic(const struct object *object, ElfW(Sxword) tag)
{
	const ElfW(Phdr) *segment = object_segment(object, PT_DYNAMIC);
	const ElfW(Dyn) * entry;

	if (segment == NULL)
		return 0;
	entry = (const ElfW(Dyn) *)(object->base + segment->p_vaddr);
	for (; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == tag)
			/* DT_BIND_NOW has no value of its own. */
			return tag == DT_BIND_NOW ? 1 : entry->d_un.d_val;
	return 0;
}

/* The dynamic linker has made the addresses absolute, on most processors. */
const void *
object_table(const struct object *object, ElfW(Sxword) tag)
{
	uintptr_t address = object_dynamic(object, tag);

	if (address != 0 && address < object->base)
		address += object->base;
	return (const void *)address; /* NOLINT */
}

struct range
object_pages(const struct object *object, const ElfW(Phdr) * segment)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = object->base + segment->p_vaddr;

	return (struct range){ start & ~(page - 1),
		(start + segment->p_memsz + page - 1) & ~(page - 1) };
}
