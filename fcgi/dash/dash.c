/*
 * dash/dash.c: an app's description, checked and prepared for serving.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/dash.h"

/* Where mistakes in the description are told, and how many there were. */
struct mistakes {
	void (*report)(void *context, const char *mistake);
	void *context;
	size_t count;
};

static void mistake(struct mistakes *mistakes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
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

static size_t
dependencies_count(const struct lethe_dependency *list)
{
	size_t count = 0;

	if (list != NULL)
		while (list[count].id != NULL || list[count].property != NULL)
			count++;
	return count;
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

static void
check_dependencies(struct mistakes *mistakes, const char *callback,
    const char *kind, const struct lethe_dependency *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *id = list[i].id;
		const char *property = list[i].property;

		if (id == NULL || id[0] == '\0' || property == NULL ||
		    property[0] == '\0') {
			mistake(mistakes,
			    "callback %s: %s number %zu lacks its id or its "
			    "property: write { \"id\", \"property\" }",
			    callback, kind, i);
			continue;
		}
		if (id[0] == '{')
			mistake(mistakes,
			    "callback %s: %s %s.%s has a pattern id, which "
			    "this version does not know: use a plain id",
			    callback, kind, id, property);
		else if (strchr(id, '.') != NULL)
			mistake(mistakes,
			    "callback %s: %s id \"%s\" has a dot, which Dash "
			    "keeps for id.property: choose an id without",
			    callback, kind, id);
	}
}

/* Is one property set by two callbacks, or twice by one? */
static void
check_outputs_distinct(struct mistakes *mistakes, const struct dash *dash,
    size_t which)
{
	const struct lethe_callback *mine = dash->callbacks[which].description;

	for (size_t i = 0; i < dash->callbacks[which].output_count; i++) {
		for (size_t other = 0; other <= which; other++) {
			const struct dash_callback *theirs =
			    &dash->callbacks[other];
			size_t count =
			    other == which ? i : theirs->output_count;

			for (size_t j = 0; j < count; j++) {
				const struct lethe_dependency *a, *b;

				a = &mine->outputs[i];
				b = &theirs->description->outputs[j];
				if (a->id == NULL || a->property == NULL ||
				    b->id == NULL || b->property == NULL ||
				    strcmp(a->id, b->id) != 0 ||
				    strcmp(a->property, b->property) != 0)
					continue;
				mistake(mistakes,
				    "callback %s: its output %s.%s is an "
				    "output of callback %s too: a property "
				    "can be the output of one callback only",
				    mine->name, a->id, a->property,
				    theirs->description->name);
			}
		}
	}
}

/* Would setting an output start the same callback again, for ever? */
static void
check_own_input(struct mistakes *mistakes, const struct dash_callback *entry)
{
	const struct lethe_callback *callback = entry->description;

	for (size_t i = 0; i < entry->output_count; i++)
		for (size_t j = 0; j < entry->input_count; j++) {
			const struct lethe_dependency *output, *input;

			output = &callback->outputs[i];
			input = &callback->inputs[j];
			if (output->id != NULL && input->id != NULL &&
			    output->property != NULL &&
			    input->property != NULL &&
			    strcmp(output->id, input->id) == 0 &&
			    strcmp(output->property, input->property) == 0)
				mistake(mistakes,
				    "callback %s: %s.%s is its output and "
				    "its input: read it as state instead",
				    callback->name, output->id,
				    output->property);
		}
}

static void
check_callback(struct mistakes *mistakes, const struct dash *dash,
    size_t which)
{
	const struct dash_callback *entry = &dash->callbacks[which];
	const struct lethe_callback *callback = entry->description;
	const char *name = callback->name != NULL ? callback->name : "(none)";

	if (!name_is_plain(callback->name))
		mistake(mistakes,
		    "callback number %zu: its name \"%s\" must be 1 to 64 "
		    "letters, digits, '_' or '-', since it is a part of a URL",
		    which, name);
	for (size_t i = 0; i < which; i++)
		if (callback->name != NULL &&
		    dash->callbacks[i].description->name != NULL &&
		    strcmp(callback->name,
			dash->callbacks[i].description->name) == 0)
			mistake(mistakes,
			    "callback %s: there are two of that name: give "
			    "each its own",
			    name);
	if (callback->handler == NULL)
		mistake(mistakes, "callback %s: .handler is missing", name);
	if (entry->output_count == 0)
		mistake(mistakes,
		    "callback %s: .outputs is missing, and this version needs "
		    "one at least",
		    name);
	if (entry->input_count == 0)
		mistake(mistakes,
		    "callback %s: .inputs is missing: without an input it "
		    "would never run",
		    name);
	check_dependencies(mistakes, name, "output", callback->outputs,
	    entry->output_count);
	check_dependencies(mistakes, name, "input", callback->inputs,
	    entry->input_count);
	check_dependencies(mistakes, name, "state", callback->state,
	    entry->state_count);
	check_outputs_distinct(mistakes, dash, which);
	check_own_input(mistakes, entry);
}

static void
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

/* The text by which the front end names a callback: that of its outputs. */
static char *
output_text(const struct dash_callback *entry)
{
	const struct lethe_dependency *output = entry->description->outputs;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	if (entry->output_count == 1) {
		buffer_addf(&text, "%s.%s", output->id, output->property);
	} else {
		for (size_t i = 0; i < entry->output_count; i++)
			buffer_addf(&text, "%s%s.%s", i == 0 ? ".." : "...",
			    output[i].id, output[i].property);
		buffer_add_string(&text, "..");
	}
	if (buffer_failed(&text)) {
		buffer_clear(&text);
		return NULL;
	}
	return text.data;
}

int
dash_new(struct dash **dash_out, const struct lethe_app *app,
    void (*report)(void *context, const char *mistake), void *context)
{
	struct mistakes mistakes = { .report = report, .context = context };
	struct dash *dash;
	size_t count = 0;

	*dash_out = NULL;
	check_app(&mistakes, app);
	if (app->callbacks != NULL)
		while (app->callbacks[count] != NULL)
			count++;
	dash = calloc(1, sizeof(*dash));
	if (dash == NULL)
		goto no_memory;
	dash->app = app;
	dash->callbacks = calloc(count + 1, sizeof(*dash->callbacks));
	if (dash->callbacks == NULL)
		goto no_memory;
	for (; dash->callback_count < count; dash->callback_count++) {
		const struct lethe_callback *description =
		    app->callbacks[dash->callback_count];
		struct dash_callback *entry =
		    &dash->callbacks[dash->callback_count];

		entry->description = description;
		entry->output_count = dependencies_count(description->outputs);
		entry->input_count = dependencies_count(description->inputs);
		entry->state_count = dependencies_count(description->state);
		check_callback(&mistakes, dash, dash->callback_count);
	}
	if (mistakes.count > 0) {
		dash_free(dash);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		dash->callbacks[i].output = output_text(&dash->callbacks[i]);
		if (dash->callbacks[i].output == NULL)
			goto no_memory;
	}
	*dash_out = dash;
	return 0;
no_memory:
	mistake(&mistakes, "there is no memory for the app's description");
	dash_free(dash);
	return -1;
}

void
dash_free(struct dash *dash)
{
	if (dash == NULL)
		return;
	for (size_t i = 0; i < dash->callback_count; i++)
		free(dash->callbacks[i].output);
	free(dash->callbacks);
	free(dash);
}

const struct dash_callback *
dash_find_name(const struct dash *dash, const char *name)
{
	for (size_t i = 0; i < dash->callback_count; i++)
		if (strcmp(dash->callbacks[i].description->name, name) == 0)
			return &dash->callbacks[i];
	return NULL;
}

const struct dash_callback *
dash_find_output(const struct dash *dash, const char *output, size_t size)
{
	for (size_t i = 0; i < dash->callback_count; i++)
		if (strlen(dash->callbacks[i].output) == size &&
		    memcmp(dash->callbacks[i].output, output, size) == 0)
			return &dash->callbacks[i];
	return NULL;
}
