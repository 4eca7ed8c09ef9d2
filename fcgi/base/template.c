/*
 * base/template.c: a text with places to fill in.
 */
#include <string.h>

#include "base/template.h"

static const struct template_place *
place_find(const struct template_place *places, const char *name, size_t size)
{
	for (; places->name != NULL; places++)
		if (strlen(places->name) == size &&
		    memcmp(places->name, name, size) == 0)
			return places;
	return NULL;
}

void
template_fill(struct buffer *out, const char *text,
    const struct template_place *places, const void *context)
{
	const char *open, *close;

	while ((open = strstr(text, "{%")) != NULL &&
	    (close = strstr(open, "%}")) != NULL) {
		const struct template_place *place =
		    place_find(places, open + 2, (size_t)(close - open - 2));

		buffer_add(out, text, (size_t)(open - text));
		if (place != NULL)
			place->add(out, context);
		else
			buffer_add(out, open, (size_t)(close + 2 - open));
		text = close + 2;
	}
	buffer_add_string(out, text);
}
