/*
 * dash/json_write.c: JSON text from json-c objects.
 */
#include "dash/json_write.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "dash/json_scan.h"

struct writer {
	struct buffer *buffer;
	bool html;
	size_t depth;
};

/* ------------------------------------------------------------------------
 * Strings
 */

/* May the ASCII byte stand in a string as it is? */
static bool
is_plain(const struct writer *writer, unsigned char byte)
{
	if (byte < 0x20 || byte == '"' || byte == '\\')
		return false;
	if (!writer->html)
		return true;
	return byte != '<' && byte != '>' && byte != '&' && byte != '/';
}

static void
write_escape(struct buffer *buffer, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = { '\\', 'u', '0', '0', hex[byte >> 4],
		hex[byte & 15] };

	switch (byte) {
	case '"':
	case '\\':
		escape[1] = (char)byte;
		break;
	case '\b':
		escape[1] = 'b';
		break;
	case '\f':
		escape[1] = 'f';
		break;
	case '\n':
		escape[1] = 'n';
		break;
	case '\r':
		escape[1] = 'r';
		break;
	case '\t':
		escape[1] = 't';
		break;
	default:
		buffer_add(buffer, escape, sizeof(escape));
		return;
	}
	buffer_add(buffer, escape, 2);
}

/* The end of the longest part from `text` on that can be written as it is. */
static const char *
plain_end(const struct writer *writer, const char *text, const char *end)
{
	while (text < end) {
		size_t length = 1;

		if ((unsigned char)*text >= 0x80)
			length = utf8_length(text, (size_t)(end - text));
		else if (!is_plain(writer, (unsigned char)*text))
			break;
		if (length == 0)
			break;
		text += length;
	}
	return text;
}

static void
write_string(const struct writer *writer, const char *text, size_t size)
{
	const char *end = text + size;

	buffer_add_char(writer->buffer, '"');
	while (text < end) {
		const char *plain = plain_end(writer, text, end);

		buffer_add(writer->buffer, text, (size_t)(plain - text));
		text = plain;
		if (text == end)
			break;
		if ((unsigned char)*text < 0x80)
			write_escape(writer->buffer, (unsigned char)*text);
		else
			buffer_add(writer->buffer, "\xef\xbf\xbd", 3);
		text++;
	}
	buffer_add_char(writer->buffer, '"');
}

/*
 * Raw text inside HTML.  The characters in question occur in strings only;
 * a slash may have a backslash before it, which the escape then replaces.
 */
static void
write_raw_html(struct buffer *buffer, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		if (*text == '\\' && end - text >= 2 && text[1] != '/') {
			buffer_add(buffer, text, 2);
			text += 2;
			continue;
		}
		if (*text == '\\')
			text++;
		if (text < end && (*text == '<' || *text == '>' ||
				      *text == '&' || *text == '/'))
			write_escape(buffer, (unsigned char)*text);
		else if (text < end)
			buffer_add_char(buffer, *text);
		text++;
	}
}

/* ------------------------------------------------------------------------
 * Values
 */

static void write_value(struct writer *writer, struct json_object *value);

static void
write_integer(const struct writer *writer, const struct json_object *value)
{
	int64_t number = json_object_get_int64(value);

	/* Unsigned numbers that are larger come as the largest signed one. */
	if (number == INT64_MAX)
		buffer_addf(
		    writer->buffer, "%" PRIu64, json_object_get_uint64(value));
	else
		buffer_addf(writer->buffer, "%" PRId64, number);
}

static void
write_array(struct writer *writer, const struct json_object *array)
{
	size_t length = json_object_array_length(array);

	buffer_add_char(writer->buffer, '[');
	for (size_t i = 0; i < length; i++) {
		if (i != 0)
			buffer_add_char(writer->buffer, ',');
		write_value(writer, json_object_array_get_idx(array, i));
	}
	buffer_add_char(writer->buffer, ']');
}

static void
write_object(struct writer *writer, const struct json_object *object)
{
	struct lh_table *members = json_object_get_object(object);
	struct lh_entry *member;
	bool first = true;

	buffer_add_char(writer->buffer, '{');
	lh_foreach(members, member)
	{
		const char *name = lh_entry_k(member);

		if (!first)
			buffer_add_char(writer->buffer, ',');
		first = false;
		write_string(writer, name, strlen(name));
		buffer_add_char(writer->buffer, ':');
		write_value(writer, (struct json_object *)lh_entry_v(member));
	}
	buffer_add_char(writer->buffer, '}');
}

static void
write_container(struct writer *writer, struct json_object *value)
{
	if (writer->depth == JSON_DEPTH_MAX) {
		writer->buffer->failed = true;
		return;
	}
	writer->depth++;
	if (json_object_is_type(value, json_type_array))
		write_array(writer, value);
	else
		write_object(writer, value);
	writer->depth--;
}

static void
write_value(struct writer *writer, struct json_object *value)
{
	struct buffer *buffer = writer->buffer;
	const char *raw;
	size_t size;

	/* A large tree is not walked for a buffer that ignores it. */
	if (buffer_failed(buffer))
		return;
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		buffer_add_string(
		    buffer, json_object_get_boolean(value) ? "true" : "false");
		return;
	case json_type_double:
		json_write_double(buffer, json_object_get_double(value));
		return;
	case json_type_int:
		raw = json_raw_text(value, &size);
		if (raw == NULL)
			write_integer(writer, value);
		else if (writer->html)
			write_raw_html(buffer, raw, size);
		else
			buffer_add(buffer, raw, size);
		return;
	case json_type_string:
		write_string(writer, json_object_get_string(value),
		    (size_t)json_object_get_string_len(value));
		return;
	case json_type_array:
	case json_type_object:
		write_container(writer, value);
		return;
	case json_type_null:
	default:
		buffer_add(buffer, "null", 4);
		return;
	}
}

void
json_write(struct buffer *buffer, struct json_object *value)
{
	struct writer writer = { buffer, false, 0 };

	write_value(&writer, value);
}

void
json_write_html(struct buffer *buffer, struct json_object *value)
{
	struct writer writer = { buffer, true, 0 };

	write_value(&writer, value);
}

void
json_write_string(struct buffer *buffer, const char *text, size_t size)
{
	struct writer writer = { buffer, false, 0 };

	write_string(&writer, text, size);
}
