/*
 * dash/value.c: JSON values in few words, <lethe/value.h>.
 */
#include <lethe/value.h>

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dash/json_parse.h"
#include "dash/json_scan.h"
#include "dash/json_write.h"

const char lethe_end[1] = { '\0' };

static struct json_object *
new_string(const char *text, size_t size)
{
	/* json-c counts in int, with some room for its own. */
	if (size > INT_MAX - 64)
		return NULL;
	return json_object_new_string_len(text, (int)size);
}

struct json_object *
lethe_string(const char *text)
{
	if (text == NULL)
		return lethe_null();
	return new_string(text, strlen(text));
}

struct json_object *
lethe_stringf(const char *format, ...)
{
	struct json_object *value = NULL;
	va_list arguments;
	char *text;
	int size;

	va_start(arguments, format);
	size = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (size >= 0) {
		value = new_string(text, (size_t)size);
		free(text);
	}
	return value;
}

struct json_object *
lethe_number(double number)
{
	return json_object_new_double(number);
}

struct json_object *
lethe_integer(int64_t number)
{
	return json_object_new_int64(number);
}

struct json_object *
lethe_boolean(bool value)
{
	return json_object_new_boolean(value);
}

/* A raw object with a copy of text that is known to be JSON. */
static struct json_object *
copy_raw(const char *text, size_t size)
{
	char *copy = malloc(size + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return json_raw_take(copy, size);
}

struct json_object *
lethe_null(void)
{
	return copy_raw("null", 4);
}

struct json_object *
lethe_raw(const char *text, size_t size)
{
	struct json_span value;

	if (json_scan(text, size, JSON_DEPTH_MAX, &value, NULL) != 0)
		return NULL;
	return copy_raw(value.start, value.size);
}

struct json_object *
lethe_parse(const char *text)
{
	struct json_span value;

	if (text == NULL)
		return NULL;
	if (json_scan(text, strlen(text), JSON_DEPTH_MAX, &value, NULL) != 0)
		return NULL;
	if (json_span_type(value) == JSON_NULL)
		return lethe_null();
	return json_parse_span(value);
}

struct json_object *
lethe_list_new(struct json_object **values)
{
	struct json_object *array;
	size_t count = 0, i;
	bool complete = true;

	for (; values[count] != LETHE_END; count++)
		if (values[count] == NULL)
			complete = false;
	array = complete ? json_object_new_array() : NULL;
	for (i = 0; array != NULL && i < count; i++)
		if (json_object_array_add(array, values[i]) != 0) {
			json_object_put(array);
			array = NULL;
			break;
		}
	if (array == NULL)
		/* What was added so far went with the array. */
		for (; i < count; i++)
			json_object_put(values[i]);
	return array;
}

struct json_object *
lethe_object_new(struct lethe_member *members)
{
	struct json_object *object;
	bool complete = true;
	size_t count = 0, i;

	for (; members[count].name != NULL; count++)
		if (members[count].value == NULL)
			complete = false;
	object = complete ? json_object_new_object() : NULL;
	for (i = 0; object != NULL && i < count; i++)
		if (json_object_object_add(
			object, members[i].name, members[i].value) != 0) {
			json_object_put(object);
			object = NULL;
			break;
		}
	if (object == NULL)
		for (; i < count; i++)
			json_object_put(members[i].value);
	return object;
}
