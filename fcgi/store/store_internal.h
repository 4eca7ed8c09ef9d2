/*
 * store/store_internal.h: what the files of this folder share.
 *
 * Lock order, always from top to bottom, so that no two workers wait for each
 * other: a key's computation (flight.c), the janitor, the writer.  Nothing is
 * computed under the writer lock.
 */
#ifndef LETHE_STORE_STORE_INTERNAL_H
#define LETHE_STORE_STORE_INTERNAL_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store/store.h"

/* The compiled-in text of schema/cache.sql. */
extern const char schema_cache_sql[];

/* Version of the schema, as PRAGMA user_version. */
#define CACHE_VERSION 4

/* How long SQLite waits for somebody who looks at the file by hand. */
#define BUSY_TIMEOUT_MS 1000

/* ------------------------------------------------------------------------
 * key.c: what identifies a value, and what shows that it is undamaged.
 */

#define KEY_HASH_SIZE 16

struct key_hash {
	unsigned char bytes[KEY_HASH_SIZE];
};

void key_hash(const struct store_key *key, struct key_hash *hash);
/* The least and the greatest key that a value of the function may have. */
void key_range(
    const char *function, struct key_hash *first, struct key_hash *last);
int64_t key_checksum(const struct key_hash *hash, enum store_kind kind,
    const char *text, size_t size);

/* ------------------------------------------------------------------------
 * lock.c: kernel locks on byte ranges, which end with their holder.
 */

/* Bytes of writer.lk. */
enum { LOCK_WRITER = 0, LOCK_JANITOR = 1 };

/* Opens (creates) a lock file.  The descriptor, or -1 with a message. */
int lock_open(const char *path, struct error *error);

/*
 * Locks the byte at `offset`: 1: got it; 0: another holds it and the deadline
 * (CLOCK_MONOTONIC) passed; -1: the kernel refused, see errno.  A deadline in
 * the past only tries.
 */
int lock_take(int fd, off_t offset, int64_t deadline_ms);
void lock_drop(int fd, off_t offset);

/*
 * The same for a lock that belongs to the process: a child of fork() does not
 * have it, and one that outlives its parent does not keep it.  Within the
 * process it excludes nobody.  -1 with EDEADLK: processes would wait for each
 * other in a circle.
 */
int lock_take_process(int fd, off_t offset, int64_t deadline_ms);
void lock_drop_process(int fd, off_t offset);

/* ------------------------------------------------------------------------
 * marks.c: memory shared by all workers.
 */

/* What workers count; names in cache_counters, in the same order. */
enum counter {
	COUNT_HITS,
	COUNT_MISSES,
	COUNT_COMPUTATIONS,
	COUNT_FAILURES,
	COUNT_WAITS,
	COUNT_COST_SPENT_US,
	COUNT_COST_SAVED_US,
	COUNT_STALE_HITS,
	COUNTERS
};
extern const char *const counter_names[COUNTERS];

/* The longest name, with its NUL, of a function that is counted by itself. */
#define MARKS_NAME_SIZE 112

struct marks_header;
struct marks_counts;

struct marks {
	struct marks_header *header; /* the mapping */
	size_t size;
	int fd; /* -1: private memory, since the file cannot be used */
	struct marks_counts *worker; /* this worker's counters */
	unsigned char *slots;
	uint64_t slot_mask;
};

/* Maps the file, making it anew when it is missing or unfit; the writer lock
 * is held.  Never fails for want of the file: then the marks are private, and
 * `error` says why.  -1: not even memory. */
int marks_open(struct marks *marks, const char *path, int64_t threshold,
    struct error *error);
void marks_close(struct marks *marks);

/* Is the mapping still that of the file at `path`, in full length? */
bool marks_current(const struct marks *marks, const char *path);

void marks_set(struct marks *marks, int64_t id);
/* Clears the mark; was it set? */
bool marks_take(struct marks *marks, int64_t id);
/* Counts for all, and for the memoized function. */
void marks_count(struct marks *marks, const char *function,
    enum counter counter, uint64_t add);
/* Sum over all workers, ever since the map was made. */
uint64_t marks_sum(const struct marks *marks, enum counter counter);
/* The counters of the next function at or after *index, which moves past it;
 * NULL: there are no more. */
const struct marks_counts *marks_next_function(const struct marks *marks,
    size_t *index, char name[MARKS_NAME_SIZE]);
uint64_t marks_function_sum(
    const struct marks_counts *counts, enum counter counter);
/* Names this map among all that ever were. */
uint64_t marks_identity(const struct marks *marks);
/* When a janitor was last at work (CLOCK_MONOTONIC). */
int64_t marks_upkeep_ms(const struct marks *marks);
void marks_set_upkeep_ms(struct marks *marks, int64_t now_ms);
/* When the log could last not be begun anew. */
struct wal_failure {
	int frames; /* its length then; 0: it could */
	int64_t at_ms; /* CLOCK_MONOTONIC */
};
struct wal_failure marks_wal_failure(const struct marks *marks);
void marks_set_wal_failure(struct marks *marks, struct wal_failure failure);

/* ------------------------------------------------------------------------
 * The store itself.
 */

enum statement_id {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_GET,
	SQL_FIND,
	SQL_INSERT,
	SQL_UPDATE,
	SQL_DELETE_KEY,
	SQL_DELETE_FUNCTION,
	SQL_DELETE_OWNER,
	SQL_POSTPONE,
	SQL_DELETE_ALL,
	SQL_DELETE_ID,
	SQL_DELETE_DAMAGED,
	SQL_DELETE_EXPIRED,
	SQL_SOME_EXPIRED,
	SQL_TOTALS,
	SQL_SET_HAND,
	SQL_ADD_EXPIRATIONS,
	SQL_NEXT_ID,
	SQL_META_GET,
	SQL_META_SET,
	SQL_COUNTER_GET,
	SQL_COUNTER_SET,
	SQL_COUNTER_RESTART,
	SQL_STATEMENTS
};

/* A row that was found damaged, to be deleted at the next upkeep. */
struct damage {
	int64_t id;
	int64_t checksum;
};
#define DAMAGES_MAX 8

/* A warning that was given lately, so that it is not repeated at once. */
struct warned {
	uint64_t hash;
	int64_t at_ms;
};
#define WARNED_MAX 16
#define OPENING_MAX 3

/* A key that this process is computing; on the stack of its caller. */
struct flight {
	off_t offset;
	struct flight *outer;
};

struct store {
	struct store_settings settings;
	pid_t pid; /* who opened it: a database is not for two processes */
	char *directory;
	char *path;	  /* of cache.db */
	char *marks_path; /* of marks.map */
	int writer_fd;	  /* writer.lk */
	int flight_fd;	  /* flight.lk */

	sqlite3 *db; /* NULL: the file cannot be used at present */
	sqlite3_stmt *statements[SQL_STATEMENTS];
	/* Which file `db` is: somebody may put another in its place. */
	dev_t device;
	ino_t inode;
	unsigned int closed; /* how often files were closed */

	struct marks marks;
	struct flight *flights; /* innermost first */

	/* CLOCK_MONOTONIC, when next to look whether files were moved, and
	 * when next to do upkeep. */
	int64_t check_at_ms;
	int64_t upkeep_at_ms;
	/* The file system is nearly full: nothing is stored. */
	bool space_low;
	struct damage damages[DAMAGES_MAX];
	size_t damage_count;

	void (*warn)(void *context, const char *message);
	void *warn_context;
	struct warned warned[WARNED_MAX];
	/* What opening had to say before there was anybody to tell. */
	struct error opening[OPENING_MAX];

	/* For tests: added to the clock; most bytes of free space to ask for
	 * (INT64_MAX: see upkeep.c). */
	int64_t clock_offset_ms;
	int64_t space_wanted;
};

/* store.c */
int64_t store_now_ms(const struct store *store); /* Unix time */
/* Tells the log, but the same message only once a minute. */
void store_warn(struct store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Most bytes of a value that is stored. */
int64_t store_value_max(const struct store *store);
/* Somebody may have removed the lock files: workers that lock different files
 * do not see each other.  Only when this process holds no lock. */
void store_follow_locks(struct store *store);

/* database.c: opening, and being rid of a bad file. */

/* Is there another file, or none, where `db` was opened? */
bool database_moved(const struct store *store);
/* Puts the file that `db` is aside, unless that was done; closes; the writer
 * lock is held. */
void database_quarantine(struct store *store);

/* Opens cache.db, migrated; the writer lock is held.  A damaged file is put
 * aside.  0, or an SQLite result with a message; SQLITE_MISMATCH: the file
 * is of another version or another program. */
int database_open(struct store *store, struct error *error);
void database_close(struct store *store);

/* wal.c: the length of the write-ahead log. */

/* Has every commit see to it. */
void wal_watch(struct store *store);
/* Has the log, of so many frames, begun anew when that is long, waiting for
 * those who read an old state; the writer lock is held, no transaction is
 * open. */
void wal_restart(struct store *store, int frames, int wait_ms);
/* Is it so long that nothing more must be stored? */
bool wal_too_long(const struct store *store);

/* views.c: makes triggers and views anew when they are not those of `schema`;
 * `meta` is the table that remembers it.  The writer lock is held.  0, or an
 * SQLite result. */
int views_update(sqlite3 *db, const char *schema, const char *meta);

/* statement.c: prepared statements and transactions. */

/* The statement, prepared when first asked for; NULL with a warning. */
sqlite3_stmt *statement_get(struct store *store, enum statement_id id);
/* Steps to the end and resets.  0, or an SQLite result. */
int statement_run(sqlite3_stmt *statement);
/* Warns of what SQLite has to say; a damaged file is put aside.  `doing`:
 * "read from", "write to". */
void database_trouble(struct store *store, int result, const char *doing);
/* Can the database be used?  Once a second it looks whether the files are
 * still those that were opened. */
bool database_ready(struct store *store);
/* Takes the writer lock and begins a transaction: 0, or -1 (warned). */
int write_begin(struct store *store);
/* Commits, or with failed != 0 rolls back and warns; drops the lock.
 * 0 or -1. */
int write_end(struct store *store, int failed);

/* ending.c: makes room in flight.lk. */
void ending_prepare(struct store *store);

/* cache.c */
/* A row that was found. */
struct hit {
	struct store_value value;
	int64_t id;
	double cost_ms;
};

/* A row to be written. */
struct entry {
	enum store_kind kind;
	const char *text;
	size_t size;
	int64_t created_ms;
	int64_t timeout_s; /* as for store_set() */
	int64_t stale_s;
	double cost_ms;
};

/* A read.  Neither counts nor marks. */
bool cache_read(struct store *store, const struct key_hash *hash,
    const struct store_key *key, struct hit *hit);
/* Counts a read that found its row, and marks the row. */
void cache_hit(struct store *store, const struct store_key *key,
    const struct hit *hit);
/* 0, or -1 when it was not stored. */
int cache_write(struct store *store, const struct key_hash *hash,
    const struct store_key *key, const struct entry *entry);
/* Lets a stale row count as fresh until then, so that others do not try to
 * compute it as well. */
void cache_postpone(
    struct store *store, const struct key_hash *hash, int64_t fresh_until_ms);

/* evict.c: within a write transaction; 0, or an SQLite result. */

/* Makes room for `rows` rows and `bytes` bytes more. */
int evict_for(struct store *store, int64_t rows, int64_t bytes);
/* Are there rows that expired so long ago? */
bool evict_some_expired(struct store *store, int64_t age_ms);
/* Deletes expired rows, at most one batch; how many in `*deleted`. */
int evict_expired(struct store *store, int64_t *deleted);
/* Makes room although no limit is passed: the file cannot grow. */
int evict_share(struct store *store);

/* statistics.c: adds the workers' counts up in the database, within a write
 * transaction; 0, or an SQLite result. */
int statistics_fold(struct store *store);
/* Is there something to add up? */
bool statistics_pending(struct store *store);

/* upkeep.c: looks at the free space; sets space_low. */
void upkeep_check_space(struct store *store);

#endif
