/*
 * store/flight.c: one computation of a key at a time, over all processes.
 *
 * Who computes a key holds the lock on a byte of flight.lk whose offset is
 * the key's hash.  The kernel wakes the next one when the lock is dropped or
 * its holder dies, and that one looks into the cache again first.
 *
 * The beginning of the same file is a table of endings that left no value:
 * computations that failed, and values that could not be stored.  Those who
 * waited meanwhile would else do it all again, one after the other.  It is
 * read and written with pread() and pwrite(), allocated in advance so that a
 * full disk does not matter, and an entry counts only for requests that began
 * before it was made.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/store_internal.h"

/* Most bytes that a computation may give, cached or not. */
#define COMPUTED_MAX ((size_t)512 << 20)

/* Entries of the table; keys share one by their hash. */
#define ENDINGS 256

enum ending_kind {
	ENDING_NONE,
	ENDING_FAILED,	/* with the message */
	ENDING_UNSTORED /* there was a value, but not for the cache */
};

/* An entry of the table, as it is in the file. */
struct ending {
	struct key_hash hash;
	int64_t at_ns; /* CLOCK_MONOTONIC */
	int64_t kind;
	struct error failure;
	/* Two processes may write an entry at once, for different keys. */
	unsigned char checksum[crypto_shorthash_BYTES];
};

/* One call of store_memoize(). */
struct request {
	struct store *store;
	const struct store_key *key;
	struct key_hash hash;
	int64_t began_ns;
	int64_t timeout_s;
	store_compute *compute;
	void *context;
};

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static off_t
flight_offset(const struct key_hash *hash)
{
	uint64_t number;

	memcpy(&number, hash->bytes, sizeof(number));
	return (off_t)(number & (((uint64_t)1 << 62) - 1));
}

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
flight_prepare(struct store *store)
{
	int result;

	result = posix_fallocate(
	    store->flight_fd, 0, ENDINGS * (off_t)sizeof(struct ending));
	if (result != 0)
		store_warn(store, "cannot allocate %s/flight.lk: %s",
		    store->directory, strerror(result));
}

static void
ending_write(
    const struct request *request, enum ending_kind kind, const char *message)
{
	struct ending ending;
	ssize_t written;

	memset(&ending, 0, sizeof(ending));
	ending.hash = request->hash;
	ending.at_ns = now_ns();
	ending.kind = kind;
	(void)error_set(&ending.failure, "%s", message);
	ending_checksum(&ending, ending.checksum);
	written = pwrite(request->store->flight_fd, &ending, sizeof(ending),
	    ending_offset(&request->hash));
	/* Without it the others compute; that is slow, but right. */
	if (written != (ssize_t)sizeof(ending))
		store_warn(request->store, "cannot write %s/flight.lk: %s",
		    request->store->directory, strerror(errno));
}

/* How the key's last computation ended, if it did since the request began. */
static enum ending_kind
ending_read(const struct request *request, struct error *failure)
{
	unsigned char sum[crypto_shorthash_BYTES];
	struct ending ending;

	if (pread(request->store->flight_fd, &ending, sizeof(ending),
		ending_offset(&request->hash)) != (ssize_t)sizeof(ending) ||
	    memcmp(&ending.hash, &request->hash, sizeof(ending.hash)) != 0 ||
	    ending.at_ns < request->began_ns || ending.at_ns > now_ns())
		return ENDING_NONE;
	ending_checksum(&ending, sum);
	if (memcmp(sum, ending.checksum, sizeof(sum)) != 0)
		return ENDING_NONE;
	if (ending.kind == ENDING_FAILED) {
		ending.failure.message[sizeof(ending.failure.message) - 1] =
		    '\0';
		(void)error_set(failure, "%s", ending.failure.message);
		return ENDING_FAILED;
	}
	return ending.kind == ENDING_UNSTORED ? ENDING_UNSTORED : ENDING_NONE;
}

static bool
read_hit(const struct request *request, struct store_value *value)
{
	double cost_ms = 0;
	int64_t id = 0;

	if (!cache_read(request->store, &request->hash, request->key, value,
		&id, &cost_ms))
		return false;
	cache_hit(request->store, id, cost_ms);
	return true;
}

/* Runs the computation; a failure is written down for those who wait. */
static int
run_compute(
    const struct request *request, struct buffer *text, struct error *error)
{
	int result;

	error->message[0] = '\0';
	result = request->compute(request->context, text, error);
	if (result == 0 && (buffer_failed(text) || text->size == 0))
		result = error_set(error,
		    buffer_failed(text)
			? "the value is larger than memory or %zu bytes"
			: "no value was computed (at most %zu bytes)",
		    text->limit);
	else if (result != 0 && error->message[0] == '\0')
		(void)error_set(error, "the computation failed");
	marks_count(&request->store->marks,
	    result == 0 ? COUNT_COMPUTATIONS : COUNT_FAILURES, 1);
	if (result == 0)
		return 0;
	ending_write(request, ENDING_FAILED, error->message);
	return -1;
}

/* Computes, stores, and hands the value over. */
static int
compute_and_store(const struct request *request, struct store_value *value,
    struct error *error)
{
	struct store *store = request->store;
	struct flight flight = { .offset = flight_offset(&request->hash),
		.outer = store->flights };
	int64_t start_ns = now_ns(), created_ms;
	struct buffer text;
	double cost_ms;
	int result;

	buffer_init(&text, COMPUTED_MAX);
	store->flights = &flight;
	result = run_compute(request, &text, error);
	store->flights = flight.outer;
	if (result != 0) {
		buffer_clear(&text);
		return -1;
	}
	cost_ms = (double)(now_ns() - start_ns) / 1e6;
	marks_count(
	    &store->marks, COUNT_COST_SPENT_US, (uint64_t)(cost_ms * 1000));
	created_ms = store_now_ms(store);
	if (cache_write(store, &request->hash, request->key, text.data,
		text.size, request->timeout_s, cost_ms, created_ms) != 0)
		ending_write(request, ENDING_UNSTORED, "");
	value->text = text.data;
	value->size = text.size;
	value->created_ms = created_ms;
	return 0;
}

/* The lock is held: nobody else computes the key now. */
static int
fly(const struct request *request, bool *unstored, struct store_value *value,
    struct error *error)
{
	*unstored = false;
	if (read_hit(request, value))
		return 0;
	switch (ending_read(request, error)) {
	case ENDING_FAILED:
		return -1;
	case ENDING_UNSTORED:
		*unstored = true;
		return -1;
	case ENDING_NONE:
		break;
	}
	return compute_and_store(request, value, error);
}

/* Takes the key's lock, waiting when another has it.  As lock_take(). */
static int
wait_for_lock(const struct request *request, off_t offset, int64_t deadline_ms)
{
	struct store *store = request->store;
	int taken;

	taken = lock_take(store->flight_fd, offset, INT64_MIN);
	if (taken == 0) {
		marks_count(&store->marks, COUNT_WAITS, 1);
		taken = lock_take(store->flight_fd, offset, deadline_ms);
	}
	return taken;
}

/* Is this process computing the key already? */
static bool
is_running(const struct request *request)
{
	const struct flight *running = request->store->flights;

	while (
	    running != NULL && running->offset != flight_offset(&request->hash))
		running = running->outer;
	return running != NULL;
}

static int
memoize(const struct request *request, int64_t deadline_ms,
    struct store_value *value, struct error *error)
{
	struct store *store = request->store;
	off_t offset = flight_offset(&request->hash);
	bool unstored;
	int result;

	result = wait_for_lock(request, offset, deadline_ms);
	if (result == 0)
		return error_set(error,
		    "another worker is computing the value, and that took "
		    "longer than this request may wait; if functions ask for "
		    "each other's values in a circle, break it");
	if (result < 0) {
		store_warn(store, "cannot lock %s/flight.lk: %s",
		    store->directory, strerror(errno));
		return compute_and_store(request, value, error);
	}
	result = fly(request, &unstored, value, error);
	lock_drop(store->flight_fd, offset);
	/* Values that the cache cannot take are computed by all at once. */
	if (unstored)
		return compute_and_store(request, value, error);
	return result;
}

int
store_memoize(struct store *store, const struct store_key *key,
    int64_t timeout_s, int64_t deadline_ms, store_compute *compute,
    void *context, struct store_value *value, struct error *error)
{
	struct request request = { .store = store,
		.key = key,
		.began_ns = now_ns(),
		.timeout_s = timeout_s,
		.compute = compute,
		.context = context };

	memset(value, 0, sizeof(*value));
	key_hash(key, &request.hash);
	if (read_hit(&request, value))
		return 0;
	marks_count(&store->marks, COUNT_MISSES, 1);
	if (is_running(&request))
		return error_set(
		    error, "asked for the very value that it is computing");
	if (store->settings.threshold == 0)
		return compute_and_store(&request, value, error);
	return memoize(&request, deadline_ms, value, error);
}
