/*
 * http/client.c: the web server's side of FastCGI (specification 1.0).
 */
#include <errno.h>
#include <fastcgi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/client.h"

#define REQUEST_ID 1
#define CONTENT_MAX ((size_t)65535)

/* Lengths below 128 take a byte, others four (3.4). */
static void
add_length(struct buffer *out, size_t size)
{
	const char four[] = { (char)(size >> 24 | 0x80), (char)(size >> 16),
		(char)(size >> 8), (char)size };

	if (size < 128)
		buffer_add_char(out, (char)size);
	else
		buffer_add(out, four, sizeof(four));
}

void
client_param(struct buffer *params, const char *name, const char *value)
{
	add_length(params, strlen(name));
	add_length(params, strlen(value));
	buffer_add_string(params, name);
	buffer_add_string(params, value);
}

static void
add_record(struct buffer *out, int type, const char *content, size_t size)
{
	const char head[FCGI_HEADER_LEN] = { FCGI_VERSION_1, (char)type, 0,
		REQUEST_ID, (char)(size >> 8), (char)size, 0, 0 };

	buffer_add(out, head, sizeof(head));
	if (size > 0)
		buffer_add(out, content, size);
}

/* As many records as it takes, and the empty one that ends a stream. */
static void
add_stream(struct buffer *out, int type, const char *content, size_t size)
{
	for (size_t at = 0, piece; at < size; at += piece) {
		piece = size - at < CONTENT_MAX ? size - at : CONTENT_MAX;
		add_record(out, type, content + at, piece);
	}
	add_record(out, type, NULL, 0);
}

static int
open_connection(const char *path, int64_t silence_ms, struct error *error)
{
	struct timeval limit = { .tv_sec = silence_ms / 1000,
		.tv_usec = silence_ms % 1000 * 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ==
		0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ==
		0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)error_set(
	    error, "no connection to %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* A worker may answer before it has read all, and close. */
static void
send_all(int fd, const struct buffer *bytes)
{
	size_t sent = 0;
	ssize_t done;

	while (sent < bytes->size) {
		done = send(
		    fd, bytes->data + sent, bytes->size - sent, MSG_NOSIGNAL);
		if (done < 0 && errno != EINTR)
			return;
		sent += done > 0 ? (size_t)done : 0;
	}
}

static int
receive_all(int fd, struct buffer *bytes, struct error *error)
{
	ssize_t got = 1;

	while (got > 0) {
		char *room = buffer_reserve(bytes, CONTENT_MAX);

		if (room == NULL)
			return error_set(
			    error, "the response is too large to be kept");
		got = recv(fd, room, CONTENT_MAX, 0);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			buffer_added(bytes, (size_t)got);
	}
	if (got < 0 && errno == EAGAIN)
		return error_set(error, "the worker did not answer in time");
	return 0;
}

/* Takes the output out of the records; whether the response is complete. */
static bool
unwrap(const struct buffer *bytes, struct buffer *out)
{
	const unsigned char *at = (const unsigned char *)bytes->data;
	size_t left = bytes->size;

	while (left >= FCGI_HEADER_LEN) {
		size_t size = (size_t)at[4] << 8 | at[5];
		size_t whole = FCGI_HEADER_LEN + size + at[6];

		if (left < whole)
			return false;
		if (at[1] == FCGI_END_REQUEST)
			return true;
		if (at[1] == FCGI_STDOUT)
			buffer_add(out, at + FCGI_HEADER_LEN, size);
		at += whole;
		left -= whole;
	}
	return false;
}

int
client_ask(const char *path, const struct buffer *params, const char *body,
    size_t body_size, int64_t silence_ms, struct buffer *out,
    struct error *error)
{
	static const char begin[] = { 0, FCGI_RESPONDER, 0, 0, 0, 0, 0, 0 };
	struct buffer request, response;
	int fd, failed = -1;

	buffer_init(&request, SIZE_MAX);
	buffer_init(&response, SIZE_MAX);
	add_record(&request, FCGI_BEGIN_REQUEST, begin, sizeof(begin));
	add_stream(&request, FCGI_PARAMS, params->data, params->size);
	add_stream(&request, FCGI_STDIN, body, body_size);
	fd = open_connection(path, silence_ms, error);
	if (fd < 0)
		goto out;
	send_all(fd, &request);
	failed = receive_all(fd, &response, error);
	(void)close(fd);
	if (failed == 0 && (!unwrap(&response, out) || buffer_failed(out) ||
			       buffer_failed(&request)))
		failed = error_set(
		    error, "the worker ended without a complete response");
out:
	buffer_clear(&request);
	buffer_clear(&response);
	return failed;
}
