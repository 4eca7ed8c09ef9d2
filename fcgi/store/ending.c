/*
 * store/ending.c: how computations of values ended that left none.
 *
 * The beginning of flight.lk is a table of what those who wait for a key must
 * know: which computations run (one that is found there when its lock is free
 * died with its worker), and endings that left no value, be it that the
 * computation failed or that its value could not be stored.  Else the waiters
 * would do it all again, one after the other, or die one after the other.  It
 * is read and written with pread() and pwrite(), and allocated in advance so
 * that a full disk does not matter.  Keys share an entry by their hash; when
 * one drives out the other, that one's waiters compute, which is slow but
 * right.
 */
#include "store/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* Entries of the table. */
#define ENDINGS 256

/* So long after its begin a computation that vanished counts as a death, and
 * so long after the last death nobody tries again. */
#define DEATH_COUNTS_NS ((int64_t)120 * 1000000000)
#define DEATH_REMEMBERED_NS ((int64_t)2 * 1000000000)

static off_t
ending_offset(const struct key_hash *hash)
{
	return (off_t)(hash->bytes[KEY_HASH_SIZE - 1] % ENDINGS *
		       sizeof(struct ending));
}

static void
ending_checksum(
    const struct ending *ending, unsigned char sum[crypto_shorthash_BYTES])
{
	(void)crypto_shorthash(sum, (const unsigned char *)ending,
	    offsetof(struct ending, checksum), ending->hash.bytes);
}

void
ending_prepare(struct store *store)
{
	int result;

	result = posix_fallocate(
	    store->flight_fd, 0, ENDINGS * (off_t)sizeof(struct ending));
	if (result != 0)
		store_warn(store, "cannot allocate %s/flight.lk: %s",
		    store->directory, strerror(result));
}

void
ending_write(struct store *store, const struct key_hash *hash,
    enum ending_kind kind, int64_t deaths, const char *message)
{
	struct ending ending;
	ssize_t written;

	memset(&ending, 0, sizeof(ending));
	ending.hash = *hash;
	ending.at_ns = clock_monotonic_ns();
	ending.kind = kind;
	ending.deaths = deaths;
	(void)error_set(&ending.failure, "%s", message);
	ending_checksum(&ending, ending.checksum);
	written = pwrite(
	    store->flight_fd, &ending, sizeof(ending), ending_offset(hash));
	/* Without it the others compute; that is slow, but right. */
	if (written != (ssize_t)sizeof(ending))
		store_warn(store, "cannot write %s/flight.lk: %s",
		    store->directory, strerror(errno));
}

/* Does the entry, of this very key, still matter? */
static bool
ending_counts(const struct ending *ending, int64_t began_ns)
{
	int64_t now = clock_monotonic_ns();

	if (ending->at_ns > now)
		return false;
	switch (ending->kind) {
	case ENDING_FAILED:
	case ENDING_UNSTORED:
		return ending->at_ns >= began_ns;
	case ENDING_RUNNING:
		return now - ending->at_ns < DEATH_COUNTS_NS;
	case ENDING_DIED:
		return now - ending->at_ns < DEATH_REMEMBERED_NS;
	default:
		return false;
	}
}

/* The key's entry, if there is one that matters. */
bool
ending_read(const struct store *store, const struct key_hash *hash,
    int64_t began_ns, struct ending *ending)
{
	unsigned char sum[crypto_shorthash_BYTES];

	if (pread(store->flight_fd, ending, sizeof(*ending),
		ending_offset(hash)) != (ssize_t)sizeof(*ending) ||
	    memcmp(&ending->hash, hash, sizeof(ending->hash)) != 0)
		return false;
	ending_checksum(ending, sum);
	if (memcmp(sum, ending->checksum, sizeof(sum)) != 0)
		return false;
	ending->failure.message[sizeof(ending->failure.message) - 1] = '\0';
	return ending_counts(ending, began_ns);
}
