/*
 * base/text.c: writing text into a fixed piece of memory.  It must stay fit
 * for signal handlers: it calls only what is pure computation.
 */
#include "base/text.h"

#include <stdbool.h>

#include "base/utf8.h"

void
text_init(struct text *text, char *out, size_t size)
{
	text->out = out;
	text->size = size;
	text->used = 0;
	out[0] = '\0';
}

void
text_add_char(struct text *text, char character)
{
	if (text->used + 1 >= text->size)
		return;
	text->out[text->used++] = character;
	text->out[text->used] = '\0';
}

void
text_add(struct text *text, const char *string)
{
	while (*string != '\0')
		text_add_char(text, *string++);
}

void
text_add_number(struct text *text, uint64_t number, int digits)
{
	char reversed[24];
	int count = 0;

	do {
		reversed[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (count < digits && count < (int)sizeof(reversed))
		reversed[count++] = '0';
	while (count > 0)
		text_add_char(text, reversed[--count]);
}

void
text_add_signed(struct text *text, int64_t number)
{
	if (number < 0) {
		text_add_char(text, '-');
		text_add_number(text, -(uint64_t)number, 1);
	} else
		text_add_number(text, (uint64_t)number, 1);
}

void
text_add_address(struct text *text, uintptr_t address)
{
	int shift = (int)sizeof(address) * 8 - 4;

	text_add(text, "0x");
	while (shift > 0 && (address >> shift) == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		text_add_char(
		    text, "0123456789abcdef"[(address >> shift) & 15]);
}

void
text_add_token(struct text *text, const char *string, size_t most)
{
	for (size_t i = 0; i < most && string[i] != '\0'; i++) {
		char c = string[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-')
			text_add_char(text, c);
		else
			text_add_char(text, '?');
	}
}

/* Is the character one of U+0080 to U+009F?  Terminals obey some of them. */
static bool
is_control(const char *character)
{
	return (unsigned char)character[0] == 0xc2 &&
	       (unsigned char)character[1] < 0xa0;
}

/* The escaped form of a character below U+00A0, into `piece`; its size. */
static size_t
escape(unsigned char c, char piece[6])
{
	static const char hex[] = "0123456789abcdef";

	if (c == '"' || c == '\\' || c == '\n') {
		piece[0] = '\\';
		piece[1] = c == '\n' ? 'n' : (char)c;
		return 2;
	}
	if (c >= 0x20 && c < 0x7f) {
		piece[0] = (char)c;
		return 1;
	}
	piece[0] = '\\';
	piece[1] = 'u';
	piece[2] = '0';
	piece[3] = '0';
	piece[4] = hex[c >> 4];
	piece[5] = hex[c & 15];
	return 6;
}

void
text_add_escaped(struct text *text, const char *string, size_t most)
{
	size_t at = 0;

	while (at < most && string[at] != '\0') {
		char piece[6];
		size_t taken = utf8_length(string + at, most - at);
		size_t size = taken;

		if (taken == 0) {
			/* A character that the limit cuts is no error. */
			if (utf8_length(string + at, 4) > most - at)
				return;
			piece[0] = '?';
			taken = size = 1;
		} else if (taken == 1)
			size = escape((unsigned char)string[at], piece);
		else if (is_control(string + at))
			size = escape((unsigned char)string[at + 1], piece);
		else
			for (size_t i = 0; i < taken; i++)
				piece[i] = string[at + i];
		if (text->used + size >= text->size)
			return;
		for (size_t i = 0; i < size; i++)
			text_add_char(text, piece[i]);
		at += taken;
	}
}

void
text_add_html(struct text *text, const char *string, size_t most)
{
	for (size_t i = 0; i < most && string[i] != '\0'; i++)
		switch (string[i]) {
		case '&':
			text_add(text, "&amp;");
			break;
		case '<':
			text_add(text, "&lt;");
			break;
		case '>':
			text_add(text, "&gt;");
			break;
		case '"':
			text_add(text, "&quot;");
			break;
		default:
			text_add_char(text, string[i]);
		}
}
