/*
 * dash/check_targets.c: the ids and properties that callbacks name, against
 * the components that the layout has.
 *
 * A pattern id may be of components that come later, so only the properties
 * of those that are there can be wrong.
 */
#include <string.h>

#include "base/nearest.h"
#include "dash/check.h"

/* What a callback names something as. */
struct target {
	const struct lethe_callback *callback;
	const char *kind; /* "output", ... */
	const struct id *id;
	const char *property;
	bool may_be_missing;
};

/* The components of that text, which stand together; NULL: none. */
static const struct placed *
find_placed(const struct placed_list *placed, const char *text)
{
	size_t low = 0, high = placed->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(placed->list[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < placed->count && strcmp(placed->list[low].text, text) == 0
		   ? &placed->list[low]
		   : NULL;
}

static void
tell_missing(struct mistakes *mistakes, const struct placed_list *placed,
    const struct target *target)
{
	struct nearest nearest;

	nearest_init(&nearest, target->id->text);
	for (size_t i = 0; i < placed->count; i++)
		if (placed->list[i].text[0] != '{')
			nearest_offer(&nearest, placed->list[i].text);
	if (nearest.best != NULL)
		mistake(mistakes, target->callback,
		    "callback %s: its %s %s.%s: no component of the layout "
		    "has that id: did you mean \"%s\"?",
		    target->callback->name, target->kind, target->id->text,
		    target->property, nearest.best);
	else
		mistake(mistakes, target->callback,
		    "callback %s: its %s %s.%s: no component of the layout "
		    "has that id: add one, or set the app's "
		    ".suppress_callback_exceptions if it comes later",
		    target->callback->name, target->kind, target->id->text,
		    target->property);
}

/* True when the component has the property. */
static bool
check_property(struct mistakes *mistakes, const struct placed *placed,
    const struct target *target)
{
	const char *nearest, *type;

	if (placed->type == NULL ||
	    component_has_property(placed->type, target->property))
		return true;
	type = component_type_name(placed->type);
	nearest = nearest_property(placed->type, target->property);
	mistake(mistakes, target->callback,
	    "callback %s: its %s %s.%s: the component \"%s\" is a %s of %s, "
	    "which has no property \"%s\"%s%s%s",
	    target->callback->name, target->kind, target->id->text,
	    target->property, placed->text, type, placed->type->library->name,
	    target->property, nearest != NULL ? ": did you mean \"" : "",
	    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	return false;
}

/* Could the pattern be for this component, whatever MATCH is? */
static bool
pattern_fits(
    struct mistakes *mistakes, const struct id *id, const struct placed *placed)
{
	struct json_object *matches = json_object_new_object();
	bool fits;

	if (matches == NULL)
		no_memory_to_check(mistakes);
	fits = matches != NULL && id_fits(id, placed->id, matches);
	json_object_put(matches);
	return fits;
}

static void
check_target(struct mistakes *mistakes, const struct placed_list *placed,
    const struct target *target)
{
	const struct placed *found;

	if (target->id->keys == NULL) {
		found = find_placed(placed, target->id->text);
		if (found != NULL)
			(void)check_property(mistakes, found, target);
		else if (!target->may_be_missing)
			tell_missing(mistakes, placed, target);
		return;
	}
	for (size_t i = 0; i < placed->count; i++)
		if (placed->list[i].text[0] == '{' &&
		    pattern_fits(mistakes, target->id, &placed->list[i]) &&
		    !check_property(mistakes, &placed->list[i], target))
			return;
}

static void
check_list(struct mistakes *mistakes, const struct placed_list *placed,
    const struct dash_callback *callback,
    const struct dash_properties *properties, const char *kind, bool complete)
{
	for (size_t i = 0; i < properties->count; i++) {
		const struct dash_property *each = &properties->list[i];
		struct target target = { .callback = callback->description,
			.kind = kind,
			.id = &each->id,
			.property = each->property,
			.may_be_missing = !complete || each->allow_optional ||
					  callback->description->optional };

		check_target(mistakes, placed, &target);
	}
}

static void
check_running(struct mistakes *mistakes, const struct placed_list *placed,
    const struct lethe_callback *callback, bool complete)
{
	const struct lethe_running *running = callback->running;
	struct error error;
	struct id id;

	for (; running != NULL && running->id != NULL; running++) {
		struct target target = { .callback = callback,
			.kind = ".running",
			.id = &id,
			.property = running->property,
			.may_be_missing = !complete || callback->optional };

		/* What cannot be read was told before. */
		if (running->property == NULL ||
		    id_parse(&id, running->id, &error) != 0)
			continue;
		check_target(mistakes, placed, &target);
		id_clear(&id);
	}
}

void
check_targets(struct mistakes *mistakes, const struct dash *dash,
    const struct placed_list *placed, bool complete)
{
	for (size_t i = 0; i < dash->callback_count; i++) {
		const struct dash_callback *each = &dash->callbacks[i];

		if (each->description->name == NULL)
			continue;
		check_list(
		    mistakes, placed, each, &each->outputs, "output", complete);
		check_list(
		    mistakes, placed, each, &each->inputs, "input", complete);
		check_list(
		    mistakes, placed, each, &each->states, "state", complete);
		check_running(mistakes, placed, each->description, complete);
	}
}
