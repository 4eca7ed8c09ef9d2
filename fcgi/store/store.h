/*
 * store/store.h: what outlives a request, as the layers above see it.
 *
 * One struct store is opened by each worker.  Nothing above this folder
 * includes sqlite3.h.  A cache that cannot be read or written is a miss:
 * only store_open() and store_memoize()'s own computation can fail.
 */
#ifndef LETHE_STORE_STORE_H
#define LETHE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct store;

/* Settings of the store; see store_settings_read(). */
struct store_settings {
	const char *directory;	   /* state directory of the app; exists */
	int64_t threshold;	   /* most rows in the cache; 0: it is off */
	int64_t limit_bytes;	   /* most bytes of arguments and values */
	int64_t default_timeout_s; /* 0: never expires */
};

/*
 * Fills `settings` from the environment (LETHE_THRESHOLD, LETHE_CACHE_BYTES,
 * LETHE_DEFAULT_TIMEOUT) and the defaults; `directory` is not touched.  -1
 * with a message that names the variable when one is not valid.
 */
int store_settings_read(struct store_settings *settings, struct error *error);

/*
 * Opens cache.db, its lock files and its map of marks in the directory,
 * creating what is missing.  -1 with a message: the directory cannot be used,
 * it is on a network file system, a database is from a newer version.  A full
 * disk is none of these: then everything is a miss until there is room.
 * One thread uses a store; a child of fork() opens its own.
 */
int store_open(struct store **store, const struct store_settings *settings,
    struct error *error);

/* Closes; NULL is fine.  For tools: a worker just ends. */
void store_close(struct store *store);

/* How often the store itself closed files, to open others in their place: a
 * descriptor that is missing otherwise was closed by somebody else. */
unsigned int store_closed(const struct store *store);

/* Where the last trouble of the cache that was no error is told: called with
 * one line for the log.  May be called during any call below. */
void store_on_warning(struct store *store,
    void (*warn)(void *context, const char *message), void *context);

/* What a cached value is filed under. */
struct store_key {
	const char *function;  /* the memoized function's name */
	const char *arguments; /* canonical JSON text of the arguments */
	size_t arguments_size;
	/* Owner of the value; "" is shared by all.  (A session's hash.) */
	const char *owner;
};

/* What a value is. */
enum store_kind {
	STORE_JSON,   /* JSON text */
	STORE_BYTES,  /* anything */
	STORE_FAILURE /* the message of a failure that is remembered */
};

/* A value. */
struct store_value {
	char *text; /* size bytes and a NUL; malloc()ed, the caller's */
	size_t size;
	int64_t created_ms; /* when it was computed, Unix time */
	enum store_kind kind;
	/* It is past its time, but may be served once more. */
	bool stale;
};

/* 1: found and still valid; 0: a miss.  Never a STORE_FAILURE. */
int store_get(struct store *store, const struct store_key *key,
    struct store_value *value);

/*
 * Stores a value under `key`; timeout_s 0 is never, -1 the default.  cost_ms:
 * what computing it took.  0, or -1 when it was not stored (warned, but for
 * threshold 0): no value may be larger than a quarter of the limit or 64 MiB.
 */
int store_set(struct store *store, const struct store_key *key,
    const char *text, size_t size, int64_t timeout_s, double cost_ms);
int store_set_bytes(struct store *store, const struct store_key *key,
    const void *bytes, size_t size, int64_t timeout_s, double cost_ms);

int store_delete(struct store *store, const struct store_key *key);
/* Rows deleted, or -1. */
int64_t store_delete_function(struct store *store, const char *function);
int64_t store_delete_owner(struct store *store, const char *owner);
int64_t store_clear(struct store *store);

/*
 * How store_memoize() has a value computed: appends it to `value` and returns
 * 0, or returns -1 with the message.
 */
typedef int store_compute(
    void *context, struct buffer *value, struct error *error);

/* How a memoized value is got and kept. */
struct store_terms {
	int64_t timeout_s; /* fresh for so long; 0 is never, -1 the default */
	/* For so long after that it is served stale, once it has expired. */
	int64_t stale_s;
	/* For so long a failure is remembered; 0: only those who wait are
	 * told. */
	int64_t negative_timeout_s;
	/* Until when to wait for another's computation; CLOCK_MONOTONIC. */
	int64_t deadline_ms;
	enum store_kind kind; /* what compute gives: JSON or bytes */
	bool forced_update;   /* compute, whatever is there */
	bool fresh_only;      /* a stale value is a miss */
};

/*
 * The value under `key`, computed at most once across all processes that ask
 * at the same time: the others wait until the deadline at the latest.  A
 * failure of compute is handed to those who wait, with its message; when
 * workers die computing the key, the second death is the waiters' answer.
 * -1 with a message: compute failed, now or lately; this very thread is
 * already computing the key, or is in a circle with others; the deadline
 * passed.
 *
 * A value that comes back stale is to be computed anew by store_refresh(),
 * when nobody waits for it any more.
 */
int store_memoize(struct store *store, const struct store_key *key,
    const struct store_terms *terms, store_compute *compute, void *context,
    struct store_value *value, struct error *error);

/*
 * Computes a stale value anew, unless another does or did.  -1 with a message
 * when compute failed: then the stale value is served on until it expires,
 * and for a while nobody tries again.
 */
int store_refresh(struct store *store, const struct store_key *key,
    const struct store_terms *terms, store_compute *compute, void *context,
    struct error *error);

/* Can the cache be read?  Counts as no use of it.  -1 with a message. */
int store_probe(struct store *store, struct error *error);

/* For `app store stats|list`: prints to `out`, as text for people or JSON. */
int store_print_stats(
    struct store *store, bool json, struct buffer *out, struct error *error);
int store_print_list(
    struct store *store, bool json, struct buffer *out, struct error *error);

/* A column of a row of the store itself. */
struct store_cell {
	const char *name;
	enum { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT } kind;
	int64_t integer;
	double real;
	const char *text;
};

/* Told each row; 0, or -1 to stop.  The cells are valid until it returns. */
typedef int store_row(
    void *context, const struct store_cell *cells, size_t count);

/* Runs a SELECT on cache.db.  -1 with a message: it is none, the cache cannot
 * be read, or `row` said stop (then without one). */
int store_query(struct store *store, const char *sql, store_row *row,
    void *context, struct error *error);

/* Upkeep in small bounded steps: for the worker between two requests; does
 * nothing when another worker did it within the last second. */
void store_upkeep(struct store *store);

/* ------------------------------------------------------------------------
 * The app's own use of SQLite.
 */

struct guard;

/* The layer of SQLite which Lethe's own connections name, and which those of
 * the app reach through the guard. */
#define STORE_VFS "unix"

/*
 * From now on connections that the app opens itself cannot be to files in the
 * directory.  -1 with a message; NULL without one: there is no such directory.
 * Call once; free it only when no connection is left.
 */
int guard_new(struct guard **guard, const char *directory, struct error *error);
void guard_free(struct guard *guard); /* NULL is fine */

/* The file that was refused, if one was; NULL: none. */
const char *guard_refused(const struct guard *guard);

/* ------------------------------------------------------------------------
 * The app's read-only data.
 */

struct data;
struct statement;

/* Opens a database file read-only. -1 with a message.  When another file
 * takes its place, data_reset() goes over to that within a second. */
int data_open(struct data **data, const char *path, struct error *error);
void data_close(struct data *data);
/* Can it be read?  -1 with a message. */
int data_probe(struct data *data, struct error *error);
/* As store_closed(). */
unsigned int data_closed(const struct data *data);

/*
 * Opens a database file that may be written to, of at most so many bytes;
 * `name` is what messages call it.  What is not committed when it is closed
 * is undone.  `durable`: commits wait for the disk.  -1 with a message.
 */
int data_open_own(struct data **data, const char *path, const char *name,
    int64_t bytes, bool durable, struct error *error);

/*
 * A prepared statement for `sql`, kept for reuse (at most 64 of them), valid
 * until data_reset().  The same text gives the same statement, reset.  NULL
 * with a message: not valid SQL, more than one statement, not a SELECT, or
 * the 65th since data_reset().
 */
struct statement *data_prepare(
    struct data *data, const char *sql, struct error *error);
/* 0 or -1 with a message; index from 1. */
int statement_bind_text(struct statement *statement, int index,
    const char *text, struct error *error);
int statement_bind_double(
    struct statement *statement, int index, double number, struct error *error);
int statement_bind_int64(struct statement *statement, int index, int64_t number,
    struct error *error);
/* 1: a row; 0: no further row, reset; -1 with a message, reset. */
int statement_step(struct statement *statement, struct error *error);
const char *statement_text(struct statement *statement, int column);
double statement_double(struct statement *statement, int column);
int64_t statement_int64(struct statement *statement, int column);
/* Resets every statement in use and clears its bindings: an open statement
 * would pin the WAL, and bindings would be remembered. */
void data_reset(struct data *data);

#endif
