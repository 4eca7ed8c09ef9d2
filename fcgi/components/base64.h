/*
 * components/base64.h: the standard base64 alphabet, with padding.
 *
 * libsodium's encoder takes the same time whatever the bytes are, which
 * secrets need and columns of numbers do not; this one is several times
 * quicker.
 */
#ifndef LETHE_COMPONENTS_BASE64_H
#define LETHE_COMPONENTS_BASE64_H

#include <stddef.h>

/* The length of the text for `size` bytes, which must be below SIZE_MAX/2. */
size_t base64_size(size_t size);

/* Writes base64_size(size) characters and no NUL. */
void base64_encode(char *out, const void *bytes, size_t size);

#endif
