/*
 * base/error.c: why something failed, in words, handed upwards.
 */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Where to cut a text of `size` bytes so that its last character is whole. */
static size_t
cut(const char *text, size_t size)
{
	size_t start = size, back;

	for (back = 1; back <= 4 && back <= size; back++)
		if (((unsigned char)text[size - back] & 0xc0) != 0x80) {
			start = size - back;
			break;
		}
	/* Bytes that are no UTF-8 at all are not for this place to mend. */
	if (start == size || (unsigned char)text[start] < 0x80)
		return size;
	return utf8_length(text + start, size - start) == 0 ? start : size;
}

int
error_setv(struct error *error, const char *format, va_list arguments)
{
	/* Apart from the message, which may be among the arguments when a
	 * caller adds to what it was told. */
	char text[sizeof(error->message)];
	size_t size;
	int printed;

	if (error == NULL)
		return -1;
	printed = vsnprintf(text, sizeof(text), format, arguments);
	if (printed < 0) {
		/* The bare format still says more than nothing. */
		printed = snprintf(text, sizeof(text), "%s", format);
	}
	size = (size_t)printed;
	if (size >= sizeof(text)) {
		size = cut(text, sizeof(text) - 1);
		text[size] = '\0';
	}
	/* A message is one line, whatever outside text went into it. */
	for (char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	memcpy(error->message, text, size + 1);
	return -1;
}

int
error_set(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_setv(error, format, arguments);
	va_end(arguments);
	return -1;
}
