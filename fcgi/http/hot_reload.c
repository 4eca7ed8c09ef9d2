/*
 * http/hot_reload.c: has pages in development take what was changed.
 *
 * No process remembers what a page had last, so what is changed is told by its
 * time.  A page that asks later than usual, as those in the background do,
 * finds nothing recent, and loads anew, which is always right.
 */
#include "http/hot_reload.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#include "base/clock.h"
#include "dash/json_write.h"
#include "http/assets.h"
#include "http/url.h"

/* Pages ask twice within this time. */
#define RECENT_MS 6000

#define HASH_SIZE 16

static void
hash_text(crypto_generichash_state *state, const char *text)
{
	(void)crypto_generichash_update(
	    state, (const unsigned char *)text, strlen(text) + 1);
}

/* Of the program, and of the names and times of all that the page loads. */
static void
hash_all(char hex[2 * HASH_SIZE + 1], const char *program,
    const struct assets *assets)
{
	unsigned char hash[HASH_SIZE];
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	hash_text(&state, program);
	for (size_t i = 0; i < assets->count; i++) {
		const struct asset *asset = &assets->list[i];

		hash_text(&state, asset->directory);
		hash_text(&state, asset->name);
		(void)crypto_generichash_update(&state,
		    (const unsigned char *)&asset->modified_ns,
		    sizeof(asset->modified_ns));
	}
	(void)crypto_generichash_final(&state, hash, sizeof(hash));
	(void)sodium_bin2hex(hex, 2 * HASH_SIZE + 1, hash, sizeof(hash));
}

static bool
is_recent(int64_t time_ms)
{
	return time_ms > clock_unix_ms() - RECENT_MS;
}

/* Were styles changed lately, and nothing else? */
static bool
only_styles(const struct hot_reload *given, const struct assets *assets)
{
	bool found = false;

	if (is_recent(given->program_changed_s * 1000))
		return false;
	for (size_t i = 0; i < assets->count; i++) {
		const struct asset *asset = &assets->list[i];

		if (!is_recent(asset->modified_ns / 1000000))
			continue;
		if (asset->kind != ASSET_STYLE)
			return false;
		found = true;
	}
	return found;
}

/* All of them in their order, since what comes later prevails. */
static void
add_styles(struct buffer *out, const char *prefix, const struct assets *assets)
{
	const char *comma = "";
	struct buffer url;

	buffer_init(&url, out->limit);
	for (size_t i = 0; i < assets->count; i++) {
		const struct asset *asset = &assets->list[i];

		if (asset->kind != ASSET_STYLE)
			continue;
		buffer_reset(&url);
		buffer_addf(&url, "%sassets/", prefix);
		url_encode_path(&url, asset->directory);
		if (asset->directory[0] != '\0')
			buffer_add_char(&url, '/');
		url_encode_path(&url, asset->name);
		buffer_addf(out, "%s{\"is_css\":true,\"modified\":%" PRId64
				 ",\"url\":",
		    comma, asset->modified_ns / 1000000);
		if (buffer_failed(&url))
			out->failed = true;
		else
			json_write_string(out, url.data, url.size);
		buffer_add_char(out, '}');
		comma = ",";
	}
	buffer_clear(&url);
}

int
hot_reload_add(struct buffer *out, const struct hot_reload *given,
    struct error *error)
{
	struct assets assets = { .list = NULL };
	char hash[2 * HASH_SIZE + 1];

	if (given->assets[0] != '\0' &&
	    assets_read(&assets, given->assets, given->assets_ignore, error) !=
		0)
		return -1;
	hash_all(hash, given->program, &assets);
	buffer_add_string(out, "{\"files\":[");
	if (only_styles(given, &assets))
		add_styles(out, given->prefix, &assets);
	buffer_addf(out,
	    "],\"hard\":true,\"packages\":[\"dash\",\"plotly\"],"
	    "\"reloadHash\":\"%s\"}\n",
	    hash);
	assets_clear(&assets);
	return 0;
}
