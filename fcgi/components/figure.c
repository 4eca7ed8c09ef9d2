/*
 * figure.c: figures and typed arrays, <lethe/figure.h>.
 *
 * A typed array's text is built once, at its full size, and handed over: the
 * writer copies it into the response as it is.
 */
#include <lethe/figure.h>

#include <endian.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/value.h>

#include "components/base64.h"
#include "dash/json_write.h"

/* Room around the base64 text: names, quotes, a shape of two size_t. */
#define FRAME_SIZE 128
#define SHAPE_SIZE (FRAME_SIZE / 2)

struct json_object *
lethe_figure(struct json_object *data, struct json_object *layout)
{
	return lethe_object({ "data", data }, { "layout", layout });
}

/* ------------------------------------------------------------------------
 * Typed arrays
 */

/* A typed array of bytes in little-endian order; `shape` may be "". */
static struct json_object *
typed_array(
    const char *dtype, const void *bytes, size_t size, const char *shape)
{
	size_t room, length;
	char *text;

	if (size > (SIZE_MAX - FRAME_SIZE) / 4 * 3 - 3)
		return NULL;
	room = base64_size(size) + FRAME_SIZE;
	text = malloc(room);
	if (text == NULL)
		return NULL;
	length = (size_t)snprintf(
	    text, room, "{\"dtype\":\"%s\",\"bdata\":\"", dtype);
	base64_encode(text + length, bytes, size);
	length += base64_size(size);
	length += (size_t)snprintf(text + length, room - length,
	    shape[0] == '\0' ? "\"}" : "\",\"shape\":\"%s\"}", shape);
	return json_raw_take(text, length);
}

/* plotly reads little-endian bytes, whatever this machine has. */
static struct json_object *
doubles(const double *values, size_t count, const char *shape)
{
	struct json_object *column;
	uint64_t *swapped;
	size_t i;

	if (count > SIZE_MAX / sizeof(*values))
		return NULL;
	if (htole64(1) == 1)
		return typed_array(
		    "f8", values, count * sizeof(*values), shape);
	swapped = malloc(count * sizeof(*swapped));
	if (swapped == NULL)
		return NULL;
	for (i = 0; i < count; i++) {
		memcpy(&swapped[i], &values[i], sizeof(swapped[i]));
		swapped[i] = htole64(swapped[i]);
	}
	column = typed_array("f8", swapped, count * sizeof(*swapped), shape);
	free(swapped);
	return column;
}

struct json_object *
lethe_column_doubles(const double *values, size_t count)
{
	/* No bytes, no type: [] is empty in every form. */
	return count == 0 ? json_object_new_array()
			  : doubles(values, count, "");
}

/* Two dimensions as text, none of them 0; false: more than there can be. */
static bool
shape_write(char shape[SHAPE_SIZE], size_t rows, size_t columns)
{
	if (rows > SIZE_MAX / columns)
		return false;
	(void)snprintf(shape, SHAPE_SIZE, "%zu, %zu", rows, columns);
	return true;
}

struct json_object *
lethe_matrix_doubles(const double *values, size_t rows, size_t columns)
{
	char shape[SHAPE_SIZE];

	if (rows == 0 || columns == 0)
		return json_object_new_array();
	return shape_write(shape, rows, columns)
		   ? doubles(values, rows * columns, shape)
		   : NULL;
}

/* ------------------------------------------------------------------------
 * Whole numbers
 */

/* Numbers of either width; one of the two is not NULL. */
struct integers {
	const int32_t *narrow;
	const int64_t *wide;
	size_t count;
};

static int64_t
integer(const struct integers *in, size_t i)
{
	return in->wide != NULL ? in->wide[i] : in->narrow[i];
}

/* The types of whole numbers that plotly reads, smallest first. */
static const struct integer_type {
	const char *dtype;
	size_t width;
	int64_t least, most;
} integer_types[] = {
	{ "i1", 1, INT8_MIN, INT8_MAX },
	{ "u1", 1, 0, UINT8_MAX },
	{ "i2", 2, INT16_MIN, INT16_MAX },
	{ "u2", 2, 0, UINT16_MAX },
	{ "i4", 4, INT32_MIN, INT32_MAX },
	{ "u4", 4, 0, UINT32_MAX },
};

/* The smallest type for all the numbers; NULL: there is none. */
static const struct integer_type *
choose_type(const struct integers *in)
{
	int64_t least = 0, most = 0;
	size_t i;

	for (i = 0; i < in->count; i++) {
		if (integer(in, i) < least)
			least = integer(in, i);
		if (integer(in, i) > most)
			most = integer(in, i);
	}
	for (i = 0; i < sizeof(integer_types) / sizeof(*integer_types); i++)
		if (integer_types[i].least <= least &&
		    most <= integer_types[i].most)
			return &integer_types[i];
	return NULL;
}

static struct json_object *
narrow_array(const struct integers *in, const struct integer_type *type,
    const char *shape)
{
	struct json_object *column;
	unsigned char *bytes;
	size_t i;

	if (in->count > SIZE_MAX / type->width)
		return NULL;
	bytes = malloc(in->count * type->width);
	if (bytes == NULL)
		return NULL;
	for (i = 0; i < in->count; i++) {
		/* Two's complement: the low bytes are the narrow number. */
		uint32_t bits = (uint32_t)integer(in, i);
		uint16_t half = htole16((uint16_t)bits);

		switch (type->width) {
		case 1:
			bytes[i] = (unsigned char)bits;
			break;
		case 2:
			memcpy(bytes + 2 * i, &half, sizeof(half));
			break;
		default:
			bits = htole32(bits);
			memcpy(bytes + 4 * i, &bits, sizeof(bits));
			break;
		}
	}
	column =
	    typed_array(type->dtype, bytes, in->count * type->width, shape);
	free(bytes);
	return column;
}

/* Is the number a double too?  It is if its digits fit into the mantissa. */
static bool
is_exact(int64_t number)
{
	uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;

	return number == 0 ||
	       magnitude >> __builtin_ctzll(magnitude) < UINT64_C(1) << 53;
}

struct json_object *
lethe_column_int64(const int64_t *values, size_t count)
{
	const struct integers in = { NULL, values, count };
	const struct integer_type *type = choose_type(&in);
	struct json_object *column;
	double *wider;
	size_t i;

	if (count == 0)
		return json_object_new_array();
	if (type != NULL)
		return narrow_array(&in, type, "");
	for (i = 0; i < count; i++)
		if (!is_exact(values[i]))
			return lethe_list_int64(values, count);
	if (count > SIZE_MAX / sizeof(*wider))
		return NULL;
	wider = malloc(count * sizeof(*wider));
	if (wider == NULL)
		return NULL;
	for (i = 0; i < count; i++)
		wider[i] = (double)values[i];
	column = doubles(wider, count, "");
	free(wider);
	return column;
}

struct json_object *
lethe_column_int32(const int32_t *values, size_t count)
{
	const struct integers in = { values, NULL, count };

	if (count == 0)
		return json_object_new_array();
	return narrow_array(&in, choose_type(&in), "");
}

struct json_object *
lethe_matrix_int32(const int32_t *values, size_t rows, size_t columns)
{
	struct integers in = { values, NULL, 0 };
	char shape[SHAPE_SIZE];

	if (rows == 0 || columns == 0)
		return json_object_new_array();
	if (!shape_write(shape, rows, columns))
		return NULL;
	in.count = rows * columns;
	/* Else choose_type() would read what cannot be there. */
	if (in.count > SIZE_MAX / sizeof(*values))
		return NULL;
	return narrow_array(&in, choose_type(&in), shape);
}

/* ------------------------------------------------------------------------
 * Ordinary arrays
 */

/* Adds `value`, taken; on failure (NULL too) frees the array. */
static struct json_object *
append(struct json_object *array, struct json_object *value)
{
	if (value != NULL && json_object_array_add(array, value) == 0)
		return array;
	json_object_put(value);
	json_object_put(array);
	return NULL;
}

struct json_object *
lethe_list_doubles(const double *values, size_t count)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array != NULL && i < count; i++)
		array = append(array, lethe_number(values[i]));
	return array;
}

struct json_object *
lethe_list_int64(const int64_t *values, size_t count)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array != NULL && i < count; i++)
		array = append(array, lethe_integer(values[i]));
	return array;
}

struct json_object *
lethe_list_strings(const char *const *values, size_t count)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array != NULL && i < count; i++)
		array = append(array, lethe_string(values[i]));
	return array;
}
