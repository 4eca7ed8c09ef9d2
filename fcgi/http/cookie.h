/*
 * http/cookie.h: the headers Cookie and Set-Cookie (RFC 6265).
 */
#ifndef LETHE_HTTP_COOKIE_H
#define LETHE_HTTP_COOKIE_H

#include <stdbool.h>

#include <lethe.h>

#include "base/buffer.h"
#include "base/error.h"

/* Is `name` a token (RFC 9110, 5.6.2), as names of headers and cookies are? */
bool token_is_valid(const char *name);

/* Appends the value of the first cookie `name` in a Cookie header.  False:
 * there is none. */
bool cookie_find(struct buffer *out, const char *header, const char *name);

/*
 * Appends the value of a Set-Cookie header.  `prefix` is the path when the
 * cookie has none.  -1 with a message for what browsers would not take.
 */
int cookie_write(struct buffer *out, const struct lethe_cookie *cookie,
    const char *prefix, struct error *error);

#endif
