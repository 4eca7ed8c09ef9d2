/*
 * process/symbols.c: finds the symbol tables of an ELF file.  Every offset is
 * checked: the file may have been replaced by a linker that runs right now.
 */
#include "process/symbols.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
#define OWN_CLASS ELFCLASS64
#else
#define OWN_CLASS ELFCLASS32
#endif

static int
map_file(struct symbols *symbols, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *file = MAP_FAILED;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size >= (off_t)sizeof(ElfW(Ehdr)))
		file = mmap(NULL, (size_t)status.st_size, PROT_READ,
		    MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (file == MAP_FAILED)
		return -1;
	symbols->file = file;
	symbols->file_size = (size_t)status.st_size;
	return 0;
}

/* `count` pieces of `size` bytes at `offset`, or NULL when the file is too
 * short for them. */
static const void *
part(const struct symbols *symbols, uint64_t offset, uint64_t count,
    uint64_t size)
{
	if (offset > symbols->file_size || offset % sizeof(void *) != 0 ||
	    count > (symbols->file_size - offset) / size)
		return NULL;
	return (const char *)symbols->file + offset;
}

static const char *
string_part(const struct symbols *symbols, const ElfW(Shdr) * section)
{
	const char *file = symbols->file;

	if (section->sh_offset > symbols->file_size || section->sh_size == 0 ||
	    section->sh_size > symbols->file_size - section->sh_offset ||
	    file[section->sh_offset + section->sh_size - 1] != '\0')
		return NULL;
	return file + section->sh_offset;
}

static void
take_table(const struct symbols *symbols, struct symbol_table *table,
    const ElfW(Shdr) * section, const ElfW(Shdr) * strings)
{
	size_t count = section->sh_size / sizeof(ElfW(Sym));

	table->symbols =
	    part(symbols, section->sh_offset, count, sizeof(ElfW(Sym)));
	table->strings = string_part(symbols, strings);
	table->strings_size = strings->sh_size;
	if (table->symbols != NULL && table->strings != NULL)
		table->count = count;
}

static int
find_tables(struct symbols *symbols)
{
	const ElfW(Ehdr) *header = symbols->file;
	const ElfW(Shdr) * sections;

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != OWN_CLASS ||
	    header->e_shentsize != sizeof(ElfW(Shdr)))
		return -1;
	sections =
	    part(symbols, header->e_shoff, header->e_shnum, sizeof(ElfW(Shdr)));
	if (sections == NULL)
		return -1;
	for (size_t i = 0; i < header->e_shnum; i++) {
		const ElfW(Shdr) *section = &sections[i];

		if (section->sh_link >= header->e_shnum)
			continue;
		if (section->sh_type == SHT_SYMTAB)
			take_table(symbols, &symbols->full, section,
			    &sections[section->sh_link]);
		else if (section->sh_type == SHT_DYNSYM)
			take_table(symbols, &symbols->dynamic, section,
			    &sections[section->sh_link]);
	}
	return 0;
}

int
symbols_open(struct symbols *symbols, const char *path)
{
	memset(symbols, 0, sizeof(*symbols));
	if (map_file(symbols, path) == 0 && find_tables(symbols) == 0)
		return 0;
	symbols_close(symbols);
	return -1;
}

void
symbols_close(struct symbols *symbols)
{
	if (symbols->file != NULL)
		(void)munmap(symbols->file, symbols->file_size);
	memset(symbols, 0, sizeof(*symbols));
}

const struct symbol_table *
symbols_best(const struct symbols *symbols)
{
	return symbols->full.count > 0 ? &symbols->full : &symbols->dynamic;
}

const char *
symbols_name(const struct symbol_table *table, size_t index)
{
	size_t offset = table->symbols[index].st_name;

	return offset < table->strings_size ? table->strings + offset : "";
}

bool
symbols_is_defined(const ElfW(Sym) * symbol)
{
	return symbol->st_shndx != SHN_UNDEF;
}

const ElfW(Sym) *
symbols_function(const struct symbol_table *table, ElfW(Addr) value,
    const char **name)
{
	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];

		if ((symbol->st_info & 0xf) != STT_FUNC ||
		    !symbols_is_defined(symbol) || value < symbol->st_value ||
		    value - symbol->st_value >= symbol->st_size)
			continue;
		*name = symbols_name(table, i);
		return symbol;
	}
	return NULL;
}
