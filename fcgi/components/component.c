/*
 * component.c: makes any component, as its generated table describes it.
 *
 * All constructors end here.  What it does not know: which components there
 * are, and whether an id is unique or a property makes sense.
 */
#include "components/component.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const char lethe_not_set[1];

/* What a property's field says. */
enum field { FIELD_UNSET, FIELD_SET, FIELD_INVALID, FIELD_NO_MEMORY };

/* A new value, or the failure to make one. */
static enum field
made(struct json_object *value, struct json_object **out)
{
	*out = value;
	return value != NULL ? FIELD_SET : FIELD_NO_MEMORY;
}

/* The front end compares a pattern id's values, so they must be scalars. */
static bool
is_pattern_id(struct json_object *id)
{
	if (!json_object_is_type(id, json_type_object) ||
	    json_object_object_length(id) == 0)
		return false;
	json_object_object_foreach(id, name, value)
	{
		(void)name;
		switch (json_object_get_type(value)) {
		case json_type_string:
		case json_type_int:
		case json_type_double:
		case json_type_boolean:
			break;
		default:
			return false;
		}
	}
	return true;
}

static enum field
read_id(const char *text, struct json_object **out)
{
	struct json_object *id;

	if (text == NULL)
		return FIELD_UNSET;
	if (text[0] != '{')
		return made(json_object_new_string(text), out);
	id = lethe_parse(text);
	if (!is_pattern_id(id)) {
		json_object_put(id);
		return FIELD_INVALID;
	}
	*out = id;
	return FIELD_SET;
}

static enum field
read_enum(const struct lethe_component_library *library,
    const struct lethe_component_value *value, int number,
    struct json_object **out)
{
	while (
	    value->kind != LETHE_COMPONENT_VALUE_END && value->number != number)
		value++;
	switch (value->kind) {
	case LETHE_COMPONENT_VALUE_TEXT:
		return made(
		    json_object_new_string(library->texts + value->text), out);
	case LETHE_COMPONENT_VALUE_BOOLEAN:
		return made(json_object_new_boolean(number), out);
	case LETHE_COMPONENT_VALUE_INTEGER:
		return made(json_object_new_int(number), out);
	case LETHE_COMPONENT_VALUE_NULL:
		return made(lethe_null(), out);
	default:
		/* The entry after the last one has the number for unset. */
		return value->number == number ? FIELD_UNSET : FIELD_INVALID;
	}
}

/* Takes the JSON value of a field. */
static enum field
read_json(int kind, struct json_object *value, struct json_object **out)
{
	if (value == LETHE_NOT_SET)
		return FIELD_UNSET;
	if (value == NULL)
		return kind == LETHE_COMPONENT_NODE ? FIELD_INVALID
						    : FIELD_UNSET;
	*out = value;
	return FIELD_SET;
}

/* Turns a field into its value for the wire, a new reference in `*out`. */
static enum field
read_field(const struct lethe_component_library *library,
    const struct lethe_component_property *property, const void *field,
    struct json_object **out)
{
	const char *text;
	double number;

	*out = NULL;
	switch (property->kind) {
	case LETHE_COMPONENT_ID:
		return read_id(*(const char *const *)field, out);
	case LETHE_COMPONENT_TEXT:
		text = *(const char *const *)field;
		return text == NULL ? FIELD_UNSET
				    : made(json_object_new_string(text), out);
	case LETHE_COMPONENT_NUMBER:
		number = *(const double *)field;
		return isnan(number) ? FIELD_UNSET
				     : made(lethe_number(number), out);
	case LETHE_COMPONENT_BOOLEAN:
		if (*(const int *)field == LETHE_UNSET_BOOLEAN)
			return FIELD_UNSET;
		return made(
		    json_object_new_boolean(*(const int *)field != 0), out);
	case LETHE_COMPONENT_ENUM:
		return read_enum(library, library->values + property->values,
		    *(const int *)field, out);
	default:
		return read_json(
		    property->kind, *(struct json_object *const *)field, out);
	}
}

static bool
wildcard_matches(
    const struct lethe_component_property *property, const char *name)
{
	int flag;

	if (strncmp(name, "data-", 5) == 0)
		flag = LETHE_COMPONENT_DATA;
	else if (strncmp(name, "aria-", 5) == 0)
		flag = LETHE_COMPONENT_ARIA;
	else
		return false;
	return (property->flags & flag) != 0 && name[5] != '\0';
}

/* A component in the making. */
struct maker {
	const struct lethe_component_library *library;
	const char *properties;	   /* the generated struct */
	struct json_object *props; /* NULL after a failure */
	int reason;		   /* the errno of the first failure */
};

static void
maker_fail(struct maker *maker, int reason)
{
	json_object_put(maker->props);
	maker->props = NULL;
	if (maker->reason == 0)
		maker->reason = reason;
}

/* Adds under a name that lives as long as the program; takes `value`. */
static bool
add(struct json_object *object, const char *name, struct json_object *value)
{
	if (json_object_object_add_ex(object, name, value,
		JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT) ==
	    0)
		return true;
	json_object_put(value);
	return false;
}

/* Copies the attributes; their object stays the caller's. */
static void
add_wildcards(struct maker *maker,
    const struct lethe_component_property *property,
    struct json_object *wildcards)
{
	if (!json_object_is_type(wildcards, json_type_object)) {
		maker_fail(maker, EINVAL);
		return;
	}
	json_object_object_foreach(wildcards, name, value)
	{
		if (!wildcard_matches(property, name)) {
			maker_fail(maker, EINVAL);
			return;
		}
		if (json_object_object_add(
			maker->props, name, json_object_get(value)) != 0) {
			json_object_put(value);
			maker_fail(maker, ENOMEM);
			return;
		}
	}
}

/* Moves one property.  After a failure its value is taken all the same. */
static void
take_property(
    struct maker *maker, const struct lethe_component_property *property)
{
	struct json_object *value;
	enum field field;

	field = read_field(maker->library, property,
	    maker->properties + property->offset, &value);
	if (field == FIELD_INVALID || field == FIELD_NO_MEMORY) {
		maker_fail(maker, field == FIELD_INVALID ? EINVAL : ENOMEM);
	} else if (maker->props == NULL) {
		json_object_put(value);
	} else if (field == FIELD_UNSET &&
		   (property->flags & LETHE_COMPONENT_ALWAYS) == 0) {
		return;
	} else if (property->kind == LETHE_COMPONENT_WILDCARDS) {
		add_wildcards(maker, property, value);
		json_object_put(value);
	} else if (!add(maker->props, maker->library->texts + property->name,
		       value)) {
		maker_fail(maker, ENOMEM);
	}
}

static bool
add_text(struct json_object *object, const char *name, const char *text)
{
	struct json_object *value;

	value = json_object_new_string(text);
	return value != NULL && add(object, name, value);
}

/* Wraps the properties as the front end wants them; takes them. */
static struct json_object *
wrap(const struct lethe_component_type *type, struct json_object *props)
{
	struct json_object *component;

	component = json_object_new_object();
	if (component == NULL) {
		json_object_put(props);
		return NULL;
	}
	if (add(component, "props", props) &&
	    add_text(component, "type", component_type_name(type)) &&
	    add_text(component, "namespace", type->library->name))
		return component;
	json_object_put(component);
	return NULL;
}

struct json_object *
lethe_component_new(
    const struct lethe_component_type *type, const void *properties)
{
	const struct lethe_component_library *library = type->library;
	struct maker maker = { library, properties, NULL, 0 };
	struct json_object *component;
	size_t i;

	maker.props = json_object_new_object();
	if (maker.props == NULL)
		maker_fail(&maker, ENOMEM);
	for (i = 0; i < library->shared_count; i++)
		take_property(&maker, &library->properties[i]);
	for (i = 0; i < type->count; i++)
		take_property(&maker, &library->properties[type->first + i]);
	if (maker.props == NULL) {
		errno = maker.reason;
		return NULL;
	}
	component = wrap(type, maker.props);
	if (component == NULL)
		errno = ENOMEM;
	return component;
}

const char *
component_type_name(const struct lethe_component_type *type)
{
	return type->library->texts + type->name;
}

static bool
list_has(const struct lethe_component_library *library,
    const struct lethe_component_property *list, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].kind == LETHE_COMPONENT_WILDCARDS) {
			if (wildcard_matches(&list[i], name))
				return true;
		} else if (strcmp(library->texts + list[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

bool
component_has_property(
    const struct lethe_component_type *type, const char *name)
{
	const struct lethe_component_library *library = type->library;

	return list_has(
		   library, library->properties, library->shared_count, name) ||
	       list_has(library, library->properties + type->first, type->count,
		   name);
}
