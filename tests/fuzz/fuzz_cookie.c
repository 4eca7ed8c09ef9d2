/*
 * tests/fuzz/fuzz_cookie.c: cookies, headers and the page's address, as the
 * app's code asks for them and sets them.
 *
 * The input is up to five lines: a name, a value to set, and the headers
 * Cookie and Referer and the query string to look into.
 */
#include <string.h>

#include "http/cookie.h"
#include "http/request.h"

#include "fuzz.h"

enum line { NAME, VALUE, COOKIE, REFERER, QUERY, LINE_COUNT };

static char *
copy_lines(const uint8_t *data, size_t size, const char **lines)
{
	char *text = malloc(size + 1), *at = text;

	FUZZ_CHECK(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < LINE_COUNT; i++) {
		lines[i] = at;
		at += strcspn(at, "\n");
		if (*at != '\0')
			*at++ = '\0';
	}
	return text;
}

static const char *
find_param(void *context, const char *name)
{
	const char *const *lines = context;

	if (strcmp(name, "HTTP_COOKIE") == 0)
		return lines[COOKIE];
	if (strcmp(name, "HTTP_REFERER") == 0)
		return lines[REFERER];
	if (strcmp(name, "QUERY_STRING") == 0)
		return lines[QUERY];
	return NULL;
}

/* What is found is text: JSON of it reads back. */
static void
ask(const struct dash_request *request, enum dash_request_part part,
    const char *name)
{
	struct json_object *value;
	struct buffer text, quoted;

	buffer_init(&text, 1 << 20);
	buffer_init(&quoted, 8 << 20);
	if (request->get(request->context, part, name, &text)) {
		FUZZ_CHECK(!buffer_failed(&text));
		buffer_add_char(&quoted, '"');
		for (size_t i = 0; i < text.size; i++) {
			unsigned char c = (unsigned char)text.data[i];

			if (c < ' ' || c == '"' || c == '\\')
				buffer_addf(&quoted, "\\u%04x", c);
			else
				buffer_add_char(&quoted, (char)c);
		}
		buffer_add_char(&quoted, '"');
		value = lethe_parse(quoted.data);
		FUZZ_CHECK(value != NULL);
		json_object_put(value);
	}
	buffer_clear(&quoted);
	buffer_clear(&text);
}

/* Whatever was set, it is one line for each. */
static void
check_headers(const struct buffer *headers, size_t count)
{
	for (size_t i = 0; i < headers->size; i++) {
		unsigned char c = (unsigned char)headers->data[i];

		FUZZ_CHECK((c >= ' ' && c != 0x7f) || c == '\t' || c == '\r' ||
			   c == '\n');
		FUZZ_CHECK(c != '\r' || headers->data[i + 1] == '\n');
		FUZZ_CHECK(c != '\n' || headers->data[i - 1] == '\r');
		if (c == '\n')
			count--;
	}
	FUZZ_CHECK(count == 0);
}

/* A cookie that may be set is found again, as it was. */
static void
check_found(const char *name, const char *value)
{
	struct buffer header, found;

	buffer_init(&header, 1 << 20);
	buffer_init(&found, 1 << 20);
	buffer_addf(&header, "other=1; %s=%s; last=2", name, value);
	if (strcmp(name, "other") != 0) {
		FUZZ_CHECK(cookie_find(&found, header.data, name));
		FUZZ_CHECK(found.size == strlen(value));
		FUZZ_CHECK(found.size == 0 ||
			   memcmp(found.data, value, found.size) == 0);
	}
	buffer_clear(&found);
	buffer_clear(&header);
}

static void
set(const struct dash_request *request, struct exchange *exchange,
    const char *const *lines)
{
	const struct lethe_cookie cookie = { .name = lines[NAME],
		.value = lines[VALUE],
		.path = lines[QUERY][0] == '/' ? lines[QUERY] : NULL,
		.max_age_s = (int64_t)strlen(lines[COOKIE]) - 2,
		.secure = lines[REFERER][0] != '\0',
		.same_site = (enum lethe_same_site)(strlen(lines[QUERY]) % 3) };
	struct error error = { "" };
	size_t count = 0;

	if (request->set_cookie(request->context, &cookie, &error) == 0) {
		check_found(lines[NAME], lines[VALUE]);
		count++;
	} else {
		FUZZ_CHECK(error.message[0] != '\0');
	}
	if (request->set_header(
		request->context, lines[NAME], lines[VALUE], &error) == 0)
		count++;
	check_headers(&exchange->headers, count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct http_limits limits = { .parameters = 1,
		.body = 1,
		.response = 1 };
	const char *lines[LINE_COUNT];
	char *text = copy_lines(data, size, lines);
	struct dash_request request;
	struct http_request http;
	struct exchange exchange;

	exchange_init(&exchange, &limits);
	exchange.param = find_param;
	exchange.param_context = lines;
	http_request_init(&http, &request, &exchange, "/app/");
	ask(&request, REQUEST_PAGE_PATH, NULL);
	ask(&request, REQUEST_PAGE_QUERY, lines[NAME]);
	ask(&request, REQUEST_COOKIE, lines[NAME]);
	ask(&request, REQUEST_HEADER, "cookie");
	ask(&request, REQUEST_HEADER, lines[NAME]);
	ask(&request, REQUEST_ADDRESS, NULL);
	set(&request, &exchange, lines);
	exchange_clear(&exchange);
	free(text);
	return 0;
}
