/*
 * store/marks.c: memory shared by all workers: one byte for each row that
 * was asked for since eviction last passed it, each worker's counters, and
 * those of each memoized function.
 *
 * It is a mapping of the file marks.map, so that a read of the cache costs no
 * write to the database.  Losing it costs some hits later and the counts of
 * the last second, nothing else; so it is made anew whenever it is missing
 * or unfit.  The file is allocated in full before it is mapped, else a full
 * disk would end the process with SIGBUS, and it is never shortened: a map of
 * another size takes its place by rename.  Somebody else who shortens the
 * file while it is in use does raise SIGBUS; the worker's crash handler then
 * replaces the worker, which makes the map anew (and marks_current() finds
 * most such files before they hurt).
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/store_internal.h"

#define MARKS_MAGIC 0x326d656874656cULL /* "lethem2" */
#define WORKERS 63
#define FUNCTIONS 256
/* A function that finds so many others at its place is not counted. */
#define PROBES 16
#define SLOTS_MIN 4096
#define SLOTS_MAX ((uint64_t)1 << 26)

const char *const counter_names[COUNTERS] = {
	[COUNT_HITS] = "hits",
	[COUNT_MISSES] = "misses",
	[COUNT_COMPUTATIONS] = "computations",
	[COUNT_FAILURES] = "failures",
	[COUNT_WAITS] = "waits",
	[COUNT_COST_SPENT_US] = "cost_spent_us",
	[COUNT_COST_SAVED_US] = "cost_saved_us",
	[COUNT_STALE_HITS] = "stale_hits",
};

/* Counters, in a cache line of their own. */
struct marks_counts {
	uint64_t counts[8];
};

_Static_assert(COUNTERS <= 8, "the counters fit a cache line");

/*
 * The counters of a function, which all workers share.  Who finds the place
 * without a name writes it: whoever took the place may be dead.
 */
struct marks_function {
	uint64_t hash; /* of the name; 0: nobody's place */
	uint64_t named;
	char name[MARKS_NAME_SIZE];
	struct marks_counts counts;
};

/* The beginning of the file: whole pages. */
struct marks_header {
	uint64_t magic;
	uint64_t slots; /* a power of two */
	uint64_t identity;
	uint64_t next_worker;
	int64_t upkeep_ms;
	int64_t wal_failed_ms;
	int64_t wal_failed_frames;
	uint64_t unused;
	struct marks_counts workers[WORKERS];
	struct marks_function functions[FUNCTIONS];
};

_Static_assert(
    sizeof(struct marks_header) % 4096 == 0, "the slots begin a page");

/*
 * Rows share a slot when their ids are equal modulo the number of slots, so
 * there are several slots to a row.
 */
static uint64_t
slots_wanted(int64_t threshold)
{
	uint64_t slots = SLOTS_MIN;

	while (slots < SLOTS_MAX && (int64_t)(slots / 4) < threshold)
		slots *= 2;
	return slots;
}

static int
map(struct marks *marks, int fd, size_t size)
{
	void *memory;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return -1;
	marks->header = memory;
	marks->size = size;
	marks->fd = fd;
	return 0;
}

/* Takes the counters of one worker.  When there are more workers than that
 * they share, which is slower and still right. */
static void
join(struct marks *marks)
{
	struct marks_header *header = marks->header;
	uint64_t number;

	number = __atomic_fetch_add(&header->next_worker, 1, __ATOMIC_RELAXED);
	marks->worker = &header->workers[number % WORKERS];
	marks->slots = (unsigned char *)(header + 1);
	marks->slot_mask = header->slots - 1;
}

/* Maps the file at `path` when it is a map with slots enough. */
static int
open_existing(struct marks *marks, const char *path, uint64_t wanted)
{
	struct stat info;
	int fd;

	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
	    info.st_size < (off_t)sizeof(struct marks_header) ||
	    info.st_size > (off_t)(sizeof(struct marks_header) + SLOTS_MAX) ||
	    map(marks, fd, (size_t)info.st_size) != 0) {
		(void)close(fd);
		return -1;
	}
	if (marks->header->magic != MARKS_MAGIC ||
	    marks->header->slots < wanted ||
	    (marks->header->slots & (marks->header->slots - 1)) != 0 ||
	    marks->header->slots != marks->size - sizeof(*marks->header)) {
		marks_close(marks);
		return -1;
	}
	return 0;
}

static int
create(
    struct marks *marks, const char *path, uint64_t slots, struct error *error)
{
	struct marks_header first;
	char temporary[4096];
	size_t size = sizeof(first) + slots;
	int fd, result;

	result = snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (result < 0 || (size_t)result >= sizeof(temporary))
		return error_set(error, "the path %s is too long", path);
	(void)unlink(temporary);
	fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(
		    error, "cannot create %s: %s", temporary, strerror(errno));
	memset(&first, 0, sizeof(first));
	first.magic = MARKS_MAGIC;
	first.slots = slots;
	/* SQLite's integers are signed, and it is kept there as text. */
	randombytes_buf(&first.identity, sizeof(first.identity));
	file_adopt(fd, temporary);
	result = posix_fallocate(fd, 0, (off_t)size);
	errno = result;
	if (result != 0 ||
	    pwrite(fd, &first, sizeof(first), 0) != (ssize_t)sizeof(first) ||
	    map(marks, fd, size) != 0 || rename(temporary, path) != 0) {
		(void)error_set(error, "cannot make %s (%zu bytes): %s", path,
		    size, strerror(errno));
		(void)unlink(temporary);
		if (marks->header != NULL)
			marks_close(marks);
		else
			(void)close(fd);
		return -1;
	}
	return 0;
}

int
marks_open(struct marks *marks, const char *path, int64_t threshold,
    struct error *error)
{
	uint64_t slots = slots_wanted(threshold);

	error->message[0] = '\0';
	memset(marks, 0, sizeof(*marks));
	marks->fd = -1;
	if (open_existing(marks, path, slots) != 0 &&
	    create(marks, path, slots, error) != 0) {
		memset(marks, 0, sizeof(*marks));
		if (map(marks, -1, sizeof(*marks->header) + slots) != 0)
			return error_set(error, "out of memory for %s", path);
		marks->header->slots = slots;
	}
	join(marks);
	return 0;
}

void
marks_close(struct marks *marks)
{
	if (marks->header != NULL)
		(void)munmap(marks->header, marks->size);
	if (marks->fd >= 0)
		(void)close(marks->fd);
	memset(marks, 0, sizeof(*marks));
	marks->fd = -1;
}

bool
marks_current(const struct marks *marks, const char *path)
{
	struct stat info, there;

	if (marks->fd < 0)
		return true;
	return fstat(marks->fd, &info) == 0 && stat(path, &there) == 0 &&
	       info.st_dev == there.st_dev && info.st_ino == there.st_ino &&
	       info.st_size == (off_t)marks->size;
}

/* Looks before it writes: a hot row's byte is shared by all processors. */
void
marks_set(struct marks *marks, int64_t id)
{
	unsigned char *slot = &marks->slots[(uint64_t)id & marks->slot_mask];

	if (__atomic_load_n(slot, __ATOMIC_RELAXED) == 0)
		__atomic_store_n(slot, 1, __ATOMIC_RELAXED);
}

bool
marks_take(struct marks *marks, int64_t id)
{
	unsigned char *slot = &marks->slots[(uint64_t)id & marks->slot_mask];

	if (__atomic_load_n(slot, __ATOMIC_RELAXED) == 0)
		return false;
	__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
	return true;
}

/* Is it the place of that hash, or nobody's until now? */
static bool
claim(struct marks_function *place, uint64_t hash)
{
	uint64_t there = __atomic_load_n(&place->hash, __ATOMIC_RELAXED);

	return there == hash ||
	       (there == 0 &&
		   (__atomic_compare_exchange_n(&place->hash, &there, hash,
			false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		       there == hash));
}

/* The function's counters, or NULL. */
static struct marks_counts *
find_function(struct marks *marks, const char *name)
{
	static const unsigned char seed[crypto_shorthash_KEYBYTES];
	struct marks_function *place;
	size_t size = strlen(name) + 1, i;
	uint64_t hash;

	_Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "it fits");
	if (size == 1 || size > MARKS_NAME_SIZE)
		return NULL;
	(void)crypto_shorthash((unsigned char *)&hash,
	    (const unsigned char *)name, size - 1, seed);
	hash |= 1;
	for (i = 0; i < PROBES; i++) {
		place = &marks->header->functions[(hash / 2 + i) % FUNCTIONS];
		if (!claim(place, hash))
			continue;
		if (__atomic_load_n(&place->named, __ATOMIC_RELAXED) == 0) {
			memcpy(place->name, name, size);
			__atomic_store_n(&place->named, 1, __ATOMIC_RELEASE);
		}
		return &place->counts;
	}
	return NULL;
}

void
marks_count(struct marks *marks, const char *function, enum counter counter,
    uint64_t add)
{
	struct marks_counts *counts = find_function(marks, function);

	(void)__atomic_fetch_add(
	    &marks->worker->counts[counter], add, __ATOMIC_RELAXED);
	if (counts != NULL)
		(void)__atomic_fetch_add(
		    &counts->counts[counter], add, __ATOMIC_RELAXED);
}

const struct marks_counts *
marks_next_function(
    const struct marks *marks, size_t *index, char name[MARKS_NAME_SIZE])
{
	const struct marks_function *place;

	while (*index < FUNCTIONS) {
		place = &marks->header->functions[(*index)++];
		if (__atomic_load_n(&place->named, __ATOMIC_ACQUIRE) == 0)
			continue;
		memcpy(name, place->name, MARKS_NAME_SIZE);
		name[MARKS_NAME_SIZE - 1] = '\0';
		return &place->counts;
	}
	return NULL;
}

uint64_t
marks_function_sum(const struct marks_counts *counts, enum counter counter)
{
	return __atomic_load_n(&counts->counts[counter], __ATOMIC_RELAXED);
}

uint64_t
marks_sum(const struct marks *marks, enum counter counter)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < WORKERS; i++)
		sum +=
		    __atomic_load_n(&marks->header->workers[i].counts[counter],
			__ATOMIC_RELAXED);
	return sum;
}

uint64_t
marks_identity(const struct marks *marks)
{
	return marks->header->identity;
}

int64_t
marks_upkeep_ms(const struct marks *marks)
{
	return __atomic_load_n(&marks->header->upkeep_ms, __ATOMIC_RELAXED);
}

void
marks_set_upkeep_ms(struct marks *marks, int64_t now_ms)
{
	__atomic_store_n(&marks->header->upkeep_ms, now_ms, __ATOMIC_RELAXED);
}

struct wal_failure
marks_wal_failure(const struct marks *marks)
{
	const struct marks_header *header = marks->header;

	return (struct wal_failure){
		.frames = (int)__atomic_load_n(
		    &header->wal_failed_frames, __ATOMIC_RELAXED),
		.at_ms =
		    __atomic_load_n(&header->wal_failed_ms, __ATOMIC_RELAXED)
	};
}

/* The writer lock is held; who reads both without it may see one of them too
 * early, which does no harm. */
void
marks_set_wal_failure(struct marks *marks, struct wal_failure failure)
{
	struct marks_header *header = marks->header;

	__atomic_store_n(
	    &header->wal_failed_ms, failure.at_ms, __ATOMIC_RELAXED);
	__atomic_store_n(&header->wal_failed_frames, (int64_t)failure.frames,
	    __ATOMIC_RELAXED);
}
