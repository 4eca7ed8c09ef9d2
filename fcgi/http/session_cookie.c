/*
 * http/session_cookie.c: how a session's token travels.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/cookie.h"
#include "http/session_cookie.h"

static const char *
param(const struct http_request *http, const char *name)
{
	const struct exchange *exchange = http->exchange;

	return exchange->param != NULL
		   ? exchange->param(exchange->param_context, name)
		   : NULL;
}

static bool
is_secure(const struct http_request *http)
{
	const char *https = param(http, "HTTPS");
	const char *scheme = param(http, "REQUEST_SCHEME");

	if (https != NULL && https[0] != '\0')
		return strcasecmp(https, "off") != 0;
	return scheme != NULL && strcasecmp(scheme, "https") == 0;
}

/* The prefixes have browsers refuse such a cookie from another host, or from
 * plain HTTP. */
static const char *
name_of(const struct http_request *http)
{
	if (!is_secure(http))
		return "lethe";
	return strcmp(http->prefix, "/") == 0 ? "__Host-lethe"
					      : "__Secure-lethe";
}

bool
session_cookie_is_name(const char *name)
{
	return strcmp(name, "lethe") == 0 ||
	       strcmp(name, "__Host-lethe") == 0 ||
	       strcmp(name, "__Secure-lethe") == 0;
}

bool
session_cookie_get(const struct http_request *http, struct buffer *token)
{
	const char *header = param(http, "HTTP_COOKIE");

	return header != NULL && cookie_find(token, header, name_of(http));
}

void
session_cookie_set(const struct http_request *http, const char *token)
{
	struct exchange *exchange = http->exchange;
	bool secure = is_secure(http);

	(void)snprintf(exchange->session_cookie,
	    sizeof(exchange->session_cookie),
	    "%s=%s; Path=%s%s; HttpOnly%s; SameSite=Lax", name_of(http), token,
	    http->prefix, token[0] == '\0' ? "; Max-Age=0" : "",
	    secure ? "; Secure" : "");
}

/* Is the origin "scheme://host" of the host that was asked? */
static bool
is_own_origin(const struct http_request *http, const char *origin)
{
	const char *host = param(http, "HTTP_HOST");
	const char *authority = strstr(origin, "://");

	return host != NULL && authority != NULL &&
	       strcasecmp(authority + 3, host) == 0;
}

bool
session_cookie_is_foreign(const struct http_request *http)
{
	const char *site = param(http, "HTTP_SEC_FETCH_SITE");
	const char *origin = param(http, "HTTP_ORIGIN");
	struct buffer token;
	bool sent;

	buffer_init(&token, SIZE_MAX);
	sent = session_cookie_get(http, &token);
	buffer_clear(&token);
	if (!sent)
		return false;
	if (site != NULL)
		return strcmp(site, "same-origin") != 0 &&
		       strcmp(site, "none") != 0;
	return origin != NULL && !is_own_origin(http, origin);
}
