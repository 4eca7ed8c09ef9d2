/*
 * Tests of base/buffer.h, base/error.h and base/utf8.h.
 */
#include <CUnit/CUnit.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"

void buffer_suite(void);

static void
test_growth(void)
{
	struct buffer buffer;

	buffer_init(&buffer, SIZE_MAX);
	for (int i = 0; i < 5000; i++) {
		buffer_add(&buffer, "ab\0", 3);
		CU_ASSERT(buffer.data[buffer.size] == '\0');
	}
	buffer_add_string(&buffer, "end");
	buffer_add_char(&buffer, '.');
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	CU_ASSERT_EQUAL(buffer.size, 15004);
	CU_ASSERT(memcmp(buffer.data + 14997, "ab\0end.", 8) == 0);
	buffer_clear(&buffer);
	CU_ASSERT_PTR_NULL(buffer.data);
	CU_ASSERT_EQUAL(buffer.size, 0);
	buffer_add_string(&buffer, "again");
	CU_ASSERT_STRING_EQUAL(buffer.data, "again");
	buffer_clear(&buffer);
}

static void
test_limit(void)
{
	struct buffer buffer;

	buffer_init(&buffer, 5);
	buffer_add(&buffer, "12345", 5);
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	buffer_add(&buffer, "", 0);
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	CU_ASSERT(buffer.capacity <= 6);
	buffer_add_char(&buffer, '6');
	CU_ASSERT_TRUE(buffer_failed(&buffer));
	CU_ASSERT_STRING_EQUAL(buffer.data, "12345");
	buffer_clear(&buffer);
}

static void
test_failure_stays(void)
{
	struct buffer buffer;

	buffer_init(&buffer, 5);
	buffer_add_string(&buffer, "123456");
	CU_ASSERT_TRUE(buffer_failed(&buffer));
	/* What would fit must not appear behind a gap. */
	buffer_add_string(&buffer, "1");
	buffer_addf(&buffer, "%d", 1);
	CU_ASSERT_PTR_NULL(buffer_reserve(&buffer, 1));
	CU_ASSERT_EQUAL(buffer.size, 0);
	CU_ASSERT_TRUE(buffer_failed(&buffer));
	buffer_reset(&buffer);
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	buffer_add_string(&buffer, "12345");
	CU_ASSERT_FALSE(buffer_failed(&buffer));
	CU_ASSERT_STRING_EQUAL(buffer.data, "12345");
	buffer_clear(&buffer);
}

static void
test_sizes_that_overflow(void)
{
	struct buffer buffer;

	buffer_init(&buffer, SIZE_MAX);
	buffer_add_string(&buffer, "1");
	CU_ASSERT_PTR_NULL(buffer_reserve(&buffer, SIZE_MAX));
	CU_ASSERT_TRUE(buffer_failed(&buffer));
	buffer_reset(&buffer);
	CU_ASSERT_PTR_NULL(buffer_reserve(&buffer, SIZE_MAX - 1));
	buffer_reset(&buffer);
	CU_ASSERT_PTR_NULL(buffer_reserve(&buffer, SIZE_MAX / 2));
	CU_ASSERT_TRUE(buffer_failed(&buffer));
	buffer_clear(&buffer);
}

static void
test_reset(void)
{
	struct buffer buffer;
	size_t capacity;

	buffer_init(&buffer, 1000);
	buffer_addf(&buffer, "%600d", 1);
	capacity = buffer.capacity;
	buffer_reset(&buffer);
	CU_ASSERT_EQUAL(buffer.size, 0);
	CU_ASSERT_EQUAL(buffer.capacity, capacity);
	CU_ASSERT_STRING_EQUAL(buffer.data, "");
	buffer_clear(&buffer);
	buffer_reset(&buffer);
	CU_ASSERT_PTR_NULL(buffer.data);
}

static void
test_reserve(void)
{
	struct buffer buffer;
	char *room;

	buffer_init(&buffer, 1000);
	buffer_add_string(&buffer, "a");
	room = buffer_reserve(&buffer, 999);
	CU_ASSERT_PTR_NOT_NULL_FATAL(room);
	memset(room, 'b', 999);
	buffer_added(&buffer, 2);
	CU_ASSERT_STRING_EQUAL(buffer.data, "abb");
	CU_ASSERT_EQUAL(buffer.size, 3);
	CU_ASSERT_PTR_NULL(buffer_reserve(&buffer, 998));
	buffer_clear(&buffer);
}

/* Lengths around the room that is left, and around the limit. */
static void
test_format(void)
{
	char expected[800];

	for (int width = 1; width <= 700; width++) {
		struct buffer buffer;

		buffer_init(&buffer, 512);
		buffer_add_string(&buffer, "x");
		buffer_addf(&buffer, "%*d", width, 7);
		snprintf(expected, sizeof(expected), "x%*d", width, 7);
		if (width <= 511) {
			CU_ASSERT_FALSE(buffer_failed(&buffer));
			CU_ASSERT_STRING_EQUAL(buffer.data, expected);
			CU_ASSERT_EQUAL(buffer.size, (size_t)width + 1);
		} else {
			CU_ASSERT_TRUE(buffer_failed(&buffer));
			CU_ASSERT_STRING_EQUAL(buffer.data, "x");
		}
		buffer_clear(&buffer);
	}
}

static void
test_error(void)
{
	struct error error = { "" };

	CU_ASSERT_EQUAL(error_set(&error, "%s: %d", "a", 1), -1);
	CU_ASSERT_STRING_EQUAL(error.message, "a: 1");
	CU_ASSERT_EQUAL(error_set(NULL, "%s", "nobody asks"), -1);
}

static void
test_error_in_itself(void)
{
	struct error error;

	error_set(&error, "no such file");
	error_set(&error, "cannot open the store: %s", error.message);
	CU_ASSERT_STRING_EQUAL(
	    error.message, "cannot open the store: no such file");
}

static void
test_error_one_line(void)
{
	struct error error;

	error_set(&error, "%s", "a\nb\r\tc\x7f\x1b[1m\xc3\xa9");
	CU_ASSERT_STRING_EQUAL(error.message, "a b  c  [1m\xc3\xa9");
}

/* Characters of each length, at each place around the message's end. */
static void
test_error_cut(void)
{
	static const char *const characters[] = { "x", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80" };
	const size_t most = sizeof(((struct error *)NULL)->message) - 1;

	for (size_t i = 0; i < 4; i++)
		for (size_t lead = 0; lead < 8; lead++) {
			const size_t length = strlen(characters[i]);
			struct error error;
			struct buffer text;
			size_t expected;

			buffer_init(&text, SIZE_MAX);
			buffer_addf(&text, "%.*s", (int)lead, "12345678");
			while (text.size < most + 10)
				buffer_add_string(&text, characters[i]);
			error_set(&error, "%s", text.data);
			expected = lead + (most - lead) / length * length;
			CU_ASSERT_EQUAL(strlen(error.message), expected);
			CU_ASSERT(
			    memcmp(error.message, text.data, expected) == 0);
			/* A text that just fits is not cut. */
			text.data[expected] = '\0';
			error_set(&error, "%s", text.data);
			CU_ASSERT_STRING_EQUAL(error.message, text.data);
			buffer_clear(&text);
		}
}

static void
test_error_cut_of_other_bytes(void)
{
	const size_t most = sizeof(((struct error *)NULL)->message) - 1;
	struct error error;
	char text[600];

	memset(text, 0x80, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&error, "%s", text);
	CU_ASSERT_EQUAL(strlen(error.message), most);
}

static void
test_utf8_round_trip(void)
{
	size_t wrong = 0;

	for (unsigned long point = 0; point <= 0x10ffff; point++) {
		char out[4];
		size_t length;

		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		length = utf8_encode(point, out);
		if (utf8_length(out, 4) != length ||
		    utf8_length(out, length) != length ||
		    utf8_length(out, length - 1) != 0 ||
		    length != (size_t)(1 + (point >= 0x80) + (point >= 0x800) +
				       (point >= 0x10000)))
			wrong++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

void
buffer_suite(void)
{
	CU_pSuite suite = CU_add_suite("buffers and errors", NULL, NULL);

	CU_add_test(suite, "a buffer grows and keeps a NUL behind its bytes",
	    test_growth);
	CU_add_test(suite, "a buffer holds as much as its limit", test_limit);
	CU_add_test(suite, "a buffer that failed takes nothing more",
	    test_failure_stays);
	CU_add_test(suite, "sizes that overflow fail the buffer",
	    test_sizes_that_overflow);
	CU_add_test(suite, "a reset buffer keeps its memory", test_reset);
	CU_add_test(
	    suite, "room is reserved and counted in later", test_reserve);
	CU_add_test(
	    suite, "formatted text is added whole or not at all", test_format);
	CU_add_test(suite, "an error is set", test_error);
	CU_add_test(suite, "an error can hold the one that it replaces",
	    test_error_in_itself);
	CU_add_test(suite, "an error is one line", test_error_one_line);
	CU_add_test(
	    suite, "an error is cut between characters", test_error_cut);
	CU_add_test(suite, "an error that is no UTF-8 is cut anywhere",
	    test_error_cut_of_other_bytes);
	CU_add_test(suite, "every character is encoded as it is recognised",
	    test_utf8_round_trip);
}
