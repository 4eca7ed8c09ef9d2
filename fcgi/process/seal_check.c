/*
 * process/seal_check.c: can this program be sealed, and if not, what has to
 * be built differently?
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/seal.h"
#include "process/seal_state.h"

/* Set when the program was run again to bind its symbols. */
#define REBOUND_VARIABLE "LETHE_REBOUND"

/*
 * Only their addresses are looked at, and only here, without their headers:
 * 0 when the program has no such library at all.
 */
extern void json_object_new_object(void) __attribute__((weak));
extern void sqlite3_open_v2(void) __attribute__((weak));
extern void FCGX_Accept_r(void) __attribute__((weak));

struct library {
	uintptr_t function;
	const char *function_name;
	const char *name;
};

struct check {
	struct error *error;
	const char *unbound;
};

static bool
find_symbol(const struct symbol_table *table, const char *name, bool defined)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(symbols_name(table, i), name) == 0 &&
		    symbols_is_defined(&table->symbols[i]) == defined)
			return true;
	return false;
}

/* A function whose name begins so, defined in the object itself; NULL. */
static const char *
find_defined(const struct symbols *symbols, const char *beginning)
{
	const struct symbol_table *table = symbols_best(symbols);

	for (size_t i = 0; i < table->count; i++) {
		const char *name = symbols_name(table, i);

		if ((table->symbols[i].st_info & 0xf) == STT_FUNC &&
		    symbols_is_defined(&table->symbols[i]) &&
		    strncmp(name, beginning, strlen(beginning)) == 0)
			return name;
	}
	return NULL;
}

static int
check_build(const struct object *object, const struct symbols *symbols,
    struct error *error)
{
	static const char *const sanitizers[] = { "__asan_init", "__msan_init",
		"__tsan_init", "__ubsan_handle_" };

	if (find_defined(symbols, "__gcov_") != NULL ||
	    find_defined(symbols, "__llvm_profile_") != NULL)
		return error_set(error,
		    "%s counts its coverage in global variables, so it "
		    "cannot be sealed: build it without --coverage",
		    object->name);
	for (size_t i = 0; i < sizeof(sanitizers) / sizeof(sanitizers[0]); i++)
		if (find_defined(symbols, sanitizers[i]) != NULL)
			return error_set(error,
			    "%s contains a sanitizer's runtime (%s), so it "
			    "cannot be sealed: use gcc, or clang with "
			    "-shared-libsan",
			    object->name, sanitizers[i]);
	return 0;
}

static int
check_thread_local(const struct object *object, const struct symbols *symbols,
    struct error *error)
{
	const ElfW(Phdr) *segment = object_segment(object, PT_TLS);
	const struct symbol_table *table = symbols_best(symbols);

	if (segment == NULL || segment->p_memsz == 0)
		return 0;
	for (size_t i = 0; i < table->count; i++)
		if ((table->symbols[i].st_info & 0xf) == STT_TLS &&
		    symbols_is_defined(&table->symbols[i]) &&
		    *symbols_name(table, i) != '\0')
			return error_set(error,
			    "the variable %s of %s is thread-local, which "
			    "cannot be sealed: a process forgets everything "
			    "when a request ends, so use a local variable, or "
			    "the cache (lethe_memoize)",
			    symbols_name(table, i), object->name);
	return error_set(error,
	    "%s has thread-local variables, which cannot be sealed: use local "
	    "variables, or the cache (lethe_memoize)",
	    object->name);
}

/*
 * An address in the object may also be that of a jump to the shared library:
 * programs that are not position-independent have such.  Then the object
 * imports the function.
 */
static int
check_libraries(const struct object *object, const struct symbols *symbols,
    struct error *error)
{
	const struct library libraries[] = {
		{ (uintptr_t)json_object_new_object, "json_object_new_object",
		    "json-c" },
		{ (uintptr_t)sqlite3_open_v2, "sqlite3_open_v2", "SQLite" },
		{ (uintptr_t)FCGX_Accept_r, "FCGX_Accept_r", "libfcgi" },
	};

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		const struct library *library = &libraries[i];

		if (library->function != 0 &&
		    object_contains(object, library->function) &&
		    !find_symbol(
			&symbols->dynamic, library->function_name, false))
			return error_set(error,
			    "%s contains %s, whose variables must stay "
			    "writable, so it cannot be sealed: link the "
			    "shared library",
			    object->name, library->name);
	}
	return 0;
}

/* Whether the dynamic linker has nothing left to write while it runs. */
static bool
is_bound(const struct object *object)
{
	const char *bind_now = getenv("LD_BIND_NOW");

	return (bind_now != NULL && *bind_now != '\0') ||
	       (object_dynamic(object, DT_FLAGS) & DF_BIND_NOW) != 0 ||
	       (object_dynamic(object, DT_FLAGS_1) & DF_1_NOW) != 0 ||
	       object_dynamic(object, DT_BIND_NOW) != 0 ||
	       object_dynamic(object, DT_PLTRELSZ) == 0;
}

static int
check_object(void *context, const struct object *object)
{
	struct check *check = context;
	struct symbols symbols;
	int result = 0;

	if (object->executable && object_segment(object, PT_INTERP) == NULL)
		return error_set(check->error,
		    "%s is linked statically, so libc's variables cannot be "
		    "told from the app's: link without -static",
		    object->name);
	if (!is_bound(object))
		check->unbound = object->name;
	/* Without its file an object is judged by what is loaded. */
	(void)symbols_open(&symbols, object->path);
	if (symbols.file != NULL)
		result = check_build(object, &symbols, check->error);
	if (result == 0 && symbols.file != NULL)
		result = check_libraries(object, &symbols, check->error);
	/* Last: those libraries have thread-local variables too. */
	if (result == 0)
		result = check_thread_local(object, &symbols, check->error);
	symbols_close(&symbols);
	return result;
}

int
seal_check_objects(const char **unbound, struct error *error)
{
	struct check check = { error, NULL };
	int result = objects_each(check_object, &check);

	*unbound = check.unbound;
	return result;
}

int
seal_check(char *const argv[], struct error *error)
{
	const char *unbound;

	if (seal_check_objects(&unbound, error) != 0)
		return -1;
	if (unbound == NULL)
		return 0;
	if (getenv(REBOUND_VARIABLE) == NULL &&
	    setenv(REBOUND_VARIABLE, "1", 1) == 0 &&
	    setenv("LD_BIND_NOW", "1", 1) == 0)
		(void)execve("/proc/self/exe", argv, environ);
	return error_set(error,
	    "the symbols of %s are not bound at start, so it cannot be "
	    "sealed: link it with -Wl,-z,now",
	    unbound);
}
