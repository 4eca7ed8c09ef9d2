/*
 * base/utf8.c: well-formed UTF-8, by Unicode's table 3-7.
 */
#include "base/utf8.h"

#include <stdbool.h>

static bool
between(char byte, unsigned char low, unsigned char high)
{
	unsigned char value = (unsigned char)byte;

	return value >= low && value <= high;
}

static bool
continues(char byte)
{
	return between(byte, 0x80, 0xbf);
}

size_t
utf8_length(const char *text, size_t size)
{
	unsigned char first;
	unsigned char low = 0x80, high = 0xbf;

	if (size == 0)
		return 0;
	first = (unsigned char)text[0];
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	if (first < 0xe0)
		return size >= 2 && continues(text[1]) ? 2 : 0;
	/* The second byte rules out overlong forms, the surrogates, and
	 * everything above U+10FFFF. */
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	if (size < 3 || !between(text[1], low, high) || !continues(text[2]))
		return 0;
	if (first < 0xf0)
		return 3;
	return size >= 4 && continues(text[3]) ? 4 : 0;
}

size_t
utf8_encode(unsigned long point, char out[4])
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}
