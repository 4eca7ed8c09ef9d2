/*
 * process/imports.c: looks through the references that the dynamic linker
 * resolved for the app, for functions that are refused.
 *
 * They are read where they are loaded, so that it needs no file; the file's
 * symbol table only tells which functions of the app use them.
 */
#include "process/imports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "process/objects.h"
#include "process/refused.h"
#include "process/symbols.h"

/* Names of functions in one message; more are "others". */
#define USERS_MAX 3

#if __SIZEOF_POINTER__ == 8
#define SYMBOL_OF(info) ELF64_R_SYM(info)
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
#endif

struct check {
	const char *const *allowed;
	dash_report *report;
	void *context;
	size_t mistakes;
};

/* The parts of an object that say what it imports. */
struct imports {
	const struct object *object;
	const ElfW(Sym) * symbols;
	const char *strings;
	bool cplusplus;
	/* A function may be referred to in several ways, and is told once. */
	const char *told[64];
	size_t told_count;
};

/* The functions that use an import. */
struct users {
	const struct object *object;
	const struct symbol_table *table;
	const char *wrapper; /* the import as a C program calls it */
	const char *names[USERS_MAX + 1];
	size_t count;
};

static bool
is_in(const char *const *list, const char *name)
{
	for (; list != NULL && *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static void
add_user(struct users *users, const char *name)
{
	for (size_t i = 0; i < users->count; i++)
		if (strcmp(users->names[i], name) == 0)
			return;
	if (users->count <= USERS_MAX)
		users->names[users->count++] = name;
}

/* Whether an instruction that ends with 32 relative bits has them here: a
 * call, a jump or a lea, each also by an address in memory. */
static bool
is_relative(uintptr_t place)
{
	const unsigned char *end = (const unsigned char *)place; /* NOLINT */
	unsigned char first = end[-2], second = end[-1];

	return second == 0xe8 || second == 0xe9 ||
	    (first == 0x0f && (second & 0xf0) == 0x80) ||
	    (first == 0xff && (second == 0x15 || second == 0x25)) ||
	    ((first == 0x8b || first == 0x8d) && (second & 0xc7) == 0x05);
}

/*
 * x86-64 code reaches everything by 32 bits that are relative to what follows
 * them.  Calls `each` where those 32 bits mean `target`.
 */
static void
scan(const struct object *object, uintptr_t target,
    void (*each)(struct users *users, uintptr_t place), struct users *users)
{
#if defined(__x86_64__)
	for (size_t i = 0; i < object->segment_count; i++) {
		const ElfW(Phdr) *segment = &object->segments[i];
		uintptr_t start = object->base + segment->p_vaddr;
		uintptr_t place = start + 2;
		uintptr_t end = start + segment->p_filesz;
		int32_t distance;

		if (segment->p_type != PT_LOAD ||
		    (segment->p_flags & (PF_R | PF_X)) != (PF_R | PF_X))
			continue;
		for (; place + sizeof(distance) <= end; place++) {
			memcpy(&distance, (const void *)place,
			    sizeof(distance));
			if (place + sizeof(distance) + (uintptr_t)distance ==
				target &&
			    is_relative(place))
				each(users, place);
		}
	}
#else
	(void)object;
	(void)target;
	(void)each;
	(void)users;
#endif
}

static void
take_caller(struct users *users, uintptr_t place)
{
	const char *name;

	if (symbols_function(users->table, place - users->object->base,
		&name) != NULL)
		add_user(users, name);
}

/*
 * Where the linker's jump begins whose last part is at `place`; 0 when that
 * is no jump: endbr64, where there is one, and jmp *place(%rip).
 */
static uintptr_t
jump_start(uintptr_t place)
{
	static const unsigned char jump[] = { 0xff, 0x25 };
	static const unsigned char bounded[] = { 0xf2 };
	static const unsigned char target[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	uintptr_t start = place - sizeof(jump);

	if (memcmp((const void *)start, jump, sizeof(jump)) != 0)
		return 0;
	if (memcmp((const void *)(start - 1), bounded, 1) == 0)
		start--;
	if (memcmp((const void *)(start - sizeof(target)), target,
		sizeof(target)) == 0)
		start -= sizeof(target);
	return start;
}

/* Some calls go by a wrapper that libc adds to the program. */
static void
take_caller_or_wrapper(struct users *users, uintptr_t place)
{
	const ElfW(Sym) * function;
	const char *name;

	function = symbols_function(
	    users->table, place - users->object->base, &name);
	if (function == NULL)
		return;
	if (strcmp(name, users->wrapper) != 0)
		add_user(users, name);
	else
		scan(users->object, users->object->base + function->st_value,
		    take_caller, users);
}

/* What refers to an address in the table of addresses is a function, or one
 * of the linker's jumps, which functions call. */
static void
take_reference(struct users *users, uintptr_t place)
{
	uintptr_t start;
	const char *name;

	if (symbols_function(users->table, place - users->object->base,
		&name) != NULL)
		take_caller_or_wrapper(users, place);
	else if ((start = jump_start(place)) != 0)
		scan(users->object, start, take_caller_or_wrapper, users);
}

static void
add_users(struct text *text, const struct object *object, const char *name,
    uintptr_t slot)
{
	struct symbols symbols;
	struct users users = { .object = object, .wrapper = name };

	if (symbols_open(&symbols, object->path) != 0)
		return;
	users.table = &symbols.full;
	scan(object, slot, take_reference, &users);
	for (size_t i = 0; i < users.count; i++) {
		text_add(text, i == 0 ? " (" : ", ");
		if (i == USERS_MAX) {
			text_add(text, "others");
			break;
		}
		text_add(text, users.names[i]);
		text_add(text, "()");
	}
	if (users.count > 0)
		text_add_char(text, ')');
	symbols_close(&symbols);
}

static void
tell(struct check *check, const struct imports *imports, const char *symbol,
    uintptr_t slot)
{
	const char *name = refused_name(symbol);
	bool allowed = is_in(check->allowed, name);
	char message[512];
	struct text text;
	struct dash_finding finding = { .message = message,
		.warning = allowed };

	text_init(&text, message, sizeof(message));
	text_add(&text, imports->object->name);
	add_users(&text, imports->object, name, slot);
	text_add(&text, " uses ");
	text_add(&text, name);
	if (allowed) {
		text_add(&text, ", as the app's .calls allows: what that "
				"keeps is kept from one request to the next");
	} else {
		text_add(&text, ", which keeps state in the process: ");
		text_add(&text, refused_instead(symbol));
		check->mistakes++;
	}
	check->report(check->context, &finding);
}

/* C++ programs register destructors of their own, which never run. */
static bool
is_of_compiler(const struct imports *imports, const char *name)
{
	return imports->cplusplus && strcmp(name, "__cxa_atexit") == 0;
}

static bool
was_told(struct imports *imports, const char *name)
{
	for (size_t i = 0; i < imports->told_count; i++)
		if (imports->told[i] == name)
			return true;
	if (imports->told_count <
	    sizeof(imports->told) / sizeof(imports->told[0]))
		imports->told[imports->told_count++] = name;
	return false;
}

static void
check_reference(struct check *check, struct imports *imports,
    ElfW(Addr) offset, ElfW(Xword) info)
{
	const ElfW(Sym) *symbol = &imports->symbols[SYMBOL_OF(info)];
	const char *name = imports->strings + symbol->st_name;
	uintptr_t slot = imports->object->base + offset;

	if (SYMBOL_OF(info) == 0 || refused_instead(name) == NULL ||
	    own_calls_contain(slot) || is_of_compiler(imports, name) ||
	    was_told(imports, name))
		return;
	tell(check, imports, name, slot);
}

static void
check_table(struct check *check, struct imports *imports, const void *table,
    size_t size, bool addends)
{
	const ElfW(Rela) *with = table;
	const ElfW(Rel) *without = table;

	if (table == NULL)
		return;
	if (addends)
		for (; size >= sizeof(*with); size -= sizeof(*with), with++)
			check_reference(
			    check, imports, with->r_offset, with->r_info);
	else
		for (; size >= sizeof(*without);
		     size -= sizeof(*without), without++)
			check_reference(check, imports, without->r_offset,
			    without->r_info);
}

static bool
imports_name(const struct object *object, const char *name)
{
	struct symbols symbols;
	bool found = false;

	if (symbols_open(&symbols, object->path) != 0)
		return false;
	for (size_t i = 0; i < symbols.dynamic.count && !found; i++)
		found = strcmp(symbols_name(&symbols.dynamic, i), name) == 0;
	symbols_close(&symbols);
	return found;
}

static int
check_object(void *context, const struct object *object)
{
	struct check *check = context;
	struct imports imports = { .object = object };

	imports.symbols = object_table(object, DT_SYMTAB);
	imports.strings = object_table(object, DT_STRTAB);
	if (object_is_lethe(object) || imports.symbols == NULL ||
	    imports.strings == NULL)
		return 0;
	imports.cplusplus = imports_name(object, "__gxx_personality_v0");
	check_table(check, &imports, object_table(object, DT_RELA),
	    object_dynamic(object, DT_RELASZ), true);
	check_table(check, &imports, object_table(object, DT_REL),
	    object_dynamic(object, DT_RELSZ), false);
	check_table(check, &imports, object_table(object, DT_JMPREL),
	    object_dynamic(object, DT_PLTRELSZ),
	    object_dynamic(object, DT_PLTREL) == DT_RELA);
	return 0;
}

static void
check_allowed(struct check *check)
{
	const char *const *each = check->allowed;
	char message[512];

	for (; each != NULL && *each != NULL; each++) {
		if (refused_instead(*each) != NULL)
			continue;
		(void)snprintf(message, sizeof(message),
		    "the app's .calls has %s, which is no function that would "
		    "be refused: take it out, or correct its name",
		    *each);
		check->mistakes++;
		check->report(check->context,
		    &(struct dash_finding){ .message = message });
	}
}

size_t
imports_check(const char *const *allowed, dash_report *report, void *context)
{
	struct check check = { allowed, report, context, 0 };

	check_allowed(&check);
	(void)objects_each(check_object, &check);
	return check.mistakes;
}
