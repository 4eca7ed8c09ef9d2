/*
 * dash/json_double.c: doubles in the shortest form that reads back the same.
 */
#include "dash/json_write.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The point is behind the first digit; times 10 to the exponent. */
struct decimal {
	char digits[24];
	int count;
	int exponent;
};

/* Exponents from which on, and below which, there is an exponent written. */
#define EXPONENT_HIGH 16
#define EXPONENT_LOW (-4)

/*
 * Numbers with few digits behind the point, which is what most are.  A value
 * below 2^53 divided by a power of ten up to 10^22 rounds once, exactly as
 * reading the decimal does; and below 10^15 no other decimal with as many
 * places reads back as the same double.
 */
static bool
few_places(double number, struct decimal *decimal)
{
	double power = 1;

	if (FLT_EVAL_METHOD != 0 || (number != 0 && number < 1e-4))
		return false;
	for (int places = 0; places <= 8; places++, power *= 10) {
		double scaled = number * power + 0.5;
		uint64_t rounded;

		if (scaled >= 1e15)
			return false;
		rounded = (uint64_t)scaled;
		if ((double)rounded / power != number)
			continue;
		decimal->count =
		    snprintf(decimal->digits, sizeof(decimal->digits), "%llu",
			(unsigned long long)rounded);
		decimal->exponent = decimal->count - 1 - places;
		return true;
	}
	return false;
}

/* All others, by trying.  Whatever the locale puts between the digits for a
 * point, strtod() understands it, and it is left out. */
static void
many_places(double number, struct decimal *decimal)
{
	char text[48];
	const char *at;

	/* Any 15 digits survive, so that fewer are 15 with zeros at their
	 * end; but subnormal numbers do not hold as many. */
	int precision = number < DBL_MIN ? 1 : 15;

	for (; precision <= 17; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision - 1, number);
		if (strtod(text, NULL) == number)
			break;
	}
	decimal->count = 0;
	for (at = text; *at != 'e' && *at != '\0'; at++)
		if (*at >= '0' && *at <= '9')
			decimal->digits[decimal->count++] = *at;
	while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
		decimal->count--;
	decimal->exponent = (int)strtol(at + 1, NULL, 10);
}

static void
write_zeros(struct buffer *buffer, int count)
{
	while (count-- > 0)
		buffer_add_char(buffer, '0');
}

static void
write_fixed(struct buffer *buffer, const struct decimal *decimal)
{
	int before = decimal->exponent + 1; /* digits before the point */
	int head;

	if (before <= 0) {
		buffer_add(buffer, "0.", 2);
		write_zeros(buffer, -before);
		buffer_add(buffer, decimal->digits, (size_t)decimal->count);
		return;
	}
	head = before < decimal->count ? before : decimal->count;
	buffer_add(buffer, decimal->digits, (size_t)head);
	write_zeros(buffer, before - head);
	buffer_add_char(buffer, '.');
	if (head == decimal->count)
		buffer_add_char(buffer, '0');
	else
		buffer_add(buffer, decimal->digits + head,
		    (size_t)(decimal->count - head));
}

static void
write_exponent(struct buffer *buffer, const struct decimal *decimal)
{
	buffer_add_char(buffer, decimal->digits[0]);
	if (decimal->count > 1) {
		buffer_add_char(buffer, '.');
		buffer_add(
		    buffer, decimal->digits + 1, (size_t)(decimal->count - 1));
	}
	buffer_addf(buffer, "e%+03d", decimal->exponent);
}

void
json_write_double(struct buffer *buffer, double number)
{
	struct decimal decimal;

	if (!isfinite(number)) {
		buffer_add(buffer, "null", 4);
		return;
	}
	if (signbit(number)) {
		buffer_add_char(buffer, '-');
		number = -number;
	}
	if (!few_places(number, &decimal))
		many_places(number, &decimal);
	if (decimal.exponent >= EXPONENT_LOW &&
	    decimal.exponent < EXPONENT_HIGH)
		write_fixed(buffer, &decimal);
	else
		write_exponent(buffer, &decimal);
}
