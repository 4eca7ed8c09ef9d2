/*
 * store.h: the browser keeps the intermediate value.  One callback cleans the
 * data, which takes a while; a graph and a table are made from the result,
 * which lies in a dcc.Store.
 */
#ifndef STORE_H
#define STORE_H

#include "../fruit/fruit.h"

/* The callbacks, each in the file of its name. */
extern const struct lethe_callback clean_data_callback;
extern const struct lethe_callback update_graph_callback;
extern const struct lethe_callback update_table_callback;

#endif
