/*
 * dash/request.c: what the app's code may know of the request, and add to the
 * response.  How they travel is behind struct dash_request.
 */
#include <stdlib.h>

#include "dash/call.h"

/* More than any web server takes as the head of a request. */
#define TEXT_LIMIT ((size_t)256 * 1024)

static const char *
get(struct lethe_call *call, enum dash_request_part part, const char *name)
{
	const struct dash_request *request = call->services->request;
	struct buffer text;

	if (request == NULL)
		return NULL;
	buffer_init(&text, TEXT_LIMIT);
	if (!request->get(request->context, part, name, &text)) {
		buffer_clear(&text);
		return NULL;
	}
	/* An empty text has to be one too. */
	buffer_add_char(&text, '\0');
	return call_keep_text(call, &text);
}

const char *
lethe_page_path(struct lethe_call *call)
{
	const char *path = get(call, REQUEST_PAGE_PATH, NULL);

	return path != NULL ? path : "/";
}

const char *
lethe_page_query(struct lethe_call *call, const char *name)
{
	return get(call, REQUEST_PAGE_QUERY, name);
}

const char *
lethe_request_header(struct lethe_call *call, const char *name)
{
	return get(call, REQUEST_HEADER, name);
}

const char *
lethe_request_cookie(struct lethe_call *call, const char *name)
{
	return get(call, REQUEST_COOKIE, name);
}

const char *
lethe_request_address(struct lethe_call *call)
{
	return get(call, REQUEST_ADDRESS, NULL);
}

enum lethe_result
lethe_response_header(
    struct lethe_call *call, const char *name, const char *value)
{
	const struct dash_request *request = call->services->request;

	if (request == NULL || request->set_header(request->context, name,
				   value, &call->error) == 0)
		return LETHE_OK;
	return LETHE_ERROR;
}

enum lethe_result
lethe_response_cookie(
    struct lethe_call *call, const struct lethe_cookie *cookie)
{
	const struct dash_request *request = call->services->request;

	if (request == NULL ||
	    request->set_cookie(request->context, cookie, &call->error) == 0)
		return LETHE_OK;
	return LETHE_ERROR;
}
