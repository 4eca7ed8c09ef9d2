/*
 * lethe/request.h: the request, as anybody may have sent it: check what you
 * use of it.
 *
 * Texts are UTF-8, borrowed, and valid until the handler or layout function
 * returns.  In the tools, for a constant layout and for a validation layout
 * there is no request.
 */
#ifndef LETHE_REQUEST_H
#define LETHE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/result.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/*
 * The path of the page in the browser, decoded, with the app's prefix; the
 * prefix when the browser does not tell.  "/" without a request, never NULL.
 */
const char *lethe_page_path(struct lethe_call *call);

/* The first value of `name` in the query string of the page in the browser,
 * decoded; NULL: there is none. */
const char *lethe_page_query(struct lethe_call *call, const char *name);

/* A header of the request, by its name in any case; NULL: there is none. */
const char *lethe_request_header(struct lethe_call *call, const char *name);

/* The value of a cookie; NULL: there is none. */
const char *lethe_request_cookie(struct lethe_call *call, const char *name);

/* Who sent the request, as the web server says; NULL: not known. */
const char *lethe_request_address(struct lethe_call *call);

/*
 * Adds a header to the response, and to a 204 too, but not to that of a call
 * that fails.  LETHE_ERROR for a name that is no token or that is Lethe's or
 * the web server's to set, for a value with control characters, and for more
 * than 8 KiB together.  Without a request nothing happens.
 */
enum lethe_result lethe_response_header(struct lethe_call *call,
    const char *name, const char *value);

/* Which requests from other sites carry a cookie. */
enum lethe_same_site {
	LETHE_SAME_SITE_LAX = 0, /* only those that lead to the page */
	LETHE_SAME_SITE_STRICT,
	LETHE_SAME_SITE_NONE /* all; needs .secure */
};

/* Value of .max_age_s in struct lethe_cookie: forget the cookie. */
enum {
	LETHE_COOKIE_DELETE = -1
};

/* A cookie to set. */
struct lethe_cookie {
	const char *name;
	/* Printable ASCII but for blanks, '"', ',', ';' and '\\'; NULL: "". */
	const char *value;
	/* Below which path it is sent; NULL: the app's prefix. */
	const char *path;
	/* 0: until the browser is closed. */
	int64_t max_age_s;
	bool http_only; /* closed to scripts of the page */
	bool secure;	/* sent over HTTPS only */
	enum lethe_same_site same_site;
};

/* Adds a cookie to the response, as lethe_response_header() does a header.
 * LETHE_ERROR when RFC 6265 does not allow it. */
enum lethe_result lethe_response_cookie(struct lethe_call *call,
    const struct lethe_cookie *cookie);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
