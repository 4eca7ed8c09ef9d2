/*
 * base/buffer.h: a growing byte buffer with a limit.
 *
 * Appending never fails at once: after the first failure (no memory, or the
 * limit) the buffer ignores everything further and buffer_failed() tells, so
 * that a writer checks once, at its end.
 */
#ifndef LETHE_BASE_BUFFER_H
#define LETHE_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *data; /* size bytes and a NUL after them; may be NULL */
	size_t size;
	size_t capacity;
	size_t limit; /* most bytes it may hold */
	bool failed;
};

void buffer_init(struct buffer *buffer, size_t limit);
void buffer_clear(struct buffer *buffer); /* frees; usable again */
void buffer_reset(struct buffer *buffer); /* empties, keeps the memory */
bool buffer_failed(const struct buffer *buffer);
void buffer_add(struct buffer *buffer, const void *data, size_t size);
void buffer_add_string(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char character);
void buffer_addf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `size` bytes at the end, to be filled and counted in with
 * buffer_added(); NULL when the buffer failed. */
char *buffer_reserve(struct buffer *buffer, size_t size);
void buffer_added(struct buffer *buffer, size_t size);

#endif
