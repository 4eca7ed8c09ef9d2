/*
 * dash/call.c: what a handler or layout function can do with its call.
 *
 * The cache and the app's data have files of their own (call_memoize.c,
 * call_data.c).
 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "dash/call.h"
#include "dash/json_parse.h"

static struct argument *
arguments_new(const struct dash_properties *properties)
{
	/* One more than needed, since calloc(0) may be NULL. */
	struct argument *arguments =
	    calloc(properties->count + 1, sizeof(*arguments));

	for (size_t i = 0; arguments != NULL && i < properties->count; i++)
		arguments[i].property = &properties->list[i];
	return arguments;
}

int
call_init(struct lethe_call *call, const struct dash_services *services,
    const struct dash_callback *callback)
{
	*call = (struct lethe_call){ .services = services,
		.callback = callback,
		.input_room = services->input_limit > 0 ? services->input_limit
							: JSON_ROOM };
	if (services->timeout_ms > 0)
		call->deadline_ms =
		    clock_monotonic_ms() + services->timeout_ms;
	if (callback == NULL)
		return 0;
	call->inputs = arguments_new(&callback->inputs);
	call->states = arguments_new(&callback->states);
	call->outputs = arguments_new(&callback->outputs);
	call->results =
	    calloc(callback->outputs.count + 1, sizeof(*call->results));
	call->matches = json_object_new_object();
	if (call->inputs == NULL || call->states == NULL ||
	    call->outputs == NULL || call->results == NULL ||
	    call->matches == NULL) {
		call_clear(call);
		return -1;
	}
	return 0;
}

static void
arguments_free(struct argument *arguments, size_t count)
{
	for (size_t i = 0; arguments != NULL && i < count; i++) {
		for (size_t j = 0; j < arguments[i].count; j++) {
			json_object_put(
			    arguments[i].components[j].parsed_id);
			json_object_put(
			    arguments[i].components[j].parsed_value);
			free(arguments[i].components[j].text);
		}
		free(arguments[i].components);
		json_object_put(arguments[i].list);
	}
	free(arguments);
}

void
call_reset_results(struct lethe_call *call)
{
	for (size_t i = 0; i < call->callback->outputs.count; i++) {
		json_object_put(call->results[i].value);
		free(call->results[i].parts);
		call->results[i] = (struct result){ .value = NULL };
	}
	for (size_t i = 0; i < call->side_count; i++) {
		free(call->sides[i].id);
		free(call->sides[i].property);
		json_object_put(call->sides[i].value);
	}
	free(call->sides);
	call->sides = NULL;
	call->side_count = 0;
}

static void
triggers_free(struct lethe_call *call)
{
	for (size_t i = 0; i < call->trigger_count; i++) {
		free((char *)(uintptr_t)call->triggers[i].id);
		free((char *)(uintptr_t)call->triggers[i].property);
	}
	free(call->triggers);
}

void
call_clear(struct lethe_call *call)
{
	call_data_clear(call);
	call_session_clear(call);
	for (size_t i = 0; i < call->text_count; i++)
		free(call->texts[i]);
	free(call->texts);
	if (call->callback == NULL)
		return;
	if (call->results != NULL)
		call_reset_results(call);
	free(call->results);
	triggers_free(call);
	arguments_free(call->inputs, call->callback->inputs.count);
	arguments_free(call->states, call->callback->states.count);
	arguments_free(call->outputs, call->callback->outputs.count);
	json_object_put(call->matches);
}

const char *
call_keep_text(struct lethe_call *call, struct buffer *text)
{
	char **texts =
	    realloc(call->texts, (call->text_count + 1) * sizeof(*texts));

	if (texts != NULL)
		call->texts = texts;
	if (texts == NULL || buffer_failed(text) || text->data == NULL) {
		buffer_clear(text);
		call->failed = true;
		(void)lethe_fail(call, "there is no memory for a text");
		return NULL;
	}
	texts[call->text_count++] = text->data;
	return text->data;
}

/* The handler sees null when memory ran out, but must not get away with it. */
static struct json_object *
no_memory(struct lethe_call *call)
{
	call->failed = true;
	(void)lethe_fail(call, "there is no memory for an input");
	return NULL;
}

/* Small text may be large objects: "{}," takes 800 bytes. */
static struct json_object *
too_large(struct lethe_call *call)
{
	call->failed = true;
	call->too_large = true;
	(void)lethe_fail(call,
	    "the inputs would take more memory than is allowed once they are "
	    "parsed (LETHE_INPUT_LIMIT)");
	return NULL;
}

struct json_object *
component_id(struct lethe_call *call, const struct argument *argument,
    struct component *component)
{
	if (component->id_is_parsed || component->is_missing)
		return component->parsed_id;
	component->id_is_parsed = true;
	component->parsed_id = component->id.start != NULL
	    ? json_parse_span(component->id)
	    : json_object_new_string(argument->property->id.text);
	if (component->parsed_id == NULL)
		return no_memory(call);
	return component->parsed_id;
}

struct json_object *
component_value(struct lethe_call *call, struct component *component)
{
	if (component->value_is_parsed)
		return component->parsed_value;
	component->value_is_parsed = true;
	component->parsed_value =
	    json_parse_within(component->value, &call->input_room);
	if (component->parsed_value == NULL &&
	    json_span_type(component->value) > JSON_NULL)
		return call->input_room == 0 ? too_large(call)
					     : no_memory(call);
	component->parsed_value =
	    call_resolve_stored(call, component->parsed_value);
	return component->parsed_value;
}

const char *
component_text(struct lethe_call *call, const struct argument *argument,
    struct component *component)
{
	struct buffer text;
	struct error error;

	if (argument->property->id.keys == NULL)
		return argument->property->id.text;
	if (component->text != NULL || component->is_missing)
		return component->text;
	/* The scanned text bounds it: a number grows most, 1e9 to
	 * 1000000000.0. */
	buffer_init(&text, 16 * component->id.size);
	if (id_write(&text, component_id(call, argument, component),
		&error) != 0 ||
	    buffer_failed(&text)) {
		buffer_clear(&text);
		(void)no_memory(call);
		return NULL;
	}
	component->text = text.data;
	return component->text;
}

/* The values of all components together. */
static struct json_object *
argument_list(struct lethe_call *call, struct argument *argument)
{
	if (argument->list != NULL)
		return argument->list;
	argument->list = json_object_new_array_ext((int)argument->count);
	if (argument->list == NULL)
		return no_memory(call);
	for (size_t i = 0; i < argument->count; i++) {
		struct json_object *value = json_object_get(
		    component_value(call, &argument->components[i]));

		if (json_object_array_add(argument->list, value) != 0) {
			json_object_put(value);
			return no_memory(call);
		}
	}
	return argument->list;
}

static struct json_object *
argument_value(struct lethe_call *call, struct argument *argument)
{
	if (argument == NULL)
		return NULL;
	if (argument->property->id.multiple)
		return argument_list(call, argument);
	return argument->count > 0
	    ? component_value(call, &argument->components[0])
	    : NULL;
}

static struct argument *
input_find(const struct lethe_call *call, size_t index)
{
	return call->callback != NULL && index < call->callback->inputs.count
	    ? &call->inputs[index]
	    : NULL;
}

static struct argument *
state_find(const struct lethe_call *call, size_t index)
{
	return call->callback != NULL && index < call->callback->states.count
	    ? &call->states[index]
	    : NULL;
}

static struct argument *
output_find(const struct lethe_call *call, size_t index)
{
	return call->callback != NULL && index < call->callback->outputs.count
	    ? &call->outputs[index]
	    : NULL;
}

static size_t
argument_count(const struct argument *argument)
{
	return argument != NULL ? argument->count : 0;
}

static struct json_object *
argument_at(struct lethe_call *call, struct argument *argument, size_t which)
{
	return which < argument_count(argument)
	    ? component_value(call, &argument->components[which])
	    : NULL;
}

static struct json_object *
argument_id(struct lethe_call *call, struct argument *argument, size_t which)
{
	return which < argument_count(argument)
	    ? component_id(call, argument, &argument->components[which])
	    : NULL;
}

struct json_object *
lethe_input(struct lethe_call *call, size_t index)
{
	return argument_value(call, input_find(call, index));
}

struct json_object *
lethe_state(struct lethe_call *call, size_t index)
{
	return argument_value(call, state_find(call, index));
}

/* To be handed on, where NULL would be a value that could not be made. */
static struct json_object *
value_take(struct json_object *value)
{
	return value != NULL ? json_object_get(value) : lethe_null();
}

struct json_object *
lethe_input_take(struct lethe_call *call, size_t index)
{
	return value_take(lethe_input(call, index));
}

struct json_object *
lethe_state_take(struct lethe_call *call, size_t index)
{
	return value_take(lethe_state(call, index));
}

static const char *
string_of(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

const char *
lethe_input_string(struct lethe_call *call, size_t index)
{
	return string_of(lethe_input(call, index));
}

const char *
lethe_state_string(struct lethe_call *call, size_t index)
{
	return string_of(lethe_state(call, index));
}

size_t
lethe_input_count(const struct lethe_call *call, size_t index)
{
	return argument_count(input_find(call, index));
}

size_t
lethe_state_count(const struct lethe_call *call, size_t index)
{
	return argument_count(state_find(call, index));
}

size_t
lethe_output_count(const struct lethe_call *call, size_t index)
{
	return argument_count(output_find(call, index));
}

struct json_object *
lethe_input_at(struct lethe_call *call, size_t index, size_t which)
{
	return argument_at(call, input_find(call, index), which);
}

struct json_object *
lethe_state_at(struct lethe_call *call, size_t index, size_t which)
{
	return argument_at(call, state_find(call, index), which);
}

struct json_object *
lethe_input_id(struct lethe_call *call, size_t index, size_t which)
{
	return argument_id(call, input_find(call, index), which);
}

struct json_object *
lethe_state_id(struct lethe_call *call, size_t index, size_t which)
{
	return argument_id(call, state_find(call, index), which);
}

struct json_object *
lethe_output_id(struct lethe_call *call, size_t index, size_t which)
{
	return argument_id(call, output_find(call, index), which);
}

struct json_object *
lethe_match(struct lethe_call *call, const char *key)
{
	struct json_object *value = NULL;

	if (call->matches != NULL)
		(void)json_object_object_get_ex(call->matches, key, &value);
	return value;
}

/* Notes where the call failed. */
static void
take_trace(struct lethe_call *call, const char *file, int line,
    const char *function, uintptr_t from)
{
	call->trace.file = file;
	call->trace.line = line;
	call->trace.function = function;
	if (call->services->trace_base != NULL)
		trace_take(&call->trace, call->services->trace_base, from,
		    false);
}

enum lethe_result
lethe_fail(struct lethe_call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)error_setv(&call->error, format, arguments);
	va_end(arguments);
	take_trace(call, NULL, 0, NULL,
	    (uintptr_t)__builtin_return_address(0));
	return LETHE_ERROR;
}

enum lethe_result
lethe_fail_at(struct lethe_call *call, const char *file, int line,
    const char *function, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)error_setv(&call->error, format, arguments);
	va_end(arguments);
	take_trace(call, file, line, function,
	    (uintptr_t)__builtin_return_address(0));
	return LETHE_ERROR;
}

const void *
lethe_argument(const struct lethe_call *call)
{
	return call->callback != NULL ? call->callback->description->argument
				      : NULL;
}

const void *
lethe_started(const struct lethe_call *call)
{
	return call->services->started;
}
