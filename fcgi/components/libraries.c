/*
 * libraries.c: the component libraries that are built in.
 */
#include <string.h>

#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#include "components/component.h"

const struct lethe_component_library *const component_libraries[] = {
	&lethe_dcc_library,
	&lethe_html_library,
	&lethe_dash_table_library,
	NULL,
};

const struct lethe_component_type *
component_find(const char *namespace, const char *type)
{
	const struct lethe_component_library *const *library;
	size_t i;

	for (library = component_libraries; *library != NULL; library++) {
		if (strcmp((*library)->name, namespace) != 0)
			continue;
		for (i = 0; i < (*library)->type_count; i++)
			if (strcmp(component_type_name(&(*library)->types[i]),
				type) == 0)
				return &(*library)->types[i];
	}
	return NULL;
}

/* The paths of type number `type`; `*path` is the library's next one. */
static struct json_object *
type_paths(
    const struct lethe_component_library *library, size_t type, size_t *path)
{
	struct json_object *list, *text;

	list = json_object_new_array();
	for (; list != NULL && *path < library->path_count &&
	       library->paths[*path].type == type;
	     ++*path) {
		text = json_object_new_string(
		    library->texts + library->paths[*path].path);
		if (text == NULL || json_object_array_add(list, text) != 0) {
			json_object_put(text);
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}

/* Adds; takes `value`, of which NULL is a failure. */
static bool
add(struct json_object *object, const char *name, struct json_object *value)
{
	if (value != NULL && json_object_object_add(object, name, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static struct json_object *
library_paths(const struct lethe_component_library *library)
{
	struct json_object *types;
	size_t i, path = 0;

	types = json_object_new_object();
	for (i = 0; types != NULL && i < library->type_count; i++) {
		if (add(types, component_type_name(&library->types[i]),
			type_paths(library, i, &path)))
			continue;
		json_object_put(types);
		types = NULL;
	}
	return types;
}

struct json_object *
component_children_props(void)
{
	const struct lethe_component_library *const *library;
	struct json_object *namespaces;

	namespaces = json_object_new_object();
	for (library = component_libraries;
	     namespaces != NULL && *library != NULL; library++) {
		if (add(namespaces, (*library)->name, library_paths(*library)))
			continue;
		json_object_put(namespaces);
		namespaces = NULL;
	}
	return namespaces;
}
