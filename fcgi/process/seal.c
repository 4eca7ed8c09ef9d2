/*
 * process/seal.c: makes the app's variables read-only, and says what a write
 * to them was aimed at.
 */
#include "process/seal.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "process/seal_state.h"

/* How far behind a variable a write is still told by its name. */
#define NEAR 4096

/* Written once, before the seal.  Signal handlers have no other way to it. */
static struct seal *lethe_seal;

struct seal *
seal_state(void)
{
	void *memory;

	if (lethe_seal != NULL)
		return lethe_seal;
	memory = mmap(NULL, sizeof(*lethe_seal), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	lethe_seal = memory;
	return lethe_seal;
}

/* What seal_object() works on. */
struct sealing {
	struct seal *seal;
	struct error *error;
};

static int
seal_object(void *context, const struct object *object)
{
	struct sealing *sealing = context;
	struct seal *seal = sealing->seal;

	for (size_t i = 0; i < object->segment_count; i++) {
		const ElfW(Phdr) *segment = &object->segments[i];

		if (segment->p_type != PT_LOAD ||
		    (segment->p_flags & PF_W) == 0 || segment->p_memsz == 0)
			continue;
		if (seal->sealed_count == SEALED_MAX)
			return error_set(sealing->error,
			    "the app has more than %d writable segments",
			    SEALED_MAX);
		seal->sealed[seal->sealed_count++] =
		    (struct sealed){ object_pages(object, segment),
			    object->executable ? NULL : object->name, false };
	}
	return 0;
}

static int
protect(const struct range *range, int protection)
{
	/* A range comes from the kernel's list, not from an object in C. */
	void *start = (void *)range->start; /* NOLINT */

	return mprotect(start, range->end - range->start, protection);
}

int
seal_app(struct error *error)
{
	struct seal *seal = seal_state();
	struct sealing sealing = { seal, error };
	const char *unbound;

	if (seal == NULL)
		return error_set(error, "no memory to seal the app");
	if (seal_check_objects(&unbound, error) != 0)
		return -1;
	if (unbound != NULL)
		return error_set(error,
		    "%s binds symbols while it runs, so it cannot be sealed: "
		    "link it with -Wl,-z,now",
		    unbound);
	if (objects_each(seal_object, &sealing) != 0)
		return -1;
	if (seal_find_variables(seal) != 0)
		return error_set(
		    error, "no memory for the names of the app's variables");
	seal->done = true;
	if (mprotect(seal, sizeof(*seal), PROT_READ) != 0)
		return error_set(
		    error, "the app cannot be sealed: %s", strerror(errno));
	for (size_t i = 0; i < seal->sealed_count; i++)
		if (protect(&seal->sealed[i].range, PROT_READ) != 0)
			return error_set(error, "%s cannot be sealed: %s",
			    seal->sealed[i].object != NULL
				? seal->sealed[i].object
				: "the program",
			    strerror(errno));
	return 0;
}

bool
seal_is_done(void)
{
	return lethe_seal != NULL && lethe_seal->done;
}

int
seal_each_range(
    int (*each)(void *context, const struct range *range), void *context)
{
	int result = 0;

	for (size_t i = 0; lethe_seal != NULL && result == 0 &&
			   i < lethe_seal->started_count;
	     i++)
		result = each(context, &lethe_seal->started[i]);
	return result;
}

static bool
range_contains(const struct range *range, uintptr_t address)
{
	return address >= range->start && address < range->end;
}

/* The variable at the address.  Of several names for one place a global one
 * is best known. */
static const struct variable *
find_variable(const struct seal *seal, uintptr_t address)
{
	const struct variable *found = NULL;

	for (size_t i = 0; i < seal->variable_count; i++) {
		const struct variable *variable = &seal->variables[i];

		if (range_contains(&variable->range, address) &&
		    (found == NULL || (found->local && !variable->local)))
			found = variable;
	}
	return found;
}

/* The last variable of the segment that ends before the address. */
static const struct variable *
find_before(
    const struct seal *seal, const struct sealed *sealed, uintptr_t address)
{
	const struct variable *found = NULL;

	for (size_t i = 0; i < seal->variable_count; i++) {
		const struct variable *variable = &seal->variables[i];

		if (range_contains(&sealed->range, variable->range.start) &&
		    variable->range.end <= address &&
		    address - variable->range.end < NEAR &&
		    (found == NULL || variable->range.end > found->range.end))
			found = variable;
	}
	return found;
}

static void
describe_sealed(const struct seal *seal, const struct sealed *sealed,
    uintptr_t address, struct text *text)
{
	const struct variable *variable = find_variable(seal, address);

	if (variable == NULL && sealed->named) {
		variable = find_before(seal, sealed, address);
		if (variable != NULL)
			text_add(text, "memory behind ");
	}
	if (variable != NULL) {
		seal_add_variable(text, variable);
		return;
	}
	text_add(text, "a global variable");
	if (sealed->object != NULL) {
		text_add(text, " of ");
		text_add(text, sealed->object);
	}
	if (!sealed->named)
		text_add(text, " (a build that is not stripped has its name)");
}

int
seal_describe(const void *pointer, char *out, size_t size)
{
	const struct seal *seal = lethe_seal;
	uintptr_t address = (uintptr_t)pointer;
	struct text text;

	text_init(&text, out, size);
	if (seal == NULL)
		return 0;
	if (seal->done)
		for (size_t i = 0; i < seal->sealed_count; i++)
			if (range_contains(&seal->sealed[i].range, address)) {
				describe_sealed(
				    seal, &seal->sealed[i], address, &text);
				return 1;
			}
	for (size_t i = 0; i < seal->started_count; i++)
		if (range_contains(&seal->started[i], address)) {
			text_add(&text, "memory that the .start hook made");
			return 1;
		}
	return 0;
}
