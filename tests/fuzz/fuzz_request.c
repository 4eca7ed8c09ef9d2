/*
 * tests/fuzz/fuzz_request.c: any parameters that a web server may hand on.
 *
 * The input is lines NAME=VALUE, an empty line, and the body.
 */
#include <string.h>

#include "dash/json_scan.h"
#include "http/exchange.h"
#include "http/route.h"

#include "fuzz.h"
#include "fuzz_app.h"

#define PARAMETER_LIMIT 64

struct request {
	char *text; /* its lines, each ended by a NUL */
	const char *lines[PARAMETER_LIMIT];
	size_t count;
	const char *body;
	size_t body_size;
};

static void
request_init(struct request *request, const uint8_t *data, size_t size)
{
	char *at, *end;

	*request = (struct request){ .text = malloc(size + 1) };
	FUZZ_CHECK(request->text != NULL);
	memcpy(request->text, data, size);
	request->text[size] = '\0';
	at = request->text;
	end = at + size;
	while (at < end && *at != '\n') {
		char *line = at;

		at = memchr(line, '\n', (size_t)(end - line));
		if (at == NULL)
			at = end;
		*at = '\0';
		if (at < end)
			at++;
		if (request->count < PARAMETER_LIMIT)
			request->lines[request->count++] = line;
	}
	if (at < end)
		at++;
	request->body = at;
	request->body_size = (size_t)(end - at);
}

static const char *
find_parameter(void *context, const char *name)
{
	const struct request *request = context;
	size_t size = strlen(name);

	for (size_t i = 0; i < request->count; i++)
		if (strncmp(request->lines[i], name, size) == 0 &&
		    request->lines[i][size] == '=')
			return request->lines[i] + size + 1;
	return NULL;
}

/* Lines of a name, a colon, a blank and a value without control characters:
 * nothing in a request can end one early. */
static void
check_head(const struct buffer *head)
{
	const char *at = head->data;

	FUZZ_CHECK(!buffer_failed(head));
	FUZZ_CHECK(strlen(head->data) == head->size);
	FUZZ_CHECK(strncmp(at, "Status: ", 8) == 0);
	while (strncmp(at, "\r\n", 2) != 0) {
		const char *colon = strstr(at, ": ");
		const char *end = strstr(at, "\r\n");

		FUZZ_CHECK(colon != NULL && end != NULL && colon < end);
		for (; at < end; at++)
			FUZZ_CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
		at += 2;
	}
	FUZZ_CHECK(at + 2 == head->data + head->size);
}

static void
check_answer(const struct exchange *exchange, const struct last_answer *answer)
{
	struct json_span whole, part;
	struct buffer head;

	FUZZ_CHECK(
	    answer->id[0] != '\0' &&
	    strspn(answer->id, "0123456789abcdef") == strlen(answer->id));
	buffer_init(&head, 1 << 20);
	exchange_head(&head, exchange, answer);
	check_head(&head);
	buffer_clear(&head);
	if (exchange->status < 400)
		return;
	FUZZ_CHECK(json_scan(exchange->out.data, exchange->out.size, 8, &whole,
		       NULL) == 0);
	FUZZ_CHECK(json_span_member(whole, "error", &part) == 1);
	FUZZ_CHECK(json_span_type(part) == JSON_STRING);
	FUZZ_CHECK(exchange->status < 500 || fuzz_app_has_failed());
}

static void
answer(struct request *request, struct exchange *exchange,
    struct last_answer *last, const struct http_limits *limits)
{
	static struct dash *dash;
	const char *volatile running = NULL;
	struct dash_services services = { .running = &running,
		.response_limit = limits->response };
	int64_t length;

	if (dash == NULL)
		dash = fuzz_app_new();
	length =
	    exchange_start(exchange, last, limits, find_parameter, request);
	FUZZ_CHECK(length <= (int64_t)limits->body);
	if (length < 0) {
		FUZZ_CHECK(exchange->status >= 400 && exchange->status < 500);
		return;
	}
	/* The web server has seen to it that the length is right. */
	exchange->body = malloc(request->body_size + 1);
	FUZZ_CHECK(exchange->body != NULL);
	memcpy(exchange->body, request->body, request->body_size);
	exchange->body[request->body_size] = '\0';
	exchange->body_size = request->body_size;
	route(&(const struct site){ .dash = dash,
		  .services = &services,
		  .prefix = "/app/",
		  .assets = "",
		  .policy = { .frame_ancestors = "'self'" } },
	    exchange, last);
	FUZZ_CHECK(running == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct http_limits limits = { .parameters = 1 << 20,
		.body = 1 << 20,
		.response = 64 << 20 };
	struct last_answer last = { .fd = -1 };
	struct exchange exchange;
	struct request request;

	request_init(&request, data, size);
	exchange_init(&exchange, &limits);
	answer(&request, &exchange, &last, &limits);
	check_answer(&exchange, &last);
	(void)fuzz_app_has_failed();
	exchange_clear(&exchange);
	free(request.text);
	return 0;
}
