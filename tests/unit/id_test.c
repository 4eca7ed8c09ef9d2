/*
 * tests/unit/id_test.c: ids, plain and with patterns.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe.h>

#include "dash/id.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void id_suite(void);

static void
check(bool good, int line, const char *what)
{
	CU_assertImplementation(good, (unsigned)line, what, __FILE__, "",
	    CU_FALSE);
}

/* ------------------------------------------------------------------------
 * Descriptions
 */

struct text_case {
	int line;
	const char *text;
	const char *canonical; /* or a part of the message */
};

static const struct text_case patterns[] = {
	{ __LINE__, LETHE_ID("type": "city", "index": 3),
	    "{\"index\":3,\"type\":\"city\"}" },
	{ __LINE__, LETHE_ID("type": "city", "index": MATCH),
	    "{\"index\":[\"MATCH\"],\"type\":\"city\"}" },
	{ __LINE__, LETHE_ID("a": ALL, "b": ALLSMALLER, "c": MATCH),
	    "{\"a\":[\"ALL\"],\"b\":[\"ALLSMALLER\"],\"c\":[\"MATCH\"]}" },
	{ __LINE__, LETHE_ID("a":ALL,"b":MATCH),
	    "{\"a\":[\"ALL\"],\"b\":[\"MATCH\"]}" },
	/* Words within strings are strings. */
	{ __LINE__, LETHE_ID("ALL": "MATCH", "b": "is ALLSMALLER, ALL"),
	    "{\"ALL\":\"MATCH\",\"b\":\"is ALLSMALLER, ALL\"}" },
	{ __LINE__, LETHE_ID("a": "\"ALL\"", "b\\": ALL),
	    "{\"a\":\"\\\"ALL\\\"\",\"b\\\\\":[\"ALL\"]}" },
	{ __LINE__, LETHE_ID("a": "\\", "b": ALL),
	    "{\"a\":\"\\\\\",\"b\":[\"ALL\"]}" },
	{ __LINE__, LETHE_ID("a": "caf\u00e9 \ud83d\ude00 \u0041"),
	    "{\"a\":\"café 😀 A\"}" },
	/* The order is that of the bytes. */
	{ __LINE__, LETHE_ID("b": 1, "a": 2, "B": 3, "": 4, "aa": 5),
	    "{\"\":4,\"B\":3,\"a\":2,\"aa\":5,\"b\":1}" },
	{ __LINE__, LETHE_ID("a": 1, "b": 1.0, "c": -0.5, "d": 1e2),
	    "{\"a\":1,\"b\":1.0,\"c\":-0.5,\"d\":100.0}" },
	{ __LINE__, LETHE_ID("a": true, "b": false),
	    "{\"a\":true,\"b\":false}" },
	{ __LINE__, "{\"index\": [\"ALL\"], \"type\": \"x\"}",
	    "{\"index\":[\"ALL\"],\"type\":\"x\"}" },
	{ __LINE__, "{\"a\":1,\"a\":2}", "{\"a\":2}" },
	{ __LINE__, "my-output", "my-output" },
	{ __LINE__, "ALL", "ALL" },
	{ __LINE__, "[1]", "[1]" },
};

static void
test_canonical(void)
{
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct error error = { "" };
		struct id id;
		bool read = id_parse(&id, patterns[i].text, &error) == 0;

		check(read, patterns[i].line, error.message);
		if (!read)
			continue;
		check(strcmp(id.text, patterns[i].canonical) == 0,
		    patterns[i].line, id.text);
		check((id.keys != NULL) == (id.text[0] == '{'),
		    patterns[i].line, "only patterns have keys");
		id_clear(&id);
	}
}

static const struct text_case malformed[] = {
	{ __LINE__, "", "is empty or has a dot" },
	{ __LINE__, "a.b", "is empty or has a dot" },
	{ __LINE__, "{", "is not a pattern id" },
	{ __LINE__, "{}", "1 to 32 keys" },
	{ __LINE__, LETHE_ID("a": ), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": 1, ), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a" 1), "is not a pattern id" },
	{ __LINE__, LETHE_ID(a: 1), "is not a pattern id" },
	{ __LINE__, LETHE_ID(ALL: 1), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": All), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": ALLS), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": XALL), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": ALL ALL), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": [ALL]), "key \"a\" must be a string" },
	{ __LINE__, LETHE_ID("a": NaN), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": 1e999), "is not a pattern id" },
	{ __LINE__, LETHE_ID("a": null), "key \"a\" must be a string" },
	{ __LINE__, LETHE_ID("a": {"b": 1}), "key \"a\" must be a string" },
	{ __LINE__, LETHE_ID("a": ["ALL", "ALL"]), "must be a string" },
	{ __LINE__, LETHE_ID("a": ["all"]), "must be a string" },
	{ __LINE__, LETHE_ID("a": 1) "x", "is not a pattern id" },
	{ __LINE__, "{\"a\":\"\\ud800\"}", "is not a pattern id" },
	{ __LINE__, "{\"a\":\"unended", "is not a pattern id" },
	{ __LINE__, "{\"a\\", "is not a pattern id" },
};

static void
test_malformed(void)
{
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct error error = { "" };
		struct id id;
		bool refused = id_parse(&id, malformed[i].text, &error) == -1;

		check(refused && id.text == NULL && id.keys == NULL,
		    malformed[i].line, "it is refused");
		check(strstr(error.message, malformed[i].canonical) != NULL,
		    malformed[i].line, error.message);
		id_clear(&id);
	}
}

static void
test_limits(void)
{
	struct error error;
	struct buffer text;
	struct id id;

	buffer_init(&text, 1 << 20);
	for (int keys = 32; keys <= 33; keys++) {
		buffer_reset(&text);
		for (int i = 0; i < keys; i++)
			buffer_addf(&text, "%c\"k%d\":%d", i == 0 ? '{' : ',',
			    i, i);
		buffer_add_char(&text, '}');
		CU_ASSERT_EQUAL(id_parse(&id, text.data, &error),
		    keys == 32 ? 0 : -1);
		id_clear(&id);
	}
	buffer_reset(&text);
	buffer_add_string(&text, "{\"a\":\"");
	for (int i = 0; i < 5000; i++)
		buffer_add_char(&text, 'x');
	buffer_add_string(&text, "\"}");
	CU_ASSERT_EQUAL(id_parse(&id, text.data, &error), -1);
	buffer_clear(&text);
}

static void
test_wildcards_known(void)
{
	struct error error;
	const struct id_key *key;
	struct id id;

	CU_ASSERT_FATAL(id_parse(&id,
		LETHE_ID("m": MATCH, "a": ALL, "s": ALLSMALLER, "v": "x"),
		&error) == 0);
	CU_ASSERT(id.multiple);
	CU_ASSERT_EQUAL(id.key_count, 4);
	key = id_find(&id, "m");
	CU_ASSERT(key != NULL && key->wildcard == ID_MATCH);
	key = id_find(&id, "a");
	CU_ASSERT(key != NULL && key->wildcard == ID_ALL);
	key = id_find(&id, "s");
	CU_ASSERT(key != NULL && key->wildcard == ID_ALLSMALLER);
	key = id_find(&id, "v");
	CU_ASSERT(key != NULL && key->wildcard == ID_VALUE &&
	    strcmp(json_object_get_string(key->value), "x") == 0);
	CU_ASSERT_PTR_NULL(id_find(&id, "other"));
	id_clear(&id);
	CU_ASSERT_FATAL(id_parse(&id, LETHE_ID("m": MATCH), &error) == 0);
	CU_ASSERT(!id.multiple);
	id_clear(&id);
}

/* ------------------------------------------------------------------------
 * Components' ids
 */

struct fit_case {
	int line;
	const char *pattern;
	const char *component;
	bool fits;
};

static const struct fit_case fits[] = {
	{ __LINE__, "plain", "\"plain\"", true },
	{ __LINE__, "plain", "\"plai\"", false },
	{ __LINE__, "plain", "{\"plain\":1}", false },
	{ __LINE__, "plain", "1", false },
	{ __LINE__, LETHE_ID("a": 1), "{\"a\":1}", true },
	{ __LINE__, LETHE_ID("a": 1), "{\"a\":1.0}", true },
	{ __LINE__, LETHE_ID("a": 1.0), "{\"a\":1}", true },
	{ __LINE__, LETHE_ID("a": 1), "{\"a\":\"1\"}", false },
	{ __LINE__, LETHE_ID("a": 1), "{\"a\":true}", false },
	{ __LINE__, LETHE_ID("a": 1), "{\"a\":2}", false },
	{ __LINE__, LETHE_ID("a": 1), "{\"b\":1}", false },
	{ __LINE__, LETHE_ID("a": 1), "{\"a\":1,\"b\":1}", false },
	{ __LINE__, LETHE_ID("a": 1), "{}", false },
	{ __LINE__, LETHE_ID("a": 1), "\"{\\\"a\\\":1}\"", false },
	{ __LINE__, LETHE_ID("a": 1), "[1]", false },
	{ __LINE__, LETHE_ID("a": 1), "null", false },
	{ __LINE__, LETHE_ID("a": 1, "b": 2), "{\"b\":2,\"a\":1}", true },
	{ __LINE__, LETHE_ID("a": 1, "b": 2), "{\"a\":1}", false },
	{ __LINE__, LETHE_ID("a": ALL), "{\"a\":1}", true },
	{ __LINE__, LETHE_ID("a": ALL), "{\"a\":\"x\"}", true },
	{ __LINE__, LETHE_ID("a": ALL), "{\"a\":false}", true },
	{ __LINE__, LETHE_ID("a": ALL), "{\"a\":null}", false },
	{ __LINE__, LETHE_ID("a": ALL), "{\"a\":[\"ALL\"]}", false },
	{ __LINE__, LETHE_ID("a": ALL), "{\"a\":{}}", false },
	{ __LINE__, LETHE_ID("a": MATCH), "{\"a\":[]}", false },
	{ __LINE__, LETHE_ID("a": ALLSMALLER), "{\"a\":1}", true },
};

static void
test_fits(void)
{
	for (size_t i = 0; i < COUNT(fits); i++) {
		struct json_object *matches = json_object_new_object();
		struct json_object *component =
		    lethe_parse(fits[i].component);
		struct error error;
		struct id id;

		CU_ASSERT_FATAL(id_parse(&id, fits[i].pattern, &error) == 0);
		check(id_fits(&id, component, matches) == fits[i].fits,
		    fits[i].line, fits[i].component);
		id_clear(&id);
		json_object_put(component);
		json_object_put(matches);
	}
}

/* Components one after the other, of one call. */
struct step {
	int line;
	const char *pattern;
	const char *component;
	bool fits;
};

static void
take_steps(const struct step *steps, size_t count)
{
	struct json_object *matches = json_object_new_object();

	for (size_t i = 0; i < count; i++) {
		struct json_object *component =
		    lethe_parse(steps[i].component);
		struct error error;
		struct id id;

		CU_ASSERT_FATAL(id_parse(&id, steps[i].pattern, &error) == 0);
		check(id_fits(&id, component, matches) == steps[i].fits,
		    steps[i].line, steps[i].component);
		id_clear(&id);
		json_object_put(component);
	}
	json_object_put(matches);
}

#define OUT LETHE_ID("t": "out", "x": MATCH, "y": MATCH)
#define IN LETHE_ID("t": "in", "x": MATCH, "y": MATCH)
#define PART LETHE_ID("t": "part", "y": MATCH)

static void
test_match_agrees(void)
{
	static const struct step steps[] = {
		{ __LINE__, OUT, "{\"t\":\"out\",\"x\":1,\"y\":\"a\"}", true },
		{ __LINE__, IN, "{\"t\":\"in\",\"x\":1,\"y\":\"a\"}", true },
		{ __LINE__, IN, "{\"t\":\"in\",\"x\":1.0,\"y\":\"a\"}", true },
		{ __LINE__, IN, "{\"t\":\"in\",\"x\":2,\"y\":\"a\"}", false },
		{ __LINE__, IN, "{\"t\":\"in\",\"x\":1,\"y\":\"b\"}", false },
		{ __LINE__, IN, "{\"t\":\"out\",\"x\":1,\"y\":\"a\"}", false },
		{ __LINE__, PART, "{\"t\":\"part\",\"y\":\"a\"}", true },
		{ __LINE__, PART, "{\"t\":\"part\",\"y\":\"b\"}", false },
		{ __LINE__, PART, "{\"t\":\"part\",\"x\":\"a\"}", false },
	};

	take_steps(steps, COUNT(steps));
}

#define SUM LETHE_ID("i": MATCH)
#define SMALLER LETHE_ID("i": ALLSMALLER)

static void
test_allsmaller(void)
{
	static const struct step numbers[] = {
		{ __LINE__, SUM, "{\"i\":10}", true },
		{ __LINE__, SMALLER, "{\"i\":9}", true },
		{ __LINE__, SMALLER, "{\"i\":9.99}", true },
		{ __LINE__, SMALLER, "{\"i\":-1}", true },
		{ __LINE__, SMALLER, "{\"i\":10}", false },
		{ __LINE__, SMALLER, "{\"i\":10.5}", false },
		{ __LINE__, SMALLER, "{\"i\":18446744073709551615}", false },
		/* To the front end the text of a number is a number. */
		{ __LINE__, SMALLER, "{\"i\":\"9\"}", true },
		{ __LINE__, SMALLER, "{\"i\":\"11\"}", false },
		{ __LINE__, SMALLER, "{\"i\":\"a\"}", false },
	};
	static const struct step texts[] = {
		{ __LINE__, SUM, "{\"i\":\"m\"}", true },
		{ __LINE__, SMALLER, "{\"i\":\"a\"}", true },
		{ __LINE__, SMALLER, "{\"i\":\"m\"}", false },
		{ __LINE__, SMALLER, "{\"i\":\"z\"}", false },
		{ __LINE__, SMALLER, "{\"i\":5}", true },
	};

	take_steps(numbers, COUNT(numbers));
	take_steps(texts, COUNT(texts));
}

static const struct text_case components[] = {
	{ __LINE__, "{\"type\":\"row\",\"index\":1}",
	    "{\"index\":1,\"type\":\"row\"}" },
	{ __LINE__, "{ \"b\" : true , \"a\" : 1.50 }",
	    "{\"a\":1.5,\"b\":true}" },
	{ __LINE__, "{\"a\":\"\\u0000\\\"\"}", "{\"a\":\"\\u0000\\\"\"}" },
	{ __LINE__, "{\"a\":18446744073709551615}",
	    "{\"a\":18446744073709551615}" },
};

static const struct text_case not_components[] = {
	{ __LINE__, "\"text\"", "must be an object" },
	{ __LINE__, "null", "must be an object" },
	{ __LINE__, "{}", "1 to 32 keys" },
	{ __LINE__, "{\"a\":null}", "key \"a\" must be" },
	{ __LINE__, "{\"a\":[1]}", "key \"a\" must be" },
	{ __LINE__, "{\"a\":[\"MATCH\"]}", "cannot have a wildcard" },
	{ __LINE__, "{\"a\":[\"ALL\"],\"b\":1}", "cannot have a wildcard" },
};

static void
test_write(void)
{
	struct error error = { "" };
	struct buffer out;

	buffer_init(&out, 10000);
	for (size_t i = 0; i < COUNT(components); i++) {
		struct json_object *value = lethe_parse(components[i].text);

		buffer_reset(&out);
		check(id_write(&out, value, &error) == 0, components[i].line,
		    error.message);
		check(out.data != NULL &&
			strcmp(out.data, components[i].canonical) == 0,
		    components[i].line, components[i].canonical);
		json_object_put(value);
	}
	for (size_t i = 0; i < COUNT(not_components); i++) {
		struct json_object *value =
		    lethe_parse(not_components[i].text);

		buffer_reset(&out);
		check(id_write(&out, value, &error) == -1 && out.size == 0,
		    not_components[i].line, not_components[i].text);
		check(strstr(error.message, not_components[i].canonical) !=
			NULL,
		    not_components[i].line, error.message);
		json_object_put(value);
	}
	buffer_clear(&out);
}

void
id_suite(void)
{
	CU_pSuite suite = CU_add_suite("id", NULL, NULL);

	CU_add_test(suite, "a description becomes its canonical text",
	    test_canonical);
	CU_add_test(suite, "what is no id is refused", test_malformed);
	CU_add_test(suite, "too many keys or too long a text are refused",
	    test_limits);
	CU_add_test(suite, "wildcards are known by their keys",
	    test_wildcards_known);
	CU_add_test(suite, "a component's id fits or does not", test_fits);
	CU_add_test(suite, "MATCH means one value in all ids of a call",
	    test_match_agrees);
	CU_add_test(suite, "ALLSMALLER takes what is below MATCH",
	    test_allsmaller);
	CU_add_test(suite, "a component's id is written canonically",
	    test_write);
}
