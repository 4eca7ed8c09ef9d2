/*
 * http/request.h: an exchange as the app's code sees it (struct dash_request).
 */
#ifndef LETHE_HTTP_REQUEST_H
#define LETHE_HTTP_REQUEST_H

#include "dash/dash.h"
#include "http/exchange.h"

/* Of one exchange, while the app's code runs. */
struct http_request {
	struct exchange *exchange;
	/* Where the app lives, from the web server's root. */
	const char *prefix;
	/* Size of the response's headers before the app added some. */
	size_t headers_before;
};

/* Fills in both; `request` refers to `http`, and `http` to the rest. */
void http_request_init(struct http_request *http, struct dash_request *request,
    struct exchange *exchange, const char *prefix);

/* A parameter of the request ("HTTP_HOST"); NULL: there is none. */
const char *http_request_param(
    const struct http_request *http, const char *name);

#endif
