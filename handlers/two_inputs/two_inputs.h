/*
 * two_inputs.h: what is typed into two inputs goes, at the click of a button,
 * through a dcc.Store to the callback that shows it.
 */
#ifndef TWO_INPUTS_H
#define TWO_INPUTS_H

#include <lethe.h>

extern const struct lethe_callback update_cache_div_callback;
extern const struct lethe_callback update_output_div_callback;

#endif
