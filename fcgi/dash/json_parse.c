/*
 * dash/json_parse.c: json-c objects from text that json_scan() accepted.
 *
 * A recursive descent that trusts the grammar, since the scanner checked it,
 * but neither the depth nor the end of the text.
 */
#include "dash/json_parse.h"

#include <float.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

struct parser {
	const char *at;
	const char *end;
	size_t depth;
	size_t room;	       /* bytes that the objects may still take */
	bool exceeded;	       /* they would take more */
	struct buffer scratch; /* for long numbers, and for escapes */
};

/* json-c allocates 32 places for an array by default: too much for the many
 * small ones that a hostile text can hold. */
#define ARRAY_PLACES 4

/*
 * What json-c takes for objects, about, with malloc's share: three bytes of
 * text, "{},", become 800 of memory.  So a body that is no larger than allowed
 * could still take gigabytes, and there is a limit: a fixed part, for the many
 * small objects that honest data may have, and one that grows with the text.
 */
#define COST_SCALAR 64
#define COST_ARRAY 160
#define COST_ELEMENT 16
#define COST_OBJECT 800
#define COST_MEMBER 80
#define ROOM_PER_BYTE 16

static bool parse_value(struct parser *parser, struct json_object **value);

/* Takes memory from what is allowed; false: there is not so much left. */
static bool
spend(struct parser *parser, size_t size)
{
	if (size > parser->room) {
		parser->exceeded = true;
		return false;
	}
	parser->room -= size;
	return true;
}

/* Skips white space and looks at the next byte; '\0' at the end. */
static char
peek(struct parser *parser)
{
	const char *at = parser->at, *end = parser->end;

	while (at < end &&
	       (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	parser->at = at;
	return at < end ? *at : '\0';
}

/* ------------------------------------------------------------------------
 * Numbers
 */

/* A number as far as 64 bits hold it: mantissa times 10 to the exponent. */
struct decimal {
	bool negative;
	bool integer; /* neither a point nor an exponent */
	bool fits;
	uint64_t mantissa;
	int exponent;
};

static void
add_digit(struct decimal *decimal, char digit)
{
	uint64_t value = (uint64_t)(digit - '0');

	if (decimal->mantissa > (UINT64_MAX - value) / 10)
		decimal->fits = false;
	else
		decimal->mantissa = decimal->mantissa * 10 + value;
}

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static void
read_exponent(struct decimal *decimal, const char *at, const char *end)
{
	bool negative = *at == '-';
	int exponent = 0;

	if (*at == '-' || *at == '+')
		at++;
	for (; at < end; at++) {
		if (exponent > 9999) {
			decimal->fits = false;
			return;
		}
		exponent = exponent * 10 + (*at - '0');
	}
	decimal->exponent += negative ? -exponent : exponent;
}

static struct decimal
read_decimal(const char *at, const char *end)
{
	struct decimal decimal = { false, true, true, 0, 0 };

	if (at < end && *at == '-') {
		decimal.negative = true;
		at++;
	}
	while (at < end && is_digit(*at))
		add_digit(&decimal, *at++);
	if (at < end && *at == '.') {
		decimal.integer = false;
		for (at++; at < end && is_digit(*at) && decimal.fits; at++) {
			add_digit(&decimal, *at);
			decimal.exponent--;
		}
	}
	if (at < end && decimal.fits && (*at == 'e' || *at == 'E'))
		read_exponent(&decimal, at + 1, end);
	if (at < end)
		decimal.integer = false;
	return decimal;
}

/*
 * A mantissa below 2^53 and a power of ten up to 10^22 are both exact as
 * doubles, so one multiplication or division rounds once, as it should.
 */
static bool
quick_double(const struct decimal *decimal, double *number)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
		1e19, 1e20, 1e21, 1e22 };
	double value;

	if (FLT_EVAL_METHOD != 0 || !decimal->fits ||
	    decimal->mantissa >= UINT64_C(1) << 53 || decimal->exponent < -22 ||
	    decimal->exponent > 22)
		return false;
	value = (double)decimal->mantissa;
	if (decimal->exponent < 0)
		value /= powers[-decimal->exponent];
	else
		value *= powers[decimal->exponent];
	*number = decimal->negative ? -value : value;
	return true;
}

/* strtod(), but with a point whatever locale the app has chosen. */
static bool
slow_double(
    struct parser *parser, const char *text, size_t size, double *number)
{
	/* The C libraries keep this locale ready; nothing is allocated. */
	locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	buffer_reset(&parser->scratch);
	buffer_add(&parser->scratch, text, size);
	if (locale == (locale_t)0 || buffer_failed(&parser->scratch)) {
		if (locale != (locale_t)0)
			freelocale(locale);
		return false;
	}
	*number = strtod_l(parser->scratch.data, NULL, locale);
	freelocale(locale);
	return true;
}

static bool
parse_number(struct parser *parser, struct json_object **value)
{
	const char *start = parser->at, *at = start;
	struct decimal decimal;
	double number;

	while (at < parser->end && (is_digit(*at) || *at == '-' || *at == '+' ||
				       *at == '.' || *at == 'e' || *at == 'E'))
		at++;
	decimal = read_decimal(start, at);
	if (!spend(parser, COST_SCALAR))
		return false;
	if (decimal.integer && decimal.fits && !decimal.negative) {
		*value = decimal.mantissa <= INT64_MAX
			     ? json_object_new_int64((int64_t)decimal.mantissa)
			     : json_object_new_uint64(decimal.mantissa);
	} else if (decimal.integer && decimal.fits && decimal.mantissa != 0 &&
		   decimal.mantissa <= (uint64_t)INT64_MAX + 1) {
		/* Negated after 1 was taken off, so that the smallest int64
		 * does not overflow. */
		*value =
		    json_object_new_int64(-(int64_t)(decimal.mantissa - 1) - 1);
	} else {
		if (!quick_double(&decimal, &number) &&
		    !slow_double(parser, start, (size_t)(at - start), &number))
			return false;
		*value = json_object_new_double(number);
	}
	if (*value == NULL)
		return false;
	parser->at = at;
	return true;
}

/* ------------------------------------------------------------------------
 * Strings and names
 */

/* The string at parser->at, with its quotes. */
static struct json_span
take_string(struct parser *parser)
{
	struct json_span rest = { parser->at,
		(size_t)(parser->end - parser->at) };
	struct json_span string = json_span_string(rest);

	parser->at += string.size;
	return string;
}

static bool
parse_string(struct parser *parser, struct json_object **value)
{
	struct json_span string = take_string(parser);
	const char *text = string.start + 1;
	size_t size = string.size - 2;
	char *room;

	/* json-c counts in int. */
	if (string.size < 2 || string.size > INT_MAX - 64 ||
	    !spend(parser, COST_SCALAR + string.size))
		return false;
	if (memchr(text, '\\', size) != NULL) {
		buffer_reset(&parser->scratch);
		room = buffer_reserve(&parser->scratch, string.size);
		if (room == NULL)
			return false;
		size = json_span_unescape(string, room);
		text = room;
	}
	*value = json_object_new_string_len(text, (int)size);
	return *value != NULL;
}

/* ------------------------------------------------------------------------
 * Containers
 */

static bool
parse_elements(struct parser *parser, struct json_object *array)
{
	char next = peek(parser);

	while (next != ']') {
		struct json_object *element;

		if (!spend(parser, COST_ELEMENT) ||
		    !parse_value(parser, &element))
			return false;
		if (json_object_array_add(array, element) != 0) {
			json_object_put(element);
			return false;
		}
		next = peek(parser);
		if (next == ',')
			parser->at++;
		else if (next != ']')
			return false;
	}
	parser->at++;
	return true;
}

/* Puts U+FFFD for each NUL; there is room, since each was an escape. */
static void
replace_nuls(char *name, size_t size)
{
	static const char replacement[3] = "\xef\xbf\xbd";
	size_t nuls = 0, to;

	for (size_t i = 0; i < size; i++)
		if (name[i] == '\0')
			nuls++;
	to = size + nuls * (sizeof(replacement) - 1);
	name[to] = '\0';
	/* From the end, so that nothing is overwritten before it is moved. */
	while (to > size) {
		if (name[--size] != '\0') {
			name[--to] = name[size];
			continue;
		}
		to -= sizeof(replacement);
		memcpy(name + to, replacement, sizeof(replacement));
	}
}

static char *
take_name(struct parser *parser)
{
	struct json_span string = take_string(parser);
	char *name;
	size_t size;

	if (!spend(parser, COST_MEMBER + string.size))
		return NULL;
	name = malloc(string.size);
	if (name == NULL)
		return NULL;
	size = json_span_unescape(string, name);
	name[size] = '\0';
	if (memchr(name, '\0', size) != NULL)
		replace_nuls(name, size);
	return name;
}

static bool
parse_member(struct parser *parser, struct json_object *object)
{
	struct json_object *value = NULL;
	char *name;
	bool added = false;

	if (peek(parser) != '"')
		return false;
	name = take_name(parser);
	if (name == NULL)
		return false;
	if (peek(parser) == ':') {
		parser->at++;
		/* json-c copies the name. */
		added = parse_value(parser, &value) &&
			json_object_object_add(object, name, value) == 0;
	}
	if (!added)
		json_object_put(value);
	free(name);
	return added;
}

static bool
parse_members(struct parser *parser, struct json_object *object)
{
	char next = peek(parser);

	while (next != '}') {
		if (!parse_member(parser, object))
			return false;
		next = peek(parser);
		if (next == ',')
			parser->at++;
		else if (next != '}')
			return false;
	}
	parser->at++;
	return true;
}

static bool
parse_container(struct parser *parser, struct json_object **value)
{
	bool object = *parser->at == '{';
	struct json_object *container;
	bool parsed;

	if (parser->depth == JSON_DEPTH_MAX ||
	    !spend(parser, object ? COST_OBJECT : COST_ARRAY))
		return false;
	container = object ? json_object_new_object()
			   : json_object_new_array_ext(ARRAY_PLACES);
	if (container == NULL)
		return false;
	parser->depth++;
	parser->at++;
	parsed = object ? parse_members(parser, container)
			: parse_elements(parser, container);
	parser->depth--;
	if (parsed)
		*value = container;
	else
		json_object_put(container);
	return parsed;
}

static bool
parse_value(struct parser *parser, struct json_object **value)
{
	*value = NULL;
	switch (peek(parser)) {
	case '"':
		return parse_string(parser, value);
	case '{':
	case '[':
		return parse_container(parser, value);
	case 't':
		parser->at += 4;
		*value = json_object_new_boolean(1);
		return *value != NULL;
	case 'f':
		parser->at += 5;
		*value = json_object_new_boolean(0);
		return *value != NULL;
	case 'n':
		parser->at += 4;
		return true;
	case '\0':
		return false;
	default:
		return parse_number(parser, value);
	}
}

struct json_object *
json_parse_within(struct json_span span, size_t *room)
{
	struct parser parser = { .at = span.start };
	struct json_object *value = NULL;
	size_t growing;

	if (json_span_type(span) == JSON_NONE)
		return NULL;
	parser.end = span.start + span.size;
	/* Beyond half of the address space malloc() is the limit. */
	growing = span.size < SIZE_MAX / 4 / ROOM_PER_BYTE
	    ? ROOM_PER_BYTE * span.size
	    : SIZE_MAX / 4;
	parser.room = growing + (*room < SIZE_MAX / 4 ? *room : SIZE_MAX / 4);
	/* Nothing that is decoded is longer than the text. */
	buffer_init(&parser.scratch, span.size);
	parse_value(&parser, &value);
	buffer_clear(&parser.scratch);
	if (parser.exceeded)
		*room = 0;
	else if (parser.room < *room)
		*room = parser.room;
	return value;
}

struct json_object *
json_parse_span(struct json_span span)
{
	size_t room = JSON_ROOM;

	return json_parse_within(span, &room);
}
