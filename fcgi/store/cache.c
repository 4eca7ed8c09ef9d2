/*
 * store/cache.c: getting, setting and deleting cached values.
 */
#include <stdlib.h>
#include <string.h>

#include "store/store_internal.h"

/* A row that was made this much later than now was made while the clock was
 * wrong; it would outlive its timeout. */
#define CLOCK_TOLERANCE_MS 5000

/* Columns of SQL_GET. */
enum {
	GET_ID,
	GET_CHECKSUM,
	GET_CREATED,
	GET_EXPIRES,
	GET_COST,
	GET_OWNER,
	GET_FUNCTION,
	GET_ARGUMENTS,
	GET_VALUE
};

/* Is the column this very text? */
static bool
column_is(sqlite3_stmt *row, int column, const char *text, size_t size)
{
	const unsigned char *there = sqlite3_column_text(row, column);

	return there != NULL &&
	       (size_t)sqlite3_column_bytes(row, column) == size &&
	       memcmp(there, text, size) == 0;
}

static bool
row_expired(const struct store *store, sqlite3_stmt *row)
{
	int64_t now_ms;

	if (sqlite3_column_type(row, GET_EXPIRES) == SQLITE_NULL)
		return false;
	now_ms = store_now_ms(store);
	return sqlite3_column_int64(row, GET_EXPIRES) <= now_ms ||
	       sqlite3_column_int64(row, GET_CREATED) >
		   now_ms + CLOCK_TOLERANCE_MS;
}

static void
note_damage(struct store *store, const struct store_key *key, sqlite3_stmt *row)
{
	struct damage *damage;

	store_warn(store,
	    "a value of %s in the cache %s was changed by other hands; it is "
	    "deleted",
	    key->function, store->path);
	if (store->damage_count == DAMAGES_MAX)
		return;
	damage = &store->damages[store->damage_count++];
	damage->id = sqlite3_column_int64(row, GET_ID);
	damage->checksum = sqlite3_column_int64(row, GET_CHECKSUM);
}

/* Copies the row's value when it is the key's, valid and undamaged. */
static bool
take_row(struct store *store, const struct key_hash *hash,
    const struct store_key *key, sqlite3_stmt *row, struct store_value *value)
{
	const unsigned char *text;
	size_t size;

	if (row_expired(store, row))
		return false;
	/* Two keys with the same hash are not to be expected; a row that was
	 * edited is. */
	if (!column_is(
		row, GET_ARGUMENTS, key->arguments, key->arguments_size) ||
	    !column_is(
		row, GET_FUNCTION, key->function, strlen(key->function)) ||
	    !column_is(row, GET_OWNER, key->owner, strlen(key->owner))) {
		note_damage(store, key, row);
		return false;
	}
	text = sqlite3_column_text(row, GET_VALUE);
	size = (size_t)sqlite3_column_bytes(row, GET_VALUE);
	if (text == NULL || key_checksum(hash, (const char *)text, size) !=
				sqlite3_column_int64(row, GET_CHECKSUM)) {
		note_damage(store, key, row);
		return false;
	}
	value->text = malloc(size + 1);
	if (value->text == NULL)
		return false;
	memcpy(value->text, text, size);
	value->text[size] = '\0';
	value->size = size;
	value->created_ms = sqlite3_column_int64(row, GET_CREATED);
	return true;
}

bool
cache_read(struct store *store, const struct key_hash *hash,
    const struct store_key *key, struct store_value *value, int64_t *id,
    double *cost_ms)
{
	bool found = false;
	sqlite3_stmt *row;
	int result;

	memset(value, 0, sizeof(*value));
	if (!database_ready(store))
		return false;
	row = statement_get(store, SQL_GET);
	if (row == NULL)
		return false;
	(void)sqlite3_bind_blob(
	    row, 1, hash->bytes, sizeof(hash->bytes), SQLITE_STATIC);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		found = take_row(store, hash, key, row, value);
		*id = sqlite3_column_int64(row, GET_ID);
		*cost_ms = sqlite3_column_double(row, GET_COST);
	}
	(void)sqlite3_reset(row);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		database_trouble(store, result, "read from");
	return found;
}

int
store_get(
    struct store *store, const struct store_key *key, struct store_value *value)
{
	struct key_hash hash;
	double cost_ms = 0;
	int64_t id = 0;

	key_hash(key, &hash);
	if (!cache_read(store, &hash, key, value, &id, &cost_ms)) {
		marks_count(&store->marks, COUNT_MISSES, 1);
		return 0;
	}
	cache_hit(store, id, cost_ms);
	return 1;
}

void
cache_hit(struct store *store, int64_t id, double cost_ms)
{
	marks_set(&store->marks, id);
	marks_count(&store->marks, COUNT_HITS, 1);
	/* The comparison is false for anything that is not a number. */
	if (cost_ms > 0 && cost_ms < 1e12)
		marks_count(&store->marks, COUNT_COST_SAVED_US,
		    (uint64_t)(cost_ms * 1000));
}

/* Finds the key's row.  0 with *id 0 when there is none; else an error. */
static int
find(struct store *store, const struct key_hash *hash, int64_t *id,
    int64_t *size_bytes)
{
	sqlite3_stmt *row = statement_get(store, SQL_FIND);
	int result;

	*id = *size_bytes = 0;
	if (row == NULL)
		return SQLITE_ERROR;
	(void)sqlite3_bind_blob(
	    row, 1, hash->bytes, sizeof(hash->bytes), SQLITE_STATIC);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		*id = sqlite3_column_int64(row, 0);
		*size_bytes = sqlite3_column_int64(row, 1);
		result = SQLITE_DONE;
	}
	(void)sqlite3_reset(row);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

/* What SQL_PUT stores. */
struct entry {
	const struct key_hash *hash;
	const struct store_key *key;
	const char *text;
	size_t size;
	int64_t created_ms;
	int64_t timeout_s; /* 0: never expires */
	double cost_ms;
};

static int
put(struct store *store, const struct entry *entry)
{
	const struct store_key *key = entry->key;
	sqlite3_stmt *row = statement_get(store, SQL_PUT);

	if (row == NULL)
		return SQLITE_ERROR;
	(void)sqlite3_bind_blob(row, 1, entry->hash->bytes,
	    sizeof(entry->hash->bytes), SQLITE_STATIC);
	(void)sqlite3_bind_int64(
	    row, 2, key_checksum(entry->hash, entry->text, entry->size));
	(void)sqlite3_bind_int64(row, 3, entry->created_ms);
	if (entry->timeout_s == 0)
		(void)sqlite3_bind_null(row, 4);
	else
		(void)sqlite3_bind_int64(
		    row, 4, entry->created_ms + entry->timeout_s * 1000);
	(void)sqlite3_bind_double(row, 5, entry->cost_ms);
	(void)sqlite3_bind_int64(
	    row, 6, (int64_t)(entry->size + key->arguments_size));
	(void)sqlite3_bind_text(row, 7, key->owner, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(row, 8, key->function, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text64(row, 9, key->arguments, key->arguments_size,
	    SQLITE_STATIC, SQLITE_UTF8);
	(void)sqlite3_bind_text64(
	    row, 10, entry->text, entry->size, SQLITE_STATIC, SQLITE_UTF8);
	return statement_run(row);
}

/*
 * Room is made before the row comes, so that at no time, not even within the
 * transaction, there are more rows than the threshold.
 */
static int
make_room_and_put(struct store *store, const struct entry *entry)
{
	int64_t id, old_bytes, bytes;
	int result;

	bytes = (int64_t)(entry->size + entry->key->arguments_size);
	result = find(store, entry->hash, &id, &old_bytes);
	if (result == SQLITE_OK && id != 0) {
		result = evict_for(store, 0, bytes - old_bytes);
		/* The old row may have been the one that had to go. */
		if (result == SQLITE_OK)
			result = find(store, entry->hash, &id, &old_bytes);
	}
	if (result == SQLITE_OK && id == 0)
		result = evict_for(store, 1, bytes);
	if (result == SQLITE_OK)
		result = put(store, entry);
	/* An id, or a slot, may have been another row's before. */
	if (result == SQLITE_OK && id == 0)
		(void)marks_take(
		    &store->marks, sqlite3_last_insert_rowid(store->db));
	return result;
}

/* May a value of this size be stored at present?  -1 after a warning. */
static int
check_storable(struct store *store, const struct entry *entry)
{
	const struct store_key *key = entry->key;

	if (entry->size > (size_t)store_value_max(store) ||
	    key->arguments_size > (size_t)store_value_max(store)) {
		store_warn(store,
		    "a value of %s is not cached: it or its arguments are "
		    "larger than %lld bytes, a quarter of LETHE_CACHE_BYTES "
		    "or 64 MiB",
		    key->function, (long long)store_value_max(store));
		return -1;
	}
	if (store->space_low) {
		store_warn(store,
		    "the disk with %s is nearly full; nothing more is cached",
		    store->path);
		return -1;
	}
	return 0;
}

int
cache_write(struct store *store, const struct key_hash *hash,
    const struct store_key *key, const char *text, size_t size,
    int64_t timeout_s, double cost_ms, int64_t created_ms)
{
	const struct entry entry = { .hash = hash,
		.key = key,
		.text = text,
		.size = size,
		.created_ms = created_ms,
		.timeout_s = timeout_s < 0 ? store->settings.default_timeout_s
					   : timeout_s,
		.cost_ms = cost_ms };
	int result;

	if (store->settings.threshold == 0 ||
	    check_storable(store, &entry) != 0 || write_begin(store) != 0)
		return -1;
	result = make_room_and_put(store, &entry);
	if ((result & 0xff) == SQLITE_FULL) {
		/* Many rows with little in them take more pages than the cap
		 * foresees; or the disk is full, which write_end() tells. */
		if (!sqlite3_get_autocommit(store->db))
			(void)statement_run(statement_get(store, SQL_ROLLBACK));
		result = statement_run(statement_get(store, SQL_BEGIN));
		if (result == SQLITE_OK)
			result = evict_share(store);
		if (result == SQLITE_OK)
			result = make_room_and_put(store, &entry);
	}
	return write_end(store, result);
}

int
store_set(struct store *store, const struct store_key *key, const char *text,
    size_t size, int64_t timeout_s, double cost_ms)
{
	struct key_hash hash;

	key_hash(key, &hash);
	return cache_write(store, &hash, key, text, size, timeout_s, cost_ms,
	    store_now_ms(store));
}

/* Runs a DELETE that needs at most the one binding that `bind` makes. */
static int64_t
delete_rows(struct store *store, enum statement_id id,
    const struct key_hash *hash, const char *function)
{
	sqlite3_stmt *statement;
	int64_t deleted = 0;
	int result;

	if (write_begin(store) != 0)
		return -1;
	statement = statement_get(store, id);
	if (statement == NULL) {
		result = SQLITE_ERROR;
	} else {
		if (hash != NULL)
			(void)sqlite3_bind_blob(statement, 1, hash->bytes,
			    sizeof(hash->bytes), SQLITE_STATIC);
		if (function != NULL)
			(void)sqlite3_bind_text(
			    statement, 1, function, -1, SQLITE_STATIC);
		result = statement_run(statement);
		deleted = sqlite3_changes64(store->db);
	}
	return write_end(store, result) == 0 ? deleted : -1;
}

int
store_delete(struct store *store, const struct store_key *key)
{
	struct key_hash hash;

	key_hash(key, &hash);
	return delete_rows(store, SQL_DELETE_KEY, &hash, NULL) < 0 ? -1 : 0;
}

int64_t
store_delete_function(struct store *store, const char *function)
{
	return delete_rows(store, SQL_DELETE_FUNCTION, NULL, function);
}

int64_t
store_clear(struct store *store)
{
	return delete_rows(store, SQL_DELETE_ALL, NULL, NULL);
}
