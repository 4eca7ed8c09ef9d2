/*
 * dash/dash.c: an app's description, prepared for serving.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "dash/check.h"
#include "dash/dash.h"

#define TEXT_LIMIT ((size_t)1 << 20)

static size_t
dependencies_count(const struct lethe_dependency *list)
{
	size_t count = 0;

	if (list != NULL)
		while (list[count].id != NULL || list[count].property != NULL)
			count++;
	return count;
}

static int
no_memory(struct mistakes *mistakes)
{
	mistake(mistakes, NULL, "there is no memory for the app's description");
	return -1;
}

/* The text that a buffer holds, which it loses; NULL: the buffer failed. */
static char *
buffer_take(struct buffer *text)
{
	if (buffer_failed(text)) {
		buffer_clear(text);
		return NULL;
	}
	return text->data;
}

static char *
sha256_hex(const char *text, size_t size)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char *hex = malloc(2 * sizeof(hash) + 1);

	if (hex == NULL)
		return NULL;
	(void)crypto_hash_sha256(hash, (const unsigned char *)text, size);
	return sodium_bin2hex(hex, 2 * sizeof(hash) + 1, hash, sizeof(hash));
}

/* Of a callback's inputs: what tells its outputs, or its absence of outputs,
 * from others'.  As the reference: "id.property" joined by dots, hashed. */
static char *
inputs_hash(const struct dash_callback *callback)
{
	struct buffer text;
	char *hash;

	buffer_init(&text, TEXT_LIMIT);
	for (size_t i = 0; i < callback->inputs.count; i++)
		buffer_addf(&text, "%s%s.%s", i == 0 ? "" : ".",
		    callback->inputs.list[i].id.text,
		    callback->inputs.list[i].property);
	hash = buffer_failed(&text) ? NULL : sha256_hex(text.data, text.size);
	buffer_clear(&text);
	return hash;
}

/* The text by which the front end names a callback: that of its outputs. */
static char *
output_text(const struct dash_callback *callback)
{
	const struct dash_property *list = callback->outputs.list;
	size_t count = callback->outputs.count;
	struct buffer text;

	if (count == 0)
		return inputs_hash(callback);
	buffer_init(&text, TEXT_LIMIT);
	if (count == 1 && !callback->description->output_list) {
		buffer_addf(&text, "%s.%s", list[0].id.text, list[0].name);
	} else {
		for (size_t i = 0; i < count; i++)
			buffer_addf(&text, "%s%s.%s", i == 0 ? ".." : "...",
			    list[i].id.text, list[i].name);
		buffer_add_string(&text, "..");
	}
	return buffer_take(&text);
}

static int
properties_prepare(struct dash_properties *properties,
    const struct lethe_dependency *list,
    const struct lethe_callback *callback, const char *kind,
    struct mistakes *mistakes)
{
	const char *name = callback->name != NULL ? callback->name : "(none)";
	size_t count = dependencies_count(list);
	struct error error;
	int done = 0;

	/* One more than needed, since calloc(0) may be NULL. */
	properties->list = calloc(count + 1, sizeof(*properties->list));
	if (properties->list == NULL)
		return no_memory(mistakes);
	for (size_t i = 0; i < count; i++) {
		struct dash_property *property =
		    &properties->list[properties->count];

		if (list[i].id == NULL || list[i].property == NULL ||
		    list[i].property[strspn(list[i].property, "@?")] ==
			'\0') {
			mistake(mistakes, callback,
			    "callback %s: %s number %zu lacks its id or its "
			    "property: write { \"id\", \"property\" }",
			    name, kind, i);
			done = -1;
			continue;
		}
		property->property = list[i].property;
		property->allow_duplicate = list[i].property[0] == '@';
		property->allow_optional = list[i].property[0] == '?';
		if (property->allow_duplicate || property->allow_optional)
			property->property++;
		if (id_parse(&property->id, list[i].id, &error) != 0) {
			mistake(mistakes, callback,
			    "callback %s: %s number %zu: %s", name, kind, i,
			    error.message);
			done = -1;
			continue;
		}
		properties->count++;
	}
	return done;
}

/* The names need the hash of the inputs, so they come after them. */
static int
names_prepare(struct dash_callback *callback, struct mistakes *mistakes)
{
	struct dash_properties *lists[] = { &callback->outputs,
		&callback->inputs, &callback->states };

	for (size_t l = 0; l < 3; l++)
		for (size_t i = 0; i < lists[l]->count; i++) {
			struct dash_property *property = &lists[l]->list[i];
			struct buffer name;

			buffer_init(&name, TEXT_LIMIT);
			buffer_add_string(&name,
			    property->property);
			if (l == 0 && property->allow_duplicate) {
				char *hash = inputs_hash(callback);

				if (hash == NULL)
					name.failed = true;
				else
					buffer_addf(&name, "@%s", hash);
				free(hash);
			}
			property->name = buffer_take(&name);
			if (property->name == NULL)
				return no_memory(mistakes);
		}
	return 0;
}

bool
dash_is_initial_prevented(const struct lethe_app *app,
    const struct lethe_callback *callback)
{
	return callback->prevent_initial_call == LETHE_INITIAL_PREVENT ||
	    (callback->prevent_initial_call == LETHE_INITIAL_DEFAULT &&
		app->prevent_initial_callbacks);
}

static int
callback_prepare(struct dash_callback *callback, const struct lethe_app *app,
    struct mistakes *mistakes)
{
	const struct lethe_callback *description = callback->description;
	const char *function = description->clientside_function;
	int outputs, inputs, states;

	callback->prevent_initial_call =
	    dash_is_initial_prevented(app, description);
	outputs = properties_prepare(&callback->outputs, description->outputs,
	    description, "output", mistakes);
	inputs = properties_prepare(&callback->inputs, description->inputs,
	    description, "input", mistakes);
	states = properties_prepare(&callback->states, description->state,
	    description, "state", mistakes);
	if (description->name == NULL || outputs != 0 || inputs != 0 ||
	    states != 0 || names_prepare(callback, mistakes) != 0)
		return -1;
	callback->output = output_text(callback);
	if (function != NULL)
		callback->function_name =
		    sha256_hex(function, strlen(function));
	if (callback->output == NULL ||
	    (function != NULL && callback->function_name == NULL))
		return no_memory(mistakes);
	return 0;
}

static int
callbacks_prepare(struct dash *dash, struct mistakes *mistakes)
{
	const struct lethe_callback *const *list = dash->app->callbacks;
	size_t count = 0;

	if (list != NULL)
		while (list[count] != NULL)
			count++;
	dash->callbacks = calloc(count + 1, sizeof(*dash->callbacks));
	if (dash->callbacks == NULL)
		return no_memory(mistakes);
	/* All mistakes that one run can find, not just the first. */
	for (size_t i = 0; i < count; i++) {
		dash->callbacks[i].description = list[i];
		dash->callback_count++;
		check_description(mistakes, dash->app, list[i], i);
		(void)callback_prepare(&dash->callbacks[i], dash->app,
		    mistakes);
	}
	for (size_t i = 0; i < count; i++)
		check_callback(mistakes, dash, i);
	return 0;
}

struct dash *
dash_prepare(const struct lethe_app *app, dash_report *report, void *context,
    size_t *count)
{
	struct mistakes mistakes = { .report = report, .context = context };
	struct dash *dash = calloc(1, sizeof(*dash));

	if (dash == NULL) {
		(void)no_memory(&mistakes);
		return NULL;
	}
	dash->app = app;
	check_app(&mistakes, app);
	if (callbacks_prepare(dash, &mistakes) != 0) {
		dash_free(dash);
		dash = NULL;
	}
	*count = mistakes.count;
	return dash;
}

/* Hands findings to somebody who wants their text only. */
struct listener {
	void (*report)(void *context, const char *mistake);
	void *context;
};

static void
hear(void *context, const struct dash_finding *finding)
{
	struct listener *listener = context;

	if (!finding->warning)
		listener->report(listener->context, finding->message);
}

int
dash_new(struct dash **dash, const struct lethe_app *app,
    void (*report)(void *context, const char *mistake), void *context)
{
	struct listener listener = { .report = report, .context = context };
	size_t mistakes = 0;

	*dash = dash_prepare(app, hear, &listener, &mistakes);
	if (*dash != NULL && mistakes == 0)
		return 0;
	dash_free(*dash);
	*dash = NULL;
	return -1;
}

static void
properties_clear(struct dash_properties *properties)
{
	for (size_t i = 0; i < properties->count; i++) {
		id_clear(&properties->list[i].id);
		free(properties->list[i].name);
	}
	free(properties->list);
}

void
dash_free(struct dash *dash)
{
	if (dash == NULL)
		return;
	for (size_t i = 0; i < dash->callback_count; i++) {
		properties_clear(&dash->callbacks[i].outputs);
		properties_clear(&dash->callbacks[i].inputs);
		properties_clear(&dash->callbacks[i].states);
		free(dash->callbacks[i].output);
		free(dash->callbacks[i].function_name);
	}
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
