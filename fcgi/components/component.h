/*
 * components/component.h: what Lethe itself wants to know about components.
 *
 * html.c, dcc.c and dash_table.c and their public headers are generated from
 * the front end's bundles; `node generate.js --help` says how.  They are
 * tables; the code that reads them is component.c.
 */
#ifndef LETHE_COMPONENTS_COMPONENT_H
#define LETHE_COMPONENTS_COMPONENT_H

#include <stdbool.h>

#include <lethe/component.h>

/* The libraries that Lethe knows; NULL after the last. */
extern const struct lethe_component_library *const component_libraries[];

/* The component of a namespace and a type as they are on the wire
 * ("dash_html_components", "Div"); NULL: there is none. */
const struct lethe_component_type *component_find(
    const char *namespace, const char *type);

/* The type's name on the wire. */
const char *component_type_name(const struct lethe_component_type *type);

/* Has the component this property, by its name on the wire?  The names that
 * a declared wildcard matches count as well. */
bool component_has_property(
    const struct lethe_component_type *type, const char *name);

/*
 * `children_props` of the index page's configuration: for each namespace and
 * component the properties, apart from children, in which the front end looks
 * for components.  A new object; NULL when memory ran out.
 */
struct json_object *component_children_props(void);

#endif
