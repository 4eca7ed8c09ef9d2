/*
 * http/fastcgi.c: a worker's side of FastCGI, over libfcgi.
 *
 * Lethe accepts connections itself and hands each to libfcgi as if it were
 * one that the web server kept open.  So a connection has time limits on its
 * socket from its first byte, libfcgi never waits in accept(), and a truncated
 * request cannot make it accept another behind our back.
 */
#include <fastcgi.h>
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "http/fastcgi.h"

struct fastcgi {
	FCGX_Request request;
};

struct fastcgi *
fastcgi_new(void)
{
	struct fastcgi *fastcgi = calloc(1, sizeof(*fastcgi));

	/* No listening socket: see FCGX_Accept_r in fastcgi_receive(). */
	if (fastcgi == NULL || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fastcgi->request, -1, 0) != 0) {
		free(fastcgi);
		return NULL;
	}
	return fastcgi;
}

/* A read or write that makes no progress for so long fails. */
static void
limit_silence(int fd, int64_t silence_ms)
{
	struct timeval limit = { .tv_sec = silence_ms / 1000,
		.tv_usec = silence_ms % 1000 * 1000 };

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static void
finish(struct fastcgi *fastcgi, struct last_answer *answer)
{
	answer->fd = -1;
	FCGX_Finish_r(&fastcgi->request);
	/* Closes, whether or not the web server asked to keep it open: a
	 * kept connection holds this process, and what is left of an unread
	 * body would be parsed as further requests. */
	FCGX_Free(&fastcgi->request, 1);
}

static const char *
param(void *context, const char *name)
{
	struct fastcgi *fastcgi = context;

	return FCGX_GetParam(name, fastcgi->request.envp);
}

/* Bytes of the parameters, names and all. */
static size_t
params_size(const struct fastcgi *fastcgi)
{
	size_t size = 0;

	for (char *const *at = fastcgi->request.envp; *at != NULL; at++)
		size += strlen(*at) + 1;
	return size;
}

/* Reads the body; what came must be what CONTENT_LENGTH said, no less. */
static int
read_body(struct fastcgi *fastcgi, struct exchange *exchange, size_t length)
{
	FCGX_Stream *in = fastcgi->request.in;

	exchange->body = malloc(length + 1);
	if (exchange->body == NULL)
		return error_set(&exchange->error,
		    "there is no memory for a body of %zu bytes", length);
	while (exchange->body_size < length) {
		size_t rest = length - exchange->body_size;
		int piece = rest > 1 << 20 ? 1 << 20 : (int)rest;
		int got = FCGX_GetStr(exchange->body + exchange->body_size,
		    piece, in);

		if (got > 0)
			exchange->body_size += (size_t)got;
		if (got < piece)
			break;
	}
	exchange->body[exchange->body_size] = '\0';
	if (FCGX_GetError(in) != 0 || exchange->body_size != length)
		return error_set(&exchange->error,
		    "the body ended after %zu of %zu bytes",
		    exchange->body_size, length);
	return 0;
}

int
fastcgi_receive(struct fastcgi *fastcgi, int fd, int64_t silence_ms,
    const struct http_limits *limits, struct exchange *exchange,
    struct last_answer *answer)
{
	FCGX_Request *request = &fastcgi->request;
	int64_t length;

	limit_silence(fd, silence_ms);
	request->ipcFd = fd;
	request->keepConnection = 1;
	if (FCGX_Accept_r(request) != 0) {
		FCGX_Free(request, 1);
		return error_set(&exchange->error,
		    "a connection brought no complete request");
	}
	request->keepConnection = 0;
	if (FCGX_GetError(request->in) != 0) {
		finish(fastcgi, answer);
		return error_set(&exchange->error,
		    "a connection broke off within a request's parameters");
	}
	length = exchange_start(exchange, answer, limits, param, fastcgi);
	answer->fastcgi_id = request->requestId;
	if (length < 0)
		return 0;
	if (request->role != FCGI_RESPONDER) {
		exchange_fail(exchange, answer, 400,
		    "this program is a FastCGI responder: it can be no "
		    "authorizer and no filter");
		return 0;
	}
	if (params_size(fastcgi) > limits->parameters) {
		exchange_fail(exchange, answer, 431,
		    "the request's parameters have more than %zu bytes "
		    "(LETHE_PARAMETER_LIMIT)",
		    limits->parameters);
		return 0;
	}
	if (read_body(fastcgi, exchange, (size_t)length) != 0) {
		exchange_fail(exchange, answer, 400, "%s",
		    exchange->error.message);
		return 0;
	}
	answer->fd = request->ipcFd;
	return 1;
}

int
fastcgi_send(struct fastcgi *fastcgi, const struct exchange *exchange,
    struct last_answer *answer)
{
	FCGX_Stream *out = fastcgi->request.out;
	struct buffer head;
	size_t sent = 0;
	int failed;

	/* From the first byte on there is no other answer any more. */
	answer->fd = -1;
	buffer_init(&head, 128 * 1024);
	exchange_head(&head, exchange, answer);
	failed = buffer_failed(&head) ||
	    FCGX_PutStr(head.data, (int)head.size, out) < 0;
	buffer_clear(&head);
	/* The length of FCGX_PutStr is an int: large bodies go in pieces. */
	while (!failed && exchange->method != METHOD_HEAD &&
	    sent < exchange->out.size) {
		size_t rest = exchange->out.size - sent;
		int piece = rest > 1 << 20 ? 1 << 20 : (int)rest;

		failed = FCGX_PutStr(exchange->out.data + sent, piece, out) < 0;
		sent += (size_t)piece;
	}
	if (!failed)
		failed = FCGX_FFlush(out) < 0 || FCGX_GetError(out) != 0;
	finish(fastcgi, answer);
	return failed ? -1 : 0;
}
