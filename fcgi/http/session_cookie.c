/*
 * http/session_cookie.c: how a session's token travels.
 */
#include <stdio.h>
#include <string.h>

#include "http/cookie.h"
#include "http/origin.h"
#include "http/session_cookie.h"

/* The prefixes have browsers refuse such a cookie from another host, or from
 * plain HTTP. */
static const char *
name_of(const struct http_request *http)
{
	if (!origin_is_secure(http))
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
	const char *header = http_request_param(http, "HTTP_COOKIE");

	return header != NULL && cookie_find(token, header, name_of(http));
}

void
session_cookie_set(const struct http_request *http, const char *token)
{
	struct exchange *exchange = http->exchange;
	bool secure = origin_is_secure(http);

	(void)snprintf(exchange->session_cookie,
	    sizeof(exchange->session_cookie),
	    "%s=%s; Path=%s%s; HttpOnly%s; SameSite=Lax", name_of(http), token,
	    http->prefix, token[0] == '\0' ? "; Max-Age=0" : "",
	    secure ? "; Secure" : "");
}
