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

#ifdef __SIZEOF_INT128__

/* Writes the digits of a number that is not 0, without zeros at its end. */
static void
set_digits(struct decimal *decimal, uint64_t number)
{
	int count = 0;

	while (number % 10 == 0)
		number /= 10;
	for (uint64_t rest = number; rest != 0; rest /= 10)
		count++;
	decimal->count = count;
	for (; number != 0; number /= 10)
		decimal->digits[--count] = (char)('0' + number % 10);
}

__extension__ typedef unsigned __int128 wide;

/* Ten to the power, which is at most 38. */
static wide
power_of_ten(int power)
{
	static const uint64_t powers[] = { 1, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000, 1000000000 };
	wide value = 1;

	for (; power >= 9; power -= 9)
		value *= powers[9];
	return value * powers[power];
}

/*
 * The multiple of the unit nearest to a number given in quarters, the last
 * of which stands for any smaller part.  A tie goes to the even multiple, as
 * for printf().
 */
static uint64_t
nearest(uint64_t quarters, uint64_t unit)
{
	uint64_t step = unit * 4;
	uint64_t multiple = quarters / step;
	uint64_t rest = quarters % step;

	if (rest > step / 2 || (rest == step / 2 && multiple % 2 != 0))
		multiple++;
	return multiple * unit;
}

/*
 * Numbers of common sizes, in integers: a double is a mantissa below 2^53
 * times 2^-shift.  Times the power of ten that puts 17 digits before the
 * point it has at most 123 bits, so that it can be compared exactly with
 * every decimal that might do.
 */
static bool
quick_digits(double number, struct decimal *decimal)
{
	const uint64_t hidden = UINT64_C(1) << 52;
	uint64_t bits, mantissa, whole, quarters, found = 0;
	wide scaled, power;
	int shift, places;

	if (number < 1e-5 || number >= 9007199254740992.0)
		return false;
	memcpy(&bits, &number, sizeof(bits));
	mantissa = (bits & (hidden - 1)) | hidden;
	shift = 1075 - (int)(bits >> 52);
	/* 1233/4096 is nearly log10(2).  A power of two and a number above it
	 * may differ in their tens: then there is a second turn. */
	decimal->exponent = ((52 - shift) * 1233 >> 12) - 1;
	do {
		decimal->exponent++;
		places = 16 - decimal->exponent;
		power = power_of_ten(places);
		scaled = mantissa * power;
		whole = (uint64_t)(scaled >> shift);
	} while (whole >= UINT64_C(100000000000000000));

	quarters = (uint64_t)(scaled * 4 >> shift);
	if ((wide)quarters << shift != scaled * 4)
		quarters |= 1;
	for (uint64_t unit = 100; unit != 0; unit /= 10) {
		wide candidate, off;

		found = nearest(quarters, unit);
		candidate = (wide)found << shift;
		off = candidate > scaled ? candidate - scaled
					 : scaled - candidate;
		/* Half the gap to the next double is half the power.  Below
		 * a power of two the gap is smaller, but in this range each
		 * has its exact decimal; and no decimal so short is halfway
		 * between two doubles. */
		if (off * 2 < power)
			break;
	}
	if (found == UINT64_C(100000000000000000))
		decimal->exponent++;
	set_digits(decimal, found);
	return true;
}

#else

static bool
quick_digits(double number, struct decimal *decimal)
{
	(void)number;
	(void)decimal;
	return false;
}

#endif

/* All others, by trying.  Whatever the locale puts between the digits for a
 * point, strtod() understands it, and it is left out. */
static void
slow_digits(double number, struct decimal *decimal)
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
	if (number == 0) {
		buffer_add(buffer, "0.0", 3);
		return;
	}
	if (!quick_digits(number, &decimal))
		slow_digits(number, &decimal);
	if (decimal.exponent >= EXPONENT_LOW &&
	    decimal.exponent < EXPONENT_HIGH)
		write_fixed(buffer, &decimal);
	else
		write_exponent(buffer, &decimal);
}
