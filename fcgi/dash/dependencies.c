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
write_list(struct buffer *out, const struct lethe_dependency *list,
    size_t count)
{
	buffer_add_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		buffer_add_string(out, i > 0 ? ",{\"id\":" : "{\"id\":");
		write_text(out, list[i].id);
		buffer_add_string(out, ",\"property\":");
		write_text(out, list[i].property);
		buffer_add_char(out, '}');
	}
	buffer_add_char(out, ']');
}

static void
write_callback(struct buffer *out, const struct dash_callback *entry)
{
	const struct lethe_callback *callback = entry->description;

	buffer_add_string(out, "{\"output\":");
	write_text(out, entry->output);
	buffer_add_string(out, ",\"inputs\":");
	write_list(out, callback->inputs, entry->input_count);
	buffer_add_string(out, ",\"state\":");
	write_list(out, callback->state, entry->state_count);
	buffer_addf(out,
	    ",\"clientside_function\":null,\"prevent_initial_call\":%s"
	    ",\"background\":null,\"dynamic_creator\":null"
	    ",\"no_output\":false,\"optional\":false,\"hidden\":false"
	    ",\"websocket\":false,\"persistent\":false}",
	    callback->prevent_initial_call ? "true" : "false");
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
