/*
 * base/text.h: writing text into a fixed piece of memory.
 *
 * For signal handlers: no allocation, no locale, no errno, nothing of stdio.
 * The text always ends with a NUL; what does not fit is left out.
 */
#ifndef LETHE_BASE_TEXT_H
#define LETHE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *out;
	size_t size; /* of `out`, with the NUL; at least 1 */
	size_t used; /* without the NUL */
};

void text_init(struct text *text, char *out, size_t size);
void text_add(struct text *text, const char *string);
void text_add_char(struct text *text, char character);

/* In decimal, with zeros in front up to `digits`. */
void text_add_number(struct text *text, uint64_t number, int digits);
void text_add_signed(struct text *text, int64_t number);

/* As 0x1f. */
void text_add_address(struct text *text, uintptr_t address);

/*
 * Letters, digits, '.', '_' and '-' as they are and a '?' for every other
 * byte; at most `most` bytes, or up to the NUL.
 */
void text_add_token(struct text *text, const char *string, size_t most);

/*
 * Escaped as inside a JSON string; a '?' for each byte that is not UTF-8.
 * Reads at most `most` bytes, up to the NUL; whole characters only.
 */
void text_add_escaped(struct text *text, const char *string, size_t most);

/* With &, <, > and quotes as in HTML. */
void text_add_html(struct text *text, const char *string, size_t most);

#endif
