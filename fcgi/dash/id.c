/*
 * dash/id.c: ids of components.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/value.h>

#include "dash/id.h"
#include "dash/json_write.h"

/* No sensible id comes near this. */
#define TEXT_LIMIT 4096

static const char *const wildcard_names[] = { [ID_MATCH] = "MATCH",
	[ID_ALL] = "ALL", [ID_ALLSMALLER] = "ALLSMALLER" };

static enum id_wildcard
wildcard_of(const char *name, size_t size)
{
	for (size_t i = ID_MATCH; i <= ID_ALLSMALLER; i++)
		if (strlen(wildcard_names[i]) == size &&
		    memcmp(wildcard_names[i], name, size) == 0)
			return (enum id_wildcard)i;
	return ID_VALUE;
}

/* Copies LETHE_ID's text, with each bare word for a wildcard made JSON. */
static void
write_words_as_json(struct buffer *out, const char *text)
{
	bool quoted = false;

	while (*text != '\0') {
		size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (!quoted && size > 0 && wildcard_of(text, size)) {
			buffer_addf(out, "[\"%.*s\"]", (int)size, text);
			text += size;
			continue;
		}
		if (*text == '"')
			quoted = !quoted;
		else if (*text == '\\' && quoted && text[1] != '\0')
			buffer_add_char(out, *text++);
		buffer_add_char(out, *text++);
	}
}

static bool
is_scalar(struct json_object *value)
{
	size_t size;

	switch (json_object_get_type(value)) {
	case json_type_string:
	case json_type_boolean:
		return true;
	case json_type_double:
		/* The others would be written as null. */
		return isfinite(json_object_get_double(value));
	case json_type_int:
		/* To json-c raw text is one, whatever it says. */
		return json_raw_text(value, &size) == NULL;
	default:
		return false;
	}
}

/* ["ALL"] and its like; ID_VALUE for everything else. */
static enum id_wildcard
wildcard_value(struct json_object *value)
{
	struct json_object *word;

	if (!json_object_is_type(value, json_type_array) ||
	    json_object_array_length(value) != 1)
		return ID_VALUE;
	word = json_object_array_get_idx(value, 0);
	if (!json_object_is_type(word, json_type_string))
		return ID_VALUE;
	return wildcard_of(json_object_get_string(word),
	    (size_t)json_object_get_string_len(word));
}

static int
compare_keys(const void *left, const void *right)
{
	const struct id_key *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int
keys_read(struct id *id, struct json_object *object, struct error *error)
{
	size_t count = (size_t)json_object_object_length(object);

	if (count == 0 || count > ID_KEY_LIMIT)
		return error_set(error, "a pattern id has 1 to %d keys",
		    ID_KEY_LIMIT);
	id->keys = calloc(count, sizeof(*id->keys));
	if (id->keys == NULL)
		return error_set(error, "out of memory");
	json_object_object_foreach(object, name, value) {
		struct id_key *key = &id->keys[id->key_count];

		key->wildcard = wildcard_value(value);
		if (key->wildcard == ID_VALUE && !is_scalar(value))
			return error_set(error,
			    "the pattern id's key \"%s\" must be a string, a "
			    "number, true, false, MATCH, ALL or ALLSMALLER",
			    name);
		key->name = strdup(name);
		if (key->name == NULL)
			return error_set(error, "out of memory");
		if (key->wildcard == ID_VALUE)
			key->value = json_object_get(value);
		if (key->wildcard == ID_ALL || key->wildcard == ID_ALLSMALLER)
			id->multiple = true;
		id->key_count++;
	}
	qsort(id->keys, id->key_count, sizeof(*id->keys), compare_keys);
	return 0;
}

static void
keys_write(struct buffer *out, const struct id *id)
{
	for (size_t i = 0; i < id->key_count; i++) {
		const struct id_key *key = &id->keys[i];

		buffer_add_char(out, i == 0 ? '{' : ',');
		json_write_string(out, key->name, strlen(key->name));
		buffer_add_char(out, ':');
		if (key->wildcard == ID_VALUE)
			json_write(out, key->value);
		else
			buffer_addf(out, "[\"%s\"]",
			    wildcard_names[key->wildcard]);
	}
	buffer_add_char(out, '}');
}

static int
pattern_parse(struct id *id, const char *text, struct error *error)
{
	struct json_object *object = NULL;
	struct buffer json;
	int done = -1;

	buffer_init(&json, TEXT_LIMIT);
	write_words_as_json(&json, text);
	if (!buffer_failed(&json))
		object = lethe_parse(json.data);
	if (!json_object_is_type(object, json_type_object)) {
		(void)error_set(error,
		    "\"%s\" is not a pattern id: write LETHE_ID(\"type\": "
		    "\"city\", \"index\": ALL)",
		    text);
		goto out;
	}
	if (keys_read(id, object, error) != 0)
		goto out;
	buffer_reset(&json);
	keys_write(&json, id);
	if (buffer_failed(&json)) {
		(void)error_set(error, "the pattern id is too long");
		goto out;
	}
	id->text = strdup(json.data);
	done = id->text != NULL ? 0 : error_set(error, "out of memory");
out:
	json_object_put(object);
	buffer_clear(&json);
	return done;
}

int
id_parse(struct id *id, const char *text, struct error *error)
{
	int done = 0;

	*id = (struct id){ .text = NULL };
	if (text[0] == '{') {
		done = pattern_parse(id, text, error);
	} else if (text[strcspn(text, ".{")] != '\0' || text[0] == '\0') {
		done = error_set(error,
		    "the id \"%s\" is empty or has a dot or a brace, which "
		    "Dash keeps for id.property and pattern ids",
		    text);
	} else {
		id->text = strdup(text);
		if (id->text == NULL)
			done = error_set(error, "out of memory");
	}
	if (done != 0)
		id_clear(id);
	return done;
}

void
id_clear(struct id *id)
{
	for (size_t i = 0; i < id->key_count; i++) {
		free(id->keys[i].name);
		json_object_put(id->keys[i].value);
	}
	free(id->keys);
	free(id->text);
	*id = (struct id){ .text = NULL };
}

int
id_write(struct buffer *out, struct json_object *value, struct error *error)
{
	struct id id = { .text = NULL };
	int done;

	if (!json_object_is_type(value, json_type_object))
		return error_set(error, "a pattern id must be an object");
	done = keys_read(&id, value, error);
	for (size_t i = 0; done == 0 && i < id.key_count; i++)
		if (id.keys[i].wildcard != ID_VALUE)
			done = error_set(error,
			    "a component's id cannot have a wildcard");
	if (done == 0)
		keys_write(out, &id);
	id_clear(&id);
	return done;
}

const struct id_key *
id_find(const struct id *id, const char *name)
{
	for (size_t i = 0; i < id->key_count; i++)
		if (strcmp(id->keys[i].name, name) == 0)
			return &id->keys[i];
	return NULL;
}

bool
id_values_equal(struct json_object *a, struct json_object *b)
{
	enum json_type left = json_object_get_type(a);
	enum json_type right = json_object_get_type(b);

	if (left == right)
		return json_object_equal(a, b) != 0;
	return (left == json_type_int || left == json_type_double) &&
	    (right == json_type_int || right == json_type_double) &&
	    json_object_get_double(a) == json_object_get_double(b);
}

/* Is it a number to the front end, as the text of one is too? */
static bool
is_numeric(struct json_object *value, double *number)
{
	const char *text;
	char *end;

	*number = 0;
	if (json_object_is_type(value, json_type_boolean))
		return false;
	if (!json_object_is_type(value, json_type_string)) {
		*number = json_object_get_double(value);
		return true;
	}
	text = json_object_get_string(value);
	*number = strtod(text, &end);
	return end != text && end[strspn(end, " \t\r\n")] == '\0' &&
	    isfinite(*number);
}

int
id_values_compare(struct json_object *a, struct json_object *b)
{
	bool a_is_boolean = json_object_is_type(a, json_type_boolean);
	bool b_is_boolean = json_object_is_type(b, json_type_boolean);
	double left, right;
	bool a_is_number = is_numeric(a, &left);
	bool b_is_number = is_numeric(b, &right);

	if (a_is_number && b_is_number)
		return (left > right) - (left < right);
	if (a_is_number || b_is_number)
		return a_is_number ? -1 : 1;
	if (a_is_boolean && b_is_boolean)
		return json_object_get_boolean(a) - json_object_get_boolean(b);
	if (a_is_boolean || b_is_boolean)
		return a_is_boolean ? -1 : 1;
	return strcmp(json_object_get_string(a), json_object_get_string(b));
}

static bool
key_fits(const struct id_key *key, struct json_object *value,
    struct json_object *matches)
{
	struct json_object *match = NULL;
	bool known = json_object_object_get_ex(matches, key->name, &match);

	switch (key->wildcard) {
	case ID_VALUE:
		return id_values_equal(key->value, value);
	case ID_MATCH:
		if (known)
			return id_values_equal(match, value);
		return json_object_object_add(matches, key->name,
			   json_object_get(value)) == 0;
	case ID_ALL:
		return true;
	case ID_ALLSMALLER:
		return !known || id_values_compare(value, match) < 0;
	}
	return false;
}

bool
id_fits(const struct id *id, struct json_object *component,
    struct json_object *matches)
{
	if (id->keys == NULL)
		return json_object_is_type(component, json_type_string) &&
		    strcmp(json_object_get_string(component), id->text) == 0;
	if (!json_object_is_type(component, json_type_object) ||
	    (size_t)json_object_object_length(component) != id->key_count)
		return false;
	for (size_t i = 0; i < id->key_count; i++) {
		struct json_object *value;

		if (!json_object_object_get_ex(component, id->keys[i].name,
			&value) ||
		    !is_scalar(value) ||
		    !key_fits(&id->keys[i], value, matches))
			return false;
	}
	return true;
}
