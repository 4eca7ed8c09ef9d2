/*
 * process/recording.c: a browser's recording, and what a web server would make
 * of each of its requests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dash/json_parse.h"
#include "http/client.h"
#include "http/cookie.h"
#include "http/url.h"
#include "process/recording.h"

#define FILE_LIMIT ((size_t)512 << 20)
#define PARAM_LIMIT ((size_t)64 << 10)

static int
read_file(const char *name, struct buffer *text, struct error *error)
{
	FILE *file = fopen(name, "re");
	size_t got = 1;
	int failed;

	if (file == NULL)
		return error_set(error, "%s: %s", name, strerror(errno));
	while (got > 0) {
		char *room = buffer_reserve(text, 65536);

		got = room != NULL ? fread(room, 1, 65536, file) : 0;
		buffer_added(text, got);
	}
	failed = ferror(file) != 0 || buffer_failed(text);
	(void)fclose(file);
	return failed ? error_set(error,
			    "%s cannot be read, or is larger than %zu MiB",
			    name, FILE_LIMIT >> 20)
		      : 0;
}

static int
read_archive(struct recording *recording, const char *name, struct error *error)
{
	struct json_fault fault;
	struct json_span span;
	struct buffer text;
	int failed;

	buffer_init(&text, FILE_LIMIT);
	failed = read_file(name, &text, error);
	if (failed == 0 &&
	    json_scan(text.data, text.size, JSON_DEPTH_MAX, &span, &fault) != 0)
		failed = error_set(error, "%s is not JSON: %s at byte %zu",
		    name, fault.reason, fault.offset);
	if (failed == 0)
		recording->archive = json_parse_span(span);
	buffer_clear(&text);
	return failed;
}

static struct json_object *
member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	if (json_object_is_type(object, json_type_object))
		(void)json_object_object_get_ex(object, name, &value);
	return value;
}

/* The text of a member; NULL: there is none, or it is no text. */
static const char *
text_of(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name);

	return json_object_is_type(value, json_type_string)
		   ? json_object_get_string(value)
		   : NULL;
}

/* What a callback's request names; a copy. */
static char *
output_of(const struct recorded_request *request)
{
	struct json_span body, output;
	char *text = NULL;

	if (json_scan(request->body, request->body_size, JSON_DEPTH_MAX, &body,
		NULL) != 0 ||
	    json_span_type(body) != JSON_OBJECT ||
	    json_span_member(body, "output", &output) != 1 ||
	    json_span_type(output) != JSON_STRING)
		return NULL;
	text = malloc(output.size);
	if (text != NULL && json_span_decode(output, text, output.size) < 0)
		text[0] = '\0';
	return text;
}

/* Takes over one entry if it is for the app. */
static int
add_entry(struct recording *recording, struct json_object *entry,
    const char *prefix, struct error *error)
{
	struct json_object *from = member(entry, "request");
	const char *url = text_of(from, "url");
	struct recorded_request *request = &recording->list[recording->count];
	struct json_object *body;

	*request = (struct recorded_request){ .method = text_of(from, "method"),
		.headers = member(from, "headers") };
	if (request->method == NULL || url == NULL)
		return error_set(error,
		    "an entry of the recording has no request with a method "
		    "and a url");
	if (!json_object_is_type(request->headers, json_type_array))
		request->headers = NULL;
	request->path = url_path(url);
	body = member(member(from, "postData"), "text");
	if (json_object_is_type(body, json_type_string)) {
		request->body = json_object_get_string(body);
		request->body_size = (size_t)json_object_get_string_len(body);
		request->output = output_of(request);
	}
	if (strncmp(request->path, prefix, strlen(prefix)) == 0)
		recording->count++;
	else
		free(request->output);
	return 0;
}

int
recording_read(struct recording *recording, const char *file,
    const char *prefix, struct error *error)
{
	struct json_object *entries;
	size_t count;

	*recording = (struct recording){ 0 };
	if (read_archive(recording, file, error) != 0)
		return -1;
	entries = member(member(recording->archive, "log"), "entries");
	if (!json_object_is_type(entries, json_type_array))
		return error_set(error,
		    "%s has no log.entries: record with the network tab of a "
		    "browser's dev tools, and save that as a HAR file",
		    file);
	count = json_object_array_length(entries);
	recording->list = calloc(count + 1, sizeof(*recording->list));
	if (recording->list == NULL)
		return error_set(error, "out of memory");
	for (size_t i = 0; i < count; i++)
		if (add_entry(recording, json_object_array_get_idx(entries, i),
			prefix, error) != 0)
			return -1;
	if (recording->count == 0)
		return error_set(error,
		    "%s has no request for %s: LETHE_PREFIX must be what it "
		    "was when they were recorded",
		    file, prefix);
	return 0;
}

void
recording_clear(struct recording *recording)
{
	for (size_t i = 0; i < recording->count; i++)
		free(recording->list[i].output);
	free(recording->list);
	json_object_put(recording->archive);
	*recording = (struct recording){ 0 };
}

/* Accept-Language as HTTP_ACCEPT_LANGUAGE. */
static void
add_header(struct buffer *params, const char *name, const char *value)
{
	char key[128] = "HTTP_";
	size_t size = strlen("HTTP_");

	if (!token_is_valid(name) || strlen(name) >= sizeof(key) - size)
		return;
	for (; *name != '\0'; name++)
		key[size++] = *name == '-' ? '_'
			      : *name >= 'a' && *name <= 'z'
				  ? (char)(*name - 'a' + 'A')
				  : *name;
	key[size] = '\0';
	client_param(params,
	    strcmp(key, "HTTP_CONTENT_TYPE") == 0 ? "CONTENT_TYPE" : key,
	    value);
}

static void
add_headers(const struct recorded_request *request, const char *cookies,
    struct buffer *params)
{
	struct buffer all;
	size_t count = request->headers != NULL
			   ? json_object_array_length(request->headers)
			   : 0;

	buffer_init(&all, PARAM_LIMIT);
	buffer_add_string(&all, cookies);
	for (size_t i = 0; i < count; i++) {
		struct json_object *each =
		    json_object_array_get_idx(request->headers, i);
		const char *name = text_of(each, "name");
		const char *value = text_of(each, "value");

		/* The body's length is its own; ":path" is HTTP/2's. */
		if (name == NULL || value == NULL || name[0] == ':' ||
		    strcasecmp(name, "content-length") == 0)
			continue;
		if (strcasecmp(name, "cookie") == 0)
			buffer_add_string(&all, value);
		else
			add_header(params, name, value);
	}
	if (all.size > 0 && !buffer_failed(&all))
		client_param(params, "HTTP_COOKIE", all.data);
	buffer_clear(&all);
}

void
recording_params(const struct recorded_request *request, const char *cookies,
    const char *id, struct buffer *params)
{
	size_t length = strcspn(request->path, "?#");
	const char *query =
	    request->path[length] == '?' ? request->path + length + 1 : "";
	struct buffer path;
	char size[32];

	buffer_init(&path, PARAM_LIMIT);
	url_decode(&path, request->path, length, false);
	(void)snprintf(size, sizeof(size), "%zu", request->body_size);
	client_param(params, "GATEWAY_INTERFACE", "CGI/1.1");
	client_param(params, "SERVER_PROTOCOL", "HTTP/1.1");
	client_param(params, "REMOTE_ADDR", "127.0.0.1");
	client_param(params, "REQUEST_ID", id);
	client_param(params, "REQUEST_METHOD", request->method);
	client_param(params, "REQUEST_URI", request->path);
	client_param(
	    params, "DOCUMENT_URI", path.data != NULL ? path.data : "/");
	client_param(params, "QUERY_STRING", query);
	client_param(params, "CONTENT_LENGTH", size);
	add_headers(request, cookies, params);
	buffer_clear(&path);
}
