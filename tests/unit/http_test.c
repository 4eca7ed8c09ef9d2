/*
 * http_test.c: what requests bring, and what pages are made of: URLs, cookies,
 * HTML, the assets folder.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/assets.h"
#include "http/cookie.h"
#include "http/html.h"
#include "http/url.h"

/* Is the buffer's text the expected one?  Clears it. */
static void
expect(int line, struct buffer *found, const char *expected)
{
	const char *text = found->data != NULL ? found->data : "";
	bool right = !buffer_failed(found) && strcmp(text, expected) == 0;

	CU_ASSERT(right);
	if (!right)
		(void)printf("# line %d: \"%s\" instead of \"%s\"\n", line,
		    text, expected);
	buffer_clear(found);
}

/* ------------------------------------------------------------------------
 * URLs
 */

static void
test_decoding(void)
{
	static const struct {
		int line;
		const char *text;
		bool plus;
		const char *expected;
	} cases[] = {
		{ __LINE__, "", false, "" },
		{ __LINE__, "a%20b+c", false, "a b+c" },
		{ __LINE__, "a%20b+c", true, "a b c" },
		{ __LINE__, "%2B%2f%3D", true, "+/=" },
		{ __LINE__, "%E2%98%83\xe2\x98\x83", false,
		    "\xe2\x98\x83\xe2\x98\x83" },
		{ __LINE__, "%", false, "%" },
		{ __LINE__, "%4", false, "%4" },
		{ __LINE__, "%4g%zz%%41", false, "%4g%zz%A" },
		{ __LINE__, "%2541", false, "%41" },
		{ __LINE__, "a%00b", false,
		    "a\xef\xbf\xbd"
		    "b" },
		{ __LINE__, "%ff%E2%98", false,
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ __LINE__, "%ED%A0%80", false,
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer out;

		buffer_init(&out, 1000);
		url_decode(
		    &out, cases[i].text, strlen(cases[i].text), cases[i].plus);
		expect(cases[i].line, &out, cases[i].expected);
	}
}

static void
test_decoding_limit(void)
{
	struct buffer out;

	buffer_init(&out, 4);
	url_decode(&out, "abcde", 5, false);
	CU_ASSERT(buffer_failed(&out));
	buffer_clear(&out);
}

static void
test_path_encoding(void)
{
	struct buffer out;

	buffer_init(&out, 1000);
	url_encode_path(&out, "a/b c.js?\"<%\xc3\xa4~");
	expect(__LINE__, &out, "a/b%20c.js%3F%22%3C%25%C3%A4~");
}

static void
test_queries(void)
{
	static const struct {
		int line;
		const char *query;
		const char *name;
		const char *expected; /* NULL: there is none */
	} cases[] = {
		{ __LINE__, "", "a", NULL },
		{ __LINE__, "a=1", "a", "1" },
		{ __LINE__, "b=2&a=1&a=3", "a", "1" },
		{ __LINE__, "ab=1", "a", NULL },
		{ __LINE__, "a", "a", "" },
		{ __LINE__, "a&b=1", "b", "1" },
		{ __LINE__, "a=", "a", "" },
		{ __LINE__, "a=b=c", "a", "b=c" },
		{ __LINE__, "&&a=1", "a", "1" },
		{ __LINE__, "%61=x+y%26z", "a", "x y&z" },
		{ __LINE__, "a=1#b=2", "b", NULL },
		{ __LINE__, "a=1#b=2", "a", "1" },
		{ __LINE__, "A=1", "a", NULL },
		{ __LINE__, "=1", "", "1" },
		{ __LINE__, "b&", "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer out;
		bool found;

		buffer_init(&out, 1000);
		found = url_query_find(&out, cases[i].query, cases[i].name);
		CU_ASSERT_EQUAL(found, cases[i].expected != NULL);
		expect(cases[i].line, &out,
		    cases[i].expected != NULL ? cases[i].expected : "");
	}
}

static void
test_url_paths(void)
{
	CU_ASSERT_STRING_EQUAL(url_path("https://h:1/a/b?c#d"), "/a/b?c#d");
	CU_ASSERT_STRING_EQUAL(url_path("http://h"), "");
	CU_ASSERT_STRING_EQUAL(url_path("http://h?x"), "?x");
	CU_ASSERT_STRING_EQUAL(url_path("/a?b=http://c/"), "/a?b=http://c/");
	CU_ASSERT_STRING_EQUAL(url_path("about:blank"), "about:blank");
	CU_ASSERT_STRING_EQUAL(url_path(""), "");
}

/* ------------------------------------------------------------------------
 * Cookies
 */

static void
test_cookie_reading(void)
{
	static const struct {
		int line;
		const char *header;
		const char *name;
		const char *expected; /* NULL: there is none */
	} cases[] = {
		{ __LINE__, "", "a", NULL },
		{ __LINE__, "a=1", "a", "1" },
		{ __LINE__, "b=2; a=1", "a", "1" },
		{ __LINE__, "b=2;a=1", "a", "1" },
		{ __LINE__, "ba=2; a=1", "a", "1" },
		{ __LINE__, "a=1; a=2", "a", "1" },
		{ __LINE__, "a=b=c", "a", "b=c" },
		{ __LINE__, "a=", "a", "" },
		{ __LINE__, "a", "a", NULL },
		{ __LINE__, "a = 1", "a", NULL },
		{ __LINE__, "A=1", "a", NULL },
		{ __LINE__, "a=\"1 2\"", "a", "1 2" },
		{ __LINE__, "a=\"", "a", "\"" },
		{ __LINE__, "a=%41", "a", "%41" },
		{ __LINE__, ";;  a=1 ;", "a", "1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer out;
		bool found;

		buffer_init(&out, 1000);
		found = cookie_find(&out, cases[i].header, cases[i].name);
		CU_ASSERT_EQUAL(found, cases[i].expected != NULL);
		expect(cases[i].line, &out,
		    cases[i].expected != NULL ? cases[i].expected : "");
	}
}

static void
test_cookie_writing(void)
{
	static const struct {
		int line;
		struct lethe_cookie cookie;
		const char *expected;
	} cases[] = {
		{ __LINE__, { .name = "a" }, "a=; Path=/app/; SameSite=Lax" },
		{ __LINE__, { .name = "a", .value = "b=c", .path = "/" },
		    "a=b=c; Path=/; SameSite=Lax" },
		{ __LINE__,
		    { .name = "a",
			.value = "b",
			.max_age_s = 60,
			.http_only = true,
			.secure = true,
			.same_site = LETHE_SAME_SITE_NONE },
		    "a=b; Path=/app/; Max-Age=60; HttpOnly; Secure; "
		    "SameSite=None" },
		{ __LINE__,
		    { .name = "a",
			.max_age_s = LETHE_COOKIE_DELETE,
			.same_site = LETHE_SAME_SITE_STRICT },
		    "a=; Path=/app/; Max-Age=0; SameSite=Strict" },
		{ __LINE__, { .name = "__Host-a", .path = "/", .secure = true },
		    "__Host-a=; Path=/; Secure; SameSite=Lax" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer out;
		struct error error;

		buffer_init(&out, 1000);
		CU_ASSERT_EQUAL(
		    cookie_write(&out, &cases[i].cookie, "/app/", &error), 0);
		expect(cases[i].line, &out, cases[i].expected);
	}
}

static void
test_cookie_refusals(void)
{
	static char long_value[4200];
	const struct {
		int line;
		struct lethe_cookie cookie;
		const char *reason;
	} cases[] = {
		{ __LINE__, { .name = NULL }, "name" },
		{ __LINE__, { .name = "" }, "name" },
		{ __LINE__, { .name = "a b" }, "name" },
		{ __LINE__, { .name = "a=b" }, "name" },
		{ __LINE__, { .name = "a\r\nX: y" }, "name" },
		{ __LINE__, { .name = "\xc3\xa4" }, "name" },
		{ __LINE__, { .name = "a", .value = "b;c" }, "value" },
		{ __LINE__, { .name = "a", .value = "b c" }, "value" },
		{ __LINE__, { .name = "a", .value = "b\r\nX: y" }, "value" },
		{ __LINE__, { .name = "a", .value = "\"b\"" }, "value" },
		{ __LINE__, { .name = "a", .value = "\xc3\xa4" }, "value" },
		{ __LINE__, { .name = "a", .value = "\x7f" }, "value" },
		{ __LINE__, { .name = "a", .value = long_value }, "4096" },
		{ __LINE__, { .name = "a", .path = "b" }, "path" },
		{ __LINE__, { .name = "a", .path = "" }, "path" },
		{ __LINE__, { .name = "a", .path = "/;Secure" }, "path" },
		{ __LINE__, { .name = "a", .path = "/\n" }, "path" },
		{ __LINE__, { .name = "a", .max_age_s = -2 }, "max_age_s" },
		{ __LINE__, { .name = "a", .max_age_s = 400000000 },
		    "max_age_s" },
		{ __LINE__, { .name = "a", .same_site = LETHE_SAME_SITE_NONE },
		    "needs .secure" },
		{ __LINE__, { .name = "__Secure-a" }, "__Secure-" },
		{ __LINE__, { .name = "__host-a", .secure = true }, "__Host-" },
	};

	memset(long_value, 'x', sizeof(long_value) - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { "" };
		struct buffer out;
		bool right;

		buffer_init(&out, 10000);
		right = cookie_write(&out, &cases[i].cookie, "/app/", &error) ==
			    -1 &&
			strstr(error.message, cases[i].reason) != NULL &&
			strpbrk(error.message, "\r\n") == NULL;
		CU_ASSERT(right);
		if (!right)
			(void)printf(
			    "# line %d: %s\n", cases[i].line, error.message);
		buffer_clear(&out);
	}
}

/* ------------------------------------------------------------------------
 * HTML
 */

static void
test_html(void)
{
	struct buffer out;

	buffer_init(&out, 1000);
	html_add_text(&out, "<a href=\"x\">&'");
	expect(__LINE__, &out, "&lt;a href=&quot;x&quot;&gt;&amp;'");
	html_add_attribute(&out, "a", NULL);
	html_add_attribute(&out, "b", "1\"<");
	html_add_flag(&out, "c", true);
	html_add_flag(&out, "d", false);
	expect(__LINE__, &out, " b=\"1&quot;&lt;\" c");
}

static void
test_javascript(void)
{
	static const struct {
		int line;
		const char *text;
		bool inside;
	} cases[] = {
		{ __LINE__, "a < b && c<d", true },
		{ __LINE__, "'</p>' <", true },
		{ __LINE__, "'</script>'", false },
		{ __LINE__, "'</SCRipt>'", false },
		{ __LINE__, "'<!--", false },
		{ __LINE__, "a <Script", false },
		{ __LINE__, "'<</script'", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool inside = html_is_script_text(cases[i].text);

		CU_ASSERT(inside == cases[i].inside);
		if (inside != cases[i].inside)
			(void)printf("# line %d\n", cases[i].line);
	}
}

/* ------------------------------------------------------------------------
 * Assets
 */

struct folder {
	char path[200];
};

static void
folder_make(struct folder *folder)
{
	const char *root = getenv("TMPDIR");

	(void)snprintf(folder->path, sizeof(folder->path),
	    "%.150s/assetsXXXXXX", root != NULL ? root : "/tmp");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder->path));
}

/* Makes a file, or a directory where the name ends with '/'. */
static void
folder_add(const struct folder *folder, const char *name)
{
	char path[400];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	if (path[strlen(path) - 1] == '/') {
		CU_ASSERT_FATAL(mkdir(path, 0755) == 0);
		return;
	}
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	(void)fclose(file);
}

/* Removes what folder_add() made, in the order given, then the folder. */
static void
folder_remove(const struct folder *folder, const char *const *names)
{
	char path[400];

	for (; *names != NULL; names++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder->path, *names);
		CU_ASSERT_EQUAL(remove(path), 0);
	}
	CU_ASSERT_EQUAL(rmdir(folder->path), 0);
}

static void
list_assets(struct buffer *out, const char *folder, const char *ignore)
{
	struct assets assets;
	struct error error;

	buffer_init(out, 10000);
	CU_ASSERT_EQUAL_FATAL(assets_read(&assets, folder, ignore, &error), 0);
	for (size_t i = 0; i < assets.count; i++)
		buffer_addf(out, "%s:%s:%d ", assets.list[i].directory,
		    assets.list[i].name, (int)assets.list[i].kind);
	assets_clear(&assets);
}

static void
test_assets(void)
{
	static const char *const names[] = { "b.js", "a.css", "m.mjs", "x.txt",
		"js", ".hidden.js", "favicon.ico", "a/", "a/z.css", "a/c/",
		"a/c/d.js", "a/favicon.ico", "a-b/", "a-b/e.js", "ignored.js",
		".git/", ".git/f.js", NULL };
	static const char *const backwards[] = { ".git/f.js", ".git",
		"ignored.js", "a-b/e.js", "a-b", "a/favicon.ico", "a/c/d.js",
		"a/c", "a/z.css", "a", "favicon.ico", ".hidden.js", "js",
		"x.txt", "m.mjs", "a.css", "b.js", NULL };
	struct folder folder;
	struct buffer out;

	folder_make(&folder);
	for (size_t i = 0; names[i] != NULL; i++)
		folder_add(&folder, names[i]);
	list_assets(&out, folder.path, "^ign");
	/* As Dash sorts them: '-' comes before '/'. */
	expect(__LINE__, &out,
	    ":a.css:1 :b.js:2 :favicon.ico:4 :m.mjs:3 a:z.css:1 a-b:e.js:2 "
	    "a/c:d.js:2 ");
	folder_remove(&folder, backwards);
	list_assets(&out, folder.path, NULL);
	expect(__LINE__, &out, "");
}

static void
test_assets_links(void)
{
	static const char *const names[] = { "loop", "to.js", "lost.js",
		"real.js", NULL };
	struct folder folder;
	struct buffer out;
	char path[400];

	folder_make(&folder);
	folder_add(&folder, "real.js");
	(void)snprintf(path, sizeof(path), "%s/to.js", folder.path);
	CU_ASSERT_EQUAL(symlink("real.js", path), 0);
	(void)snprintf(path, sizeof(path), "%s/lost.js", folder.path);
	CU_ASSERT_EQUAL(symlink("nowhere.js", path), 0);
	(void)snprintf(path, sizeof(path), "%s/loop", folder.path);
	CU_ASSERT_EQUAL(symlink(".", path), 0);
	list_assets(&out, folder.path, NULL);
	expect(__LINE__, &out, ":real.js:2 :to.js:2 ");
	folder_remove(&folder, names);
}

static void
test_assets_depth(void)
{
	char *names[19] = { NULL };
	struct assets assets;
	struct error error = { "" };
	struct folder folder;
	char path[100] = "";

	folder_make(&folder);
	for (size_t i = 0; i < 18; i++) {
		(void)snprintf(path + 2 * i, sizeof(path) - 2 * i, "d/");
		folder_add(&folder, path);
		names[17 - i] = strdup(path);
	}
	CU_ASSERT_EQUAL(assets_read(&assets, folder.path, NULL, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "nested deeper"));
	CU_ASSERT_EQUAL(assets.count, 0);
	folder_remove(&folder, (const char *const *)names);
	for (size_t i = 0; names[i] != NULL; i++)
		free(names[i]);
}

void http_suite(void);

void
http_suite(void)
{
	CU_pSuite suite = CU_add_suite("http", NULL, NULL);

	CU_add_test(
	    suite, "percent-encoded text is decoded to UTF-8", test_decoding);
	CU_add_test(suite, "decoded text has a limit", test_decoding_limit);
	CU_add_test(suite, "a path is encoded", test_path_encoding);
	CU_add_test(suite, "query strings are searched", test_queries);
	CU_add_test(suite, "a URL's path is found", test_url_paths);
	CU_add_test(suite, "cookies are found", test_cookie_reading);
	CU_add_test(suite, "cookies are written", test_cookie_writing);
	CU_add_test(suite, "cookies that browsers refuse are refused",
	    test_cookie_refusals);
	CU_add_test(suite, "HTML is escaped", test_html);
	CU_add_test(
	    suite, "JavaScript cannot end its script element", test_javascript);
	CU_add_test(suite, "assets come in Dash's order", test_assets);
	CU_add_test(
	    suite, "links to directories are not followed", test_assets_links);
	CU_add_test(suite, "a folder that is nested too deeply is refused",
	    test_assets_depth);
}
