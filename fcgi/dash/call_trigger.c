/*
 * dash/call_trigger.c: what made a callback run.
 */
#include <string.h>

#include "dash/call.h"

size_t
lethe_triggered_count(const struct lethe_call *call)
{
	return call->trigger_count;
}

/* The value of the input that the trigger names; NULL: none. */
static struct json_object *
trigger_value(struct lethe_call *call, const struct lethe_trigger *trigger)
{
	for (size_t i = 0; i < call->callback->inputs.count; i++) {
		struct argument *input = &call->inputs[i];

		if (strcmp(input->property->property, trigger->property) != 0)
			continue;
		for (size_t j = 0; j < input->count; j++) {
			struct component *component = &input->components[j];
			const char *text =
			    component_text(call, input, component);

			if (text != NULL && strcmp(text, trigger->id) == 0)
				return component_value(call, component);
		}
	}
	return NULL;
}

const struct lethe_trigger *
lethe_triggered(struct lethe_call *call, size_t which)
{
	struct lethe_trigger *trigger;

	if (which >= call->trigger_count)
		return NULL;
	trigger = &call->triggers[which];
	if (trigger->value == NULL)
		trigger->value = trigger_value(call, trigger);
	return trigger;
}

static bool
is_triggered_by(const struct lethe_call *call, const char *text)
{
	for (size_t i = 0; i < call->trigger_count; i++)
		if (strcmp(call->triggers[i].id, text) == 0)
			return true;
	return false;
}

bool
lethe_triggered_by(const struct lethe_call *call, const char *id)
{
	struct error error;
	struct id pattern;
	bool found;

	if (is_triggered_by(call, id))
		return true;
	/* The front end's text has the keys in order. */
	if (id_parse(&pattern, id, &error) != 0)
		return false;
	found = is_triggered_by(call, pattern.text);
	id_clear(&pattern);
	return found;
}
