/*
 * http/cgi.c: one request as plain CGI.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/cgi.h"

static const char *
param(void *context, const char *name)
{
	(void)context;
	return getenv(name);
}

int
cgi_receive(const struct http_limits *limits, struct exchange *exchange,
    struct last_answer *answer)
{
	int64_t length;

	answer->fastcgi_id = -1;
	length = exchange_start(exchange, answer, limits, param, NULL);
	if (length < 0)
		return 0;
	exchange->body = malloc((size_t)length + 1);
	if (exchange->body == NULL) {
		exchange_fail(exchange, answer, 503,
		    "there is no memory for the body");
		return 0;
	}
	while (exchange->body_size < (size_t)length) {
		ssize_t got = read(STDIN_FILENO,
		    exchange->body + exchange->body_size,
		    (size_t)length - exchange->body_size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		exchange->body_size += (size_t)got;
	}
	exchange->body[exchange->body_size] = '\0';
	if (exchange->body_size != (size_t)length) {
		exchange_fail(exchange, answer, 400,
		    "the body ended after %zu of %lld bytes",
		    exchange->body_size, (long long)length);
		return 0;
	}
	answer->fd = STDOUT_FILENO;
	return 1;
}

static int
write_all(const char *data, size_t size)
{
	while (size > 0) {
		ssize_t put = write(STDOUT_FILENO, data, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		data += put;
		size -= (size_t)put;
	}
	return 0;
}

int
cgi_send(const struct exchange *exchange, struct last_answer *answer)
{
	struct buffer head;
	int failed;

	answer->fd = -1;
	buffer_init(&head, 128 * 1024);
	exchange_head(&head, exchange, answer);
	failed = buffer_failed(&head) || write_all(head.data, head.size) != 0;
	buffer_clear(&head);
	if (!failed && exchange->method != METHOD_HEAD &&
	    exchange->out.size > 0)
		failed = write_all(exchange->out.data, exchange->out.size);
	return failed ? -1 : 0;
}
