/*
 * base/template.h: a text with places to fill in, each written {%name%}.
 */
#ifndef LETHE_BASE_TEMPLATE_H
#define LETHE_BASE_TEMPLATE_H

#include <stddef.h>

#include "base/buffer.h"

/* Fills the place `name`, written without the marks, from `context`. */
struct template_place {
	const char *name;
	void (*add)(struct buffer *out, const void *context);
};

/*
 * Appends `text` with its places filled in.  `places` ends with a NULL name.
 * A place that is not listed stays as it is.
 */
void template_fill(struct buffer *out, const char *text,
    const struct template_place *places, const void *context);

#endif
