/*
 * process/maps.c: reads /proc/self/maps without malloc and stdio, which could
 * change what they are asked to list.
 */
#include "process/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel's default vm.max_map_count, rounded up.  Only pages that are
 * written to cost memory. */
#define MAPPINGS_MAX 65536

/* A line is cut to this. */
#define LINE_SIZE 256

static size_t
maps_size(const struct maps *maps)
{
	return maps->capacity * sizeof(maps->mappings[0]);
}

int
maps_init(struct maps *maps, struct error *error)
{
	void *memory;

	maps->count = 0;
	maps->capacity = MAPPINGS_MAX;
	memory = mmap(NULL, maps_size(maps), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	maps->mappings = memory != MAP_FAILED ? memory : NULL;
	if (memory == MAP_FAILED)
		return error_set(error,
		    "no memory for the list of the process's mappings: %s",
		    strerror(errno));
	return 0;
}

void
maps_clear(struct maps *maps)
{
	if (maps->mappings != NULL)
		(void)munmap(maps->mappings, maps_size(maps));
	maps->mappings = NULL;
	maps->count = 0;
}

static const char *
read_address(const char *line, uintptr_t *address)
{
	*address = 0;
	for (;; line++) {
		if (*line >= '0' && *line <= '9')
			*address = *address * 16 + (uintptr_t)(*line - '0');
		else if (*line >= 'a' && *line <= 'f')
			*address =
			    *address * 16 + (uintptr_t)(*line - 'a') + 10;
		else
			return line;
	}
}

/* What comes after the inode, the fifth word of a line from its rights on. */
static void
take_name(struct mapping *mapping, const char *line)
{
	size_t size;

	for (int words = 0; words < 4; words++) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	line += strspn(line, " ");
	size = strlen(line);
	if (size >= MAPPING_NAME_SIZE)
		size = MAPPING_NAME_SIZE - 1;
	memcpy(mapping->name, line, size);
	mapping->name[size] = '\0';
}

/* Takes one line: "start-end rwxp offset device inode    path". */
static int
take_line(struct maps *maps, const char *line, struct error *error)
{
	struct mapping mapping;

	line = read_address(line, &mapping.range.start);
	if (*line != '-')
		return error_set(
		    error, "/proc/self/maps has a line that is not understood");
	line = read_address(line + 1, &mapping.range.end);
	/* A cut line ends with NULs. */
	if (line[0] != ' ' || line[2] != 'w')
		return 0;
	if (maps->count == maps->capacity)
		return error_set(error,
		    "the process has more than %d writable mappings",
		    MAPPINGS_MAX);
	mapping.executable = line[3] == 'x';
	mapping.shared = line[4] == 's';
	take_name(&mapping, line);
	mapping.heap = strstr(line, "[heap]") != NULL;
	maps->mappings[maps->count++] = mapping;
	return 0;
}

/* Cuts what was read into lines; `line` holds the last one's beginning. */
static int
take_bytes(struct maps *maps, const char *bytes, size_t size, char *line,
    size_t *line_size, struct error *error)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != '\n') {
			if (*line_size < LINE_SIZE - 1)
				line[(*line_size)++] = bytes[i];
			continue;
		}
		memset(line + *line_size, 0, LINE_SIZE - *line_size);
		*line_size = 0;
		if (take_line(maps, line, error) != 0)
			return -1;
	}
	return 0;
}

int
maps_read_from(struct maps *maps, int fd, struct error *error)
{
	char bytes[4096];
	char line[LINE_SIZE];
	size_t line_size = 0;
	ssize_t size = -1;
	int result = 0;

	maps->count = 0;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return error_set(error,
		    "/proc/self/maps cannot be read: %s: mount /proc",
		    strerror(errno));
	while (result == 0 && (size = read(fd, bytes, sizeof(bytes))) > 0)
		result = take_bytes(
		    maps, bytes, (size_t)size, line, &line_size, error);
	if (result == 0 && size < 0)
		result = error_set(error, "/proc/self/maps cannot be read: %s",
		    strerror(errno));
	return result;
}

int
maps_read(struct maps *maps, struct error *error)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	int result = maps_read_from(maps, fd, error);

	if (fd >= 0)
		(void)close(fd);
	return result;
}

bool
maps_contain(const struct maps *maps, uintptr_t address)
{
	for (size_t i = 0; i < maps->count; i++)
		if (address >= maps->mappings[i].range.start &&
		    address < maps->mappings[i].range.end)
			return true;
	return false;
}

bool
maps_is_same(const struct mapping *mapping, const struct mapping *other)
{
	return mapping->range.start < other->range.end &&
	       other->range.start < mapping->range.end &&
	       mapping->shared == other->shared &&
	       strcmp(mapping->name, other->name) == 0;
}
