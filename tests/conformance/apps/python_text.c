/*
 * python_text.c: see python_text.h.
 *
 * Texts beyond ASCII are written as they are in repr() too, but for what
 * Python counts as not printable among controls, spaces and separators; the
 * recordings need no finer table.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python_text.h"

static void repr(FILE *out, struct json_object *value);

/* Reads one character of valid UTF-8; its length. */
static size_t
decode(const char *text, unsigned long *point)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length;

	if (byte[0] < 0x80) {
		*point = byte[0];
		return 1;
	}
	length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
	*point = byte[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++)
		*point = *point << 6 | (byte[i] & 0x3fu);
	return length;
}

static bool
is_printable(unsigned long point)
{
	return !(point < 0x20 || (point >= 0x7f && point <= 0xa0) ||
		 point == 0xad || point == 0x1680 ||
		 (point >= 0x2000 && point <= 0x200f) ||
		 (point >= 0x2028 && point <= 0x202f) ||
		 (point >= 0x205f && point <= 0x206f) || point == 0x3000 ||
		 point == 0xfeff || (point >= 0xe000 && point <= 0xf8ff));
}

static void
repr_string(FILE *out, const char *text, size_t size)
{
	char quote =
	    memchr(text, '\'', size) != NULL && memchr(text, '"', size) == NULL
		? '"'
		: '\'';

	fputc(quote, out);
	for (size_t i = 0; i < size;) {
		unsigned long point;
		size_t length = decode(text + i, &point);

		if (point == (unsigned char)quote || point == '\\')
			fprintf(out, "\\%c", (char)point);
		else if (point == '\n' || point == '\r' || point == '\t')
			fprintf(out, "\\%c",
			    point == '\n'   ? 'n'
			    : point == '\r' ? 'r'
					    : 't');
		else if (is_printable(point))
			fwrite(text + i, 1, length, out);
		else if (point <= 0xff)
			fprintf(out, "\\x%02lx", point);
		else if (point <= 0xffff)
			fprintf(out, "\\u%04lx", point);
		else
			fprintf(out, "\\U%08lx", point);
		i += length;
	}
	fputc(quote, out);
}

/*
 * The fewest digits that read back the same, with an exponent where Python
 * has one: below 1e-4 and from 1e16 on.
 */
static void
repr_double(FILE *out, double number)
{
	char text[64];
	int digits, exponent;

	for (digits = 1; digits < 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*e", digits - 1, number);
		if (strtod(text, NULL) == number)
			break;
	}
	(void)snprintf(text, sizeof(text), "%.*e", digits - 1, number);
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent >= -4 && exponent < 16) {
		int decimals = digits - 1 - exponent;

		fprintf(out, "%.*f", decimals > 0 ? decimals : 1, number);
	} else {
		fputs(text, out);
	}
}

static void
repr_array(FILE *out, struct json_object *array)
{
	fputc('[', out);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		if (i > 0)
			fputs(", ", out);
		repr(out, json_object_array_get_idx(array, i));
	}
	fputc(']', out);
}

static void
repr_object(FILE *out, struct json_object *object)
{
	bool first = true;

	fputc('{', out);
	json_object_object_foreach(object, name, value)
	{
		if (!first)
			fputs(", ", out);
		first = false;
		repr_string(out, name, strlen(name));
		fputs(": ", out);
		repr(out, value);
	}
	fputc('}', out);
}

static void
repr(FILE *out, struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		fputs("None", out);
		break;
	case json_type_boolean:
		fputs(json_object_get_boolean(value) ? "True" : "False", out);
		break;
	case json_type_int:
		fputs(json_object_to_json_string(value), out);
		break;
	case json_type_double:
		repr_double(out, json_object_get_double(value));
		break;
	case json_type_string:
		repr_string(out, json_object_get_string(value),
		    (size_t)json_object_get_string_len(value));
		break;
	case json_type_array:
		repr_array(out, value);
		break;
	case json_type_object:
		repr_object(out, value);
		break;
	}
}

static void
str(FILE *out, struct json_object *value)
{
	if (json_object_is_type(value, json_type_string))
		fwrite(json_object_get_string(value), 1,
		    (size_t)json_object_get_string_len(value), out);
	else
		repr(out, value);
}

char *
python_str(struct json_object *value)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	str(out, value);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* What was written to `out`, a memory stream, as a string. */
static struct json_object *
finish(FILE *out, char *const *text, const size_t *size)
{
	struct json_object *string = NULL;

	if (fclose(out) == 0)
		string = json_object_new_string_len(*text, (int)*size);
	free(*text);
	return string;
}

struct json_object *
python_format_values(const char *format, struct json_object *const *values)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (const char *place; (place = strstr(format, "{}")) != NULL;
	     format = place + 2) {
		fwrite(format, 1, (size_t)(place - format), out);
		str(out, *values++);
	}
	fputs(format, out);
	return finish(out, &text, &size);
}

static void dump(FILE *out, struct json_object *value);

static void
dump_array(FILE *out, struct json_object *array)
{
	fputc('[', out);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		if (i > 0)
			fputs(", ", out);
		dump(out, json_object_array_get_idx(array, i));
	}
	fputc(']', out);
}

static void
dump_object(FILE *out, struct json_object *object)
{
	bool first = true;

	fputc('{', out);
	json_object_object_foreach(object, name, value)
	{
		struct json_object *key = json_object_new_string(name);

		if (!first)
			fputs(", ", out);
		first = false;
		dump(out, key);
		fputs(": ", out);
		dump(out, value);
		json_object_put(key);
	}
	fputc('}', out);
}

/* The spaces are Python's; the recordings' texts are all ASCII here. */
static void
dump(FILE *out, struct json_object *value)
{
	if (json_object_is_type(value, json_type_array))
		dump_array(out, value);
	else if (json_object_is_type(value, json_type_object))
		dump_object(out, value);
	else if (json_object_is_type(value, json_type_double))
		repr_double(out, json_object_get_double(value));
	else
		fputs(json_object_to_json_string_ext(
			  value, JSON_C_TO_STRING_NOSLASHESCAPE),
		    out);
}

struct json_object *
python_json(struct json_object *value)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	dump(out, value);
	return finish(out, &text, &size);
}
