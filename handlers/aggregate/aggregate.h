/* aggregate.h: what three graphs need is computed once, up front. */
#ifndef AGGREGATE_H
#define AGGREGATE_H

#include "../fruit/fruit.h"

/* The handler of three: draws the sums of the fruit that is their argument. */
enum lethe_result update_graph(struct lethe_call *call);

extern const struct lethe_callback clean_data_callback,
    update_graph_1_callback, update_graph_2_callback, update_graph_3_callback;

#endif
