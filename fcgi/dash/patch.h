/*
 * dash/patch.h: what the rest of dash/ asks of a patch.
 */
#ifndef LETHE_DASH_PATCH_H
#define LETHE_DASH_PATCH_H

#include <stdbool.h>

#include <json-c/json.h>

/* Is the value a patch that lost an operation, since memory ran out? */
bool patch_is_broken(struct json_object *value);

#endif
