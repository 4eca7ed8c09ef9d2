/*
 * tests/fuzz/fuzz.h: what the fuzz targets share.
 *
 * A target is one file with a function LLVMFuzzerTestOneInput(), which a
 * fuzzer calls with inputs that it makes up, and replay.c with those that are
 * kept in tests/fuzz/corpus.  What must always hold is told by FUZZ_CHECK().
 */
#ifndef LETHE_TESTS_FUZZ_H
#define LETHE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program when the condition does not hold. */
#define FUZZ_CHECK(condition)                                                  \
	do {                                                                   \
		if (!(condition)) {                                            \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__,         \
			    __LINE__, #condition);                             \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
