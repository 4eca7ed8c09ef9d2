/*
 * store/flight.c: one computation of a key at a time, over all processes.
 *
 * Who computes a key holds the lock on a byte of flight.lk whose offset is
 * the key's hash.  The kernel wakes the next one when the lock is dropped or
 * its holder dies, and that one looks into the cache again first.  The lock
 * belongs to the process, since the app's code runs under it: a child that it
 * forks must neither drop the lock nor keep it when the worker dies.
 * What else those who wait must know is in the same file: see ending.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/ending.h"
#include "store/store_internal.h"

/* Most bytes that a computation may give, cached or not. */
#define COMPUTED_MAX ((size_t)512 << 20)

/* So many workers may die computing a key before its waiters are told. */
#define DEATHS_MAX 2

/* After a failure to compute a stale value anew nobody tries for so long, at
 * least. */
#define REFRESH_AGAIN_S 5

/* One call of store_memoize(). */
struct request {
	struct store *store;
	const struct store_key *key;
	const struct store_terms *terms;
	struct key_hash hash;
	int64_t began_ns;
	int64_t began_ms; /* Unix time */
	int64_t deaths;	  /* before this computation */
	bool locked;	  /* nobody else computes the key */
	store_compute *compute;
	void *context;
};

static off_t
flight_offset(const struct key_hash *hash)
{
	uint64_t number;

	/* The last bytes: the first ones are the function's. */
	memcpy(&number, hash->bytes + KEY_HASH_SIZE - sizeof(number),
	    sizeof(number));
	return (off_t)(number & (((uint64_t)1 << 62) - 1));
}

/* As ending_write(), for the request's key. */
static void
end_with(const struct request *request, enum ending_kind kind, int64_t deaths,
    const char *message)
{
	ending_write(request->store, &request->hash, kind, deaths, message);
}

static bool
read_ending(const struct request *request, struct ending *ending)
{
	return ending_read(
	    request->store, &request->hash, request->began_ns, ending);
}

/* The computation is over and needs no entry. */
static void
clear_ending(const struct request *request)
{
	struct ending ending;

	/* By now it may be another key's. */
	if (read_ending(request, &ending) && ending.kind == ENDING_RUNNING)
		end_with(request, ENDING_NONE, 0, "");
}

/* Remembers a failure in the cache itself, if the terms say so. */
static void
remember_failure(const struct request *request, const char *message)
{
	const struct entry entry = { .kind = STORE_FAILURE,
		.text = message,
		.size = strlen(message),
		.created_ms = store_now_ms(request->store),
		.timeout_s = request->terms->negative_timeout_s };

	/* Who wanted another value than the one that is there has the failure;
	 * the others keep the value. */
	if (request->terms->negative_timeout_s > 0 &&
	    !request->terms->forced_update)
		(void)cache_write(
		    request->store, &request->hash, request->key, &entry);
}

/* Is this row what the request wants? */
static bool
is_wanted(const struct request *request, const struct hit *hit)
{
	const struct store_terms *terms = request->terms;
	const struct store_value *value = &hit->value;

	if (value->kind != STORE_FAILURE && value->kind != terms->kind)
		return false;
	if (value->stale && terms->fresh_only)
		return false;
	/* Another may have computed it since the request began. */
	return !terms->forced_update ||
	       (double)value->created_ms - hit->cost_ms >
		   (double)request->began_ms;
}

/* 1: a value; 0: none; -1: a remembered failure, in `error`. */
static int
read_hit(const struct request *request, struct store_value *value,
    struct error *error)
{
	struct hit hit;

	if (!cache_read(request->store, &request->hash, request->key, &hit))
		return 0;
	if (!is_wanted(request, &hit)) {
		free(hit.value.text);
		return 0;
	}
	cache_hit(request->store, request->key, &hit);
	if (hit.value.kind != STORE_FAILURE) {
		*value = hit.value;
		return 1;
	}
	(void)error_set(error, "%s", hit.value.text);
	free(hit.value.text);
	return -1;
}

/*
 * Runs the computation; a failure is written down for those who wait.  A
 * child that the app forked and that came back here leaves everything as it
 * is: it is its parent who computes.
 */
static int
run_compute(
    const struct request *request, struct buffer *text, struct error *error)
{
	int result;

	error->message[0] = '\0';
	result = request->compute(request->context, text, error);
	if (getpid() != request->store->pid)
		return error_set(error,
		    "a child process came back from the computation that "
		    "forked it: call _exit() in the child");
	if (result == 0 &&
	    (buffer_failed(text) ||
		(text->size == 0 && request->terms->kind == STORE_JSON)))
		result = error_set(error,
		    buffer_failed(text)
			? "the value is larger than memory or %zu bytes"
			: "no value was computed (at most %zu bytes)",
		    text->limit);
	else if (result != 0 && error->message[0] == '\0')
		(void)error_set(error, "the computation failed");
	marks_count(&request->store->marks, request->key->function,
	    result == 0 ? COUNT_COMPUTATIONS : COUNT_FAILURES, 1);
	return result == 0 ? 0 : -1;
}

/* Stores what was computed.  0, or -1: the cache did not take it. */
static int
store_computed(const struct request *request, const struct buffer *text,
    double cost_ms, int64_t created_ms)
{
	const struct entry entry = { .kind = request->terms->kind,
		.text = text->data,
		.size = text->size,
		.created_ms = created_ms,
		.timeout_s = request->terms->timeout_s,
		.stale_s = request->terms->stale_s,
		.cost_ms = cost_ms };

	return cache_write(
	    request->store, &request->hash, request->key, &entry);
}

/* Runs the computation as this process's innermost one. */
static int
compute(const struct request *request, struct buffer *text, double *cost_ms,
    struct error *error)
{
	struct store *store = request->store;
	struct flight flight = { .offset = flight_offset(&request->hash),
		.outer = store->flights };
	int64_t start_ns = clock_monotonic_ns();
	int result;

	if (request->locked)
		end_with(request, ENDING_RUNNING, request->deaths, "");
	store->flights = &flight;
	result = run_compute(request, text, error);
	store->flights = flight.outer;
	*cost_ms = (double)(clock_monotonic_ns() - start_ns) / 1e6;
	if (result == 0)
		marks_count(&store->marks, request->key->function,
		    COUNT_COST_SPENT_US, (uint64_t)(*cost_ms * 1000));
	return result;
}

/* Computes, stores, and hands the value over. */
static int
compute_and_store(const struct request *request, struct store_value *value,
    struct error *error)
{
	struct store *store = request->store;
	struct buffer text;
	int64_t created_ms;
	double cost_ms;

	buffer_init(&text, COMPUTED_MAX);
	if (compute(request, &text, &cost_ms, error) != 0) {
		buffer_clear(&text);
		if (getpid() != store->pid)
			return -1;
		remember_failure(request, error->message);
		end_with(request, ENDING_FAILED, 0, error->message);
		return -1;
	}
	/* So that even no bytes have an address. */
	buffer_add(&text, "", 0);
	created_ms = store_now_ms(store);
	if (store_computed(request, &text, cost_ms, created_ms) != 0)
		end_with(request, ENDING_UNSTORED, 0, "");
	else if (request->locked)
		clear_ending(request);
	*value = (struct store_value){ .text = text.data,
		.size = text.size,
		.created_ms = created_ms,
		.kind = request->terms->kind };
	return 0;
}

/* The last computation's worker died: may this one try?  0, or -1. */
static int
follow_the_dead(
    struct request *request, const struct ending *ending, struct error *error)
{
	if (ending->kind == ENDING_RUNNING) {
		request->deaths = ending->deaths + 1;
		if (request->deaths < DEATHS_MAX)
			return 0;
		end_with(request, ENDING_DIED, request->deaths, "");
	}
	return error_set(error,
	    "the computation crashed or was killed in %d workers, one after "
	    "the other; it is tried again in a moment",
	    DEATHS_MAX);
}

/* The lock is held: nobody else computes the key now. */
static int
fly(struct request *request, bool *unstored, struct store_value *value,
    struct error *error)
{
	struct ending ending;
	int found;

	*unstored = false;
	request->locked = true;
	found = read_hit(request, value, error);
	if (found != 0)
		return found > 0 ? 0 : -1;
	if (!read_ending(request, &ending))
		return compute_and_store(request, value, error);
	switch (ending.kind) {
	case ENDING_FAILED:
		return error_set(error, "%s", ending.failure.message);
	case ENDING_UNSTORED:
		*unstored = true;
		return -1;
	default:
		if (follow_the_dead(request, &ending, error) == 0)
			return compute_and_store(request, value, error);
		if (ending.kind == ENDING_RUNNING)
			remember_failure(request, error->message);
		return -1;
	}
}

/* Takes the key's lock, waiting when another has it.  As lock_take(). */
static int
wait_for_lock(const struct request *request, off_t offset)
{
	struct store *store = request->store;
	int taken;

	taken = lock_take_process(store->flight_fd, offset, INT64_MIN);
	if (taken == 0) {
		marks_count(
		    &store->marks, request->key->function, COUNT_WAITS, 1);
		taken = lock_take_process(
		    store->flight_fd, offset, request->terms->deadline_ms);
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
memoize(struct request *request, struct store_value *value, struct error *error)
{
	struct store *store = request->store;
	off_t offset = flight_offset(&request->hash);
	bool unstored;
	int result;

	result = wait_for_lock(request, offset);
	if (result == 0)
		return error_set(error,
		    "another worker is computing the value, and that took "
		    "longer than this request may wait");
	if (result < 0 && errno == EDEADLK)
		return error_set(error,
		    "another worker is computing the value and waits for one "
		    "that this request is computing: functions ask for each "
		    "other's values in a circle; break it");
	if (result < 0) {
		store_warn(store, "cannot lock %s/flight.lk: %s",
		    store->directory, strerror(errno));
		return compute_and_store(request, value, error);
	}
	result = fly(request, &unstored, value, error);
	lock_drop_process(store->flight_fd, offset);
	request->locked = false;
	/* Values that the cache cannot take are computed by all at once. */
	if (unstored)
		return compute_and_store(request, value, error);
	return result;
}

int
store_memoize(struct store *store, const struct store_key *key,
    const struct store_terms *terms, store_compute *compute_value,
    void *context, struct store_value *value, struct error *error)
{
	struct request request = { .store = store,
		.key = key,
		.terms = terms,
		.began_ns = clock_monotonic_ns(),
		.began_ms = store_now_ms(store),
		.compute = compute_value,
		.context = context };
	int found;

	memset(value, 0, sizeof(*value));
	key_hash(key, &request.hash);
	found = read_hit(&request, value, error);
	if (found != 0)
		return found > 0 ? 0 : -1;
	marks_count(&store->marks, key->function, COUNT_MISSES, 1);
	if (is_running(&request))
		return error_set(
		    error, "asked for the very value that it is computing");
	if (store->settings.threshold == 0)
		return compute_and_store(&request, value, error);
	return memoize(&request, value, error);
}

/* Is the value still there, and stale? */
static bool
needs_refresh(const struct request *request)
{
	struct hit hit;
	bool needs;

	if (!cache_read(request->store, &request->hash, request->key, &hit))
		return false;
	needs = hit.value.stale;
	free(hit.value.text);
	return needs;
}

static int
refresh(struct request *request, struct error *error)
{
	struct store *store = request->store;
	struct ending ending;
	struct buffer text;
	int64_t pause_s;
	double cost_ms;
	int result = 0;

	if (!needs_refresh(request))
		return 0;
	buffer_init(&text, COMPUTED_MAX);
	if (read_ending(request, &ending) && ending.kind >= ENDING_RUNNING)
		result = follow_the_dead(request, &ending, error);
	if (result == 0)
		result = compute(request, &text, &cost_ms, error);
	if (getpid() != store->pid) {
		buffer_clear(&text);
		return -1;
	}
	if (result == 0) {
		(void)store_computed(
		    request, &text, cost_ms, store_now_ms(store));
	} else {
		pause_s = request->terms->negative_timeout_s > REFRESH_AGAIN_S
			      ? request->terms->negative_timeout_s
			      : REFRESH_AGAIN_S;
		cache_postpone(store, &request->hash,
		    store_now_ms(store) + pause_s * 1000);
	}
	clear_ending(request);
	buffer_clear(&text);
	return result;
}

int
store_refresh(struct store *store, const struct store_key *key,
    const struct store_terms *terms, store_compute *compute_value,
    void *context, struct error *error)
{
	struct request request = { .store = store,
		.key = key,
		.terms = terms,
		.began_ns = clock_monotonic_ns(),
		.began_ms = store_now_ms(store),
		.locked = true,
		.compute = compute_value,
		.context = context };
	off_t offset;
	int result;

	key_hash(key, &request.hash);
	offset = flight_offset(&request.hash);
	if (is_running(&request) ||
	    lock_take_process(store->flight_fd, offset, INT64_MIN) != 1)
		return 0;
	result = refresh(&request, error);
	lock_drop_process(store->flight_fd, offset);
	return result;
}
