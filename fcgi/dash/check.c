/*
 * dash/check.c: mistakes in an app's description, each with what to do.
 */
#include <stdarg.h>
#include <string.h>

#include "dash/check.h"
#include "dash/json_scan.h"

void
mistake(struct mistakes *mistakes, const char *format, ...)
{
	struct error error;
	va_list arguments;

	va_start(arguments, format);
	(void)error_setv(&error, format, arguments);
	va_end(arguments);
	mistakes->count++;
	mistakes->report(mistakes->context, error.message);
}

/* Names become parts of URLs, files and log lines: keep them plain. */
static bool
name_is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	return name != NULL && name[0] != '\0' && strlen(name) <= 64 &&
	    name[strspn(name, plain)] == '\0';
}

/* The same component's property, as far as the descriptions say. */
static bool
is_same(const struct dash_property *a, const struct dash_property *b)
{
	return strcmp(a->id.text, b->id.text) == 0 &&
	    strcmp(a->property, b->property) == 0;
}

/* Is one property set by two callbacks, or twice by one? */
static void
check_outputs_distinct(struct mistakes *mistakes, const struct dash *dash,
    size_t which)
{
	const struct dash_callback *mine = &dash->callbacks[which];

	for (size_t i = 0; i < mine->outputs.count; i++)
		for (size_t other = 0; other <= which; other++) {
			const struct dash_callback *theirs =
			    &dash->callbacks[other];
			const struct dash_property *a = &mine->outputs.list[i];
			size_t count =
			    other == which ? i : theirs->outputs.count;

			for (size_t j = 0; j < count; j++) {
				const struct dash_property *b =
				    &theirs->outputs.list[j];

				if (!is_same(a, b) ||
				    (other != which &&
					(a->allow_duplicate ||
					    b->allow_duplicate)))
					continue;
				mistake(mistakes,
				    "callback %s: its output %s.%s is an "
				    "output of callback %s too: set "
				    ".allow_duplicate on one of them, or let "
				    "one callback have it",
				    mine->description->name, a->id.text,
				    a->property,
				    theirs->description->name);
			}
		}
}

/* Would setting an output start the same callback again, for ever? */
static void
check_own_input(struct mistakes *mistakes, const struct dash_callback *callback)
{
	for (size_t i = 0; i < callback->outputs.count; i++)
		for (size_t j = 0; j < callback->inputs.count; j++) {
			const struct dash_property *output =
			    &callback->outputs.list[i];

			if (is_same(output, &callback->inputs.list[j]))
				mistake(mistakes,
				    "callback %s: %s.%s is its output and "
				    "its input: read it as state instead",
				    callback->description->name,
				    output->id.text,
				    output->property);
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
			mistake(mistakes,
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
		mistake(mistakes, "callback %s: .handler is missing", name);
	else if (count > 1)
		mistake(mistakes,
		    "callback %s: it has more than one of .handler, "
		    ".clientside_function and .clientside_name: keep one",
		    name);
	else if (named &&
	    (callback->clientside_namespace == NULL ||
		callback->clientside_name == NULL))
		mistake(mistakes,
		    "callback %s: .clientside_namespace and .clientside_name "
		    "belong together",
		    name);
}

static void
check_running(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *name)
{
	const struct lethe_running *running = callback->running;
	struct json_fault fault;

	for (; running != NULL && running->id != NULL; running++) {
		const char *texts[] = { running->running,
			running->running_off };

		if (running->property == NULL)
			mistake(mistakes,
			    "callback %s: .running of %s lacks its property",
			    name, running->id);
		for (size_t i = 0; i < 2; i++)
			if (texts[i] == NULL ||
			    json_scan(texts[i], strlen(texts[i]),
				JSON_DEPTH_MAX, NULL, &fault) != 0)
				mistake(mistakes,
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
		mistake(mistakes,
		    "the app's .name \"%s\" must be 1 to 64 letters, digits, "
		    "'_' or '-', since it is a part of file names",
		    app->name != NULL ? app->name : "(none)");
	if (app->layout == NULL)
		mistake(mistakes, "the app's .layout is missing");
}

void
check_description(struct mistakes *mistakes,
    const struct lethe_callback *callback, size_t which)
{
	const char *name = callback->name != NULL ? callback->name : "(none)";

	if (!name_is_plain(callback->name))
		mistake(mistakes,
		    "callback number %zu: its name \"%s\" must be 1 to 64 "
		    "letters, digits, '_' or '-', since it is a part of a URL",
		    which, name);
	check_code(mistakes, callback, name);
	check_running(mistakes, callback, name);
	if (callback->inputs == NULL || callback->inputs[0].id == NULL)
		mistake(mistakes,
		    "callback %s: .inputs is missing: without an input it "
		    "would never run",
		    name);
}

void
check_callback(struct mistakes *mistakes, const struct dash *dash,
    size_t which)
{
	const struct dash_callback *entry = &dash->callbacks[which];
	const char *name = entry->description->name;

	for (size_t i = 0; i < which; i++)
		if (strcmp(name, dash->callbacks[i].description->name) == 0)
			mistake(mistakes,
			    "callback %s: there are two of that name: give "
			    "each its own",
			    name);
	check_outputs_distinct(mistakes, dash, which);
	check_own_input(mistakes, entry);
	check_duplicates(mistakes, entry);
}
