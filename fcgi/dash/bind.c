/*
 * dash/bind.c: from a body's bytes to the arguments of a call.
 *
 * The reference answers 500 to a body that it cannot use, and accepts some
 * wrong ones; here each is a 400 that names the callback and the argument.
 * Values are not parsed: a call keeps where they are.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dash/bind.h"
#include "dash/json_parse.h"

/* Nesting of a body, unless it is set: values may be deep, but not without
 * bound. */
#define BODY_DEPTH 256

int
dash_refuse(struct dash_result *result, int status, const char *format, ...)
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
		return dash_refuse(result, 400,
		    "the body has the member \"%s\" twice", name);
	*member = value;
	return 0;
}

int
body_read(struct body *body, const char *text, size_t size, size_t depth,
    struct dash_result *result)
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

	*body = (struct body){ .output = { NULL, 0 } };
	if (size == 0)
		return dash_refuse(result, 400, "the body is empty: send JSON");
	if (json_scan(text, size, depth > 0 ? depth : BODY_DEPTH, &whole,
		&fault) != 0)
		return dash_refuse(result, 400,
		    "the body is not valid JSON: %s at byte %zu%s",
		    fault.reason, fault.offset,
		    fault.reason == json_too_deep ? " (LETHE_DEPTH_LIMIT)"
						  : "");
	if (json_span_type(whole) != JSON_OBJECT)
		return dash_refuse(result, 400, "the body must be a JSON object");
	json_cursor_init(&cursor, whole);
	while (json_cursor_next(&cursor, &name, &value) == 1)
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (json_span_is(name, known[i].name) &&
			    body_member(result, known[i].member, value,
				known[i].name) != 0)
				return -1;
	return 0;
}

/*
 * Takes one {"id":..,"property":..,"value":..} apart.  The id must be one
 * that the description is for, the property the described one.
 */
static int
component_read(struct lethe_call *call, struct dash_result *result,
    const struct argument *argument, const char *kind, size_t index,
    struct json_span item, struct component *component)
{
	const struct dash_property *property = argument->property;
	struct json_span name, member, id = { NULL, 0 }, named = { NULL, 0 };
	struct json_cursor cursor;

	*component = (struct component){ .id = { NULL, 0 } };
	if (json_span_type(item) != JSON_OBJECT)
		return dash_refuse(result, 400,
		    "callback %s: %s number %zu must be an object",
		    result->callback, kind, index);
	json_cursor_init(&cursor, item);
	while (json_cursor_next(&cursor, &name, &member) == 1) {
		struct json_span *slot = json_span_is(name, "id") ? &id
		    : json_span_is(name, "property")		  ? &named
		    : json_span_is(name, "value") ? &component->value
						  : NULL;

		if (slot == NULL)
			continue;
		if (slot->start != NULL)
			return dash_refuse(result, 400,
			    "callback %s: %s number %zu has a member twice",
			    result->callback, kind, index);
		*slot = member;
	}
	if (json_span_type(named) != JSON_STRING ||
	    !json_span_is(named, property->name))
		goto other;
	if (property->id.keys == NULL) {
		if (json_span_type(id) != JSON_STRING ||
		    !json_span_is(id, property->id.text))
			goto other;
		return 0;
	}
	component->id = id;
	if (json_span_type(id) != JSON_OBJECT)
		goto other;
	if (id_fits(&property->id, component_id(call, argument, component),
		call->matches))
		return 0;
	json_object_put(component->parsed_id);
	component->parsed_id = NULL;
	/* A component that may be missing comes as its description. */
	component->is_missing = property->allow_optional &&
	    component->value.start != NULL &&
	    json_span_type(component->value) == JSON_NULL;
	if (component->is_missing)
		return 0;
other:
	return dash_refuse(result, 400,
	    "callback %s: %s number %zu must have the id \"%s\" and the "
	    "property \"%s\"",
	    result->callback, kind, index, property->id.text,
	    property->name);
}

static size_t
list_length(struct json_span list)
{
	struct json_cursor cursor;
	struct json_span item;
	size_t count = 0;

	json_cursor_init(&cursor, list);
	while (json_cursor_next(&cursor, NULL, &item) == 1)
		count++;
	return count;
}

/* One component, or with ALL and ALLSMALLER a list of any number. */
static int
argument_read(struct lethe_call *call, struct dash_result *result,
    struct argument *argument, const char *kind, size_t index,
    struct json_span item)
{
	bool multiple = argument->property->id.multiple;
	struct json_cursor cursor;
	struct json_span part;
	size_t count = 1;

	if (multiple) {
		if (json_span_type(item) != JSON_ARRAY)
			return dash_refuse(result, 400,
			    "callback %s: %s number %zu must be a list, since "
			    "the id %s is of any number of components",
			    result->callback, kind, index,
			    argument->property->id.text);
		count = list_length(item);
	}
	argument->components = calloc(count + 1, sizeof(struct component));
	if (argument->components == NULL)
		return dash_refuse(result, 500, "out of memory");
	if (!multiple) {
		argument->count = 1;
		return component_read(call, result, argument, kind, index,
		    item, &argument->components[0]);
	}
	json_cursor_init(&cursor, item);
	while (json_cursor_next(&cursor, NULL, &part) == 1) {
		size_t which = argument->count++;

		if (component_read(call, result, argument, kind, index, part,
			&argument->components[which]) != 0)
			return -1;
	}
	return 0;
}

/* A list of arguments, as many as described. */
static int
arguments_read(struct lethe_call *call, struct dash_result *result,
    struct argument *arguments, size_t count, const char *kind,
    struct json_span list)
{
	struct json_cursor cursor;
	struct json_span item;
	size_t index = 0, given;

	if (list.start == NULL && count == 0)
		return 0;
	if (json_span_type(list) != JSON_ARRAY)
		return dash_refuse(result, 400,
		    "callback %s: the body's list of %ss is %s",
		    result->callback, kind,
		    list.start == NULL ? "missing" : "not a list");
	given = list_length(list);
	if (given != count)
		return dash_refuse(result, 400,
		    "callback %s takes %zu %s%s, but the body has %zu",
		    result->callback, count, kind, count == 1 ? "" : "s",
		    given);
	json_cursor_init(&cursor, list);
	for (; json_cursor_next(&cursor, NULL, &item) == 1; index++)
		if (argument_read(call, result, &arguments[index], kind, index,
			item) != 0)
			return -1;
	return 0;
}

/* "outputs" is one argument for one output and a list for several; with no
 * outputs it is missing. */
static int
outputs_read(struct lethe_call *call, struct dash_result *result,
    struct json_span outputs)
{
	const struct dash_callback *callback = call->callback;

	if (callback->outputs.count == 1 &&
	    !callback->description->output_list)
		return argument_read(call, result, &call->outputs[0],
		    "output", 0, outputs);
	return arguments_read(call, result, call->outputs,
	    callback->outputs.count, "output", outputs);
}

/* Splits "id.property" at its last dot into texts of the trigger's own. */
static int
trigger_read(struct lethe_call *call, struct json_span item)
{
	struct lethe_trigger *trigger = &call->triggers[call->trigger_count];
	struct json_object *text = json_parse_span(item);
	const char *whole = json_object_get_string(text);
	const char *dot = whole != NULL ? strrchr(whole, '.') : NULL;

	if (dot != NULL) {
		trigger->id = strndup(whole, (size_t)(dot - whole));
		trigger->property = strdup(dot + 1);
		call->trigger_count++;
	}
	json_object_put(text);
	return dot == NULL ||
		(trigger->id != NULL && trigger->property != NULL)
	    ? 0
	    : -1;
}

static int
changed_read(struct lethe_call *call, struct dash_result *result,
    struct json_span changed)
{
	struct json_cursor cursor;
	struct json_span item;

	if (changed.start == NULL)
		return 0;
	if (json_span_type(changed) != JSON_ARRAY)
		return dash_refuse(result, 400,
		    "callback %s: \"changedPropIds\" must be a list",
		    result->callback);
	call->triggers =
	    calloc(list_length(changed) + 1, sizeof(*call->triggers));
	if (call->triggers == NULL)
		return dash_refuse(result, 500, "out of memory");
	json_cursor_init(&cursor, changed);
	while (json_cursor_next(&cursor, NULL, &item) == 1) {
		if (json_span_type(item) != JSON_STRING)
			return dash_refuse(result, 400,
			    "callback %s: \"changedPropIds\" must be a list "
			    "of strings",
			    result->callback);
		if (trigger_read(call, item) != 0)
			return dash_refuse(result, 500, "out of memory");
	}
	return 0;
}

int
body_bind(struct lethe_call *call, const struct body *body,
    struct dash_result *result)
{
	const struct dash_callback *callback = call->callback;

	/* Outputs first: ALLSMALLER is smaller than what MATCH is there. */
	if (outputs_read(call, result, body->outputs) != 0 ||
	    changed_read(call, result, body->changed) != 0 ||
	    arguments_read(call, result, call->inputs, callback->inputs.count,
		"input", body->inputs) != 0 ||
	    arguments_read(call, result, call->states, callback->states.count,
		"state", body->state) != 0)
		return -1;
	if (call->failed)
		return dash_refuse(result, 500, "%s", call->error.message);
	return 0;
}
