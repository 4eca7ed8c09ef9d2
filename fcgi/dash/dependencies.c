/*
 * dash/dependencies.c: which callbacks there are, for the front end.
 */
#include <string.h>

#include "dash/dash.h"
#include "dash/json_write.h"

static void
write_text(struct buffer *out, const char *text)
{
	json_write_string(out, text, strlen(text));
}

static void
write_boolean(struct buffer *out, const char *name, bool value)
{
	buffer_addf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void
write_list(struct buffer *out, const struct dash_properties *properties)
{
	buffer_add_char(out, '[');
	for (size_t i = 0; i < properties->count; i++) {
		const struct dash_property *property = &properties->list[i];

		buffer_add_string(out, i > 0 ? ",{\"id\":" : "{\"id\":");
		write_text(out, property->id.text);
		buffer_add_string(out, ",\"property\":");
		write_text(out, property->name);
		if (property->allow_optional)
			write_boolean(out, "allow_optional", true);
		buffer_add_char(out, '}');
	}
	buffer_add_char(out, ']');
}

static void
write_function(struct buffer *out, const char *namespace, const char *name)
{
	buffer_add_string(out, "{\"namespace\":");
	write_text(out, namespace);
	buffer_add_string(out, ",\"function_name\":");
	write_text(out, name);
	buffer_add_char(out, '}');
}

/* Of a callback in the browser "dynamic_creator" is false, of others null. */
static void
write_code(struct buffer *out, const struct dash_callback *callback)
{
	const struct lethe_callback *description = callback->description;

	buffer_add_string(out, ",\"clientside_function\":");
	if (callback->function_name != NULL)
		write_function(out, DASH_INLINE_NAMESPACE, callback->function_name);
	else if (description->clientside_name != NULL)
		write_function(out, description->clientside_namespace,
		    description->clientside_name);
	else
		buffer_add_string(out, "null");
	buffer_addf(out, ",\"background\":null,\"dynamic_creator\":%s",
	    description->handler != NULL ? "null" : "false");
}

/* "id.property" as a string; the front end parses the canonical id. */
static void
write_running_name(struct buffer *out, const struct lethe_running *running)
{
	struct error error;
	struct buffer name;
	struct id id;

	if (id_parse(&id, running->id, &error) != 0) {
		out->failed = true;
		return;
	}
	buffer_init(&name, out->limit);
	buffer_addf(&name, "%s.%s", id.text, running->property);
	if (buffer_failed(&name))
		out->failed = true;
	else
		json_write_string(out, name.data, name.size);
	buffer_clear(&name);
	id_clear(&id);
}

/* Ids can be parsed and values are JSON text: check_description.c has seen to
 * that. */
static void
write_running(struct buffer *out, const struct lethe_running *list, bool off)
{
	buffer_add_char(out, '{');
	for (size_t i = 0; list[i].id != NULL; i++) {
		if (i > 0)
			buffer_add_char(out, ',');
		write_running_name(out, &list[i]);
		buffer_add_char(out, ':');
		buffer_add_string(out,
		    off ? list[i].running_off : list[i].running);
	}
	buffer_add_char(out, '}');
}

static void
write_callback(struct buffer *out, const struct dash_callback *callback)
{
	const struct lethe_callback *description = callback->description;

	buffer_add_string(out, "{\"output\":");
	write_text(out, callback->output);
	buffer_add_string(out, ",\"inputs\":");
	write_list(out, &callback->inputs);
	buffer_add_string(out, ",\"state\":");
	write_list(out, &callback->states);
	write_code(out, callback);
	write_boolean(out, "prevent_initial_call",
	    callback->prevent_initial_call);
	write_boolean(out, "no_output", callback->outputs.count == 0);
	write_boolean(out, "optional", description->optional);
	write_boolean(out, "hidden", description->hidden);
	write_boolean(out, "websocket", false);
	write_boolean(out, "persistent", false);
	if (description->running != NULL) {
		buffer_add_string(out, ",\"running\":{\"running\":");
		write_running(out, description->running, false);
		buffer_add_string(out, ",\"runningOff\":");
		write_running(out, description->running, true);
		buffer_add_char(out, '}');
	}
	buffer_add_char(out, '}');
}

void
dash_dependencies(const struct dash *dash, struct buffer *out)
{
	buffer_add_char(out, '[');
	for (size_t i = 0; i < dash->callback_count; i++) {
		if (i > 0)
			buffer_add_char(out, ',');
		write_callback(out, &dash->callbacks[i]);
	}
	buffer_add_string(out, "]\n");
}
