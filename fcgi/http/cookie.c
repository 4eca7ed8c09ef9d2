/*
 * http/cookie.c: the headers Cookie and Set-Cookie (RFC 6265).
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "http/cookie.h"

/* What browsers take of a cookie (RFC 6265, 6.1), all told. */
#define COOKIE_MAX 4096

/* The most that browsers let a cookie live. */
#define AGE_MAX_S (400 * INT64_C(86400))

bool
token_is_valid(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789!#$%&'*+-.^_`|~";

	return name != NULL && name[0] != '\0' &&
	       name[strspn(name, plain)] == '\0';
}

/* cookie-octet (RFC 6265, 4.1.1). */
static bool
value_is_valid(const char *value)
{
	for (; *value != '\0'; value++)
		if (*value <= ' ' || *value >= 0x7f ||
		    strchr("\",;\\", *value) != NULL)
			return false;
	return true;
}

/* path-value, and what is below the web server's root. */
static bool
path_is_valid(const char *path)
{
	if (path[0] != '/')
		return false;
	for (; *path != '\0'; path++)
		if (*path < ' ' || *path >= 0x7f || *path == ';')
			return false;
	return true;
}

bool
cookie_find(struct buffer *out, const char *header, const char *name)
{
	size_t length = strlen(name);

	while (*header != '\0') {
		size_t size;

		header += strspn(header, " \t;");
		size = strcspn(header, ";");
		if (size > length && header[length] == '=' &&
		    strncmp(header, name, length) == 0) {
			const char *value = header + length + 1;

			size -= length + 1;
			while (size > 0 && strchr(" \t", value[size - 1]))
				size--;
			if (size >= 2 && value[0] == '"' &&
			    value[size - 1] == '"') {
				value++;
				size -= 2;
			}
			buffer_add(out, value, size);
			return true;
		}
		header += size;
	}
	return false;
}

/* The prefixes that bind a cookie's name to how it may be set. */
static const char *
prefix_fault(const struct lethe_cookie *cookie, const char *path)
{
	if (strncasecmp(cookie->name, "__Secure-", 9) == 0 && !cookie->secure)
		return "a name that begins with __Secure- needs .secure";
	if (strncasecmp(cookie->name, "__Host-", 7) == 0 &&
	    (!cookie->secure || strcmp(path, "/") != 0))
		return "a name that begins with __Host- needs .secure and "
		       "the path \"/\"";
	return NULL;
}

static const char *
cookie_fault(
    const struct lethe_cookie *cookie, const char *value, const char *path)
{
	if (!token_is_valid(cookie->name))
		return "its name must be one or more letters, digits and "
		       "characters of !#$%&'*+-.^_`|~";
	if (!value_is_valid(value))
		return "its value must be printable ASCII without blanks, "
		       "quotes, commas, semicolons and backslashes: encode it";
	if (!path_is_valid(path))
		return "its path must begin with '/', and have printable "
		       "ASCII without semicolons";
	if (cookie->max_age_s < LETHE_COOKIE_DELETE ||
	    cookie->max_age_s > AGE_MAX_S)
		return "its .max_age_s must be seconds, 400 days at most, or "
		       "LETHE_COOKIE_DELETE";
	if (cookie->same_site == LETHE_SAME_SITE_NONE && !cookie->secure)
		return "LETHE_SAME_SITE_NONE needs .secure";
	return prefix_fault(cookie, path);
}

static const char *
same_site_text(enum lethe_same_site same_site)
{
	switch (same_site) {
	case LETHE_SAME_SITE_STRICT:
		return "Strict";
	case LETHE_SAME_SITE_NONE:
		return "None";
	case LETHE_SAME_SITE_LAX:
	default:
		return "Lax";
	}
}

int
cookie_write(struct buffer *out, const struct lethe_cookie *cookie,
    const char *prefix, struct error *error)
{
	const char *value = cookie->value != NULL ? cookie->value : "";
	const char *path = cookie->path != NULL ? cookie->path : prefix;
	const char *fault = cookie_fault(cookie, value, path);
	size_t before = out->size;

	if (fault != NULL)
		return error_set(error, "the cookie %s cannot be set: %s",
		    token_is_valid(cookie->name) ? cookie->name : "(unnamed)",
		    fault);
	buffer_addf(out, "%s=%s; Path=%s", cookie->name, value, path);
	if (cookie->max_age_s != 0)
		buffer_addf(out, "; Max-Age=%" PRId64,
		    cookie->max_age_s > 0 ? cookie->max_age_s : INT64_C(0));
	if (cookie->http_only)
		buffer_add_string(out, "; HttpOnly");
	if (cookie->secure)
		buffer_add_string(out, "; Secure");
	buffer_addf(out, "; SameSite=%s", same_site_text(cookie->same_site));
	if (buffer_failed(out))
		return error_set(error, "there is no memory for the cookie %s",
		    cookie->name);
	if (out->size - before > COOKIE_MAX)
		return error_set(error,
		    "the cookie %s cannot be set: it has more than %d bytes",
		    cookie->name, COOKIE_MAX);
	return 0;
}
