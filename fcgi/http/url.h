/*
 * http/url.h: percent-encoding, and query strings.
 */
#ifndef LETHE_HTTP_URL_H
#define LETHE_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Appends `size` bytes as UTF-8 without NULs: bytes that are none become
 * U+FFFD. */
void url_add_text(struct buffer *out, const char *bytes, size_t size);

/*
 * Appends `size` bytes with %XX decoded, and '+' as a blank when `plus`.  A
 * '%' that begins no escape stands for itself.  What comes out is as of
 * url_add_text().
 */
void url_decode(struct buffer *out, const char *text, size_t size, bool plus);

/* Appends a path with all bytes escaped that are not unreserved (RFC 3986,
 * 2.3), but for '/'. */
void url_encode_path(struct buffer *out, const char *path);

/*
 * Appends the decoded value of the first `name` in a query string (without
 * its '?'; ends at a '#' or a NUL).  False: there is none.
 */
bool url_query_find(struct buffer *out, const char *query, const char *name);

/* Where path and query begin in a URL, which may have a scheme and a host. */
const char *url_path(const char *url);

#endif
