/*
 * process/symbols.h: the symbol tables of an ELF file.
 */
#ifndef LETHE_PROCESS_SYMBOLS_H
#define LETHE_PROCESS_SYMBOLS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

struct symbol_table {
	const ElfW(Sym) * symbols;
	size_t count;
	const char *strings;
	size_t strings_size;
};

struct symbols {
	void *file;
	size_t file_size;
	struct symbol_table full;    /* empty when the file is stripped */
	struct symbol_table dynamic; /* empty when nothing is imported */
};

/* Maps the file.  -1 when it cannot be read or is not ELF of this machine's
 * kind; `symbols` is empty then. */
int symbols_open(struct symbols *symbols, const char *path);
void symbols_close(struct symbols *symbols);

/* The table that knows most: the full one, or else the dynamic one. */
const struct symbol_table *symbols_best(const struct symbols *symbols);

/* The name of the table's symbol number `index`; never NULL. */
const char *symbols_name(const struct symbol_table *table, size_t index);

/* The function at `value`, an address as the file has them; NULL: none. */
const ElfW(Sym) * symbols_function(const struct symbol_table *table,
    ElfW(Addr) value, const char **name);

/* Whether the symbol is defined in this file, or only used. */
bool symbols_is_defined(const ElfW(Sym) * symbol);

#endif
