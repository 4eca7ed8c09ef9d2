/*
 * tests/fuzz/fuzz_id.c: ids, as an app describes them and as a browser sends
 * them.
 */
#include <string.h>

#include <lethe/value.h>

#include "dash/id.h"
#include "dash/json_scan.h"

#include "fuzz.h"

/* A component's id that the pattern must be for. */
static struct json_object *
component_of(const struct id *id)
{
	struct json_object *component = json_object_new_object();

	for (size_t i = 0; i < id->key_count; i++) {
		const struct id_key *key = &id->keys[i];

		FUZZ_CHECK(json_object_object_add(component, key->name,
			       key->wildcard == ID_VALUE
				   ? json_object_get(key->value)
				   : lethe_integer((int64_t)i)) == 0);
	}
	return component;
}

static void
check_fits(const struct id *id)
{
	struct json_object *component = component_of(id);
	struct json_object *matches = json_object_new_object();
	struct json_object *other = json_object_new_object();

	FUZZ_CHECK(id_fits(id, component, matches));
	FUZZ_CHECK(id_fits(id, component, matches));
	for (size_t i = 0; i < id->key_count; i++)
		FUZZ_CHECK(json_object_object_get_ex(matches, id->keys[i].name,
			       NULL) == (id->keys[i].wildcard == ID_MATCH));
	/* One that has a key more is another. */
	FUZZ_CHECK(json_object_object_add(
		       component, "another key", lethe_integer(1)) == 0);
	FUZZ_CHECK(id_find(id, "another key") != NULL ||
		   !id_fits(id, component, other));
	json_object_put(other);
	json_object_put(matches);
	json_object_put(component);
}

/* The canonical text is its own canonical text. */
static void
check_description(const char *text)
{
	struct error error = { "" };
	struct id id, again;

	if (id_parse(&id, text, &error) != 0) {
		FUZZ_CHECK(id.text == NULL && id.keys == NULL);
		FUZZ_CHECK(error.message[0] != '\0');
		return;
	}
	FUZZ_CHECK((text[0] == '{') == (id.keys != NULL));
	if (id_parse(&again, id.text, &error) == 0) {
		FUZZ_CHECK(strcmp(again.text, id.text) == 0);
		FUZZ_CHECK(again.multiple == id.multiple);
		FUZZ_CHECK(again.key_count == id.key_count);
	} else {
		/* Too long with its wildcards' brackets. */
		FUZZ_CHECK(strlen(id.text) > 2048);
	}
	if (id.keys != NULL)
		check_fits(&id);
	id_clear(&again);
	id_clear(&id);
}

static void
check_component(struct json_object *value)
{
	struct error error = { "" };
	struct json_object *again;
	struct buffer text, twice;
	struct id id;

	buffer_init(&text, 1 << 20);
	buffer_init(&twice, 1 << 20);
	if (id_write(&text, value, &error) == 0 && !buffer_failed(&text)) {
		again = lethe_parse(text.data);
		FUZZ_CHECK(again != NULL);
		FUZZ_CHECK(id_write(&twice, again, &error) == 0);
		FUZZ_CHECK(strcmp(text.data, twice.data) == 0);
		if (id_parse(&id, text.data, &error) == 0) {
			FUZZ_CHECK(strcmp(id.text, text.data) == 0);
			FUZZ_CHECK(!id.multiple);
			check_fits(&id);
			id_clear(&id);
		} else {
			FUZZ_CHECK(text.size > 2048);
		}
		json_object_put(again);
	}
	buffer_clear(&twice);
	buffer_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *value;
	char *text = malloc(size + 1);

	FUZZ_CHECK(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	check_description(text);
	value = lethe_parse(text);
	if (value != NULL)
		check_component(value);
	json_object_put(value);
	free(text);
	return 0;
}
