/*
 * http/origin.c: from which origin a request was made.
 */
#include <string.h>
#include <strings.h>

#include "http/origin.h"

bool
origin_is_secure(const struct http_request *http)
{
	const char *https = http_request_param(http, "HTTPS");
	const char *scheme = http_request_param(http, "REQUEST_SCHEME");

	if (https != NULL && https[0] != '\0')
		return strcasecmp(https, "off") != 0;
	return scheme != NULL && strcasecmp(scheme, "https") == 0;
}

/* Is the origin "scheme://host" of the host that was asked? */
static bool
is_own(const struct http_request *http, const char *origin)
{
	const char *host = http_request_param(http, "HTTP_HOST");
	const char *authority = strstr(origin, "://");

	return host != NULL && authority != NULL &&
	       strcasecmp(authority + 3, host) == 0;
}

bool
origin_is_foreign(const struct http_request *http)
{
	const char *site = http_request_param(http, "HTTP_SEC_FETCH_SITE");
	const char *origin = http_request_param(http, "HTTP_ORIGIN");

	if (site != NULL)
		return strcmp(site, "same-origin") != 0 &&
		       strcmp(site, "none") != 0;
	return origin != NULL && !is_own(http, origin);
}
