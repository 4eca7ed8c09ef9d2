/*
 * dash/check_wildcards.c: wildcards of pattern ids that do not go together.
 *
 * The outputs tell which MATCH a run of a callback is for, so all outputs
 * have MATCH at the same keys, and no input or state has it, or ALLSMALLER,
 * where the outputs have none.  (With no MATCH in the outputs at all, inputs
 * may have it: what changed says then which.)
 */
#include <string.h>

#include "dash/check.h"

/* Can a component's value fit both keys? */
static bool
keys_overlap(const struct id_key *a, const struct id_key *b)
{
	if (a->wildcard == ID_VALUE && b->wildcard == ID_VALUE)
		return id_values_equal(a->value, b->value);
	/* What is smaller than MATCH is not MATCH. */
	return !(a->wildcard == ID_MATCH && b->wildcard == ID_ALLSMALLER) &&
	       !(a->wildcard == ID_ALLSMALLER && b->wildcard == ID_MATCH);
}

bool
properties_overlap(const struct dash_property *a, const struct dash_property *b)
{
	if (strcmp(a->property, b->property) != 0 ||
	    a->id.key_count != b->id.key_count)
		return false;
	if (a->id.keys == NULL)
		return strcmp(a->id.text, b->id.text) == 0;
	/* Both are in the order of their names. */
	for (size_t i = 0; i < a->id.key_count; i++)
		if (strcmp(a->id.keys[i].name, b->id.keys[i].name) != 0 ||
		    !keys_overlap(&a->id.keys[i], &b->id.keys[i]))
			return false;
	return true;
}

static bool
has_wildcard(const struct id *id, const char *key, enum id_wildcard wildcard)
{
	const struct id_key *found = id_find(id, key);

	return found != NULL && found->wildcard == wildcard;
}

static void
check_outputs_overlap(struct mistakes *mistakes,
    const struct dash_callback *mine, const struct dash_callback *theirs)
{
	for (size_t i = 0; i < mine->outputs.count; i++) {
		const struct dash_property *a = &mine->outputs.list[i];
		size_t count = mine == theirs ? i : theirs->outputs.count;

		for (size_t j = 0; j < count; j++) {
			const struct dash_property *b =
			    &theirs->outputs.list[j];

			/* The very same one is told elsewhere, and those
			 * that are allowed have names of their own. */
			if (a->id.keys == NULL || !properties_overlap(a, b) ||
			    strcmp(a->id.text, b->id.text) == 0 ||
			    (mine != theirs &&
				(a->allow_duplicate || b->allow_duplicate)))
				continue;
			mistake(mistakes, mine->description,
			    "callback %s: its output %s.%s can be of the same "
			    "component as the output %s.%s of %s: let their "
			    "ids differ in a key, or mark one with "
			    "LETHE_ALLOW_DUPLICATE",
			    mine->description->name, a->id.text, a->property,
			    b->id.text, b->property,
			    mine == theirs ? "the same callback"
					   : theirs->description->name);
		}
	}
}

static void
check_output(struct mistakes *mistakes, const struct dash_callback *callback,
    const struct dash_property *output)
{
	const struct dash_property *first = &callback->outputs.list[0];
	const char *name = callback->description->name;
	bool same = true;

	for (size_t i = 0; i < output->id.key_count; i++) {
		const struct id_key *key = &output->id.keys[i];

		if (key->wildcard == ID_ALLSMALLER)
			mistake(mistakes, callback->description,
			    "callback %s: its output %s.%s has ALLSMALLER at "
			    "the key \"%s\": an output may have MATCH or ALL",
			    name, output->id.text, output->property, key->name);
		if (key->wildcard == ID_MATCH &&
		    !has_wildcard(&first->id, key->name, ID_MATCH))
			same = false;
	}
	for (size_t i = 0; i < first->id.key_count; i++)
		if (first->id.keys[i].wildcard == ID_MATCH &&
		    !has_wildcard(
			&output->id, first->id.keys[i].name, ID_MATCH))
			same = false;
	if (!same)
		mistake(mistakes, callback->description,
		    "callback %s: its outputs %s.%s and %s.%s do not have "
		    "MATCH at the same keys: give all outputs the same, or "
		    "make callbacks of their own",
		    name, first->id.text, first->property, output->id.text,
		    output->property);
}

static bool
has_match(const struct dash_properties *outputs)
{
	const struct id *first = &outputs->list[0].id;

	for (size_t i = 0; outputs->count > 0 && i < first->key_count; i++)
		if (first->keys[i].wildcard == ID_MATCH)
			return true;
	return false;
}

static void
check_arguments(struct mistakes *mistakes, const struct dash_callback *callback,
    const struct dash_properties *arguments, const char *kind)
{
	const struct dash_properties *outputs = &callback->outputs;
	bool outputs_match = has_match(outputs);

	for (size_t i = 0; i < arguments->count; i++) {
		const struct dash_property *each = &arguments->list[i];

		for (size_t k = 0; k < each->id.key_count; k++) {
			const struct id_key *key = &each->id.keys[k];
			bool smaller = key->wildcard == ID_ALLSMALLER;

			if (!smaller &&
			    (key->wildcard != ID_MATCH || !outputs_match))
				continue;
			if (outputs->count > 0 &&
			    has_wildcard(
				&outputs->list[0].id, key->name, ID_MATCH))
				continue;
			mistake(mistakes, callback->description,
			    "callback %s: its %s %s.%s has %s at the key "
			    "\"%s\", where its outputs do not have MATCH: "
			    "give the outputs MATCH there, or use ALL here",
			    callback->description->name, kind, each->id.text,
			    each->property, smaller ? "ALLSMALLER" : "MATCH",
			    key->name);
		}
	}
}

void
check_wildcards(struct mistakes *mistakes, const struct dash *dash)
{
	for (size_t i = 0; i < dash->callback_count; i++) {
		const struct dash_callback *each = &dash->callbacks[i];

		if (each->output == NULL)
			continue;
		for (size_t other = 0; other <= i; other++)
			check_outputs_overlap(
			    mistakes, each, &dash->callbacks[other]);
		for (size_t o = 0; o < each->outputs.count; o++)
			check_output(mistakes, each, &each->outputs.list[o]);
		check_arguments(mistakes, each, &each->inputs, "input");
		check_arguments(mistakes, each, &each->states, "state");
	}
}
