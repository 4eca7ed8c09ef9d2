/*
 * dash/call_session.c: the visitor's session, and values that are kept there
 * in place of the browser.
 *
 * The session is looked up when the app's code first asks for it, so that a
 * call without it costs nothing and sets no cookie.
 */
#include <stdlib.h>
#include <string.h>

#include "dash/call.h"
#include "dash/json_parse.h"
#include "dash/json_write.h"
#include "store/session.h"
#include "store/store.h"

/* What the browser has in place of a value that is kept here. */
#define STORED "__lethe_stored__"

/* The session; NULL: the call has failed. */
static struct session *
need(struct lethe_call *call)
{
	const struct dash_request *request = call->services->request;
	struct buffer token;
	bool sent = false;

	if (call->sharing > 0) {
		call->failed = true;
		(void)lethe_fail(call,
		    "a memoized value that all users share cannot be made "
		    "from one visitor's session: set its .scope to "
		    "LETHE_SESSION, or hand in what it needs as an "
		    "argument");
		return NULL;
	}
	if (call->session != NULL)
		return call->session;
	if (call->refreshing) {
		call->failed = true;
		(void)lethe_fail(call,
		    "a stale value that is computed anew after the response "
		    "has no session: hand what it needs to lethe_memoize() as "
		    "an argument");
		return NULL;
	}
	if (call->services->sessions == NULL) {
		call->failed = true;
		(void)lethe_fail(call, "this process has no sessions");
		return NULL;
	}
	buffer_init(&token, 1024);
	if (request != NULL)
		sent = request->get_session(request->context, &token);
	call->session = session_begin(call->services->sessions,
	    sent && !buffer_failed(&token) ? token.data : NULL, &call->error);
	if (token.data != NULL)
		explicit_bzero(token.data, token.size);
	buffer_clear(&token);
	if (call->session == NULL)
		call->failed = true;
	return call->session;
}

const char *
call_owner(struct lethe_call *call)
{
	struct session *session = need(call);

	return session != NULL ? session_name(session) : NULL;
}

struct data *
call_session_data(struct lethe_call *call)
{
	struct session *session = need(call);

	if (session != NULL && call->session_data == NULL &&
	    session_database(session, &call->session_data, &call->error) != 0)
		call->failed = true;
	return call->session_data;
}

void
call_session_clear(struct lethe_call *call)
{
	const struct dash_request *request = call->services->request;
	const char *token;

	for (size_t i = 0; i < call->session_value_count; i++)
		json_object_put(call->session_values[i]);
	free(call->session_values);
	call->session_values = NULL;
	call->session_value_count = 0;
	data_close(call->session_data);
	call->session_data = NULL;
	if (call->session == NULL)
		return;
	token = session_token(call->session);
	if (token != NULL && request != NULL)
		request->set_session(request->context, token);
	session_end(call->session);
	call->session = NULL;
}

/* A failure that the app's code must not overlook: its message is set. */
static enum lethe_result
failed(struct lethe_call *call)
{
	call->failed = true;
	return LETHE_ERROR;
}

/* Parses a value of the database.  0, or -1 after failing the call. */
static int
parse(struct lethe_call *call, const char *name, const struct buffer *text,
    struct json_object **value)
{
	struct json_fault fault;
	struct json_span span;

	if (json_scan(text->data, text->size, JSON_DEPTH_MAX, &span, &fault) !=
	    0) {
		(void)lethe_fail(call,
		    "the session's value \"%.80s\" is not valid JSON: %s at "
		    "byte %zu; was it edited by hand? Set or delete it",
		    name, fault.reason, fault.offset);
		call->failed = true;
		return -1;
	}
	*value = json_parse_span(span);
	if (*value != NULL || json_span_type(span) == JSON_NULL)
		return 0;
	(void)lethe_fail(call, "out of memory");
	call->failed = true;
	return -1;
}

/* The call keeps the value.  Borrowed. */
static struct json_object *
keep(struct lethe_call *call, struct json_object *value)
{
	struct json_object **values = realloc(call->session_values,
	    (call->session_value_count + 1) * sizeof(struct json_object *));

	if (values == NULL) {
		json_object_put(value);
		call->failed = true;
		(void)lethe_fail(call, "out of memory");
		return NULL;
	}
	call->session_values = values;
	values[call->session_value_count++] = value;
	return value;
}

struct json_object *
lethe_session_get(struct lethe_call *call, const char *name)
{
	struct session *session = need(call);
	struct json_object *value = NULL;
	struct buffer text;
	int found;

	if (session == NULL)
		return NULL;
	buffer_init(&text, SIZE_MAX);
	found = session_get(session, name, &text, &call->error);
	if (found < 0)
		(void)failed(call);
	else if (found == 1 && parse(call, name, &text, &value) == 0 &&
		 value != NULL)
		value = keep(call, value);
	buffer_clear(&text);
	return value;
}

/* The value as text, or -1 after saying why not. */
static int
write_value(
    struct lethe_call *call, struct json_object *value, struct buffer *text)
{
	if (value == NULL) {
		if (call->error.message[0] == '\0')
			(void)lethe_fail(call,
			    "a value for the session could not be made (no "
			    "memory, or a malformed text); for null use "
			    "lethe_null()");
		return -1;
	}
	buffer_init(text, SIZE_MAX);
	json_write(text, value);
	if (!buffer_failed(text))
		return 0;
	buffer_clear(text);
	(void)lethe_fail(call,
	    "a value for the session is nested too deeply, or there is no "
	    "memory for it");
	return -1;
}

enum lethe_result
lethe_session_set(
    struct lethe_call *call, const char *name, struct json_object *value)
{
	struct session *session = need(call);
	struct buffer text;
	int done = -1;

	if (session != NULL && write_value(call, value, &text) == 0) {
		done = session_set(
		    session, name, text.data, text.size, &call->error);
		buffer_clear(&text);
	}
	json_object_put(value);
	return done == 0 ? LETHE_OK : LETHE_ERROR;
}

enum lethe_result
lethe_session_delete(struct lethe_call *call, const char *name)
{
	struct session *session = need(call);

	return session != NULL &&
		       session_delete(session, name, &call->error) == 0
		   ? LETHE_OK
		   : LETHE_ERROR;
}

enum lethe_result
lethe_session_forget(struct lethe_call *call)
{
	struct session *session = need(call);
	char *name;

	/* It is removed with the session. */
	if (call->session_data != NULL)
		return lethe_fail(call,
		    "forget the session in a call that did not use its "
		    "database");
	if (session == NULL)
		return LETHE_ERROR;
	name = strdup(session_name(session));
	if (name == NULL)
		return lethe_fail(call, "out of memory");
	if (session_forget(session, &call->error) != 0) {
		free(name);
		return LETHE_ERROR;
	}
	/* Nobody can reach its cached values any more; this frees them. */
	if (call->services->store != NULL)
		(void)store_delete_owner(call->services->store, name);
	free(name);
	return LETHE_OK;
}

enum lethe_result
lethe_session_rotate(struct lethe_call *call)
{
	struct session *session = need(call);

	return session != NULL && session_rotate(session, &call->error) == 0
		   ? LETHE_OK
		   : LETHE_ERROR;
}

const char *
lethe_session_label(struct lethe_call *call)
{
	const char *name = call_owner(call);
	struct buffer text;

	if (name == NULL)
		return NULL;
	buffer_init(&text, 64);
	buffer_add(&text, name, 8);
	return call_keep_text(call, &text);
}

const char *
lethe_session_page_id(struct lethe_call *call)
{
	struct session *session = need(call);
	struct buffer text;

	if (session == NULL)
		return NULL;
	buffer_init(&text, 1024);
	if (session_page_id(session, &text, &call->error) != 0) {
		buffer_clear(&text);
		(void)failed(call);
		return NULL;
	}
	return call_keep_text(call, &text);
}

enum lethe_result
lethe_session_page_check(struct lethe_call *call, const char *page_id)
{
	struct session *session = need(call);

	if (session == NULL)
		return LETHE_ERROR;
	if (page_id != NULL && session_page_check(session, page_id))
		return LETHE_OK;
	(void)lethe_fail(call,
	    "the page is not of this session, or the session is over: reload "
	    "the page");
	return LETHE_ERROR;
}

enum lethe_result
lethe_output_stored(
    struct lethe_call *call, size_t index, struct json_object *value)
{
	struct session *session = need(call);
	struct buffer text, name;
	int done = -1;

	buffer_init(&name, 256);
	if (session != NULL && write_value(call, value, &text) == 0) {
		done = session_store(
		    session, text.data, text.size, &name, &call->error);
		buffer_clear(&text);
	}
	json_object_put(value);
	if (done != 0) {
		buffer_clear(&name);
		return failed(call);
	}
	value = lethe_object({ STORED, lethe_string(name.data) });
	buffer_clear(&name);
	if (value == NULL) {
		(void)lethe_fail(call, "out of memory");
		return failed(call);
	}
	return lethe_output(call, index, value);
}

/* The name of the value that this one stands for; NULL: it is one itself. */
static const char *
stored_name(struct json_object *value)
{
	struct json_object *name;

	if (!json_object_is_type(value, json_type_object) ||
	    json_object_object_length(value) != 1 ||
	    !json_object_object_get_ex(value, STORED, &name) ||
	    !json_object_is_type(name, json_type_string))
		return NULL;
	return json_object_get_string(name);
}

struct json_object *
call_resolve_stored(struct lethe_call *call, struct json_object *value)
{
	const char *name = stored_name(value);
	struct json_object *stored = NULL;
	struct session *session;
	struct buffer text;
	int found;

	if (name == NULL)
		return value;
	session = need(call);
	if (session == NULL)
		goto out;
	buffer_init(&text, SIZE_MAX);
	found = session_stored(session, name, &text, &call->error);
	if (found == 1)
		(void)parse(call, "(of an output)", &text, &stored);
	buffer_clear(&text);
	if (found == 0)
		(void)lethe_fail(call,
		    "a value that was kept on the server is not there any "
		    "more, or is another session's: reload the page");
	if (found != 1)
		(void)failed(call);
out:
	json_object_put(value);
	return stored;
}
