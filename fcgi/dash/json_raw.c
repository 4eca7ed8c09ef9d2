/*
 * dash/json_raw.c: json-c objects that stand for JSON text.
 *
 * json-c has no such type, so they are integers whose userdata holds the
 * text.  The integer has a value that no app is likely to use: only then is
 * the userdata looked at, which could be an app's own, of any form.
 */
#include "dash/json_write.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

/* "LetheRaw" in ASCII; within int64. */
#define RAW_NUMBER INT64_C(0x4c65746865526177)

struct raw {
	const char *tag; /* raw_tag: the userdata is of this form */
	size_t size;
	char *text;
};

static const char raw_tag[] = "raw";

static void
free_raw(struct json_object *value, void *userdata)
{
	struct raw *raw = userdata;

	(void)value;
	free(raw->text);
	free(raw);
}

/* For json-c's own printer, should the object get there. */
static int
print_raw(struct json_object *value, struct printbuf *out, int level, int flags)
{
	size_t size;
	const char *text = json_raw_text(value, &size);

	(void)level;
	(void)flags;
	if (text == NULL || size > INT_MAX)
		return -1;
	return printbuf_memappend(out, text, (int)size);
}

struct json_object *
json_raw_take(char *text, size_t size)
{
	struct json_object *value = json_object_new_int64(RAW_NUMBER);
	struct raw *raw = malloc(sizeof(*raw));

	if (text == NULL || value == NULL || raw == NULL) {
		json_object_put(value);
		free(raw);
		free(text);
		return NULL;
	}
	raw->tag = raw_tag;
	raw->size = size;
	raw->text = text;
	json_object_set_serializer(value, print_raw, raw, free_raw);
	return value;
}

const char *
json_raw_text(const struct json_object *value, size_t *size)
{
	const struct raw *raw;

	if (!json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) != RAW_NUMBER)
		return NULL;
	/* json-c takes a non-const object, but changes nothing. */
	raw = json_object_get_userdata((struct json_object *)(uintptr_t)value);
	if (raw == NULL || raw->tag != raw_tag)
		return NULL;
	*size = raw->size;
	return raw->text;
}
