/*
 * store/inspect.h: for `app store`: single values, check and backup.
 *
 * For tools, while workers run or not.
 */
#ifndef LETHE_STORE_INSPECT_H
#define LETHE_STORE_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "store/store.h"

/* Which values of the cache are meant; of all owners. */
struct store_choice {
	const char *function;
	const char *arguments; /* canonical JSON text; NULL: any */
	size_t arguments_size;
};

/*
 * Prints the one value that is chosen: JSON text and a newline, or bytes as
 * they are; with `json` an object that also tells what it belongs to, in
 * which bytes are hexadecimal.  -1 with a message: there is none, or there
 * are several, or it is a failure that is remembered (but for `json`), or it
 * was changed by other hands.
 */
int store_print_value(struct store *store, const struct store_choice *choice,
    bool json, struct buffer *out, struct error *error);

/* Deletes what is chosen; rows deleted, or -1 after a warning. */
int64_t store_delete_chosen(
    struct store *store, const struct store_choice *choice);

/* What was found in a database. */
struct store_report {
	bool exists;
	int64_t version;
	int64_t rows; /* cached values, or sessions */
	int64_t bytes;
	/* What is wrong with it, each ended by a NUL. */
	struct buffer problems;
	size_t problem_count;
};

enum store_file { STORE_FILE_CACHE, STORE_FILE_STATE, STORE_FILES };

/* "cache.db", "state.db". */
const char *store_file_name(enum store_file file);

/*
 * Looks through a database in the state directory: whether SQLite finds it
 * whole, of a version that is known, with totals that are those of the rows,
 * and values that are unchanged.  Mends nothing.  The caller clears
 * `problems`.  -1 with a message when that is not possible.
 */
int store_check(const char *directory, enum store_file file,
    struct store_report *report, struct error *error);

/*
 * Makes the directory `target`, which must not exist, and copies into it
 * cache.db, state.db, the key that signs cookies and the sessions' own
 * databases, each as it is at one moment; for its owner only.  How many files
 * it has then; -1 with a message, and then there is no such directory.
 */
int store_backup(
    const char *directory, const char *target, struct error *error);

#endif
