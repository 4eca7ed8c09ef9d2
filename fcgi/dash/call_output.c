/*
 * dash/call_output.c: what a handler sets: its outputs, and other components'
 * properties.
 */
#include <stdlib.h>
#include <string.h>

#include "dash/call.h"
#include "dash/patch.h"

/* Most properties that one call may set beside its outputs. */
#define SIDE_LIMIT 10000

/* The output to set, or NULL after saying why it cannot be. */
static struct result *
result_unset(struct lethe_call *call, size_t index)
{
	size_t count =
	    call->callback != NULL ? call->callback->outputs.count : 0;
	const struct dash_property *output;

	if (index >= count) {
		call->failed = true;
		(void)lethe_fail(call,
		    "%s %s set output number %zu, but has %zu (the first is "
		    "number 0)",
		    call_kind(call), call_name(call), index, count);
		return NULL;
	}
	if (call->results[index].state != RESULT_UNSET) {
		call->failed = true;
		output = &call->callback->outputs.list[index];
		(void)lethe_fail(call,
		    "callback %s set its output %s.%s twice: set each once",
		    call_name(call), output->id.text,
		    output->property);
		return NULL;
	}
	return &call->results[index];
}

/* Is the value one that may be sent?  An output with ALL has a value for each
 * component. */
static int
check_value(struct lethe_call *call, size_t index, struct json_object *value)
{
	const struct dash_property *output =
	    &call->callback->outputs.list[index];
	size_t count = call->outputs[index].count;

	if (patch_is_broken(value)) {
		(void)lethe_fail(call, "there was no memory for a patch");
		return -1;
	}
	if (!output->id.multiple)
		return 0;
	if (json_object_is_type(value, json_type_array) &&
	    json_object_array_length(value) == count)
		return 0;
	(void)lethe_fail(call,
	    "callback %s: its output %s.%s is of %zu component%s here, so set "
	    "it to an array with as many values",
	    call_name(call), output->id.text, output->property,
	    count, count == 1 ? "" : "s");
	return -1;
}

enum lethe_result
lethe_output(struct lethe_call *call, size_t index, struct json_object *value)
{
	struct result *result = result_unset(call, index);

	if (result == NULL || check_value(call, index, value) != 0) {
		call->failed = true;
		json_object_put(value);
		return LETHE_ERROR;
	}
	result->value = value;
	result->state = RESULT_SET;
	return LETHE_OK;
}

enum lethe_result
lethe_no_update(struct lethe_call *call, size_t index)
{
	struct result *result = result_unset(call, index);

	if (result == NULL)
		return LETHE_ERROR;
	result->state = RESULT_NO_UPDATE;
	return LETHE_OK;
}

/* The place for this property: an earlier one of the same, or a new one. */
static struct side_update *
side_find(struct lethe_call *call, const char *id, const char *property)
{
	struct side_update *sides;

	for (size_t i = 0; i < call->side_count; i++)
		if (strcmp(call->sides[i].id, id) == 0 &&
		    strcmp(call->sides[i].property, property) == 0)
			return &call->sides[i];
	if (call->side_count >= SIDE_LIMIT)
		return NULL;
	sides = realloc(call->sides, (call->side_count + 1) * sizeof(*sides));
	if (sides == NULL)
		return NULL;
	call->sides = sides;
	sides[call->side_count] = (struct side_update){ .id = strdup(id),
		.property = strdup(property) };
	if (sides[call->side_count].id == NULL ||
	    sides[call->side_count].property == NULL) {
		free(sides[call->side_count].id);
		free(sides[call->side_count].property);
		return NULL;
	}
	return &sides[call->side_count++];
}

enum lethe_result
lethe_set_props(struct lethe_call *call, const char *id, const char *property,
    struct json_object *value)
{
	struct side_update *side = NULL;
	struct id canonical;

	if (call->callback == NULL || id == NULL || property == NULL ||
	    property[0] == '\0' || patch_is_broken(value)) {
		(void)lethe_fail(call,
		    "lethe_set_props() needs a callback, an id, a property "
		    "and a whole value");
		goto fail;
	}
	if (id_parse(&canonical, id, &call->error) != 0)
		goto fail;
	side = side_find(call, canonical.text, property);
	id_clear(&canonical);
	if (side == NULL) {
		(void)lethe_fail(call,
		    "there is no memory to set %s.%s, or it is the last of "
		    "more than %d",
		    id, property, SIDE_LIMIT);
		goto fail;
	}
	json_object_put(side->value);
	side->value = value;
	return LETHE_OK;
fail:
	call->failed = true;
	json_object_put(value);
	return LETHE_ERROR;
}

const char *
lethe_id(struct lethe_call *call, struct json_object *parts)
{
	char **texts =
	    realloc(call->texts, (call->text_count + 1) * sizeof(*texts));
	struct buffer text;

	buffer_init(&text, 4096);
	if (texts != NULL)
		call->texts = texts;
	if (texts == NULL ||
	    id_write(&text, parts, &call->error) != 0 ||
	    buffer_failed(&text)) {
		if (call->error.message[0] == '\0')
			(void)lethe_fail(call, "there is no memory for an id");
		call->failed = true;
		json_object_put(parts);
		buffer_clear(&text);
		return NULL;
	}
	json_object_put(parts);
	texts[call->text_count++] = text.data;
	return text.data;
}
