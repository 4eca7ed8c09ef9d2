/*
 * dash/update.c: POST _dash-update-component, from the body's bytes to the
 * response's.
 *
 * The reference answers 500 to a body that it cannot use, and accepts some
 * wrong ones; here each is a 400 with the reason (404 for an unknown
 * callback), and only a failing handler is a 500.
 */
#include <stdarg.h>
#include <string.h>

#include "dash/call.h"
#include "dash/json_parse.h"
#include "dash/json_write.h"

/* Nesting of a body: values may be deep, but not without bound. */
#define BODY_DEPTH 256

/* The members of the body that mean something here. */
struct body {
	struct json_span output;
	struct json_span outputs;
	struct json_span inputs;
	struct json_span state;
	struct json_span changed;
};

static int refuse(struct dash_result *result, int status, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static int
refuse(struct dash_result *result, int status, const char *format, ...)
{
	va_list arguments;

	result->status = status;
	va_start(arguments, format);
	(void)error_setv(&result->error, format, arguments);
	va_end(arguments);
	return -1;
}

/* Takes `value` as the member's value; a member given twice is ambiguous. */
static int
body_member(struct dash_result *result, struct json_span *member,
    struct json_span value, const char *name)
{
	if (member->start != NULL)
		return refuse(result, 400,
		    "the body has the member \"%s\" twice", name);
	*member = value;
	return 0;
}

static int
body_read(struct dash_result *result, const char *text, size_t size,
    struct body *body)
{
	struct { const char *name; struct json_span *member; } known[] = {
		{ "output", &body->output },
		{ "outputs", &body->outputs },
		{ "inputs", &body->inputs },
		{ "state", &body->state },
		{ "changedPropIds", &body->changed },
	};
	struct json_span whole, name, value;
	struct json_cursor cursor;
	struct json_fault fault;

	if (size == 0)
		return refuse(result, 400, "the body is empty: send JSON");
	if (json_scan(text, size, BODY_DEPTH, &whole, &fault) != 0)
		return refuse(result, 400,
		    "the body is not valid JSON: %s at byte %zu",
		    fault.reason, fault.offset);
	if (json_span_type(whole) != JSON_OBJECT)
		return refuse(result, 400, "the body must be a JSON object");
	json_cursor_init(&cursor, whole);
	while (json_cursor_next(&cursor, &name, &value) == 1)
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (json_span_is(name, known[i].name) &&
			    body_member(result, known[i].member, value,
				known[i].name) != 0)
				return -1;
	return 0;
}

/* Finds the callback that "output" names, and that the URL names too. */
static const struct dash_callback *
find_callback(const struct dash *dash, struct dash_result *result,
    const char *name, const struct body *body)
{
	const struct dash_callback *callback = NULL, *named = NULL;

	if (name != NULL) {
		named = dash_find_name(dash, name);
		if (named == NULL) {
			(void)refuse(result, 404,
			    "there is no callback of the name in the URL: "
			    "reload the page if the app has changed");
			return NULL;
		}
		result->callback = named->description->name;
	}
	if (json_span_type(body->output) != JSON_STRING) {
		(void)refuse(result, 400,
		    "the body's \"output\" must be a string: the outputs of "
		    "the callback to run");
		return NULL;
	}
	for (size_t i = 0; i < dash->callback_count && callback == NULL; i++)
		if (json_span_is(body->output, dash->callbacks[i].output))
			callback = &dash->callbacks[i];
	if (callback == NULL) {
		(void)refuse(result, 404,
		    "there is no callback with the body's \"output\": reload "
		    "the page if the app has changed");
		return NULL;
	}
	if (named != NULL && named != callback) {
		(void)refuse(result, 400,
		    "the URL names callback %s, but the body's \"output\" is "
		    "that of callback %s",
		    named->description->name, callback->description->name);
		return NULL;
	}
	result->callback = callback->description->name;
	return callback;
}

/*
 * Checks one {"id":..,"property":..,"value":..} against what is declared.
 * `value` may be NULL where none is expected.
 */
static int
item_read(struct dash_result *result, const char *kind, size_t index,
    struct json_span item, const struct lethe_dependency *declared,
    struct json_span *value)
{
	struct json_span name, member, id = { 0 }, property = { 0 };
	struct json_cursor cursor;

	if (json_span_type(item) != JSON_OBJECT)
		return refuse(result, 400,
		    "callback %s: %s number %zu must be an object",
		    result->callback, kind, index);
	json_cursor_init(&cursor, item);
	while (json_cursor_next(&cursor, &name, &member) == 1) {
		struct json_span *slot = NULL;

		if (json_span_is(name, "id"))
			slot = &id;
		else if (json_span_is(name, "property"))
			slot = &property;
		else if (value != NULL && json_span_is(name, "value"))
			slot = value;
		if (slot == NULL)
			continue;
		if (slot->start != NULL)
			return refuse(result, 400,
			    "callback %s: %s number %zu has a member twice",
			    result->callback, kind, index);
		*slot = member;
	}
	if (json_span_type(id) != JSON_STRING ||
	    json_span_type(property) != JSON_STRING ||
	    !json_span_is(id, declared->id) ||
	    !json_span_is(property, declared->property))
		return refuse(result, 400,
		    "callback %s: %s number %zu must have the id \"%s\" and "
		    "the property \"%s\"",
		    result->callback, kind, index, declared->id,
		    declared->property);
	return 0;
}

/* Checks a list against what is declared, and keeps each value's bytes. */
static int
list_read(struct dash_result *result, const char *kind, struct json_span list,
    const struct lethe_dependency *declared, size_t count,
    struct argument *arguments)
{
	struct json_span name, item;
	struct json_cursor cursor;
	size_t index = 0;

	if (list.start == NULL && count == 0)
		return 0;
	if (json_span_type(list) != JSON_ARRAY)
		return refuse(result, 400,
		    "callback %s: the body's list of %ss is %s",
		    result->callback, kind,
		    list.start == NULL ? "missing" : "not a list");
	json_cursor_init(&cursor, list);
	for (; json_cursor_next(&cursor, &name, &item) == 1; index++)
		if (index < count &&
		    item_read(result, kind, index, item, &declared[index],
			arguments != NULL ? &arguments[index].span : NULL) != 0)
			return -1;
	if (index != count)
		return refuse(result, 400,
		    "callback %s takes %zu %s%s, but the body has %zu",
		    result->callback, count, kind, count == 1 ? "" : "s",
		    index);
	return 0;
}

/* "outputs" is an object for one output and a list for several. */
static int
outputs_read(struct dash_result *result, struct json_span outputs,
    const struct dash_callback *callback)
{
	const struct lethe_dependency *declared =
	    callback->description->outputs;

	if (callback->output_count == 1)
		return item_read(result, "output", 0, outputs, &declared[0],
		    NULL);
	return list_read(result, "output", outputs, declared,
	    callback->output_count, NULL);
}

static int
changed_read(struct dash_result *result, struct json_span changed)
{
	struct json_span name, item;
	struct json_cursor cursor;

	if (changed.start == NULL)
		return 0;
	if (json_span_type(changed) != JSON_ARRAY)
		return refuse(result, 400,
		    "callback %s: \"changedPropIds\" must be a list",
		    result->callback);
	json_cursor_init(&cursor, changed);
	while (json_cursor_next(&cursor, &name, &item) == 1)
		if (json_span_type(item) != JSON_STRING)
			return refuse(result, 400,
			    "callback %s: \"changedPropIds\" must be a list "
			    "of strings",
			    result->callback);
	return 0;
}

/* Was this output's id written already, with an earlier output? */
static bool
id_is_written(const struct lethe_dependency *outputs, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(outputs[i].id, outputs[index].id) == 0)
			return true;
	return false;
}

/* {"multi":true,"response":{id:{prop:value}}}, grouped by id. */
static void
response_write(struct buffer *out, const struct lethe_call *call)
{
	const struct lethe_dependency *outputs =
	    call->callback->description->outputs;
	size_t count = call->callback->output_count;
	bool first_id = true;

	buffer_add_string(out, "{\"multi\":true,\"response\":{");
	for (size_t i = 0; i < count; i++) {
		bool first = true;

		if (id_is_written(outputs, i))
			continue;
		for (size_t j = i; j < count; j++) {
			if (call->outputs[j].state != OUTPUT_SET ||
			    strcmp(outputs[j].id, outputs[i].id) != 0)
				continue;
			if (first) {
				if (!first_id)
					buffer_add_char(out, ',');
				json_write_string(out, outputs[i].id,
				    strlen(outputs[i].id));
				buffer_add_string(out, ":{");
			} else {
				buffer_add_char(out, ',');
			}
			json_write_string(out, outputs[j].property,
			    strlen(outputs[j].property));
			buffer_add_char(out, ':');
			json_write(out, call->outputs[j].value);
			first = first_id = false;
		}
		if (!first)
			buffer_add_char(out, '}');
	}
	buffer_add_string(out, "}}\n");
}

/* Turns what the handler did into the result; writes the response. */
static void
finish(struct lethe_call *call, enum lethe_result done, struct buffer *out,
    struct dash_result *result)
{
	const struct dash_callback *callback = call->callback;
	const char *name = callback->description->name;

	if (done == LETHE_PREVENT_UPDATE && !call->failed) {
		result->status = 204;
		return;
	}
	if (done != LETHE_OK || call->failed) {
		(void)refuse(result, 500, "callback %s failed: %s", name,
		    call->error.message[0] != '\0'
			? call->error.message
			: "it returned an error without lethe_fail()");
		return;
	}
	for (size_t i = 0; i < callback->output_count; i++)
		if (call->outputs[i].state == OUTPUT_UNSET) {
			(void)refuse(result, 500,
			    "callback %s did not set its output %s.%s: call "
			    "lethe_output() or lethe_no_update() for it",
			    name, callback->description->outputs[i].id,
			    callback->description->outputs[i].property);
			return;
		}
	response_write(out, call);
	if (buffer_failed(out))
		(void)refuse(result, 500,
		    "callback %s: the response is larger than allowed (%zu "
		    "bytes, LETHE_RESPONSE_LIMIT), or nested too deeply",
		    name, out->limit);
}

void
dash_update(const struct dash *dash, const struct dash_services *services,
    const char *name, const char *text, size_t size, struct buffer *out,
    struct dash_result *result)
{
	const struct dash_callback *callback;
	struct lethe_call call;
	struct body body = { 0 };
	enum lethe_result done;

	*result = (struct dash_result){ .status = 200 };
	if (body_read(result, text, size, &body) != 0)
		return;
	callback = find_callback(dash, result, name, &body);
	if (callback == NULL)
		return;
	if (outputs_read(result, body.outputs, callback) != 0 ||
	    changed_read(result, body.changed) != 0)
		return;
	if (call_init(&call, services, callback) != 0) {
		(void)refuse(result, 500, "out of memory");
		return;
	}
	if (list_read(result, "input", body.inputs,
		callback->description->inputs, callback->input_count,
		call.inputs) == 0 &&
	    list_read(result, "state", body.state,
		callback->description->state, callback->state_count,
		call.states) == 0) {
		*services->running = callback->description->name;
		done = callback->description->handler(&call);
		*services->running = NULL;
		finish(&call, done, out, result);
	}
	call_clear(&call);
}
