/*
 * base/utf8.h: which bytes are UTF-8.
 */
#ifndef LETHE_BASE_UTF8_H
#define LETHE_BASE_UTF8_H

#include <stddef.h>

/*
 * The length of the well-formed character at `text`, of which `size` bytes
 * may be read: 1 to 4, or 0 when there is none (Unicode's table 3-7: no
 * overlong form, no surrogate, nothing above U+10FFFF).
 */
size_t utf8_length(const char *text, size_t size);

/* Writes a code point, 1 to 4 bytes; it must be no surrogate. */
size_t utf8_encode(unsigned long point, char out[4]);

#endif
