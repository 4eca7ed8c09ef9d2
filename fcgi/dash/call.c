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

int
call_init(struct lethe_call *call, const struct dash_services *services,
    const struct dash_callback *callback)
{
	*call = (struct lethe_call){ .services = services,
		.callback = callback };
	if (services->timeout_ms > 0)
		call->deadline_ms =
		    clock_monotonic_ms() + services->timeout_ms;
	if (callback == NULL)
		return 0;
	/* One more than needed, since calloc(0) may be NULL. */
	call->inputs =
	    calloc(callback->input_count + 1, sizeof(*call->inputs));
	call->states =
	    calloc(callback->state_count + 1, sizeof(*call->states));
	call->outputs =
	    calloc(callback->output_count + 1, sizeof(*call->outputs));
	if (call->inputs == NULL || call->states == NULL ||
	    call->outputs == NULL) {
		call_clear(call);
		return -1;
	}
	return 0;
}

static void
arguments_free(struct argument *arguments, size_t count)
{
	if (arguments == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		json_object_put(arguments[i].value);
	free(arguments);
}

void
call_clear(struct lethe_call *call)
{
	call_data_clear(call);
	if (call->callback == NULL)
		return;
	arguments_free(call->inputs, call->callback->input_count);
	arguments_free(call->states, call->callback->state_count);
	if (call->outputs != NULL) {
		for (size_t i = 0; i < call->callback->output_count; i++)
			json_object_put(call->outputs[i].value);
		free(call->outputs);
	}
}

const char *
call_kind(const struct lethe_call *call)
{
	return call->callback != NULL ? "callback" : "function";
}

const char *
call_name(const struct lethe_call *call)
{
	return call->callback != NULL ? call->callback->description->name
				      : "layout";
}

static struct json_object *
argument_value(struct lethe_call *call, struct argument *argument)
{
	if (argument->parsed)
		return argument->value;
	argument->parsed = true;
	argument->value = json_parse_span(argument->span);
	if (argument->value == NULL &&
	    json_span_type(argument->span) > JSON_NULL) {
		/* The handler sees null, but must not get away with it. */
		call->failed = true;
		(void)lethe_fail(call, "there is no memory for an input");
	}
	return argument->value;
}

struct json_object *
lethe_input(struct lethe_call *call, size_t index)
{
	if (call->callback == NULL || index >= call->callback->input_count)
		return NULL;
	return argument_value(call, &call->inputs[index]);
}

struct json_object *
lethe_state(struct lethe_call *call, size_t index)
{
	if (call->callback == NULL || index >= call->callback->state_count)
		return NULL;
	return argument_value(call, &call->states[index]);
}

struct json_object *
lethe_input_take(struct lethe_call *call, size_t index)
{
	return json_object_get(lethe_input(call, index));
}

struct json_object *
lethe_state_take(struct lethe_call *call, size_t index)
{
	return json_object_get(lethe_state(call, index));
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

/* The output to set, or NULL after saying why it cannot be. */
static struct output *
output_unset(struct lethe_call *call, size_t index)
{
	const struct lethe_dependency *output;

	if (call->callback == NULL || index >= call->callback->output_count) {
		call->failed = true;
		(void)lethe_fail(call,
		    "%s %s set output number %zu, but has %zu (the first is "
		    "number 0)",
		    call_kind(call), call_name(call), index,
		    call->callback != NULL ? call->callback->output_count : 0);
		return NULL;
	}
	if (call->outputs[index].state != OUTPUT_UNSET) {
		call->failed = true;
		output = &call->callback->description->outputs[index];
		(void)lethe_fail(call,
		    "callback %s set its output %s.%s twice: set each once",
		    call_name(call), output->id, output->property);
		return NULL;
	}
	return &call->outputs[index];
}

enum lethe_result
lethe_output(struct lethe_call *call, size_t index, struct json_object *value)
{
	struct output *output = output_unset(call, index);

	if (output == NULL) {
		json_object_put(value);
		return LETHE_ERROR;
	}
	output->value = value;
	output->state = OUTPUT_SET;
	return LETHE_OK;
}

enum lethe_result
lethe_no_update(struct lethe_call *call, size_t index)
{
	struct output *output = output_unset(call, index);

	if (output == NULL)
		return LETHE_ERROR;
	output->state = OUTPUT_NO_UPDATE;
	return LETHE_OK;
}

enum lethe_result
lethe_fail(struct lethe_call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)error_setv(&call->error, format, arguments);
	va_end(arguments);
	return LETHE_ERROR;
}

const void *
lethe_started(const struct lethe_call *call)
{
	return call->services->started;
}
