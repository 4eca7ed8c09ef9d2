/*
 * http/exchange.h: one request and the response to it.
 *
 * The same for FastCGI (fastcgi.c) and plain CGI (cgi.c): they fill in the
 * request, route() answers it into memory, and they send the answer.  Nothing
 * is sent before the response is complete, so that a process that dies can
 * still give another answer (last_answer.h).
 */
#ifndef LETHE_HTTP_EXCHANGE_H
#define LETHE_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "http/last_answer.h"

/* What a request may cost. */
struct http_limits {
	size_t parameters; /* most bytes of a request's parameters */
	size_t body;	 /* most bytes of a request's body */
	size_t response; /* most bytes of a response's body */
};

enum http_method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_OPTIONS,
	METHOD_OTHER
};

/* How the parameters of a request are looked up; NULL: there is none. */
typedef const char *exchange_param(void *context, const char *name);

struct exchange {
	/* When it began; CLOCK_MONOTONIC. */
	int64_t started_us;

	/* The request.  Texts are borrowed from the connection. */
	enum http_method method;
	/* Decoded, with the leading slash; below `script`, when that is set. */
	char path[1024];
	/* Media type without parameters, in lower case; "" when absent. */
	char content_type[128];
	char *body; /* body_size bytes and a NUL */
	size_t body_size;
	/* Where a CGI program is mounted, without the last slash; "" in
	 * FastCGI, where the prefix says it. */
	char script[1024];
	/* Looks up the request's parameters, while it is in hand. */
	exchange_param *param;
	void *param_context;

	/* The response. */
	int status;
	const char *type; /* media type; constant */
	struct buffer headers; /* further lines, each with its CRLF */
	/* Value of the session's Set-Cookie, with failures too; "": none. */
	char session_cookie[2560];
	/* What browsers may do with a page; empty: this is none. */
	struct buffer policy;
	struct buffer out;     /* the body */
	/* Somebody watches over the process: no request of a visitor's, and
	 * neither counted nor logged. */
	bool is_probe;
	/* Of a failed request, for the log. */
	struct error error;
	const char *callback;
};

void exchange_init(struct exchange *exchange, const struct http_limits *limits);
void exchange_clear(struct exchange *exchange);

/*
 * Takes over method, path, content type and body length from the parameters,
 * and the request's id (REQUEST_ID, or made here) into `answer`.  Returns the
 * length of the body to read, or -1 after setting the 4xx answer.
 */
int64_t exchange_start(struct exchange *exchange, struct last_answer *answer,
    const struct http_limits *limits, exchange_param *param, void *context);

/* Answers with an error: status and {"error":...,"request":id}. */
void exchange_fail(struct exchange *exchange, const struct last_answer *answer,
    int status, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Appends the response's header, up to and with the empty line. */
void exchange_head(struct buffer *head, const struct exchange *exchange,
    const struct last_answer *answer);

#endif
