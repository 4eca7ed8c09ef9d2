/*
 * multi_output.h: one callback does the expensive step once, and sets all
 * outputs that need its result.
 */
#ifndef MULTI_OUTPUT_H
#define MULTI_OUTPUT_H

#include "../fruit/fruit.h"

extern const struct lethe_callback update_all_callback;

#endif
