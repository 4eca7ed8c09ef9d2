/*
 * http/last_answer.c: the answer that a dying process can still give.  It
 * runs in signal handlers: stack memory and system calls only.
 */
#include "http/last_answer.h"

#include <errno.h>
#include <fastcgi.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

/* A message's bytes, each at most a \u00XX, and what is around it. */
#define MESSAGE_MAX 1000
#define CONTENT_MAX (6 * MESSAGE_MAX + 512)

/* The three records, in the order in which they are sent; what the content
 * and the padding do not use is left out of the bytes. */
struct reply {
	FCGI_Header head;
	char content[CONTENT_MAX];
	unsigned char
	    rest[8 + sizeof(FCGI_Header) + sizeof(FCGI_EndRequestRecord)];
};

static void
add_head(struct text *text, const struct last_answer *answer, int status,
    const char *type)
{
	text_add(text, "Status: ");
	text_add_signed(text, status);
	text_add(text, status == 504 ? " Gateway Timeout\r\n"
				     : " Internal Server Error\r\n");
	text_add(text, "Content-Type: ");
	text_add(text, type);
	text_add(text, "\r\n"
		       "Cache-Control: no-store\r\n"
		       "X-Content-Type-Options: nosniff\r\n"
		       "X-Request-Id: ");
	text_add_token(text, answer->id, REQUEST_ID_SIZE - 1);
	text_add(text, "\r\n\r\n");
}

static size_t
build_content(const struct last_answer *answer, int status,
    const char *message, char *out, size_t size)
{
	struct text text;

	text_init(&text, out, size);
	add_head(&text, answer, status, "application/json");
	text_add(&text, "{\"error\":\"");
	text_add_escaped(&text, message, MESSAGE_MAX);
	text_add(&text, "\",\"request\":\"");
	text_add_token(&text, answer->id, REQUEST_ID_SIZE - 1);
	text_add(&text, "\"}\n");
	return text.used;
}

static void
set_header(FCGI_Header *header, int type, int id, size_t size, size_t padding)
{
	memset(header, 0, sizeof(*header));
	header->version = FCGI_VERSION_1;
	header->type = (unsigned char)type;
	header->requestIdB1 = (unsigned char)(id >> 8);
	header->requestIdB0 = (unsigned char)id;
	header->contentLengthB1 = (unsigned char)(size >> 8);
	header->contentLengthB0 = (unsigned char)size;
	header->paddingLength = (unsigned char)padding;
}

/* Turns the content into FastCGI's records (specification 3.3, 5.3, 5.5):
 * the output, its end, and the request's end.  Their size. */
static size_t
wrap(struct reply *reply, int id, size_t content_size)
{
	size_t padding = -content_size & 7;
	unsigned char *at = (unsigned char *)reply->content + content_size;
	FCGI_Header end_of_output;
	FCGI_EndRequestRecord end_of_request;

	set_header(&reply->head, FCGI_STDOUT, id, content_size, padding);
	memset(at, 0, padding);
	at += padding;
	set_header(&end_of_output, FCGI_STDOUT, id, 0, 0);
	memcpy(at, &end_of_output, sizeof(end_of_output));
	at += sizeof(end_of_output);
	memset(&end_of_request, 0, sizeof(end_of_request));
	set_header(&end_of_request.header, FCGI_END_REQUEST, id,
	    sizeof(end_of_request.body), 0);
	end_of_request.body.protocolStatus = FCGI_REQUEST_COMPLETE;
	memcpy(at, &end_of_request, sizeof(end_of_request));
	at += sizeof(end_of_request);
	return (size_t)(at - (unsigned char *)reply);
}

/* One call to send(), unless the peer takes only a part.  A plain write()
 * where descriptor `fd` is a pipe or a file. */
static void
write_all(int fd, const char *data, size_t size)
{
	bool socket = true;

	while (size > 0) {
		ssize_t written = socket ? send(fd, data, size, MSG_NOSIGNAL)
					 : write(fd, data, size);

		if (written < 0 && errno == ENOTSOCK && socket)
			socket = false;
		else if (written < 0 && errno == EINTR)
			continue;
		else if (written <= 0)
			return;
		else {
			data += written;
			size -= (size_t)written;
		}
	}
}

/* The end of the output, and of the request. */
static void
write_end(int fd, int id)
{
	FCGI_Header end_of_output;
	FCGI_EndRequestRecord end_of_request;

	set_header(&end_of_output, FCGI_STDOUT, id, 0, 0);
	memset(&end_of_request, 0, sizeof(end_of_request));
	set_header(&end_of_request.header, FCGI_END_REQUEST, id,
	    sizeof(end_of_request.body), 0);
	end_of_request.body.protocolStatus = FCGI_REQUEST_COMPLETE;
	write_all(fd, (const char *)&end_of_output, sizeof(end_of_output));
	write_all(fd, (const char *)&end_of_request, sizeof(end_of_request));
}

/*
 * Closing a socket with unread bytes resets the connection, and the peer may
 * lose the answer with it: read what has come.  Bounded, for a peer could
 * send for ever.
 */
static void
end_connection(int fd)
{
	char unread[4096];

	if (shutdown(fd, SHUT_WR) != 0)
		return;
	for (int i = 0; i < 16; i++)
		if (recv(fd, unread, sizeof(unread), MSG_DONTWAIT) <= 0)
			return;
}

void
last_answer_send(
    struct last_answer *answer, int status, const char *message)
{
	struct reply reply;
	int fd = answer->fd;
	size_t size;

	if (fd < 0)
		return;
	answer->fd = -1;
	size = build_content(answer, status, message, reply.content,
	    sizeof(reply.content));
	if (answer->fastcgi_id < 0)
		write_all(fd, reply.content, size);
	else {
		size = wrap(&reply, answer->fastcgi_id, size);
		write_all(fd, (const char *)&reply, size);
	}
	end_connection(fd);
}

/* A page of HTML, in records of its own before those of the end. */
void
last_answer_send_page(
    struct last_answer *answer, int status, const char *page, size_t size)
{
	struct reply reply;
	struct text text;
	int fd = answer->fd;

	if (fd < 0)
		return;
	answer->fd = -1;
	text_init(&text, reply.content, sizeof(reply.content));
	add_head(&text, answer, status, "text/html; charset=utf-8");
	if (answer->fastcgi_id < 0) {
		write_all(fd, reply.content, text.used);
		write_all(fd, page, size);
	} else {
		FCGI_Header header;

		set_header(&header, FCGI_STDOUT, answer->fastcgi_id,
		    text.used, 0);
		write_all(fd, (const char *)&header, sizeof(header));
		write_all(fd, reply.content, text.used);
		while (size > 0) {
			size_t piece = size < 65528 ? size : 65528;

			set_header(&header, FCGI_STDOUT, answer->fastcgi_id,
			    piece, 0);
			write_all(fd, (const char *)&header, sizeof(header));
			write_all(fd, page, piece);
			page += piece;
			size -= piece;
		}
		write_end(fd, answer->fastcgi_id);
	}
	end_connection(fd);
}
