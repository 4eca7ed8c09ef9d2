/*
 * aggregate.h: what three graphs need is computed once, up front, so that
 * little travels; or, to compare, all rows travel.
 */
#ifndef AGGREGATE_H
#define AGGREGATE_H

#include "../fruit/fruit.h"

/* Draws the sums `name` of the stored data (input 0), or those of the fruit
 * when that has all rows. */
enum lethe_result update_graph(
    struct lethe_call *call, const char *name, const char *fruit);

extern const struct lethe_callback clean_data_callback;
extern const struct lethe_callback update_graph_1_callback;
extern const struct lethe_callback update_graph_2_callback;
extern const struct lethe_callback update_graph_3_callback;

#endif
