/*
 * dash/script_scan.c: the words of JavaScript, as far as brackets need them.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "dash/script_scan.h"

#define DEPTH_MAX 256

struct scan {
	const char *start;
	const char *at;
	/* What is open: '(', '[', '{', '`' in a template's text, and '$' in
	 * a ${...} of one. */
	char open[DEPTH_MAX];
	size_t depth;
	/* The last character that was no space or comment; 0: none yet. */
	char last;
	/* The word that ends there, if one does. */
	const char *word;
	size_t word_size;
	bool unsure;
	struct script_facts *facts;
	struct error *error;
};

static bool
is_word(char character)
{
	return isalnum((unsigned char)character) || character == '_' ||
	       character == '$' || (unsigned char)character >= 0x80;
}

static int
fail(struct scan *scan, const char *where, const char *what)
{
	size_t line = 1;

	for (const char *at = scan->start; at < where; at++)
		line += *at == '\n';
	return error_set(scan->error, "%s (line %zu of it)", what, line);
}

static bool
word_is(const struct scan *scan, const char *word)
{
	return scan->word != NULL && scan->word_size == strlen(word) &&
	       strncmp(scan->word, word, scan->word_size) == 0;
}

static void
scan_word(struct scan *scan)
{
	const char *start = scan->at;
	bool first = scan->last == '\0' ||
		     (scan->last == '(' && !scan->facts->is_function);

	while (is_word(*scan->at))
		scan->at++;
	scan->word = start;
	scan->word_size = (size_t)(scan->at - start);
	scan->last = 'a';
	if (first && (word_is(scan, "function") || word_is(scan, "async")))
		scan->facts->is_function = true;
}

/* After the opening quote; a string ends in its line. */
static int
scan_string(struct scan *scan)
{
	const char *start = scan->at;
	char quote = *scan->at++;

	while (*scan->at != quote) {
		if (*scan->at == '\\' && scan->at[1] != '\0')
			scan->at++;
		else if (*scan->at == '\0' || *scan->at == '\n')
			return fail(scan, start, "a string has no end");
		scan->at++;
	}
	scan->at++;
	scan->last = 'a';
	scan->word = NULL;
	return 0;
}

static int
scan_comment(struct scan *scan)
{
	const char *end;

	if (scan->at[1] == '/') {
		scan->at += strcspn(scan->at, "\n");
		return 0;
	}
	end = strstr(scan->at + 2, "*/");
	if (end == NULL)
		return fail(scan, scan->at, "a comment has no end");
	scan->at = end + 2;
	return 0;
}

/* A '/' divides after a value and begins a regular expression elsewhere. */
static bool
is_division(struct scan *scan)
{
	static const char *const before[] = { "return", "typeof", "case", "in",
		"of", "delete", "void", "throw", "new", "else", "do", "await",
		"yield" };

	if (scan->last != '\0' && strchr(")}+-", scan->last) != NULL) {
		scan->unsure = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (word_is(scan, before[i]))
			return false;
	return scan->last == 'a' || scan->last == ']';
}

static int
scan_expression(struct scan *scan)
{
	const char *start = scan->at++;
	bool in_class = false;

	while (*scan->at != '/' || in_class) {
		if (*scan->at == '\\' && scan->at[1] != '\0')
			scan->at++;
		else if (*scan->at == '\0' || *scan->at == '\n')
			return fail(
			    scan, start, "a regular expression has no end");
		else if (*scan->at == '[')
			in_class = true;
		else if (*scan->at == ']')
			in_class = false;
		scan->at++;
	}
	scan->at++;
	scan->last = 'a';
	scan->word = NULL;
	return 0;
}

static int
scan_open(struct scan *scan, char bracket)
{
	if (scan->depth == DEPTH_MAX)
		return fail(scan, scan->at, "brackets are nested too deeply");
	scan->open[scan->depth++] = bracket;
	return 0;
}

static int
scan_close(struct scan *scan, char bracket)
{
	char open = bracket == ')' ? '(' : bracket == ']' ? '[' : '{';
	char top = scan->depth > 0 ? scan->open[scan->depth - 1] : '\0';
	char what[] = "a '?' closes nothing";

	if (top == open || (top == '$' && bracket == '}')) {
		scan->depth--;
		return 0;
	}
	what[3] = bracket;
	return fail(scan, scan->at, what);
}

/* The text of a template, up to its end or to a ${. */
static int
scan_template(struct scan *scan)
{
	while (*scan->at != '\0') {
		if (*scan->at == '\\' && scan->at[1] != '\0') {
			scan->at += 2;
		} else if (*scan->at == '`') {
			scan->depth--;
			scan->at++;
			scan->last = 'a';
			return 0;
		} else if (scan->at[0] == '$' && scan->at[1] == '{') {
			scan->at += 2;
			scan->last = '(';
			return scan_open(scan, '$');
		} else {
			scan->at++;
		}
	}
	return fail(scan, scan->at, "a template string has no end");
}

/* One character that stands for itself. */
static int
scan_sign(struct scan *scan)
{
	char sign = *scan->at;
	int done = 0;

	if (sign == '`')
		done = scan_open(scan, '`');
	else if (strchr("([{", sign) != NULL)
		done = scan_open(scan, sign);
	else if (strchr(")]}", sign) != NULL)
		done = scan_close(scan, sign);
	else if (sign == '=' && scan->at[1] == '>')
		scan->facts->is_function = true;
	scan->last = sign;
	scan->word = NULL;
	scan->at++;
	return done;
}

static int
scan_next(struct scan *scan)
{
	char next = *scan->at;

	if (scan->depth > 0 && scan->open[scan->depth - 1] == '`')
		return scan_template(scan);
	if (isspace((unsigned char)next)) {
		scan->at++;
		return 0;
	}
	if (is_word(next)) {
		scan_word(scan);
		return 0;
	}
	if (next == '"' || next == '\'')
		return scan_string(scan);
	if (next == '/' && (scan->at[1] == '/' || scan->at[1] == '*'))
		return scan_comment(scan);
	if (next == '/' && !is_division(scan))
		return scan_expression(scan);
	return scan_sign(scan);
}

int
script_scan(const char *text, struct script_facts *facts, struct error *error)
{
	struct scan scan = {
		.start = text, .at = text, .facts = facts, .error = error
	};
	char what[] = "a '?' is not closed";
	int done = 0;

	*facts = (struct script_facts){ .is_function = false };
	while (done == 0 && *scan.at != '\0')
		done = scan_next(&scan);
	if (done == 0 && scan.depth > 0) {
		char open = scan.open[scan.depth - 1];

		what[3] = open == '$' ? '{' : open;
		done = fail(&scan, scan.at, what);
	}
	return scan.unsure ? 0 : done;
}

bool
script_names(const char *text, const char *name)
{
	size_t size = strlen(name);
	const char *at = text;

	if (size == 0)
		return false;
	for (; (at = strstr(at, name)) != NULL; at++)
		if ((at == text || !is_word(at[-1])) && !is_word(at[size]))
			return true;
	return false;
}
