/*
 * lethe/figure.h: plotly figures, and columns of numbers for them.
 *
 *	lethe_figure(
 *	    lethe_list(lethe_object(
 *	        { "type", lethe_string("scatter") },
 *	        { "x", lethe_column_doubles(x, count) },
 *	        { "y", lethe_column_doubles(y, count) })),
 *	    lethe_object({ "title", lethe_string("Fruit") }))
 *
 * A column is sent as a typed array: the numbers' bytes in base64, which is
 * smaller than digits and many times quicker to write and to read.  plotly
 * takes one wherever it takes an array of numbers; other components do not.
 * The functions that make them (lethe_column_..., lethe_matrix_...) return raw
 * values like lethe_raw(): they can be put into other values and sent, but
 * not looked into.  lethe_list_... make ordinary arrays.
 *
 * All return a new object, or NULL when memory ran out or the numbers are
 * more than an address space holds.  Arrays are read, not kept; one may be
 * NULL when its count is 0.
 */
#ifndef LETHE_FIGURE_H
#define LETHE_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * {"data": ..., "layout": ...}.  Takes both, also when it fails.  As in
 * lethe_list(), NULL is a value that could not be made: the figure fails.
 * For a figure without a layout pass json_object_new_object().
 */
struct json_object *lethe_figure(
    struct json_object *data, struct json_object *layout);

/* A column of doubles.  NaN and infinities stay in it; plotly shows a gap. */
struct json_object *lethe_column_doubles(const double *values, size_t count);

/*
 * A column of whole numbers, in the smallest type that holds them all.
 * plotly has none of eight bytes: numbers beyond 32 bits are sent as doubles
 * if that is exact for all of them, else as an ordinary array.
 */
struct json_object *lethe_column_int32(const int32_t *values, size_t count);
struct json_object *lethe_column_int64(const int64_t *values, size_t count);

/* `rows` times `columns` numbers, row by row: z of a heat map or surface. */
struct json_object *lethe_matrix_doubles(
    const double *values, size_t rows, size_t columns);
struct json_object *lethe_matrix_int32(
    const int32_t *values, size_t rows, size_t columns);

/*
 * Ordinary arrays: for little data, for components other than dcc_graph, and
 * for callbacks in the browser that read them.  NaN and infinities are null.
 */
struct json_object *lethe_list_doubles(const double *values, size_t count);
struct json_object *lethe_list_int64(const int64_t *values, size_t count);

/* The same of texts, which are copied; NULL among them is null. */
struct json_object *lethe_list_strings(const char *const *values, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
