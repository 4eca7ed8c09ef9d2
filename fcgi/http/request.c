/*
 * http/request.c: an exchange as the app's code sees it.
 *
 * Nothing here trusts the request: what is handed on is bounded, decoded and
 * UTF-8, and what is handed back cannot end a header.
 */
#include <string.h>
#include <strings.h>

#include "http/cookie.h"
#include "http/request.h"
#include "http/session_cookie.h"
#include "http/url.h"

/* A page's path and query are ignored when they are longer. */
#define PAGE_MAX 8192

/* All headers of an app together: nginx's buffer for a response's head has
 * 16 KiB, of which some are for Lethe's own. */
#define APP_HEADERS_MAX 8192

#define HEADER_NAME_MAX 100

const char *
http_request_param(const struct http_request *http, const char *name)
{
	const struct exchange *exchange = http->exchange;

	return exchange->param != NULL
		   ? exchange->param(exchange->param_context, name)
		   : NULL;
}

/*
 * Appends path and query of the page in the browser, as they were encoded
 * there: html/lethe.js tells with the layout's request, Referer with others.
 */
static bool
page_text(const struct http_request *http, struct buffer *out)
{
	const char *query = http_request_param(http, "QUERY_STRING");
	const char *referer = http_request_param(http, "HTTP_REFERER");

	if (query != NULL && strlen(query) <= 3 * PAGE_MAX &&
	    url_query_find(out, query, "page") && !buffer_failed(out) &&
	    out->size > 0 && out->data[0] == '/')
		return true;
	buffer_reset(out);
	if (referer == NULL || strlen(referer) > PAGE_MAX)
		return false;
	referer = url_path(referer);
	buffer_add(out, referer, strcspn(referer, "#"));
	return !buffer_failed(out) && out->size > 0 && out->data[0] == '/';
}

static void
get_page_path(const struct http_request *http, struct buffer *out)
{
	struct buffer page;

	buffer_init(&page, 4 * PAGE_MAX);
	if (page_text(http, &page))
		url_decode(out, page.data, strcspn(page.data, "?#"), false);
	else
		buffer_add_string(out, http->prefix);
	buffer_clear(&page);
}

static bool
get_page_query(
    const struct http_request *http, const char *name, struct buffer *out)
{
	struct buffer page;
	const char *query = NULL;
	bool found;

	buffer_init(&page, 4 * PAGE_MAX);
	if (page_text(http, &page))
		query = strchr(page.data, '?');
	found = query != NULL && url_query_find(out, query + 1, name);
	buffer_clear(&page);
	return found;
}

/* A header's parameter: HTTP_ACCEPT_LANGUAGE for Accept-Language. */
static const char *
header_param(const struct http_request *http, const char *name)
{
	char key[sizeof("HTTP_") + HEADER_NAME_MAX] = "HTTP_";
	size_t size = strlen("HTTP_");

	if (!token_is_valid(name) || strlen(name) > HEADER_NAME_MAX)
		return NULL;
	for (; *name != '\0'; name++) {
		char c = *name;

		/* Two headers must not be one to the app. */
		if (c == '_')
			return NULL;
		key[size++] = c == '-'		     ? '_'
			      : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A')
						     : c;
	}
	key[size] = '\0';
	if (strcmp(key, "HTTP_CONTENT_TYPE") == 0 ||
	    strcmp(key, "HTTP_CONTENT_LENGTH") == 0)
		return http_request_param(http, key + strlen("HTTP_"));
	return http_request_param(http, key);
}

/* Text that is UTF-8, whatever was sent. */
static bool
add_text(struct buffer *out, const char *text)
{
	if (text != NULL)
		url_add_text(out, text, strlen(text));
	return text != NULL;
}

static bool
get_cookie(
    const struct http_request *http, const char *name, struct buffer *out)
{
	const char *header = http_request_param(http, "HTTP_COOKIE");
	struct buffer value;
	bool found;

	if (header == NULL || !token_is_valid(name) ||
	    session_cookie_is_name(name))
		return false;
	buffer_init(&value, strlen(header) + 1);
	found = cookie_find(&value, header, name);
	if (found)
		url_add_text(out, value.data, value.size);
	buffer_clear(&value);
	return found;
}

static bool
get(void *context, enum dash_request_part part, const char *name,
    struct buffer *out)
{
	const struct http_request *http = context;

	switch (part) {
	case REQUEST_PAGE_PATH:
		get_page_path(http, out);
		return true;
	case REQUEST_PAGE_QUERY:
		return name != NULL && get_page_query(http, name, out);
	case REQUEST_HEADER:
		return add_text(out, header_param(http, name));
	case REQUEST_COOKIE:
		return get_cookie(http, name, out);
	case REQUEST_ADDRESS:
		return add_text(out, http_request_param(http, "REMOTE_ADDR"));
	default:
		return false;
	}
}

/* Headers that mean something on the way from here to the browser, or that
 * Lethe sends itself. */
static bool
is_reserved(const char *name)
{
	static const char *const reserved[] = { "Cache-Control", "Connection",
		"Content-Encoding", "Content-Length", "Content-Type", "Date",
		"Keep-Alive", "Location", "Server", "Server-Timing",
		"Set-Cookie", "Status", "Trailer", "Transfer-Encoding",
		"Upgrade", "X-Content-Type-Options", "X-Request-Id",
		"X-Sendfile" };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcasecmp(name, reserved[i]) == 0)
			return true;
	return strncasecmp(name, "X-Accel-", 8) == 0;
}

static int
add_line(struct http_request *http, const char *name, const char *value,
    struct error *error)
{
	struct buffer *headers = &http->exchange->headers;
	size_t size = headers->size - http->headers_before;

	if (size + strlen(name) + strlen(value) + 4 > APP_HEADERS_MAX)
		return error_set(error,
		    "the response's headers have more than %d bytes with %s",
		    APP_HEADERS_MAX, name);
	buffer_addf(headers, "%s: %s\r\n", name, value);
	if (buffer_failed(headers))
		return error_set(
		    error, "there is no memory for the header %s", name);
	return 0;
}

static int
set_header(
    void *context, const char *name, const char *value, struct error *error)
{
	if (!token_is_valid(name) || strlen(name) > HEADER_NAME_MAX)
		return error_set(error,
		    "a header's name must be 1 to %d letters, digits and "
		    "characters of !#$%%&'*+-.^_`|~",
		    HEADER_NAME_MAX);
	if (is_reserved(name))
		return error_set(error,
		    "the header %s is Lethe's or the web server's to set%s",
		    name,
		    strcasecmp(name, "Set-Cookie") == 0
			? ": use lethe_response_cookie()"
			: "");
	for (const char *at = value; at == NULL || *at != '\0'; at++)
		if (at == NULL || ((unsigned char)*at < ' ' && *at != '\t') ||
		    *at == 0x7f)
			return error_set(error,
			    "the value of the header %s must be a text "
			    "without control characters",
			    name);
	return add_line(context, name, value, error);
}

static int
set_cookie(
    void *context, const struct lethe_cookie *cookie, struct error *error)
{
	struct http_request *http = context;
	struct buffer value;
	int done = -1;

	if (cookie->name != NULL && session_cookie_is_name(cookie->name))
		return error_set(error,
		    "the cookie %s is the session's: give yours another name",
		    cookie->name);
	buffer_init(&value, APP_HEADERS_MAX);
	if (cookie_write(&value, cookie, http->prefix, error) == 0)
		done = add_line(http, "Set-Cookie", value.data, error);
	buffer_clear(&value);
	return done;
}

static bool
get_session(void *context, struct buffer *token)
{
	return session_cookie_get(context, token);
}

static void
set_session(void *context, const char *token)
{
	session_cookie_set(context, token);
}

void
http_request_init(struct http_request *http, struct dash_request *request,
    struct exchange *exchange, const char *prefix)
{
	*http = (struct http_request){ .exchange = exchange,
		.prefix = prefix,
		.headers_before = exchange->headers.size };
	*request = (struct dash_request){ .context = http,
		.get = get,
		.set_header = set_header,
		.set_cookie = set_cookie,
		.get_session = get_session,
		.set_session = set_session };
}
