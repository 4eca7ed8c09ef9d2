/*
 * process/seal_variables.c: the names of the app's variables, by the symbol
 * tables.  Before the seal they are copied out of the files, so that a crash
 * needs no file, and no file that changed meanwhile misleads it.
 */
#include <ctype.h>
#include <string.h>
#include <sys/mman.h>

#include "process/seal.h"
#include "process/seal_state.h"

/* Where copying has come to; in a first pass only sizes are added up. */
struct copying {
	struct seal *seal;
	struct variable *next; /* NULL in the first pass */
	char *text;
	size_t count;
	size_t text_size;
};

/* Whether the symbol is a variable in writable memory of the object. */
static bool
is_variable(const struct object *object, const ElfW(Sym) * symbol)
{
	int type = symbol->st_info & 0xf;

	if (!symbols_is_defined(symbol) || symbol->st_size == 0 ||
	    (type != STT_OBJECT && type != STT_COMMON))
		return false;
	for (size_t i = 0; i < object->segment_count; i++) {
		const ElfW(Phdr) *segment = &object->segments[i];

		if (segment->p_type == PT_LOAD &&
		    (segment->p_flags & PF_W) != 0 &&
		    symbol->st_value >= segment->p_vaddr &&
		    symbol->st_value - segment->p_vaddr < segment->p_memsz)
			return true;
	}
	return false;
}

static const char *
copy_text(struct copying *copying, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = copying->text;

	copying->text_size += size;
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, size);
	copying->text += size;
	return copy;
}

static void
mark_named(struct seal *seal, const struct object *object)
{
	for (size_t i = 0; i < seal->sealed_count; i++)
		if (object_contains(object, seal->sealed[i].range.start))
			seal->sealed[i].named = true;
}

static int
copy_object(void *context, const struct object *object)
{
	struct copying *copying = context;
	struct symbols symbols;
	const struct symbol_table *table;
	const char *name = NULL;

	if (symbols_open(&symbols, object->path) != 0)
		return 0;
	table = symbols_best(&symbols);
	if (table == &symbols.full)
		mark_named(copying->seal, object);
	if (!object->executable)
		name = copy_text(copying, object->name);
	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];
		const char *text;

		if (!is_variable(object, symbol))
			continue;
		text = copy_text(copying, symbols_name(table, i));
		copying->count++;
		if (copying->next == NULL)
			continue;
		*copying->next++ = (struct variable){
			{ object->base + symbol->st_value,
			    object->base + symbol->st_value + symbol->st_size },
			text, name, symbol->st_info >> 4 == STB_LOCAL
		};
	}
	symbols_close(&symbols);
	return 0;
}

int
seal_find_variables(struct seal *seal)
{
	struct copying sizes = { .seal = seal };
	struct copying copies = { .seal = seal };
	size_t size;
	void *memory;

	(void)objects_each(copy_object, &sizes);
	size = sizes.count * sizeof(struct variable) + sizes.text_size;
	if (size == 0)
		return 0;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -1;
	copies.next = memory;
	copies.text = (char *)(copies.next + sizes.count);
	(void)objects_each(copy_object, &copies);
	seal->variables = memory;
	seal->variable_count = sizes.count;
	return mprotect(memory, size, PROT_READ);
}

/*
 * Compilers add to the names of static variables: gcc a number to a
 * function's (counter.0), clang the function (run.counter), link-time
 * optimisation .lto_priv.0.
 */
static size_t
source_name(const char **name, bool *in_function)
{
	size_t size = strcspn(*name, ".@");
	const char *suffix = *name + size;

	*in_function = false;
	if (suffix[0] != '.' || strncmp(suffix, ".lto_priv", 9) == 0)
		return size;
	*in_function = true;
	if (isalpha((unsigned char)suffix[1]) || suffix[1] == '_') {
		*name = suffix + 1;
		size = strcspn(*name, ".@");
	}
	return size;
}

void
seal_add_variable(struct text *text, const struct variable *variable)
{
	const char *name = variable->name;
	bool in_function;
	size_t size = source_name(&name, &in_function);

	text_add(text,
	    variable->local ? "the static variable " : "the global variable ");
	for (size_t i = 0; i < size; i++)
		text_add_char(text, name[i]);
	if (variable->object != NULL) {
		text_add(text, " of ");
		text_add(text, variable->object);
	}
}

/* Variables that come with the compiler, libc or liblethe. */
static bool
is_foreign(const char *name)
{
	static const char *const beginnings[] = { "lethe_", ".", "__odr_asan",
		"__asan", "__sanitizer", "__ubsan", "__gcov", "__llvm",
		"__dso_handle", "__TMC_", "__JCR_", "_DYNAMIC", "_GLOBAL_",
		"__data_start" };
	static const char *const names[] = { "environ", "_environ", "__environ",
		"stdin", "stdout", "stderr", "optarg", "optind", "opterr",
		"optopt", "timezone", "__timezone", "daylight", "__daylight",
		"tzname", "__tzname", "program_invocation_name",
		"program_invocation_short_name" };

	/* A symbol with a version was copied from a shared library's. */
	if (strchr(name, '@') != NULL)
		return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Read-only as soon as the program is linked (-z relro). */
static bool
is_relro(const struct object *object, const ElfW(Sym) * symbol)
{
	const ElfW(Phdr) *relro = object_segment(object, PT_GNU_RELRO);

	return relro != NULL && symbol->st_value >= relro->p_vaddr &&
	       symbol->st_value - relro->p_vaddr < relro->p_memsz;
}

struct listing {
	void (*each)(void *context, const char *name, size_t size);
	void *context;
	struct error *error;
	int count;
};

static void
list_variable(struct listing *listing, const char *symbol_name, size_t size)
{
	char name[256];
	struct text text;
	bool in_function;
	size_t length = source_name(&symbol_name, &in_function);

	text_init(&text, name, sizeof(name));
	for (size_t i = 0; i < length; i++)
		text_add_char(&text, symbol_name[i]);
	listing->each(listing->context, name, size);
	listing->count++;
}

/* Lists the executable's, and stops there. */
static int
list_object(void *context, const struct object *object)
{
	struct listing *listing = context;
	struct symbols symbols;
	const struct symbol_table *table;
	bool of_compiler = false;

	if (symbols_open(&symbols, object->path) != 0 ||
	    symbols.full.count == 0) {
		symbols_close(&symbols);
		listing->count = error_set(listing->error,
		    "%s has no symbol table, so its variables have no names: "
		    "check a build that is not stripped",
		    object->name);
		return 1;
	}
	table = &symbols.full;
	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];
		const char *name = symbols_name(table, i);

		/* Local symbols follow the name of their source file. */
		if ((symbol->st_info & 0xf) == STT_FILE)
			of_compiler = strcmp(name, "crtstuff.c") == 0;
		if (is_variable(object, symbol) && !is_relro(object, symbol) &&
		    !is_foreign(name) &&
		    !(of_compiler && symbol->st_info >> 4 == STB_LOCAL))
			list_variable(listing, name, symbol->st_size);
	}
	symbols_close(&symbols);
	return 1;
}

int
seal_list_variables(void (*each)(void *context, const char *name, size_t size),
    void *context, struct error *error)
{
	struct listing listing = { each, context, error, 0 };

	(void)objects_each(list_object, &listing);
	return listing.count;
}
