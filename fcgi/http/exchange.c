/*
 * http/exchange.c: a request's parameters, and the response's header.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "base/clock.h"
#include "dash/json_write.h"
#include "http/exchange.h"
#include "http/policy.h"

#define HEADERS_LIMIT (64 * 1024)

void
exchange_init(struct exchange *exchange, const struct http_limits *limits)
{
	*exchange = (struct exchange){ .started_us = clock_monotonic_us(),
		.status = 200,
		.type = "application/json" };
	buffer_init(&exchange->headers, HEADERS_LIMIT);
	buffer_init(&exchange->policy, HEADERS_LIMIT);
	buffer_init(&exchange->out, limits->response);
}

void
exchange_clear(struct exchange *exchange)
{
	free(exchange->body);
	exchange->body = NULL;
	buffer_clear(&exchange->headers);
	buffer_clear(&exchange->policy);
	buffer_clear(&exchange->out);
}

/* The web server's id when it looks like one, so that the logs agree. */
static void
take_request_id(struct last_answer *answer, const char *id)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char random[8];
	size_t size = id != NULL ? strlen(id) : 0;

	if (size >= 8 && size < sizeof(answer->id) &&
	    id[strspn(id, hex)] == '\0') {
		memcpy(answer->id, id, size + 1);
		return;
	}
	randombytes_buf(random, sizeof(random));
	(void)sodium_bin2hex(answer->id, sizeof(answer->id), random,
	    sizeof(random));
}

static enum http_method
method_of(const char *name)
{
	static const struct { const char *name; enum http_method method; }
	methods[] = {
		{ "GET", METHOD_GET },
		{ "HEAD", METHOD_HEAD },
		{ "POST", METHOD_POST },
		{ "OPTIONS", METHOD_OPTIONS },
	};

	for (size_t i = 0; name != NULL &&
	    i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(name, methods[i].name) == 0)
			return methods[i].method;
	return METHOD_OTHER;
}

/* The type and subtype before any ';', in lower case, without blanks. */
static void
take_content_type(struct exchange *exchange, const char *type)
{
	size_t size;

	if (type == NULL)
		return;
	type += strspn(type, " \t");
	size = strcspn(type, "; \t");
	if (size >= sizeof(exchange->content_type))
		return;
	for (size_t i = 0; i < size; i++) {
		char c = type[i];

		exchange->content_type[i] =
		    c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	exchange->content_type[size] = '\0';
}

/* -1 when the length is no number, or there is none though there should. */
static int64_t
content_length(const char *text)
{
	uintmax_t length;
	char *end;

	if (text == NULL || text[0] == '\0')
		return 0;
	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	length = strtoumax(text, &end, 10);
	if (errno != 0 || *end != '\0' || length > INT64_MAX)
		return -1;
	return (int64_t)length;
}

static int
copy_text(char *out, size_t size, const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;

	if (length >= size)
		return -1;
	if (length > 0)
		memcpy(out, text, length);
	out[length] = '\0';
	return 0;
}

/* Paths reach headers and the log: no control characters. */
static bool
path_is_clean(const char *path)
{
	for (; *path != '\0'; path++)
		if ((unsigned char)*path < 0x20 || *path == 0x7f)
			return false;
	return true;
}

/*
 * FastCGI behind nginx gives DOCUMENT_URI, the whole decoded path; CGI gives
 * where the program is mounted (SCRIPT_NAME) and what follows (PATH_INFO).
 */
static int
take_path(struct exchange *exchange, exchange_param *param, void *context)
{
	const char *path = param(context, "DOCUMENT_URI");

	if (path == NULL) {
		path = param(context, "PATH_INFO");
		if (copy_text(exchange->script, sizeof(exchange->script),
			param(context, "SCRIPT_NAME")) != 0)
			return -1;
	}
	if (path == NULL || path[0] == '\0')
		path = "/";
	return copy_text(exchange->path, sizeof(exchange->path), path);
}

int64_t
exchange_start(struct exchange *exchange, struct last_answer *answer,
    const struct http_limits *limits, exchange_param *param, void *context)
{
	int64_t length;

	exchange->param = param;
	exchange->param_context = context;
	take_request_id(answer, param(context, "REQUEST_ID"));
	exchange->method = method_of(param(context, "REQUEST_METHOD"));
	take_content_type(exchange, param(context, "CONTENT_TYPE"));
	if (take_path(exchange, param, context) != 0) {
		exchange_fail(exchange, answer, 414,
		    "the path is longer than %zu bytes",
		    sizeof(exchange->path) - 1);
		return -1;
	}
	if (!path_is_clean(exchange->path) ||
	    !path_is_clean(exchange->script)) {
		exchange_fail(exchange, answer, 400,
		    "the path has control characters");
		return -1;
	}
	length = content_length(param(context, "CONTENT_LENGTH"));
	if (length < 0) {
		exchange_fail(exchange, answer, 400,
		    "Content-Length is not a number");
		return -1;
	}
	if ((uint64_t)length > limits->body) {
		exchange_fail(exchange, answer, 413,
		    "the body has %" PRId64 " bytes; at most %zu are allowed "
		    "(LETHE_BODY_LIMIT, and nginx's client_max_body_size)",
		    length, limits->body);
		return -1;
	}
	return length;
}

void
exchange_fail(struct exchange *exchange, const struct last_answer *answer,
    int status, const char *format, ...)
{
	va_list arguments;

	/* The message may be exchange->error itself. */
	struct error error;

	va_start(arguments, format);
	(void)error_setv(&error, format, arguments);
	va_end(arguments);
	exchange->error = error;
	exchange->status = status;
	exchange->type = "application/json";
	/* The body so far may be what failed, also by its size. */
	buffer_clear(&exchange->out);
	buffer_init(&exchange->out, 8192);
	buffer_add_string(&exchange->out, "{\"error\":");
	json_write_string(&exchange->out, error.message,
	    strlen(error.message));
	buffer_addf(&exchange->out, ",\"request\":\"%s\"}\n", answer->id);
}

static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 204:
		return "No Content";
	case 308:
		return "Permanent Redirect";
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 408:
		return "Request Timeout";
	case 413:
		return "Content Too Large";
	case 414:
		return "URI Too Long";
	case 415:
		return "Unsupported Media Type";
	case 431:
		return "Request Header Fields Too Large";
	case 504:
		return "Gateway Timeout";
	case 503:
		return "Service Unavailable";
	default:
		return "Internal Server Error";
	}
}

void
exchange_head(struct buffer *head, const struct exchange *exchange,
    const struct last_answer *answer)
{
	buffer_addf(head, "Status: %d %s\r\n", exchange->status,
	    reason(exchange->status));
	if (exchange->status != 204)
		buffer_addf(head, "Content-Type: %s\r\n", exchange->type);
	if (exchange->method != METHOD_HEAD && exchange->status != 204)
		buffer_addf(head, "Content-Length: %zu\r\n",
		    exchange->out.size);
	buffer_addf(head,
	    "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: same-origin\r\n"
	    "Cross-Origin-Resource-Policy: same-origin\r\n"
	    "X-Request-Id: %s\r\n",
	    answer->id);
	if (exchange->policy.size > 0 && exchange->status < 400)
		buffer_add(
		    head, exchange->policy.data, exchange->policy.size);
	else
		policy_add_other(head);
	if (exchange->session_cookie[0] != '\0')
		buffer_addf(
		    head, "Set-Cookie: %s\r\n", exchange->session_cookie);
	if (exchange->headers.size > 0)
		buffer_add(head, exchange->headers.data,
		    exchange->headers.size);
	buffer_add_string(head, "\r\n");
}
