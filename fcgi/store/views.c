/*
 * store/views.c: the triggers and views of a database are this program's.
 *
 * They hold nothing, so that they may change without a new version of the
 * file: at opening they are made anew when their text is another.  Their text
 * is the end of the schema, from the first trigger on.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "store/store_internal.h"

/* Names the text. */
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
is_current(sqlite3 *db, const char *meta, const char *identity, bool *current)
{
	sqlite3_stmt *row = NULL;
	char sql[128];
	int result;

	*current = false;
	(void)snprintf(sql, sizeof(sql),
	    "SELECT 1 FROM %s WHERE name = 'views' AND value = ?1", meta);
	result = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
	if (result == SQLITE_OK) {
		(void)sqlite3_bind_text(row, 1, identity, -1, SQLITE_STATIC);
		result = sqlite3_step(row);
		*current = result == SQLITE_ROW;
	}
	(void)sqlite3_finalize(row);
	return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK
							     : result;
}

/* Drops what the text makes; what somebody else made stays. */
static int
drop(sqlite3 *db, const char *text)
{
	static const char *const kinds[] = { "TRIGGER", "VIEW" };
	int result = SQLITE_OK;
	char create[16], sql[128];
	const char *name;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		(void)snprintf(create, sizeof(create), "CREATE %s ", kinds[i]);
		name = text;
		while (result == SQLITE_OK &&
		       (name = strstr(name, create)) != NULL) {
			name += strlen(create);
			(void)snprintf(sql, sizeof(sql),
			    "DROP %s IF EXISTS %.*s", kinds[i],
			    (int)strcspn(name, " \n"), name);
			result = sqlite3_exec(db, sql, NULL, NULL, NULL);
		}
	}
	return result;
}

static int
make(sqlite3 *db, const char *text, const char *meta, const char *identity)
{
	char sql[200];
	int result;

	result = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = drop(db, text);
	if (result == SQLITE_OK)
		result = sqlite3_exec(db, text, NULL, NULL, NULL);
	(void)snprintf(sql, sizeof(sql),
	    "REPLACE INTO %s(name, value) VALUES ('views', '%s'); COMMIT", meta,
	    identity);
	if (result == SQLITE_OK)
		result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (!sqlite3_get_autocommit(db))
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

int
views_update(sqlite3 *db, const char *schema, const char *meta)
{
	const char *text = strstr(schema, "CREATE TRIGGER ");
	char identity[24];
	bool current;
	int result;

	if (text == NULL)
		return SQLITE_OK;
	identify(text, identity);
	result = is_current(db, meta, identity, &current);
	if (result == SQLITE_OK && !current)
		result = make(db, text, meta, identity);
	return result;
}
