/*
 * store/key.c: what identifies a value, and what shows that it is undamaged.
 *
 * Both are functions of the same bytes on every machine and in every version
 * of the program, since they are kept in the database.
 */
#include <sodium.h>
#include <string.h>

#include "store/store_internal.h"

/* Keeps these hashes apart from all others; not a secret. */
static const unsigned char domain[crypto_generichash_KEYBYTES] =
    "lethe cache key, version 2";

/* The first bytes of a key are of the function alone, so that the keys of a
 * function lie together: they are written and deleted together. */
#define FUNCTION_SIZE 4

static void
put_function(const char *function, struct key_hash *hash)
{
	static const unsigned char seed[crypto_shorthash_KEYBYTES];
	unsigned char sum[crypto_shorthash_BYTES];

	(void)crypto_shorthash(sum, (const unsigned char *)function,
	    strlen(function), seed);
	memcpy(hash->bytes, sum, FUNCTION_SIZE);
}

void
key_range(const char *function, struct key_hash *first, struct key_hash *last)
{
	memset(first->bytes, 0, sizeof(first->bytes));
	memset(last->bytes, 0xff, sizeof(last->bytes));
	put_function(function, first);
	put_function(function, last);
}

/* Adds a part with its length in front, so that no two different lists of
 * parts give the same bytes. */
static void
add_part(crypto_generichash_state *state, const void *part, size_t size)
{
	unsigned char length[8];
	size_t i;

	for (i = 0; i < sizeof(length); i++)
		length[i] = (unsigned char)((uint64_t)size >> (8 * i));
	(void)crypto_generichash_update(state, length, sizeof(length));
	(void)crypto_generichash_update(state, part, size);
}

/*
 * The arguments are JSON, so that their types are in the text: "1" and 1
 * differ.
 */
void
key_hash(const struct store_key *key, struct key_hash *hash)
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(
	    &state, domain, sizeof(domain), sizeof(hash->bytes));
	add_part(&state, key->function, strlen(key->function));
	add_part(&state, key->owner, strlen(key->owner));
	add_part(&state, key->arguments, key->arguments_size);
	(void)crypto_generichash_final(
	    &state, hash->bytes, sizeof(hash->bytes));
	put_function(key->function, hash);
}

/*
 * Finds out accidents: flipped bits, a value edited by hand or copied from
 * another row.  It is no protection against somebody who means harm, who
 * could compute it as well.
 */
int64_t
key_checksum(const struct key_hash *hash, enum store_kind kind,
    const char *text, size_t size)
{
	unsigned char sum[crypto_shorthash_BYTES];
	struct key_hash key = *hash;
	int64_t number;

	_Static_assert(crypto_shorthash_KEYBYTES == KEY_HASH_SIZE,
	    "the key's hash serves as the key of the checksum");
	_Static_assert(sizeof(sum) == sizeof(number), "the checksum fits");
	/* The same bytes as another kind of value are another value. */
	key.bytes[0] ^= (unsigned char)kind;
	(void)crypto_shorthash(
	    sum, (const unsigned char *)text, size, key.bytes);
	memcpy(&number, sum, sizeof(number));
	return number;
}
