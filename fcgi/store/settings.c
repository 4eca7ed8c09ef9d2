/*
 * store/settings.c: the store's settings, from the environment.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

#define THRESHOLD_MAX 10000000
#define BYTES_MIN ((int64_t)1 << 20)
#define BYTES_MAX ((int64_t)1 << 42)
/* A hundred years. */
#define TIMEOUT_MAX 3155760000

/* Digits only, so that neither a sign nor white space slips through. */
static int
read_number(const char *text, const char **end, int64_t *number)
{
	char *after;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	*number = strtoll(text, &after, 10);
	*end = after;
	return errno == 0 ? 0 : -1;
}

/* Reads bytes with an optional K, M or G. */
static int
read_bytes(const char *text, int64_t *bytes)
{
	static const char suffixes[] = "KMG";
	const char *end, *suffix;
	int shift = 0;

	if (read_number(text, &end, bytes) != 0)
		return -1;
	if (*end != '\0') {
		suffix = strchr(suffixes, *end);
		if (suffix == NULL || end[1] != '\0')
			return -1;
		shift = 10 * (int)(suffix - suffixes + 1);
	}
	if (*bytes > BYTES_MAX >> shift)
		return -1;
	*bytes <<= shift;
	return *bytes < BYTES_MIN ? -1 : 0;
}

static int
read_whole(const char *text, int64_t most, int64_t *number)
{
	const char *end;

	if (read_number(text, &end, number) != 0 || *end != '\0')
		return -1;
	return *number > most ? -1 : 0;
}

int
store_settings_read(struct store_settings *settings, struct error *error)
{
	const char *text;

	settings->threshold = 500;
	settings->limit_bytes = (int64_t)256 << 20;
	settings->default_timeout_s = 300;
	text = getenv("LETHE_THRESHOLD");
	if (text != NULL &&
	    read_whole(text, THRESHOLD_MAX, &settings->threshold) != 0)
		return error_set(error,
		    "LETHE_THRESHOLD is \"%s\", but must be the most rows "
		    "that the cache may hold, a whole number from 0 (nothing "
		    "is cached) to %d",
		    text, THRESHOLD_MAX);
	text = getenv("LETHE_CACHE_BYTES");
	if (text != NULL && read_bytes(text, &settings->limit_bytes) != 0)
		return error_set(error,
		    "LETHE_CACHE_BYTES is \"%s\", but must be the most bytes "
		    "that the cache may hold, from 1M to 4096G: a whole "
		    "number, with K, M or G after it for KiB, MiB or GiB",
		    text);
	text = getenv("LETHE_DEFAULT_TIMEOUT");
	if (text != NULL &&
	    read_whole(text, TIMEOUT_MAX, &settings->default_timeout_s) != 0)
		return error_set(error,
		    "LETHE_DEFAULT_TIMEOUT is \"%s\", but must be the seconds "
		    "after which a cached value expires, a whole number from "
		    "0 (never) to %lld",
		    text, (long long)TIMEOUT_MAX);
	return 0;
}
