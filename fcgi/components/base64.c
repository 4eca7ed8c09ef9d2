/*
 * base64.c: bytes as text, quickly.
 */
#include "components/base64.h"

static const char alphabet[64] = { 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I',
	'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W',
	'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k',
	'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y',
	'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/' };

size_t
base64_size(size_t size)
{
	return (size + 2) / 3 * 4;
}

/* The first `characters` of the four for 24 bits. */
static void
encode_group(char *out, unsigned bits, int characters)
{
	int i;

	for (i = 0; i < characters; i++)
		out[i] = alphabet[bits >> (18 - 6 * i) & 63];
}

void
base64_encode(char *out, const void *bytes, size_t size)
{
	const unsigned char *in = bytes;

	for (; size >= 3; size -= 3, in += 3, out += 4)
		encode_group(out,
		    (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2], 4);
	if (size == 2) {
		encode_group(
		    out, (unsigned)in[0] << 16 | (unsigned)in[1] << 8, 3);
		out[3] = '=';
	} else if (size == 1) {
		encode_group(out, (unsigned)in[0] << 16, 2);
		out[2] = out[3] = '=';
	}
}
