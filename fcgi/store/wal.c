/*
 * store/wal.c: keeps the write-ahead log of cache.db short.
 *
 * SQLite begins the log anew by itself when all of it is in the file and
 * nobody reads an old state at that moment.  Among many workers that moment
 * may never come, so that a writer has to make it: it waits for the readers
 * while others may not write.  Somebody who reads for hours, in a shell say,
 * would be waited for in vain; then nothing more is stored until that ends,
 * since a cache that forgets is better than a disk that is full.
 */
#include "base/clock.h"
#include "store/store_internal.h"

/* Frames, of a page each, after which the log is copied into the file. */
#define CHECKPOINT_FRAMES 1000

/* Frames after which it is begun anew; each time that fails, so many more. */
#define RESTART_FRAMES 4000

/* How long to wait for readers: for every RESTART_FRAMES, and at most. */
#define RESTART_WAIT_MS 250
#define RESTART_WAIT_MAX_MS 1000
#define RESTART_AGAIN_MS 5000

/* With so many frames, 64 MiB, nothing is stored. */
#define FRAMES_MAX 16000

void
wal_restart(struct store *store, int frames, int wait_ms)
{
	struct wal_failure failure = { 0, 0 };

	if (frames > RESTART_FRAMES) {
		(void)sqlite3_busy_timeout(store->db, wait_ms);
		if (sqlite3_wal_checkpoint_v2(store->db, NULL,
			SQLITE_CHECKPOINT_RESTART, NULL, NULL) != SQLITE_OK) {
			failure.frames = frames;
			failure.at_ms = clock_monotonic_ms();
		}
		(void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	}
	marks_set_wal_failure(&store->marks, failure);
}

/* Not every writer needs to find out that a reader prevents it. */
static bool
is_due(const struct store *store, int frames)
{
	const struct wal_failure failure = marks_wal_failure(&store->marks);
	int64_t since_ms = clock_monotonic_ms() - failure.at_ms;

	/* Negative: the time of an earlier start of the machine. */
	return failure.frames == 0 || frames < failure.frames ||
	       frames >= failure.frames + RESTART_FRAMES || since_ms < 0 ||
	       since_ms >= RESTART_AGAIN_MS;
}

/* After each commit, by whom it was done and so under the writer lock. */
static int
on_commit(void *context, sqlite3 *db, const char *name, int frames)
{
	struct store *store = context;
	int wait_ms = frames / RESTART_FRAMES * RESTART_WAIT_MS;

	(void)name;
	if (frames >= CHECKPOINT_FRAMES)
		(void)sqlite3_wal_checkpoint_v2(
		    db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	/* While the file is being opened there is no map yet. */
	if (store->marks.header != NULL && frames > RESTART_FRAMES &&
	    is_due(store, frames))
		wal_restart(store, frames,
		    wait_ms < RESTART_WAIT_MAX_MS ? wait_ms
						  : RESTART_WAIT_MAX_MS);
	return SQLITE_OK;
}

void
wal_watch(struct store *store)
{
	(void)sqlite3_wal_hook(store->db, on_commit, store);
}

bool
wal_too_long(const struct store *store)
{
	return marks_wal_failure(&store->marks).frames >= FRAMES_MAX;
}
