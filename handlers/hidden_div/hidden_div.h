/*
 * hidden_div.h: the DOM as the store.  A hidden html.Div takes JSON text from
 * one callback to the next, as was done before there was dcc.Store.
 */
#ifndef HIDDEN_DIV_H
#define HIDDEN_DIV_H

#include <lethe.h>

extern const struct lethe_callback update_cache_div_callback;
extern const struct lethe_callback update_output_div_callback;

#endif
