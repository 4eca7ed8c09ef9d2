/*
 * dash/response.c: what a callback answers.
 *
 * Properties are grouped by component, since an object must not have a name
 * twice.  The groups keep the order in which their components come first.
 */
#include <stdlib.h>
#include <string.h>

#include "dash/json_write.h"
#include "dash/response.h"

/* A property to write: of an output, or set beside them. */
struct entry {
	const char *id; /* plain or canonical */
	const char *property;
	struct json_object *value;
	bool written;
};

static void
write_text(struct buffer *out, const char *text)
{
	json_write_string(out, text, strlen(text));
}

/* Writes the entries of the same id as entry number `first`. */
static void
write_group(struct buffer *out, struct entry *entries, size_t count,
    size_t first)
{
	bool begun = false;

	write_text(out, entries[first].id);
	for (size_t i = first; i < count; i++) {
		if (entries[i].written ||
		    strcmp(entries[i].id, entries[first].id) != 0)
			continue;
		buffer_add_string(out, begun ? "," : ":{");
		write_text(out, entries[i].property);
		buffer_add_char(out, ':');
		json_write(out, entries[i].value);
		entries[i].written = true;
		begun = true;
	}
	buffer_add_char(out, '}');
}

static void
write_entries(struct buffer *out, struct entry *entries, size_t count)
{
	bool begun = false;

	buffer_add_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (entries[i].written)
			continue;
		if (begun)
			buffer_add_char(out, ',');
		write_group(out, entries, count, i);
		begun = true;
	}
	buffer_add_char(out, '}');
}

static void
write_sides(struct buffer *out, const struct lethe_call *call)
{
	struct entry *entries = calloc(call->side_count, sizeof(*entries));

	if (entries == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < call->side_count; i++)
		entries[i] = (struct entry){ .id = call->sides[i].id,
			.property = call->sides[i].property,
			.value = call->sides[i].value };
	buffer_add_string(out, "\"sideUpdate\":");
	write_entries(out, entries, call->side_count);
	buffer_add_char(out, ',');
	free(entries);
}

/* The canonical text of an output's component, kept by the call. */
static const char *
component_text(struct lethe_call *call, const struct argument *output,
    size_t which)
{
	struct component *component = &output->components[which];

	if (output->property->id.keys == NULL)
		return output->property->id.text;
	return lethe_id(call,
	    json_object_get(component_id(call, output, component)));
}

static size_t
entries_fill(struct lethe_call *call, struct entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < call->callback->outputs.count; i++) {
		const struct argument *output = &call->outputs[i];
		struct json_object *value = call->results[i].value;

		if (call->results[i].state != RESULT_SET)
			continue;
		for (size_t j = 0; j < output->count; j++) {
			if (call->results[i].parts != NULL &&
			    !call->results[i].parts[j])
				continue;
			entries[count++] = (struct entry){
				.id = component_text(call, output, j),
				.property =
				    output->property->property,
				.value = output->property->id.multiple
				    ? json_object_array_get_idx(value, j)
				    : value,
			};
		}
	}
	return count;
}

static void
write_outputs(struct buffer *out, struct lethe_call *call)
{
	size_t most = 1, count;
	struct entry *entries;

	for (size_t i = 0; i < call->callback->outputs.count; i++)
		most += call->outputs[i].count;
	entries = calloc(most, sizeof(*entries));
	count = entries != NULL ? entries_fill(call, entries) : 0;
	if (entries == NULL || call->failed)
		out->failed = true;
	else
		write_entries(out, entries, count);
	free(entries);
}

bool
response_is_empty(const struct lethe_call *call, bool prevented)
{
	return (prevented || call->callback->outputs.count == 0) &&
	    call->side_count == 0;
}

void
response_write(struct buffer *out, struct lethe_call *call)
{
	buffer_add_string(out, "{\"multi\":true,");
	if (call->side_count > 0)
		write_sides(out, call);
	buffer_add_string(out, "\"response\":");
	write_outputs(out, call);
	buffer_add_string(out, "}\n");
}
