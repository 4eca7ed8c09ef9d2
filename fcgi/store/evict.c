/*
 * store/evict.c: which rows go when a limit is reached.
 *
 * First those that have expired, whose end is sure; then by SIEVE (Zhang and
 * others, 2024): the rows stand in a queue by age, a hand walks from the
 * oldest to the newest and round again.  A row that was asked for since the
 * hand passed it last loses its mark and stays; a row that nobody asked for
 * goes.  So a read changes no order, and what is read once (a scan) does not
 * drive out what is read often.  When a row expires does not matter here: one
 * that never does is as good as any.
 *
 * All of it happens in the transaction that brings the new row.
 */
#include "store/store_internal.h"

/* Marked rows that one call passes over; then the next one goes, marked or
 * not, so that a write takes a bounded time. */
#define STEPS_MAX 512

struct totals {
	int64_t rows;
	int64_t bytes;
	int64_t hand;
};

static int
read_totals(struct store *store, struct totals *totals)
{
	sqlite3_stmt *row = statement_get(store, SQL_TOTALS);
	int result;

	if (row == NULL)
		return SQLITE_ERROR;
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		totals->rows = sqlite3_column_int64(row, 0);
		totals->bytes = sqlite3_column_int64(row, 1);
		totals->hand = sqlite3_column_int64(row, 2);
		result = SQLITE_OK;
	} else if (result == SQLITE_DONE) {
		/* Somebody deleted the one row of cache_totals. */
		result = SQLITE_CORRUPT;
	}
	(void)sqlite3_reset(row);
	return result;
}

/* Runs a statement with one or two integers. */
static int
run_with(
    struct store *store, enum statement_id id, int64_t first, int64_t second)
{
	sqlite3_stmt *statement = statement_get(store, id);

	if (statement == NULL)
		return SQLITE_ERROR;
	(void)sqlite3_bind_int64(statement, 1, first);
	if (sqlite3_bind_parameter_count(statement) > 1)
		(void)sqlite3_bind_int64(statement, 2, second);
	return statement_run(statement);
}

bool
evict_some_expired(struct store *store, int64_t age_ms)
{
	sqlite3_stmt *row = statement_get(store, SQL_SOME_EXPIRED);
	bool some;

	if (row == NULL)
		return false;
	(void)sqlite3_bind_int64(row, 1, store_now_ms(store) - age_ms);
	some = sqlite3_step(row) == SQLITE_ROW;
	(void)sqlite3_reset(row);
	return some;
}

int
evict_expired(struct store *store, int64_t *deleted)
{
	int result;

	*deleted = 0;
	if (!evict_some_expired(store, 0))
		return SQLITE_OK;
	result = run_with(store, SQL_DELETE_EXPIRED, store_now_ms(store), 0);
	if (result != SQLITE_OK)
		return result;
	*deleted = sqlite3_changes64(store->db);
	if (*deleted == 0)
		return SQLITE_OK;
	return run_with(store, SQL_ADD_EXPIRATIONS, *deleted, 0);
}

/* The first row at or after the hand, else the very first.  SQLITE_ROW, or
 * SQLITE_DONE when there are no rows at all. */
static int
next_row(struct store *store, int64_t hand, int64_t *id, int64_t *bytes)
{
	sqlite3_stmt *row = statement_get(store, SQL_NEXT_ID);
	int result;

	if (row == NULL)
		return SQLITE_ERROR;
	for (;;) {
		(void)sqlite3_bind_int64(row, 1, hand);
		result = sqlite3_step(row);
		if (result == SQLITE_ROW) {
			*id = sqlite3_column_int64(row, 0);
			*bytes = sqlite3_column_int64(row, 1);
		}
		(void)sqlite3_reset(row);
		if (result != SQLITE_DONE || hand == INT64_MIN)
			return result;
		hand = INT64_MIN;
	}
}

/* Evicts until there are no more rows and bytes than given. */
static int
sieve(struct store *store, struct totals *totals, int64_t most_rows,
    int64_t most_bytes)
{
	int64_t evicted = 0, id, bytes;
	int steps = 0, result = SQLITE_OK;

	while (totals->rows > most_rows || totals->bytes > most_bytes) {
		result = next_row(store, totals->hand, &id, &bytes);
		if (result != SQLITE_ROW)
			break;
		totals->hand = id == INT64_MAX ? INT64_MIN : id + 1;
		if (marks_take(&store->marks, id) && steps < STEPS_MAX) {
			steps++;
			result = SQLITE_OK;
			continue;
		}
		result = run_with(store, SQL_DELETE_ID, id, 0);
		if (result != SQLITE_OK)
			break;
		evicted++;
		totals->rows--;
		totals->bytes -= bytes;
	}
	if (result != SQLITE_OK && result != SQLITE_DONE)
		return result;
	return run_with(store, SQL_SET_HAND, totals->hand, evicted);
}

int
evict_for(struct store *store, int64_t rows, int64_t bytes)
{
	int64_t most_rows = store->settings.threshold - rows;
	int64_t most_bytes = store->settings.limit_bytes - bytes;
	struct totals totals;
	int64_t deleted;
	int result;

	do {
		result = read_totals(store, &totals);
		if (result != SQLITE_OK ||
		    (totals.rows <= most_rows && totals.bytes <= most_bytes))
			return result;
		result = evict_expired(store, &deleted);
		if (result != SQLITE_OK)
			return result;
	} while (deleted > 0);
	return sieve(store, &totals, most_rows, most_bytes);
}

int
evict_share(struct store *store)
{
	struct totals totals;
	int result;

	result = read_totals(store, &totals);
	if (result != SQLITE_OK)
		return result;
	return sieve(
	    store, &totals, totals.rows - totals.rows / 8 - 1, totals.bytes);
}
