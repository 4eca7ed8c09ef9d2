/*
 * process/objects.c: the loaded objects, as the dynamic linker lists them.
 */
#include "process/objects.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Where a system keeps its libraries.  What an app brings along is elsewhere,
 * and so is a liblethe that was not installed. */
static const char *const system_directories[] = { "/lib/", "/lib32/", "/lib64/",
	"/libx32/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/libx32/",
	"/usr/libexec/" };

/* Libraries that work while requests are served, wherever they come from. */
static const char *const system_names[] = { "linux-vdso.", "linux-gate.",
	"ld-linux", "ld64.", "libc.", "libm.", "libpthread.", "libdl.",
	"librt.", "libgcc_s.", "libstdc++.", "libc++", "libasan.", "libubsan.",
	"liblsan.", "libtsan.", "libclang_rt.", "libjson-c.", "libsqlite3.",
	"libfcgi.", "libsodium." };

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

static bool
is_system_path(const char *path)
{
	const char *name = base_name(path);

	if (begins_with(name, "liblethe."))
		return false;
	for (size_t i = 0; i < sizeof(system_names) / sizeof(system_names[0]);
	     i++)
		if (begins_with(name, system_names[i]))
			return true;
	for (size_t i = 0;
	     i < sizeof(system_directories) / sizeof(system_directories[0]);
	     i++)
		if (begins_with(path, system_directories[i]))
			return true;
	return false;
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
	if (!object.executable && is_system_path(object.path))
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
	return !object.executable && is_system_path(object.path) &&
	       object_contains(&object, call->address);
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

struct range
object_pages(const struct object *object, const ElfW(Phdr) * segment)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = object->base + segment->p_vaddr;

	return (struct range){ start & ~(page - 1),
		(start + segment->p_memsz + page - 1) & ~(page - 1) };
}
