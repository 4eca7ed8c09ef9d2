/*
 * store.h: the browser keeps the intermediate value.  One callback cleans data
 * into a dcc.Store; from there, two others make a graph and a table.
 */
#ifndef STORE_H
#define STORE_H

#include "../fruit/fruit.h"

extern const struct lethe_callback clean_data_callback;
extern const struct lethe_callback update_graph_callback;
extern const struct lethe_callback update_table_callback;

#endif
