/*
 * dash/json_scan.c: is this text JSON?  See RFC 8259 for the grammar.
 *
 * The scanner walks the text once.  What it has to remember is, for each
 * level of nesting, whether that is an array or an object: one bit.
 */
#include "dash/json_scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

enum due { DUE_VALUE, DUE_AFTER, DUE_NOTHING };

const char json_too_deep[] = "nested too deep";

struct scanner {
	const char *at;
	const char *end;
	const char *reason; /* set together with a false result */
	size_t depth;
	size_t depth_max;
	enum due due;
	/* A bit for each level: is it an object? */
	uint64_t objects[JSON_DEPTH_MAX / 64];
};

static const char reason_end[] = "the text ends too early";

static bool
refuse(struct scanner *scanner, const char *reason)
{
	scanner->reason = scanner->at == scanner->end ? reason_end : reason;
	return false;
}

static void
skip_blanks(struct scanner *scanner)
{
	while (scanner->at < scanner->end &&
	       (*scanner->at == ' ' || *scanner->at == '\n' ||
		   *scanner->at == '\r' || *scanner->at == '\t'))
		scanner->at++;
}

/* Is the next byte this one?  Then it is taken. */
static bool
take(struct scanner *scanner, char byte)
{
	if (scanner->at == scanner->end || *scanner->at != byte)
		return false;
	scanner->at++;
	return true;
}

/* ------------------------------------------------------------------------
 * Strings
 */

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/*
 * Are these eight bytes all plain ASCII: no quote, backslash or control
 * character?  Subtracting borrows out of a byte only when that byte already
 * is a hit, so the answer for all eight together is exact.
 */
static bool
eight_plain(const char *at)
{
	uint64_t bytes, quotes, backslashes;

	memcpy(&bytes, at, sizeof(bytes));
	quotes = bytes ^ EACH_BYTE('"');
	backslashes = bytes ^ EACH_BYTE('\\');
	return ((bytes | (bytes - EACH_BYTE(0x20)) | (quotes - EACH_BYTE(1)) |
		    (backslashes - EACH_BYTE(1))) &
		   EACH_BYTE(0x80)) == 0;
}

static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static bool
scan_hex(struct scanner *scanner, unsigned long *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = -1;

		if (scanner->at < scanner->end)
			digit = hex_value(*scanner->at);
		if (digit < 0)
			return refuse(
			    scanner, "\\u needs four hexadecimal digits");
		*value = *value << 4 | (unsigned long)digit;
		scanner->at++;
	}
	return true;
}

/* A surrogate pair is two escapes; the fault is told at the first one. */
static bool
scan_unicode(struct scanner *scanner)
{
	static const char lone[] = "a surrogate without its other half";
	const char *escape = scanner->at - 2;
	unsigned long high, low;

	if (!scan_hex(scanner, &high))
		return false;
	if (high < 0xd800 || high > 0xdfff)
		return true;
	if (high <= 0xdbff) {
		if (scanner->at == scanner->end)
			return refuse(scanner, reason_end);
		if (take(scanner, '\\')) {
			if (scanner->at == scanner->end)
				return refuse(scanner, reason_end);
			if (take(scanner, 'u')) {
				if (!scan_hex(scanner, &low))
					return false;
				if (low >= 0xdc00 && low <= 0xdfff)
					return true;
			}
		}
	}
	scanner->at = escape;
	return refuse(scanner, lone);
}

static bool
scan_escape(struct scanner *scanner)
{
	scanner->at++;
	if (scanner->at == scanner->end)
		return refuse(scanner, reason_end);
	switch (*scanner->at) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		scanner->at++;
		return true;
	case 'u':
		scanner->at++;
		return scan_unicode(scanner);
	default:
		return refuse(scanner, "no such escape");
	}
}

static bool
scan_string(struct scanner *scanner)
{
	const char *at = scanner->at + 1;
	const char *end = scanner->end;
	size_t length;

	for (;;) {
		while (end - at >= 8 && eight_plain(at))
			at += 8;
		while (at < end && *at != '"' && *at != '\\' &&
		       (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80)
			at++;
		scanner->at = at;
		if (at == end)
			return refuse(scanner, reason_end);
		if (*at == '"') {
			scanner->at++;
			return true;
		}
		if (*at == '\\') {
			if (!scan_escape(scanner))
				return false;
			at = scanner->at;
			continue;
		}
		if ((unsigned char)*at < 0x20)
			return refuse(
			    scanner, "a control character must be escaped");
		length = utf8_length(at, (size_t)(end - at));
		if (length == 0)
			return refuse(scanner, "not UTF-8");
		at += length;
	}
}

/* ------------------------------------------------------------------------
 * Numbers
 */

/*
 * The smallest integer that rounds to infinity: 2^1024 - 2^970, halfway
 * between the largest double and what would follow it.
 */
static const char too_large[] =
    "17976931348623158079372897140530341507993413271003782693617377898044"
    "49682927647509466490179775872070963302864166928879109465555478519404"
    "02630657488671505820681908902000708383676273854845817711531764475730"
    "27006985557136695962284291481986083493647529271907416844436551070434"
    "2711559699508093042880177904174497792";

/* What a number's digits say about its size. */
struct magnitude {
	const char *digits; /* at the first one that is not 0, or NULL */
	const char *end;    /* of the digits, among which is the point */
	int64_t exponent;   /* the number is 0.DIGITS times 10 to this */
};

/* Would strtod() give infinity?  Without its cost, and without a copy. */
static bool
overflows(const struct magnitude *magnitude)
{
	const int64_t places = (int64_t)sizeof(too_large) - 1;
	const char *limit = too_large;

	if (magnitude->digits == NULL || magnitude->exponent < places)
		return false;
	if (magnitude->exponent > places)
		return true;
	for (const char *at = magnitude->digits; at < magnitude->end; at++) {
		if (*at == '.')
			continue;
		if (*limit == '\0')
			return true; /* equal so far, which is too large */
		if (*at != *limit)
			return *at > *limit;
		limit++;
	}
	/* Digits that are not there are 0, and the limit's last one is not. */
	return *limit == '\0';
}

/* Takes digits, at least one; `*first` is the first that is not 0. */
static bool
scan_digits(struct scanner *scanner, const char **first)
{
	const char *start = scanner->at;

	while (scanner->at < scanner->end && *scanner->at >= '0' &&
	       *scanner->at <= '9') {
		if (*first == NULL && *scanner->at != '0')
			*first = scanner->at;
		scanner->at++;
	}
	if (scanner->at == start)
		return refuse(scanner, "a digit was expected");
	return true;
}

static bool
scan_exponent(struct scanner *scanner, int64_t *exponent)
{
	/* Far above any text's length, and far below an overflow. */
	const int64_t most = INT64_MAX / 16;
	const char *unused = NULL, *start;
	bool negative = false;

	if (!take(scanner, '+'))
		negative = take(scanner, '-');
	start = scanner->at;
	if (!scan_digits(scanner, &unused))
		return false;
	*exponent = 0;
	for (const char *at = start; at < scanner->at; at++)
		if (*exponent < most)
			*exponent = *exponent * 10 + (*at - '0');
	if (negative)
		*exponent = -*exponent;
	return true;
}

static bool
scan_number(struct scanner *scanner)
{
	struct magnitude magnitude = { NULL, NULL, 0 };
	const char *start = scanner->at, *integer, *point;
	int64_t exponent = 0;

	take(scanner, '-');
	integer = scanner->at;
	if (!scan_digits(scanner, &magnitude.digits))
		return false;
	if (*integer == '0' && scanner->at - integer > 1) {
		scanner->at = integer;
		return refuse(scanner, "a number must not begin with 0");
	}
	point = scanner->at;
	if (take(scanner, '.') && !scan_digits(scanner, &magnitude.digits))
		return false;
	magnitude.end = scanner->at;
	if ((take(scanner, 'e') || take(scanner, 'E')) &&
	    !scan_exponent(scanner, &exponent))
		return false;
	if (magnitude.digits == NULL)
		return true;
	/* Behind the point, the point itself was counted as a place. */
	magnitude.exponent = exponent + (point - magnitude.digits) +
			     (magnitude.digits > point ? 1 : 0);
	if (!overflows(&magnitude))
		return true;
	scanner->at = start;
	return refuse(scanner, "a number too large for a double");
}

/* ------------------------------------------------------------------------
 * Values
 */

static bool
scan_literal(struct scanner *scanner, const char *literal)
{
	for (; *literal != '\0'; literal++)
		if (!take(scanner, *literal))
			return refuse(scanner, "a value was expected");
	return true;
}

static bool
inside_object(const struct scanner *scanner)
{
	size_t level = scanner->depth - 1;

	return (scanner->objects[level / 64] >> level % 64 & 1) != 0;
}

static bool
scan_name(struct scanner *scanner)
{
	skip_blanks(scanner);
	if (scanner->at == scanner->end || *scanner->at != '"')
		return refuse(scanner, "a name in double quotes was expected");
	if (!scan_string(scanner))
		return false;
	skip_blanks(scanner);
	if (!take(scanner, ':'))
		return refuse(scanner, "a colon was expected");
	scanner->due = DUE_VALUE;
	return true;
}

/* Takes the bracket and looks whether the container is empty. */
static bool
scan_open(struct scanner *scanner)
{
	bool object = *scanner->at == '{';
	size_t level = scanner->depth;
	uint64_t bit = UINT64_C(1) << level % 64;

	if (level == scanner->depth_max)
		return refuse(scanner, json_too_deep);
	if (object)
		scanner->objects[level / 64] |= bit;
	else
		scanner->objects[level / 64] &= ~bit;
	scanner->depth++;
	scanner->at++;
	skip_blanks(scanner);
	if (take(scanner, object ? '}' : ']')) {
		scanner->depth--;
		scanner->due = DUE_AFTER;
		return true;
	}
	if (object)
		return scan_name(scanner);
	scanner->due = DUE_VALUE;
	return true;
}

static bool
scan_value(struct scanner *scanner)
{
	skip_blanks(scanner);
	if (scanner->at == scanner->end)
		return refuse(scanner, reason_end);
	scanner->due = DUE_AFTER;
	switch (*scanner->at) {
	case '"':
		return scan_string(scanner);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return scan_number(scanner);
	case 't':
		return scan_literal(scanner, "true");
	case 'f':
		return scan_literal(scanner, "false");
	case 'n':
		return scan_literal(scanner, "null");
	case '[':
	case '{':
		return scan_open(scanner);
	default:
		return refuse(scanner, "a value was expected");
	}
}

static bool
scan_after(struct scanner *scanner)
{
	bool object;

	if (scanner->depth == 0) {
		scanner->due = DUE_NOTHING;
		return true;
	}
	skip_blanks(scanner);
	object = inside_object(scanner);
	if (take(scanner, ',')) {
		scanner->due = DUE_VALUE;
		return object ? scan_name(scanner) : true;
	}
	if (take(scanner, object ? '}' : ']')) {
		scanner->depth--;
		return true;
	}
	return refuse(scanner,
	    object ? "a comma or } was expected" : "a comma or ] was expected");
}

static bool
scan_all(struct scanner *scanner, struct json_span *value)
{
	skip_blanks(scanner);
	if (scanner->at == scanner->end) {
		scanner->reason = "there is no value in the text";
		return false;
	}
	value->start = scanner->at;
	while (scanner->due != DUE_NOTHING)
		if (!(scanner->due == DUE_VALUE ? scan_value(scanner)
						: scan_after(scanner)))
			return false;
	value->size = (size_t)(scanner->at - value->start);
	skip_blanks(scanner);
	if (scanner->at != scanner->end)
		return refuse(scanner, "the value ended before this");
	return true;
}

int
json_scan(const char *text, size_t size, size_t depth, struct json_span *value,
    struct json_fault *fault)
{
	struct json_span found = { NULL, 0 };
	struct scanner scanner;
	bool accepted;

	if (size == 0)
		text = ""; /* so that NULL is as good as any empty text */
	scanner.at = text;
	scanner.end = text + size;
	scanner.reason = NULL;
	scanner.depth = 0;
	scanner.depth_max = depth < JSON_DEPTH_MAX ? depth : JSON_DEPTH_MAX;
	scanner.due = DUE_VALUE;
	memset(scanner.objects, 0, sizeof(scanner.objects));

	accepted = scan_all(&scanner, &found);
	if (!accepted)
		found = (struct json_span){ NULL, 0 };
	if (value != NULL)
		*value = found;
	if (fault != NULL) {
		fault->reason = scanner.reason;
		fault->offset = accepted ? 0 : (size_t)(scanner.at - text);
	}
	return accepted ? 0 : -1;
}
