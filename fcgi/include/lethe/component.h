/*
 * lethe/component.h: how a component is made; what html.h, dcc.h and
 * dash_table.h have in common.
 *
 * Each component has a constructor, a macro that takes its properties by
 * name and in any order:
 *
 *	html_div(.className = "container", .children = lethe_children(
 *	    dcc_slider(.id = "year", .min = 0, .max = 10, .included = false),
 *	    html_p(.id = "answer")))
 *
 * It returns a new object, or NULL.  Constructors take every JSON value that
 * they are given, also when they fail, so calls nest without a check; texts
 * are copied.  A misspelt property does not compile.
 *
 * Properties have the types that the front end declares:
 *
 * - text is `const char *`; NULL: not set.
 * - numbers are `double`; NaN: not set.  An infinity is sent as null.
 * - yes or no is `int`; -1: not set, 0: false, anything else: true.
 * - one of several texts is an enum whose constants are named for prefix,
 *   component, property and value, as DCC_INPUT_TYPE_NUMBER; 0: not set.
 *   Where booleans or whole numbers are among the values they are what they
 *   look like (`.hidden = true`, `.first_day_of_week = 0`) and no other number
 *   will do; there the constant that ends in _UNSET means not set.
 * - all else is JSON.  NULL: not set; for an explicit null use lethe_null().
 *   Where components can be put (children, and the like) NULL is not "not
 *   set" but a constructor that failed: it makes this one fail too, so that
 *   a failure anywhere in a tree is one of the whole tree.  What may be
 *   missing there is `condition ? html_p(...) : LETHE_NOT_SET`.
 * - `.id` is text.  One that begins with '{' is the JSON text of a pattern
 *   id, {"index":1,"type":"row"}, and is sent as that object.
 * - `.wildcards` is a JSON object of data-* and aria-* attributes.
 *
 * A property that is a word of C or C++ has an underscore after it: .inline_.
 *
 * A constructor fails, with errno
 *	EINVAL	for a pattern id that is not an object of texts, numbers and
 *		booleans, a number that is none of the enumeration's, a
 *		wildcard by another name, or a component in .children that
 *		failed
 *	ENOMEM	when memory ran out.
 */
#ifndef LETHE_COMPONENT_H
#define LETHE_COMPONENT_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <lethe/value.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A JSON property that is not set, where NULL would be a failure. */
extern const char lethe_not_set[1];
#define LETHE_NOT_SET ((struct json_object *)(void *)lethe_not_set)

/* What the constructors call; not to be used directly.  LETHE_COMPONENT makes
 * component `number` of a library from a struct `tag` whose defaults come
 * first; overriding them is what it is for, so that warning is off within. */
#define LETHE_COMPONENT(library, number, tag, ...)                             \
	__extension__({                                                        \
		_Pragma("GCC diagnostic push")                                 \
		    _Pragma("GCC diagnostic ignored \"-Woverride-init\"")      \
			lethe_component_new(&lethe_##library##_types[number],  \
			    &(const struct tag){ __VA_ARGS__ });               \
		_Pragma("GCC diagnostic pop")                                  \
	})
#define LETHE_UNSET_NUMBER (__builtin_nan(""))
#define LETHE_UNSET_BOOLEAN (-1)

struct lethe_component_type;

/*
 * Makes a component of `type` from its generated struct.  Takes the JSON
 * values in it, also when it fails: NULL and errno.
 */
struct json_object *lethe_component_new(const struct lethe_component_type *type,
    const void *properties) __attribute__((warn_unused_result));

/* ------------------------------------------------------------------------
 * Tables that generate.js writes for a component library.  They are read by
 * lethe_component_new() and by those that check an app.  Texts are offsets
 * into one block of them, so that the tables are shared between processes.
 */

enum lethe_component_kind {
	LETHE_COMPONENT_ID,	   /* const char *, perhaps a pattern id */
	LETHE_COMPONENT_TEXT,	   /* const char * */
	LETHE_COMPONENT_NUMBER,	   /* double */
	LETHE_COMPONENT_BOOLEAN,   /* int */
	LETHE_COMPONENT_ENUM,	   /* an enum */
	LETHE_COMPONENT_JSON,	   /* struct json_object * */
	LETHE_COMPONENT_NODE,	   /* the same; components can be in it */
	LETHE_COMPONENT_WILDCARDS, /* the same; an object of attributes */
};

/* Flags of a property. */
enum {
	LETHE_COMPONENT_ALWAYS = 1, /* sent as null when it is not set */
	LETHE_COMPONENT_DATA = 2,   /* wildcards: data-* is declared */
	LETHE_COMPONENT_ARIA = 4    /* wildcards: aria-* is declared */
};

struct lethe_component_property {
	uint16_t name;	 /* text: its name on the wire */
	uint16_t offset; /* in the component's struct */
	uint8_t kind;
	uint8_t flags;
	uint16_t values; /* kind ENUM: the first of its values */
};

/* What a value of an enumeration is on the wire. */
enum lethe_component_value_kind {
	LETHE_COMPONENT_VALUE_END, /* after the last; number: not set */
	LETHE_COMPONENT_VALUE_TEXT,
	LETHE_COMPONENT_VALUE_BOOLEAN, /* the number, as a boolean */
	LETHE_COMPONENT_VALUE_INTEGER, /* the number itself */
	LETHE_COMPONENT_VALUE_NULL
};

struct lethe_component_value {
	int32_t number; /* of the constant */
	uint16_t kind;
	uint16_t text;
};

struct lethe_component_library;

/* A component.  Its properties are the library's shared ones and its own. */
struct lethe_component_type {
	const struct lethe_component_library *library;
	uint16_t name;	/* text */
	uint16_t first; /* property of its own */
	uint16_t count; /* of its own */
};

/* Where components can be in a component, apart from its children. */
struct lethe_component_path {
	uint16_t type; /* number of the type */
	uint16_t path; /* text: "label", "options[].label" */
};

struct lethe_component_library {
	const char *name; /* the namespace on the wire */
	const char *texts;
	const struct lethe_component_property *properties;
	const struct lethe_component_value *values;
	const struct lethe_component_type *types; /* by name */
	const struct lethe_component_path *paths; /* by type */
	uint16_t shared_count; /* of the properties, the first ones */
	uint16_t type_count;
	uint16_t path_count;
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
