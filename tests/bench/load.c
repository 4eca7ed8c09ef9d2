/*
 * load.c: asks a web server for the same thing again and again.
 *
 * Usage: load SOCKET CONNECTIONS MILLISECONDS < REQUEST
 *
 * Each connection is a thread that sends the request, which has to be one of
 * HTTP/1.1, and waits for the answer; it is kept for as long as the server
 * keeps it.  An answer counts when its status is 200 and its body is as long
 * as it should be.  Prints one JSON object; times are in microseconds.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define REQUEST_MAX ((size_t)64 << 20)
#define CONNECTIONS_MAX 256
#define BUFFER_SIZE 65536

/* What all connections are given. */
static struct {
	struct sockaddr_un address;
	char *request;
	size_t size;
	int64_t end_us;
} plan;

struct connection {
	pthread_t thread;
	int fd; /* -1: not connected */
	char buffer[BUFFER_SIZE];
	double *times_us; /* of each answer that counts */
	double first_us;  /* sum of the times until their first bytes */
	size_t answers, room, failures;
	int64_t bytes; /* of bodies */
};

static int
open_connection(struct connection *connection)
{
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		return -1;
	if (connect(connection->fd, (struct sockaddr *)&plan.address,
		sizeof(plan.address)) == 0)
		return 0;
	(void)close(connection->fd);
	connection->fd = -1;
	return -1;
}

static int
send_request(const struct connection *connection)
{
	size_t sent = 0;

	while (sent < plan.size) {
		ssize_t size = send(connection->fd, plan.request + sent,
		    plan.size - sent, MSG_NOSIGNAL);

		if (size <= 0)
			return -1;
		sent += (size_t)size;
	}
	return 0;
}

/* The value of a header, which is in lines of "Name: value"; NULL: none. */
static const char *
find_header(const char *head, const char *name)
{
	size_t length = strlen(name);

	for (; head != NULL; head = strchr(head, '\n')) {
		head += *head == '\n';
		if (strncasecmp(head, name, length) == 0 &&
		    head[length] == ':')
			return head + length + 1 + strspn(head + length + 1, " ");
	}
	return NULL;
}

/* How the rest of an answer's body is told from what comes after it. */
struct rest {
	bool chunked;
	long long size;	      /* bytes still to come; of this chunk */
	char line[32];	      /* of a chunk's size, so far */
	size_t line_size;
	bool last;
};

/* Counts `size` bytes of body.  1: it is complete, 0: not yet, -1: wrong. */
static int
count_body(struct rest *rest, const char *bytes, size_t size, int64_t *total)
{
	size_t at = 0, part;

	while (at < size) {
		if (rest->size > 0) {
			part = size - at < (size_t)rest->size
			    ? size - at
			    : (size_t)rest->size;
			rest->size -= (long long)part;
			*total += (int64_t)part;
			at += part;
			continue;
		}
		if (!rest->chunked)
			return -1;
		if (rest->line_size + 1 == sizeof(rest->line))
			return -1;
		rest->line[rest->line_size++] = bytes[at];
		if (bytes[at++] != '\n')
			continue;
		rest->line[rest->line_size] = '\0';
		/* The line's end behind a chunk is an empty line. */
		if (rest->line_size == 2 && !rest->last) {
			rest->line_size = 0;
			continue;
		}
		if (rest->last)
			return at == size ? 1 : -1;
		rest->size = strtoll(rest->line, NULL, 16);
		rest->last = rest->size == 0;
		rest->line_size = 0;
	}
	return rest->chunked ? 0 : rest->size == 0;
}

/* Reads an answer.  0, -1: it is none, or not the one that was wanted. */
static int
read_answer(struct connection *connection, int64_t *first_us)
{
	struct rest rest = { 0 };
	const char *length, *coding;
	char *body;
	size_t have = 0;
	ssize_t size;
	int done;

	do {
		size = recv(connection->fd, connection->buffer + have,
		    BUFFER_SIZE - 1 - have, 0);
		if (size <= 0)
			return -1;
		if (have == 0)
			*first_us = clock_monotonic_us();
		have += (size_t)size;
		connection->buffer[have] = '\0';
		body = strstr(connection->buffer, "\r\n\r\n");
	} while (body == NULL && have < BUFFER_SIZE - 1);
	if (body == NULL || strncmp(connection->buffer, "HTTP/1.1 200", 12) != 0)
		return -1;
	*body = '\0';
	body += 4;
	length = find_header(connection->buffer, "Content-Length");
	coding = find_header(connection->buffer, "Transfer-Encoding");
	rest.chunked = coding != NULL;
	if (length == NULL && coding == NULL)
		return -1;
	if (length != NULL)
		rest.size = strtoll(length, NULL, 10);
	have -= (size_t)(body - connection->buffer);
	done = count_body(&rest, body, have, &connection->bytes);
	while (done == 0) {
		size = recv(connection->fd, connection->buffer, BUFFER_SIZE, 0);
		if (size <= 0)
			return -1;
		done = count_body(&rest, connection->buffer, (size_t)size,
		    &connection->bytes);
	}
	return done == 1 ? 0 : -1;
}

static void
note_answer(struct connection *connection, int64_t begun_us, int64_t first_us)
{
	if (connection->answers == connection->room) {
		connection->room = connection->room * 2 + 1024;
		connection->times_us = realloc(connection->times_us,
		    connection->room * sizeof(*connection->times_us));
		if (connection->times_us == NULL)
			abort();
	}
	connection->times_us[connection->answers++] =
	    (double)(clock_monotonic_us() - begun_us);
	connection->first_us += (double)(first_us - begun_us);
}

static void *
run_connection(void *context)
{
	struct connection *connection = context;
	int64_t begun_us, first_us;
	bool fresh;

	connection->fd = -1;
	/* Once at least, however late it begins. */
	do {
		begun_us = clock_monotonic_us();
		fresh = connection->fd < 0;
		if (fresh && open_connection(connection) != 0) {
			connection->failures++;
			(void)usleep(1000);
			continue;
		}
		if (send_request(connection) == 0 &&
		    read_answer(connection, &first_us) == 0) {
			note_answer(connection, begun_us, first_us);
			continue;
		}
		/* A server may close a connection between two requests. */
		connection->failures += fresh;
		(void)close(connection->fd);
		connection->fd = -1;
	} while (clock_monotonic_us() < plan.end_us);
	if (connection->fd >= 0)
		(void)close(connection->fd);
	return NULL;
}

static int
compare_times(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* Adds all up in the first connection, and prints that. */
static void
print_result(struct connection *all, int count, double took_us)
{
	size_t answers = 0, failures = 0;
	double *times, first = 0;
	int64_t bytes = 0;

	for (int i = 0; i < count; i++)
		answers += all[i].answers;
	times = calloc(answers + 1, sizeof(*times));
	if (times == NULL)
		abort();
	answers = 0;
	for (int i = 0; i < count; i++) {
		memcpy(times + answers, all[i].times_us,
		    all[i].answers * sizeof(*times));
		answers += all[i].answers;
		failures += all[i].failures;
		first += all[i].first_us;
		bytes += all[i].bytes;
	}
	qsort(times, answers, sizeof(*times), compare_times);
	(void)printf("{\"answers\":%zu,\"failures\":%zu,\"per_second\":%.3f,"
		     "\"bytes\":%.1f,\"first\":%.1f,\"p50\":%.1f,"
		     "\"p99\":%.1f,\"max\":%.1f}\n",
	    answers, failures, (double)answers / took_us * 1e6,
	    answers > 0 ? (double)bytes / (double)answers : 0,
	    answers > 0 ? first / (double)answers : 0, times[answers / 2],
	    times[answers * 99 / 100], times[answers > 0 ? answers - 1 : 0]);
	free(times);
}

static int
read_plan(const char *socket_path)
{
	size_t room = 0;
	ssize_t size;

	plan.address.sun_family = AF_UNIX;
	if (strlen(socket_path) >= sizeof(plan.address.sun_path))
		return -1;
	memcpy(plan.address.sun_path, socket_path, strlen(socket_path) + 1);
	do {
		if (plan.size == room) {
			room = room * 2 + 4096;
			plan.request = realloc(plan.request, room);
			if (plan.request == NULL || room > 2 * REQUEST_MAX)
				return -1;
		}
		size = read(STDIN_FILENO, plan.request + plan.size,
		    room - plan.size);
		plan.size += size > 0 ? (size_t)size : 0;
	} while (size > 0);
	return size == 0 && plan.size > 0 ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	long count = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	long milliseconds = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	struct connection *all;
	int64_t begun_us;

	if (count < 1 || count > CONNECTIONS_MAX || milliseconds < 1 ||
	    read_plan(argv[1]) != 0 ||
	    (all = calloc((size_t)count, sizeof(*all))) == NULL) {
		(void)fprintf(stderr, "usage: load SOCKET CONNECTIONS "
				      "MILLISECONDS < REQUEST\n");
		return 2;
	}
	begun_us = clock_monotonic_us();
	plan.end_us = begun_us + milliseconds * 1000;
	for (long i = 0; i < count; i++)
		if (pthread_create(&all[i].thread, NULL, run_connection,
			&all[i]) != 0)
			abort();
	for (long i = 0; i < count; i++)
		(void)pthread_join(all[i].thread, NULL);
	print_result(all, (int)count,
	    (double)(clock_monotonic_us() - begun_us));
	for (long i = 0; i < count; i++)
		free(all[i].times_us);
	free(all);
	free(plan.request);
	return 0;
}
