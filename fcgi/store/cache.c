/*
 * store/cache.c: getting, setting and deleting cached values.
 */
#include <stdlib.h>
#include <string.h>

#include "store/store_internal.h"

/* A row that was made this much later than now was made while the clock was
 * wrong; it would outlive its timeout. */
#define CLOCK_TOLERANCE_MS 5000

/* A hundred years; what is longer would overflow. */
#define TIMEOUT_MAX_S INT64_C(3155760000)

/* In cache.kind. */
static const char *const kind_names[] = {
	[STORE_JSON] = "json",
	[STORE_BYTES] = "bytes",
	[STORE_FAILURE] = "failure",
};
#define KINDS (sizeof(kind_names) / sizeof(kind_names[0]))

/* Columns of SQL_GET. */
enum {
	GET_ID,
	GET_CHECKSUM,
	GET_CREATED,
	GET_FRESH_UNTIL,
	GET_EXPIRES,
	GET_COST,
	GET_OWNER,
	GET_FUNCTION,
	GET_KIND,
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

static bool
row_stale(const struct store *store, sqlite3_stmt *row)
{
	return sqlite3_column_type(row, GET_FRESH_UNTIL) != SQLITE_NULL &&
	       sqlite3_column_int64(row, GET_FRESH_UNTIL) <=
		   store_now_ms(store);
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

/* Is the value, as one of its kind, what the checksum was made of? */
static bool
row_undamaged(const struct key_hash *hash, sqlite3_stmt *row, const char *bytes,
    size_t size, enum store_kind *kind)
{
	size_t i = 0;

	while (i < KINDS &&
	       !column_is(row, GET_KIND, kind_names[i], strlen(kind_names[i])))
		i++;
	if (i == KINDS)
		return false;
	*kind = (enum store_kind)i;
	return key_checksum(hash, *kind, bytes, size) ==
	       sqlite3_column_int64(row, GET_CHECKSUM);
}

/* Copies the row's value when it is the key's, valid and undamaged. */
static bool
take_row(struct store *store, const struct key_hash *hash,
    const struct store_key *key, sqlite3_stmt *row, struct store_value *value)
{
	const void *bytes;
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
	bytes = sqlite3_column_blob(row, GET_VALUE);
	size = (size_t)sqlite3_column_bytes(row, GET_VALUE);
	/* No bytes at all are NULL. */
	if (!row_undamaged(
		hash, row, bytes == NULL ? "" : bytes, size, &value->kind)) {
		note_damage(store, key, row);
		return false;
	}
	value->text = malloc(size + 1);
	if (value->text == NULL)
		return false;
	if (size > 0)
		memcpy(value->text, bytes, size);
	value->text[size] = '\0';
	value->size = size;
	value->created_ms = sqlite3_column_int64(row, GET_CREATED);
	value->stale = row_stale(store, row);
	return true;
}

bool
cache_read(struct store *store, const struct key_hash *hash,
    const struct store_key *key, struct hit *hit)
{
	bool found = false;
	sqlite3_stmt *row;
	int result;

	memset(hit, 0, sizeof(*hit));
	if (!database_ready(store))
		return false;
	row = statement_get(store, SQL_GET);
	if (row == NULL)
		return false;
	(void)sqlite3_bind_blob(
	    row, 1, hash->bytes, sizeof(hash->bytes), SQLITE_STATIC);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		found = take_row(store, hash, key, row, &hit->value);
		hit->id = sqlite3_column_int64(row, GET_ID);
		hit->cost_ms = sqlite3_column_double(row, GET_COST);
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
	struct hit hit;
	bool found;

	memset(value, 0, sizeof(*value));
	key_hash(key, &hash);
	found = cache_read(store, &hash, key, &hit);
	if (!found || hit.value.kind == STORE_FAILURE) {
		marks_count(&store->marks, key->function, COUNT_MISSES, 1);
		free(hit.value.text);
		return 0;
	}
	cache_hit(store, key, &hit);
	*value = hit.value;
	return 1;
}

void
cache_hit(
    struct store *store, const struct store_key *key, const struct hit *hit)
{
	marks_set(&store->marks, hit->id);
	marks_count(&store->marks, key->function, COUNT_HITS, 1);
	if (hit->value.stale)
		marks_count(&store->marks, key->function, COUNT_STALE_HITS, 1);
	/* The comparison is false for anything that is not a number. */
	if (hit->cost_ms > 0 && hit->cost_ms < 1e12)
		marks_count(&store->marks, key->function, COUNT_COST_SAVED_US,
		    (uint64_t)(hit->cost_ms * 1000));
}

/* An entry with its key. */
struct writing {
	const struct key_hash *hash;
	const struct store_key *key;
	const struct entry *entry;
};

static int64_t
writing_bytes(const struct writing *writing)
{
	return (int64_t)(writing->entry->size + writing->key->arguments_size);
}

/* The row that is there under the key. */
struct present {
	int64_t id; /* 0: none */
	int64_t size_bytes;
	/* It says of whom it is, as the key does; a row that was edited may
	 * not. */
	bool honest;
};

/* 0, or an SQLite result. */
static int
find(struct store *store, const struct writing *writing,
    struct present *present)
{
	const struct store_key *key = writing->key;
	sqlite3_stmt *row = statement_get(store, SQL_FIND);
	int result;

	memset(present, 0, sizeof(*present));
	if (row == NULL)
		return SQLITE_ERROR;
	(void)sqlite3_bind_blob(row, 1, writing->hash->bytes,
	    sizeof(writing->hash->bytes), SQLITE_STATIC);
	(void)sqlite3_bind_text(row, 2, key->function, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(row, 3, key->owner, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text64(row, 4, key->arguments, key->arguments_size,
	    SQLITE_STATIC, SQLITE_UTF8);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		present->id = sqlite3_column_int64(row, 0);
		present->size_bytes = sqlite3_column_int64(row, 1);
		present->honest = sqlite3_column_int64(row, 2) == 1;
		result = SQLITE_DONE;
	}
	(void)sqlite3_reset(row);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

static int64_t
bounded_timeout(int64_t timeout_s)
{
	return timeout_s < TIMEOUT_MAX_S ? timeout_s : TIMEOUT_MAX_S;
}

/* Binds until when the value is fresh and when it expires. */
static void
bind_times(
    const struct store *store, sqlite3_stmt *row, const struct entry *entry)
{
	int64_t timeout_s = entry->timeout_s, fresh_until_ms;

	if (timeout_s < 0)
		timeout_s = store->settings.default_timeout_s;
	(void)sqlite3_bind_null(row, 3);
	(void)sqlite3_bind_null(row, 4);
	if (timeout_s == 0)
		return;
	fresh_until_ms = entry->created_ms + bounded_timeout(timeout_s) * 1000;
	if (entry->stale_s > 0)
		(void)sqlite3_bind_int64(row, 3, fresh_until_ms);
	(void)sqlite3_bind_int64(
	    row, 4, fresh_until_ms + bounded_timeout(entry->stale_s) * 1000);
}

static void
bind_value(sqlite3_stmt *row, int index, const struct entry *entry)
{
	if (entry->kind == STORE_BYTES)
		(void)sqlite3_bind_blob64(row, index,
		    entry->size == 0 ? "" : entry->text, entry->size,
		    SQLITE_STATIC);
	else
		(void)sqlite3_bind_text64(row, index, entry->text, entry->size,
		    SQLITE_STATIC, SQLITE_UTF8);
}

/* Binds what an update and an insertion have in common: ?1 to ?8. */
static void
bind_entry(
    struct store *store, sqlite3_stmt *row, const struct writing *writing)
{
	const struct entry *entry = writing->entry;

	(void)sqlite3_bind_int64(row, 1,
	    key_checksum(writing->hash, entry->kind,
		entry->size == 0 ? "" : entry->text, entry->size));
	(void)sqlite3_bind_int64(row, 2, entry->created_ms);
	bind_times(store, row, entry);
	(void)sqlite3_bind_double(row, 5, entry->cost_ms);
	(void)sqlite3_bind_int64(row, 6, writing_bytes(writing));
	(void)sqlite3_bind_text(
	    row, 7, kind_names[entry->kind], -1, SQLITE_STATIC);
	bind_value(row, 8, entry);
}

static int
update(struct store *store, const struct writing *writing, int64_t id)
{
	sqlite3_stmt *row = statement_get(store, SQL_UPDATE);

	if (row == NULL)
		return SQLITE_ERROR;
	bind_entry(store, row, writing);
	(void)sqlite3_bind_int64(row, 9, id);
	return statement_run(row);
}

static int
insert(struct store *store, const struct writing *writing)
{
	const struct store_key *key = writing->key;
	sqlite3_stmt *row = statement_get(store, SQL_INSERT);
	int result;

	if (row == NULL)
		return SQLITE_ERROR;
	bind_entry(store, row, writing);
	(void)sqlite3_bind_blob(row, 9, writing->hash->bytes,
	    sizeof(writing->hash->bytes), SQLITE_STATIC);
	(void)sqlite3_bind_text(row, 10, key->function, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(row, 11, key->owner, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text64(row, 12, key->arguments, key->arguments_size,
	    SQLITE_STATIC, SQLITE_UTF8);
	result = statement_run(row);
	/* The id, or its slot, may have been another row's before. */
	if (result == SQLITE_OK)
		(void)marks_take(
		    &store->marks, sqlite3_last_insert_rowid(store->db));
	return result;
}

static int
delete_id(struct store *store, int64_t id)
{
	sqlite3_stmt *row = statement_get(store, SQL_DELETE_ID);

	if (row == NULL)
		return SQLITE_ERROR;
	(void)sqlite3_bind_int64(row, 1, id);
	return statement_run(row);
}

/*
 * Room is made before the row comes, so that at no time, not even within the
 * transaction, there are more rows than the threshold.
 */
static int
make_room_and_put(struct store *store, const struct writing *writing)
{
	int64_t bytes = writing_bytes(writing);
	struct present present;
	int result;

	result = find(store, writing, &present);
	if (result == SQLITE_OK && present.id != 0 && !present.honest) {
		result = delete_id(store, present.id);
		present.id = 0;
	}
	if (result == SQLITE_OK && present.id != 0 &&
	    bytes > present.size_bytes) {
		result = evict_for(store, 0, bytes - present.size_bytes);
		/* The old row may have been the one that had to go. */
		if (result == SQLITE_OK)
			result = find(store, writing, &present);
	}
	if (result == SQLITE_OK && present.id != 0)
		return update(store, writing, present.id);
	if (result == SQLITE_OK)
		result = evict_for(store, 1, bytes);
	return result == SQLITE_OK ? insert(store, writing) : result;
}

/* May a value of this size be stored at present?  -1 after a warning. */
static int
check_storable(struct store *store, const struct writing *writing)
{
	const struct store_key *key = writing->key;

	if (writing->entry->size > (size_t)store_value_max(store) ||
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
	if (wal_too_long(store)) {
		store_warn(store,
		    "somebody reads an old state of %s all the time, so that "
		    "its log %s-wal cannot be begun anew; nothing more is "
		    "cached until that ends",
		    store->path, store->path);
		return -1;
	}
	return 0;
}

int
cache_write(struct store *store, const struct key_hash *hash,
    const struct store_key *key, const struct entry *entry)
{
	const struct writing writing = { hash, key, entry };
	int result;

	if (store->settings.threshold == 0 ||
	    check_storable(store, &writing) != 0 || write_begin(store) != 0)
		return -1;
	result = make_room_and_put(store, &writing);
	if ((result & 0xff) == SQLITE_FULL) {
		/* Many rows with little in them take more pages than the cap
		 * foresees; or the disk is full, which write_end() tells. */
		if (!sqlite3_get_autocommit(store->db))
			(void)statement_run(statement_get(store, SQL_ROLLBACK));
		result = statement_run(statement_get(store, SQL_BEGIN));
		if (result == SQLITE_OK)
			result = evict_share(store);
		if (result == SQLITE_OK)
			result = make_room_and_put(store, &writing);
	}
	return write_end(store, result);
}

static int
set(struct store *store, const struct store_key *key, enum store_kind kind,
    const char *text, size_t size, int64_t timeout_s, double cost_ms)
{
	const struct entry entry = { .kind = kind,
		.text = text,
		.size = size,
		.created_ms = store_now_ms(store),
		.timeout_s = timeout_s,
		.cost_ms = cost_ms };
	struct key_hash hash;

	key_hash(key, &hash);
	return cache_write(store, &hash, key, &entry);
}

int
store_set(struct store *store, const struct store_key *key, const char *text,
    size_t size, int64_t timeout_s, double cost_ms)
{
	return set(store, key, STORE_JSON, text, size, timeout_s, cost_ms);
}

int
store_set_bytes(struct store *store, const struct store_key *key,
    const void *bytes, size_t size, int64_t timeout_s, double cost_ms)
{
	return set(store, key, STORE_BYTES, bytes, size, timeout_s, cost_ms);
}

void
cache_postpone(
    struct store *store, const struct key_hash *hash, int64_t fresh_until_ms)
{
	sqlite3_stmt *row;
	int result;

	if (write_begin(store) != 0)
		return;
	row = statement_get(store, SQL_POSTPONE);
	if (row == NULL) {
		result = SQLITE_ERROR;
	} else {
		(void)sqlite3_bind_blob(
		    row, 1, hash->bytes, sizeof(hash->bytes), SQLITE_STATIC);
		(void)sqlite3_bind_int64(row, 2, fresh_until_ms);
		result = statement_run(row);
	}
	(void)write_end(store, result);
}

/* Runs the DELETE that write_begin() was done for, and ends it.  Rows deleted,
 * or -1. */
static int64_t
delete_rows(struct store *store, sqlite3_stmt *statement)
{
	int64_t deleted = 0;
	int result = SQLITE_ERROR;

	if (statement != NULL) {
		result = statement_run(statement);
		deleted = sqlite3_changes64(store->db);
	}
	return write_end(store, result) == 0 ? deleted : -1;
}

int
store_delete(struct store *store, const struct store_key *key)
{
	struct key_hash hash;
	sqlite3_stmt *statement;

	if (write_begin(store) != 0)
		return -1;
	key_hash(key, &hash);
	statement = statement_get(store, SQL_DELETE_KEY);
	if (statement != NULL)
		(void)sqlite3_bind_blob(statement, 1, hash.bytes,
		    sizeof(hash.bytes), SQLITE_STATIC);
	return delete_rows(store, statement) < 0 ? -1 : 0;
}

int64_t
store_delete_function(struct store *store, const char *function)
{
	struct key_hash first, last;
	sqlite3_stmt *statement;

	if (write_begin(store) != 0)
		return -1;
	key_range(function, &first, &last);
	statement = statement_get(store, SQL_DELETE_FUNCTION);
	if (statement != NULL) {
		(void)sqlite3_bind_blob(statement, 1, first.bytes,
		    sizeof(first.bytes), SQLITE_STATIC);
		(void)sqlite3_bind_blob(statement, 2, last.bytes,
		    sizeof(last.bytes), SQLITE_STATIC);
		(void)sqlite3_bind_text(
		    statement, 3, function, -1, SQLITE_STATIC);
	}
	return delete_rows(store, statement);
}

int64_t
store_delete_owner(struct store *store, const char *owner)
{
	sqlite3_stmt *statement;

	if (write_begin(store) != 0)
		return -1;
	statement = statement_get(store, SQL_DELETE_OWNER);
	if (statement != NULL)
		(void)sqlite3_bind_text(statement, 1, owner, -1, SQLITE_STATIC);
	return delete_rows(store, statement);
}

int64_t
store_clear(struct store *store)
{
	if (write_begin(store) != 0)
		return -1;
	return delete_rows(store, statement_get(store, SQL_DELETE_ALL));
}
