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

static void
fail_twice(struct lethe_call *call, size_t index)
{
	const struct dash_property *output =
	    &call->callback->outputs.list[index];

	call->failed = true;
	(void)lethe_fail(call,
	    "it set its output %s.%s twice: set each once", output->id.text,
	    output->property);
}

/* The output, or NULL after saying that there is none of this number. */
static struct result *
result_find(struct lethe_call *call, size_t index)
{
	size_t count =
	    call->callback != NULL ? call->callback->outputs.count : 0;

	if (index >= count) {
		call->failed = true;
		(void)lethe_fail(call,
		    "it set output number %zu, but has %zu (the first is "
		    "number 0)",
		    index, count);
		return NULL;
	}
	return &call->results[index];
}

/* The output to set, or NULL after saying why it cannot be. */
static struct result *
result_unset(struct lethe_call *call, size_t index)
{
	struct result *result = result_find(call, index);

	if (result != NULL && result->state != RESULT_UNSET) {
		fail_twice(call, index);
		return NULL;
	}
	return result;
}

/* NULL is what a constructor gives that failed: it must not pass for null. */
static int
check_made(struct lethe_call *call, struct json_object *value)
{
	if (value != NULL && !patch_is_broken(value))
		return 0;
	/* What failed before may have said why. */
	if (value != NULL)
		(void)lethe_fail(call, "there was no memory for a patch");
	else if (call->error.message[0] == '\0')
		(void)lethe_fail(call,
		    "a value to send could not be made (no memory, or a "
		    "malformed id or text); for null use lethe_null()");
	return -1;
}

/* Is the value one that may be sent?  An output with ALL has a value for each
 * component. */
static int
check_value(struct lethe_call *call, size_t index, struct json_object *value)
{
	const struct dash_property *output =
	    &call->callback->outputs.list[index];
	size_t count = call->outputs[index].count;

	if (check_made(call, value) != 0)
		return -1;
	if (!output->id.multiple)
		return 0;
	if (json_object_is_type(value, json_type_array) &&
	    json_object_array_length(value) == count)
		return 0;
	(void)lethe_fail(call,
	    "its output %s.%s is of %zu component%s here, so set it to an "
	    "array with as many values, not to %s",
	    output->id.text, output->property, count, count == 1 ? "" : "s",
	    json_object_is_type(value, json_type_array)
		? "one of another length"
		: "a single value");
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

/* Makes room for values of components one by one.  -1: no memory. */
static int
parts_prepare(struct result *result, size_t count)
{
	struct json_object *values;

	if (result->parts != NULL)
		return 0;
	values = json_object_new_array_ext((int)count);
	if (values == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (json_object_array_add(values, NULL) != 0)
			goto fail;
	result->parts = calloc(count, sizeof(*result->parts));
	if (result->parts == NULL)
		goto fail;
	result->value = values;
	result->state = RESULT_SET;
	return 0;
fail:
	json_object_put(values);
	return -1;
}

enum lethe_result
lethe_output_at(struct lethe_call *call, size_t index, size_t which,
    struct json_object *value)
{
	struct result *result = result_find(call, index);
	const struct dash_property *output;

	if (result == NULL)
		goto fail;
	output = &call->callback->outputs.list[index];
	if (!output->id.multiple && which == 0)
		return lethe_output(call, index, value);
	if (which >= call->outputs[index].count) {
		(void)lethe_fail(call,
		    "it set component number %zu of its output %s.%s, which "
		    "is of %zu here (the first is number 0)",
		    which, output->id.text, output->property,
		    call->outputs[index].count);
		goto fail;
	}
	if (result->state != RESULT_UNSET &&
	    (result->parts == NULL || result->parts[which])) {
		fail_twice(call, index);
		goto fail;
	}
	if (check_made(call, value) != 0)
		goto fail;
	if (parts_prepare(result, call->outputs[index].count) != 0 ||
	    json_object_array_put_idx(result->value, which, value) != 0) {
		(void)lethe_fail(call, "there was no memory for an output");
		goto fail;
	}
	result->parts[which] = true;
	return LETHE_OK;
fail:
	call->failed = true;
	json_object_put(value);
	return LETHE_ERROR;
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
	    property[0] == '\0') {
		(void)lethe_fail(call,
		    "lethe_set_props() needs a callback, an id and a "
		    "property");
		goto fail;
	}
	if (check_made(call, value) != 0 ||
	    id_parse(&canonical, id, &call->error) != 0)
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
	struct buffer text;
	int done;

	buffer_init(&text, 4096);
	done = id_write(&text, parts, &call->error);
	json_object_put(parts);
	if (done != 0) {
		call->failed = true;
		buffer_clear(&text);
		return NULL;
	}
	return call_keep_text(call, &text);
}
