/*
 * http/url.c: percent-encoding, and query strings.
 */
#include <string.h>

#include "base/utf8.h"
#include "http/url.h"

/* U+FFFD, for what is no text. */
#define REPLACEMENT "\xef\xbf\xbd"

static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* The bytes, of any kind; `out` has room for `size` of them. */
static size_t
decode_bytes(char *out, const char *text, size_t size, bool plus)
{
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		int high = -1, low = -1;

		if (text[i] == '%' && size - i > 2) {
			high = hex_value(text[i + 1]);
			low = hex_value(text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			out[used++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[used++] = plus && text[i] == '+' ? ' ' : text[i];
		}
	}
	return used;
}

void
url_add_text(struct buffer *out, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t length = utf8_length(bytes + i, size - i);

		if (length == 0 || bytes[i] == '\0')
			buffer_add_string(out, REPLACEMENT);
		else
			buffer_add(out, bytes + i, length);
		i += length > 0 ? length : 1;
	}
}

void
url_decode(struct buffer *out, const char *text, size_t size, bool plus)
{
	struct buffer bytes;
	char *room;

	buffer_init(&bytes, size + 1);
	room = buffer_reserve(&bytes, size + 1);
	if (room == NULL) {
		out->failed = true;
		return;
	}
	url_add_text(out, room, decode_bytes(room, text, size, plus));
	buffer_clear(&bytes);
}

void
url_encode_path(struct buffer *out, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	for (; *path != '\0'; path++)
		if (strchr(plain, *path) != NULL)
			buffer_add_char(out, *path);
		else
			buffer_addf(out, "%%%02X", (unsigned char)*path);
}

/* Is `size` bytes of a query the name, encoded? */
static bool
is_name(const char *text, size_t size, const char *name)
{
	struct buffer decoded;
	bool same;

	buffer_init(&decoded, 3 * size + 1);
	url_decode(&decoded, text, size, true);
	same = !buffer_failed(&decoded) && decoded.size == strlen(name) &&
	       (decoded.size == 0 ||
		   memcmp(decoded.data, name, decoded.size) == 0);
	buffer_clear(&decoded);
	return same;
}

bool
url_query_find(struct buffer *out, const char *query, const char *name)
{
	for (;;) {
		size_t size = strcspn(query, "&#");
		size_t name_size = strcspn(query, "=&#");

		if (size > 0 && is_name(query, name_size, name)) {
			if (name_size < size)
				url_decode(out, query + name_size + 1,
				    size - name_size - 1, true);
			return true;
		}
		if (query[size] != '&')
			return false;
		query += size + 1;
	}
}

const char *
url_path(const char *url)
{
	size_t scheme = strcspn(url, ":/?#");

	if (strncmp(url + scheme, "://", 3) != 0)
		return url;
	url += scheme + 3;
	return url + strcspn(url, "/?#");
}
