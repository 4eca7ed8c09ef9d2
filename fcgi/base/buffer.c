/*
 * base/buffer.c: a growing byte buffer with a limit.
 */
#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first allocation; most answers outgrow it only a few times. */
#define CAPACITY_FIRST 256

void
buffer_init(struct buffer *buffer, size_t limit)
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->limit = limit;
}

void
buffer_clear(struct buffer *buffer)
{
	free(buffer->data);
	buffer_init(buffer, buffer->limit);
}

void
buffer_reset(struct buffer *buffer)
{
	buffer->size = 0;
	buffer->failed = false;
	if (buffer->data != NULL)
		buffer->data[0] = '\0';
}

bool
buffer_failed(const struct buffer *buffer)
{
	return buffer->failed;
}

/* Makes room for `size` bytes more and the NUL; false: the buffer failed. */
static bool
grow(struct buffer *buffer, size_t size)
{
	size_t capacity, needed;
	char *data;

	if (buffer->failed)
		return false;
	/* No object in memory is larger than PTRDIFF_MAX; with the NUL. */
	if (size > PTRDIFF_MAX - 1 - buffer->size ||
	    buffer->size + size > buffer->limit) {
		buffer->failed = true;
		return false;
	}
	needed = buffer->size + size + 1;
	if (needed <= buffer->capacity)
		return true;
	capacity = buffer->capacity < CAPACITY_FIRST ? CAPACITY_FIRST
						     : buffer->capacity;
	while (capacity < needed)
		capacity *= 2;
	/* Doubling must not take much more memory than the limit allows. */
	if (buffer->limit < SIZE_MAX && capacity > buffer->limit + 1)
		capacity = buffer->limit + 1;
	data = realloc(buffer->data, capacity);
	if (data == NULL) {
		buffer->failed = true;
		return false;
	}
	if (buffer->data == NULL)
		data[0] = '\0';
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

char *
buffer_reserve(struct buffer *buffer, size_t size)
{
	if (!grow(buffer, size))
		return NULL;
	return buffer->data + buffer->size;
}

void
buffer_added(struct buffer *buffer, size_t size)
{
	if (buffer->failed || buffer->data == NULL)
		return;
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void
buffer_add(struct buffer *buffer, const void *data, size_t size)
{
	if (!grow(buffer, size))
		return;
	if (size != 0)
		memcpy(buffer->data + buffer->size, data, size);
	buffer_added(buffer, size);
}

void
buffer_add_string(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_add_char(struct buffer *buffer, char character)
{
	buffer_add(buffer, &character, 1);
}

void
buffer_addf(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	size_t room;
	int size;

	if (!grow(buffer, 0))
		return;
	room = buffer->capacity - buffer->size;
	va_start(arguments, format);
	va_copy(again, arguments);
	size = vsnprintf(buffer->data + buffer->size, room, format, arguments);
	/* vsnprintf() counts without the NUL, for which grow() adds room. */
	if (size >= 0 && (size_t)size >= room && grow(buffer, (size_t)size))
		vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format,
		    again);
	va_end(again);
	va_end(arguments);
	if (size < 0)
		buffer->failed = true;
	if (buffer->failed)
		buffer->data[buffer->size] = '\0';
	else
		buffer_added(buffer, (size_t)size);
}
