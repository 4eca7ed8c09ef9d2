/*
 * store/views.c: the views of cache.db are those of this program.
 *
 * They hold nothing, so that they may change without a new version of the
 * file: at opening they are made anew when their text is another.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "store/store_internal.h"

static const char create[] = "CREATE VIEW ";

/* Names the text of the views. */
static void
identify(const char *text, char identity[24])
{
	static const unsigned char seed[crypto_shorthash_KEYBYTES];
	uint64_t hash;

	_Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "it fits");
	(void)crypto_shorthash((unsigned char *)&hash,
	    (const unsigned char *)text, strlen(text), seed);
	(void)snprintf(identity, 24, "%" PRIx64, hash);
}

static int
is_current(struct store *store, const char *identity, bool *current)
{
	sqlite3_stmt *row = NULL;
	int result;

	*current = false;
	result = sqlite3_prepare_v2(store->db,
	    "SELECT 1 FROM cache_meta WHERE name = 'views' AND value = ?1", -1,
	    &row, NULL);
	if (result == SQLITE_OK) {
		(void)sqlite3_bind_text(row, 1, identity, -1, SQLITE_STATIC);
		result = sqlite3_step(row);
		*current = result == SQLITE_ROW;
	}
	(void)sqlite3_finalize(row);
	return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK
							     : result;
}

/* Views that somebody else made stay. */
static int
drop_views(struct store *store, const char *text)
{
	int result = SQLITE_OK;
	char sql[128];

	while (result == SQLITE_OK && (text = strstr(text, create)) != NULL) {
		text += strlen(create);
		(void)snprintf(sql, sizeof(sql), "DROP VIEW IF EXISTS %.*s",
		    (int)strcspn(text, " \n"), text);
		result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	}
	return result;
}

static int
make_views(struct store *store, const char *text, const char *identity)
{
	char sql[200];
	int result;

	result = sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = drop_views(store, text);
	if (result == SQLITE_OK)
		result = sqlite3_exec(store->db, text, NULL, NULL, NULL);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO cache_meta(name, value) VALUES ('views', '%s') "
	    "ON CONFLICT(name) DO UPDATE SET value = excluded.value; COMMIT",
	    identity);
	if (result == SQLITE_OK)
		result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return result;
}

int
views_update(struct store *store, struct error *error)
{
	const char *text = strstr(schema_cache_sql, create);
	char identity[24];
	bool current;
	int result;

	if (text == NULL)
		return SQLITE_OK;
	identify(text, identity);
	result = is_current(store, identity, &current);
	if (result == SQLITE_OK && !current)
		result = make_views(store, text, identity);
	if (result == SQLITE_OK)
		return SQLITE_OK;
	(void)error_set(
	    error, "cannot use %s: %s", store->path, sqlite3_errmsg(store->db));
	if (!sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	/* The cache does without views, say on a full disk. */
	result &= 0xff;
	return result == SQLITE_CORRUPT || result == SQLITE_NOTADB ? result
								   : SQLITE_OK;
}
