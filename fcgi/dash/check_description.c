/*
 * dash/check_description.c: mistakes in an app's description that keep it from
 * being served, each with what to do.
 */
#include <string.h>

#include "dash/check.h"
#include "dash/json_scan.h"

/* Names become parts of URLs, files and log lines: keep them plain. */
static bool
name_is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	return name != NULL && name[0] != '\0' && strlen(name) <= 64 &&
	       name[strspn(name, plain)] == '\0';
}

/* Has a list this very output?  To one callback that is one of the property;
 * those that are allowed to be another's have names that differ from it. */
static bool
has_output(const struct dash_property *list, size_t count,
    const struct dash_property *wanted, bool same_callback)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].id.text, wanted->id.text) == 0 &&
		    (same_callback ? strcmp(list[i].property, wanted->property)
				   : strcmp(list[i].name, wanted->name)) == 0)
			return true;
	return false;
}

/* Is one property set by two callbacks, or twice by one? */
static void
check_outputs_distinct(struct mistakes *mistakes,
    const struct dash_callback *mine, const struct dash_callback *theirs)
{
	const struct dash_property *list = mine->outputs.list;

	for (size_t i = 0; i < mine->outputs.count; i++) {
		size_t count = mine == theirs ? i : theirs->outputs.count;

		if (!has_output(
			theirs->outputs.list, count, &list[i], mine == theirs))
			continue;
		if (mine == theirs)
			mistake(mistakes, mine->description,
			    "callback %s: it has the output %s.%s twice: name "
			    "it once",
			    mine->description->name, list[i].id.text,
			    list[i].property);
		else if (list[i].allow_duplicate)
			mistake(mistakes, mine->description,
			    "callback %s: its output %s.%s is an output of "
			    "callback %s too, and both have the same inputs, "
			    "so that the browser cannot tell them apart: let "
			    "one callback do both",
			    mine->description->name, list[i].id.text,
			    list[i].property, theirs->description->name);
		else
			mistake(mistakes, mine->description,
			    "callback %s: its output %s.%s is an output of "
			    "callback %s too: name it as "
			    "LETHE_ALLOW_DUPLICATE(\"%s\") in one of them, or "
			    "let one callback have it",
			    mine->description->name, list[i].id.text,
			    list[i].property, theirs->description->name,
			    list[i].property);
	}
}

/* Dash cannot know which of two callbacks comes last when a page loads. */
static void
check_duplicates(struct mistakes *mistakes, const struct dash_callback *entry)
{
	for (size_t i = 0; i < entry->outputs.count; i++)
		if (entry->outputs.list[i].allow_duplicate &&
		    !entry->prevent_initial_call &&
		    entry->description->prevent_initial_call !=
			LETHE_INITIAL_DUPLICATE)
			mistake(mistakes, entry->description,
			    "callback %s: its output %s.%s is allowed to be "
			    "another's too, so set .prevent_initial_call to "
			    "true or to LETHE_INITIAL_DUPLICATE",
			    entry->description->name,
			    entry->outputs.list[i].id.text,
			    entry->outputs.list[i].property);
}

static void
check_code(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *name)
{
	bool text = callback->clientside_function != NULL;
	bool named = callback->clientside_namespace != NULL ||
		     callback->clientside_name != NULL;
	int count = (callback->handler != NULL) + text + named;

	if (count == 0)
		mistake(mistakes, callback, "callback %s: .handler is missing",
		    name);
	else if (count > 1)
		mistake(mistakes, callback,
		    "callback %s: it has more than one of .handler, "
		    ".clientside_function and .clientside_name: keep one",
		    name);
	else if (named && (callback->clientside_namespace == NULL ||
			      callback->clientside_name == NULL))
		mistake(mistakes, callback,
		    "callback %s: .clientside_namespace and .clientside_name "
		    "belong together",
		    name);
}

/* An output that others have is marked as such, an input or state that may be
 * missing is; the other way round a mark means nothing. */
static void
check_marks(struct mistakes *mistakes, const struct lethe_callback *callback,
    const struct lethe_dependency *list, char mark, const char *what)
{
	for (; list != NULL && list->id != NULL; list++)
		if (list->property != NULL && list->property[0] == mark)
			mistake(mistakes, callback,
			    "callback %s: %s.%s is marked with %s",
			    callback->name != NULL ? callback->name : "(none)",
			    list->id, list->property + 1, what);
}

static void
check_running(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *name)
{
	const struct lethe_running *running = callback->running;
	struct json_fault fault;
	struct error error;
	struct id id;

	for (; running != NULL && running->id != NULL; running++) {
		const char *texts[] = { running->running,
			running->running_off };

		if (running->property == NULL)
			mistake(mistakes, callback,
			    "callback %s: .running of %s lacks its property",
			    name, running->id);
		if (id_parse(&id, running->id, &error) == 0)
			id_clear(&id);
		else
			mistake(mistakes, callback, "callback %s: .running: %s",
			    name, error.message);
		for (size_t i = 0; i < 2; i++)
			if (texts[i] == NULL ||
			    json_scan(texts[i], strlen(texts[i]),
				JSON_DEPTH_MAX, NULL, &fault) != 0)
				mistake(mistakes, callback,
				    "callback %s: .running of %s.%s has a "
				    "value that is not JSON: write texts as "
				    "\"\\\"text\\\"\"",
				    name, running->id,
				    running->property != NULL
					? running->property
					: "");
	}
}

void
check_app(struct mistakes *mistakes, const struct lethe_app *app)
{
	if (!name_is_plain(app->name))
		mistake(mistakes, NULL,
		    "the app's .name \"%s\" must be 1 to 64 letters, digits, "
		    "'_' or '-', since it is a part of file names",
		    app->name != NULL ? app->name : "(none)");
	if (app->layout == NULL)
		mistake(mistakes, NULL, "the app's .layout is missing");
	check_page(mistakes, app);
}

/* Without inputs a callback runs when the page has loaded, or never. */
static void
check_inputs(struct mistakes *mistakes, const struct lethe_app *app,
    const struct lethe_callback *callback, const char *name)
{
	bool has_outputs =
	    callback->outputs != NULL && callback->outputs[0].id != NULL;

	if (callback->inputs != NULL && callback->inputs[0].id != NULL)
		return;
	if (has_outputs && !dash_is_initial_prevented(app, callback))
		return;
	mistake(mistakes, callback,
	    "callback %s: .inputs is missing: without an input it would never "
	    "run%s",
	    name,
	    has_outputs ? ", unless .prevent_initial_call is "
			  "LETHE_INITIAL_RUN: then it runs when the page has "
			  "loaded"
			: "");
}

void
check_description(struct mistakes *mistakes, const struct lethe_app *app,
    const struct lethe_callback *callback, size_t which)
{
	const char *name = callback->name != NULL ? callback->name : "(none)";

	if (!name_is_plain(callback->name))
		mistake(mistakes, callback,
		    "callback number %zu: its name \"%s\" must be 1 to 64 "
		    "letters, digits, '_' or '-', since it is a part of a URL",
		    which, name);
	check_code(mistakes, callback, name);
	check_running(mistakes, callback, name);
	check_inputs(mistakes, app, callback, name);
	check_marks(mistakes, callback, callback->outputs, '?',
	    "LETHE_ALLOW_OPTIONAL, which is for inputs and state: set "
	    ".optional if its component may be missing");
	check_marks(mistakes, callback, callback->inputs, '@',
	    "LETHE_ALLOW_DUPLICATE, which is for outputs: name the property "
	    "alone");
	check_marks(mistakes, callback, callback->state, '@',
	    "LETHE_ALLOW_DUPLICATE, which is for outputs: name the property "
	    "alone");
}

/* The browser names a callback without outputs by its inputs alone. */
static void
check_no_outputs(struct mistakes *mistakes, const struct dash_callback *mine,
    const struct dash_callback *theirs)
{
	if (mine->outputs.count == 0 && theirs->outputs.count == 0 &&
	    strcmp(mine->output, theirs->output) == 0)
		mistake(mistakes, mine->description,
		    "callback %s: it has no outputs and the inputs of callback "
		    "%s, so that the browser cannot tell them apart: let one "
		    "callback do both",
		    mine->description->name, theirs->description->name);
}

void
check_callback(struct mistakes *mistakes, const struct dash *dash, size_t which)
{
	const struct dash_callback *entry = &dash->callbacks[which];
	const char *name = entry->description->name;

	if (entry->output == NULL)
		return;
	for (size_t i = 0; i < which; i++) {
		const struct dash_callback *other = &dash->callbacks[i];

		if (other->output == NULL)
			continue;
		if (strcmp(name, other->description->name) == 0)
			mistake(mistakes, entry->description,
			    "callback %s: there are two of that name: give "
			    "each its own",
			    name);
		check_outputs_distinct(mistakes, entry, other);
		check_no_outputs(mistakes, entry, other);
	}
	check_outputs_distinct(mistakes, entry, entry);
	check_duplicates(mistakes, entry);
}
