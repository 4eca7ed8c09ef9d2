/*
 * dash/check_layout.c: the components of a layout: which ids they have, and
 * what the front end could not draw.
 *
 * Components that the constructors made are right in themselves; others come
 * out of parsed or raw JSON.  Components are where the front end looks for
 * them: in children, and in the properties that component_libraries lists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "dash/check.h"

#define ID_TEXT_LIMIT 65536

struct crawl {
	struct mistakes *mistakes;
	struct placed_list *placed;
	bool failed;
};

/* Where something is: the component that it is in, for messages. */
struct owner {
	char name[160];
};

static void crawl_component(struct crawl *crawl, struct json_object *component,
    const struct owner *owner);

static const char *
text_of(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, name, &value);
	return json_object_is_type(value, json_type_string)
		   ? json_object_get_string(value)
		   : NULL;
}

/* A value where the front end expects components, or nothing special. */
static void
crawl_node(struct crawl *crawl, struct json_object *value,
    const struct owner *owner, const char *property, bool in_list)
{
	switch (json_object_get_type(value)) {
	case json_type_object:
		crawl_component(crawl, value, owner);
		break;
	case json_type_array:
		if (in_list)
			mistake(crawl->mistakes, NULL,
			    "layout: the %s of %s have a list within a list, "
			    "which the front end cannot draw: make it one "
			    "list, or put the inner one into a component",
			    property, owner->name);
		for (size_t i = 0; i < json_object_array_length(value); i++)
			crawl_node(crawl, json_object_array_get_idx(value, i),
			    owner, property, true);
		break;
	default:
		break;
	}
}

/*
 * Goes to where a path leads: members' names with dots between them; "[]"
 * after one stands for all elements of its list, "{}" for all members of its
 * object.
 */
static void
crawl_path(struct crawl *crawl, struct json_object *value, const char *path,
    const struct owner *owner)
{
	size_t size = strcspn(path, "."), name_size = strcspn(path, ".[{");
	const char *rest = path + size + (path[size] == '.');
	struct json_object *part = value;
	char name[64];

	if (size == 0) {
		crawl_node(crawl, value, owner, "components", false);
		return;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)name_size, path);
	if (name_size > 0 && !json_object_object_get_ex(value, name, &part))
		return;
	if (path[name_size] == '[' &&
	    json_object_is_type(part, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(part); i++)
			crawl_path(crawl, json_object_array_get_idx(part, i),
			    rest, owner);
	} else if (path[name_size] == '{' &&
		   json_object_is_type(part, json_type_object)) {
		json_object_object_foreach(part, key, each)
		{
			(void)key;
			crawl_path(crawl, each, rest, owner);
		}
	} else if (size == name_size) {
		crawl_path(crawl, part, rest, owner);
	}
}

static void
crawl_parts(struct crawl *crawl, const struct lethe_component_type *type,
    struct json_object *props, const struct owner *owner)
{
	const struct lethe_component_library *library =
	    type != NULL ? type->library : NULL;
	struct json_object *children = NULL;

	if (json_object_object_get_ex(props, "children", &children))
		crawl_node(crawl, children, owner, "children", false);
	for (size_t i = 0; library != NULL && i < library->path_count; i++)
		if (&library->types[library->paths[i].type] == type)
			crawl_path(crawl, props,
			    library->texts + library->paths[i].path, owner);
}

static int
placed_add(struct placed_list *placed, struct placed item)
{
	struct placed *list = placed->list;
	size_t capacity = placed->capacity;

	if (placed->count == capacity) {
		capacity = capacity == 0 ? 64 : 2 * capacity;
		list = realloc(list, capacity * sizeof(*list));
		if (list == NULL)
			return -1;
		placed->list = list;
		placed->capacity = capacity;
	}
	list[placed->count++] = item;
	return 0;
}

/* The text of an id, the caller's; NULL after telling what is wrong. */
static char *
id_text(struct crawl *crawl, struct json_object *id, const char *name)
{
	const char *plain = json_object_get_string(id);
	struct error error = { "an id is a text or an object" };
	struct buffer text;

	if (json_object_is_type(id, json_type_string)) {
		if (plain[0] == '\0' || plain[0] == '{') {
			mistake(crawl->mistakes, NULL,
			    "layout: the id \"%s\" of a %s is empty or begins "
			    "with a brace: an id of several keys is an "
			    "object, not its text",
			    plain, name);
			return NULL;
		}
		if (strpbrk(plain, ".{") != NULL)
			oddity(crawl->mistakes, NULL,
			    "layout: no callback can name the id \"%s\" of a "
			    "%s, since it has a dot or a brace: leave those "
			    "out",
			    plain, name);
		return strdup(plain);
	}
	buffer_init(&text, ID_TEXT_LIMIT);
	if (json_object_is_type(id, json_type_object) &&
	    id_write(&text, id, &error) == 0 && !buffer_failed(&text))
		return text.data;
	buffer_clear(&text);
	mistake(crawl->mistakes, NULL,
	    "layout: a %s has an id that is none: %s: the values of a pattern "
	    "id are texts, numbers, true or false",
	    name, error.message);
	return NULL;
}

/* Keeps a component that has an id, and gives it its name for messages. */
static void
crawl_id(struct crawl *crawl, const struct lethe_component_type *type,
    const char *name, struct json_object *props, struct owner *self)
{
	struct placed item = { .type = type };

	(void)snprintf(self->name, sizeof(self->name), "the %s", name);
	if (!json_object_object_get_ex(props, "id", &item.id) ||
	    item.id == NULL)
		return;
	item.text = id_text(crawl, item.id, name);
	if (item.text == NULL)
		return;
	(void)snprintf(
	    self->name, sizeof(self->name), "the %s \"%s\"", name, item.text);
	if (placed_add(crawl->placed, item) != 0) {
		free(item.text);
		crawl->failed = true;
	}
}

static const struct lethe_component_type *
find_type(struct crawl *crawl, const char *namespace, const char *name,
    const struct owner *owner)
{
	const struct lethe_component_library *const *library =
	    component_libraries;
	const struct lethe_component_type *type =
	    component_find(namespace, name);
	struct nearest nearest;

	if (type != NULL)
		return type;
	for (; *library != NULL; library++)
		if (strcmp((*library)->name, namespace) == 0)
			break;
	if (*library == NULL) {
		oddity(crawl->mistakes, NULL,
		    "layout: %s has a component %s of \"%s\", which is no "
		    "built-in library: the page has to load its script",
		    owner->name, name, namespace);
		return NULL;
	}
	nearest_init(&nearest, name);
	for (size_t i = 0; i < (*library)->type_count; i++)
		nearest_offer(
		    &nearest, component_type_name(&(*library)->types[i]));
	mistake(crawl->mistakes, NULL,
	    "layout: %s has a component \"%s\", which %s does not have%s%s%s",
	    owner->name, name, namespace,
	    nearest.best != NULL ? ": did you mean \"" : "",
	    nearest.best != NULL ? nearest.best : "",
	    nearest.best != NULL ? "\"?" : "");
	return NULL;
}

const char *
nearest_property(const struct lethe_component_type *type, const char *name)
{
	const struct lethe_component_library *library = type->library;
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < (size_t)library->shared_count + type->count;
	     i++) {
		const struct lethe_component_property *each =
		    &library->properties[i < library->shared_count
					     ? i
					     : type->first + i -
						   library->shared_count];

		if (each->kind != LETHE_COMPONENT_WILDCARDS)
			nearest_offer(&nearest, library->texts + each->name);
	}
	return nearest.best;
}

static void
check_properties(struct crawl *crawl, const struct lethe_component_type *type,
    struct json_object *props, const struct owner *self)
{
	json_object_object_foreach(props, name, value)
	{
		const char *nearest;

		(void)value;
		if (type == NULL || component_has_property(type, name))
			continue;
		nearest = nearest_property(type, name);
		mistake(crawl->mistakes, NULL,
		    "layout: %s has the property \"%s\", which its type does "
		    "not have%s%s%s",
		    self->name, name,
		    nearest != NULL ? ": did you mean \"" : "",
		    nearest != NULL ? nearest : "",
		    nearest != NULL ? "\"?" : "");
	}
}

static void
crawl_component(struct crawl *crawl, struct json_object *component,
    const struct owner *owner)
{
	const char *namespace = text_of(component, "namespace");
	const char *name = text_of(component, "type");
	const struct lethe_component_type *type;
	struct json_object *props = NULL;
	struct owner self;

	(void)json_object_object_get_ex(component, "props", &props);
	if (namespace == NULL || name == NULL ||
	    !json_object_is_type(props, json_type_object)) {
		mistake(crawl->mistakes, NULL,
		    "layout: %s has an object that is no component, since its "
		    "\"%s\" is missing or of the wrong type: a component has "
		    "props, type and namespace",
		    owner->name,
		    namespace == NULL ? "namespace"
		    : name == NULL    ? "type"
				      : "props");
		return;
	}
	type = find_type(crawl, namespace, name, owner);
	crawl_id(crawl, type, name, props, &self);
	check_properties(crawl, type, props, &self);
	crawl_parts(crawl, type, props, &self);
}

static int
compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	return strcmp(a->text, b->text);
}

static void
check_ids_distinct(struct mistakes *mistakes, struct placed_list *placed)
{
	const struct placed *list = placed->list;

	for (size_t i = 0, next; i < placed->count; i = next) {
		for (next = i + 1; next < placed->count; next++)
			if (strcmp(list[i].text, list[next].text) != 0)
				break;
		if (next - i > 1)
			mistake(mistakes, NULL,
			    "layout: %zu components have the id \"%s\": give "
			    "each its own",
			    next - i, list[i].text);
	}
}

int
check_layout(struct mistakes *mistakes, struct json_object *tree,
    struct placed_list *placed)
{
	static const struct owner page = { "the page" };
	struct crawl crawl = { .mistakes = mistakes, .placed = placed };

	crawl_node(&crawl, tree, &page, "components", false);
	if (crawl.failed) {
		no_memory_to_check(mistakes);
		return -1;
	}
	if (placed->count > 0)
		qsort(placed->list, placed->count, sizeof(*placed->list),
		    compare_placed);
	check_ids_distinct(mistakes, placed);
	return 0;
}

void
placed_clear(struct placed_list *placed)
{
	for (size_t i = 0; i < placed->count; i++)
		free(placed->list[i].text);
	free(placed->list);
	*placed = (struct placed_list){ .list = NULL };
}
