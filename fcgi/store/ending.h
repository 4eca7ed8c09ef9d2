/*
 * store/ending.h: how computations of values ended that left none.
 */
#ifndef LETHE_STORE_ENDING_H
#define LETHE_STORE_ENDING_H

#include <sodium.h>

#include "store/store_internal.h"

enum ending_kind {
	ENDING_NONE,
	ENDING_FAILED,	 /* with the message */
	ENDING_UNSTORED, /* there was a value, but not for the cache */
	ENDING_RUNNING,	 /* there is no end yet */
	ENDING_DIED	 /* too many workers died of it */
};

/* An entry of the table, as it is in the file. */
struct ending {
	struct key_hash hash;
	int64_t at_ns; /* CLOCK_MONOTONIC */
	int64_t kind;
	int64_t deaths; /* how many workers died of it in a row */
	struct error failure;
	/* Two processes may write an entry at once, for different keys. */
	unsigned char checksum[crypto_shorthash_BYTES];
};

void ending_write(struct store *store, const struct key_hash *hash,
    enum ending_kind kind, int64_t deaths, const char *message);
/* The key's entry, if there is one that matters to who asked at `began_ns`
 * (CLOCK_MONOTONIC). */
bool ending_read(const struct store *store, const struct key_hash *hash,
    int64_t began_ns, struct ending *ending);

#endif
