/*
 * session_test.c: sessions: who is let in, what is kept, and for how long.
 */
#include <CUnit/CUnit.h>
#include <dirent.h>
#include <sodium.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dash/call.h"
#include "store/session_internal.h"
#include "store/store.h"
#include "store_fixture.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

void session_suite(void);

static char directory[128];
static struct sessions *sessions;
static struct error error;
static int warnings;

static void
note_warning(void *context, const char *message)
{
	(void)context;
	(void)message;
	warnings++;
}

static struct sessions *
join(int64_t threshold, int64_t session_bytes, int64_t total_bytes)
{
	const struct session_settings settings = {
		.directory = directory,
		.threshold = threshold,
		.session_bytes = session_bytes,
		.total_bytes = total_bytes,
		.idle_s = 1800,
		.lifetime_s = 28800,
	};
	struct sessions *opened;

	if (sessions_open(&opened, &settings, &error) != 0)
		abort();
	sessions_on_warning(opened, note_warning, NULL);
	return opened;
}

static void
begin(int64_t threshold, int64_t session_bytes, int64_t total_bytes)
{
	const char *base = getenv("TMPDIR");

	(void)alarm(120);
	if (sodium_init() < 0)
		abort();
	(void)snprintf(directory, sizeof(directory),
	    "%.80s/lethe-session-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(directory) == NULL)
		abort();
	warnings = 0;
	sessions = join(threshold, session_bytes, total_bytes);
}

static void
begin_default(void)
{
	begin(100, 1 << 20, 16 << 20);
}

static const char *
path_of(const char *name)
{
	static char path[400];

	(void)snprintf(path, sizeof(path), "%s/%.200s", directory, name);
	return path;
}

static void
end(void)
{
	struct dirent *entry;
	DIR *stream;

	sessions_close(sessions);
	/* Only what a test left in there keeps the directory. */
	(void)rmdir(path_of("sessions"));
	stream = opendir(directory);
	while (stream != NULL && (entry = readdir(stream)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlink(path_of(entry->d_name));
	if (stream != NULL)
		(void)closedir(stream);
	CU_ASSERT_EQUAL(rmdir(directory), 0);
	(void)alarm(0);
}

/* A number that a query on state.db gives, by a handle of its own. */
static int64_t
ask(const char *sql)
{
	sqlite3_stmt *row = NULL;
	sqlite3 *db = NULL;
	int64_t number = -1;

	(void)sqlite3_open_v2(
	    path_of("state.db"), &db, SQLITE_OPEN_READWRITE, NULL);
	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		number = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	(void)sqlite3_close(db);
	return number;
}

static void
run(const char *sql)
{
	sqlite3 *db = NULL;

	(void)sqlite3_open_v2(
	    path_of("state.db"), &db, SQLITE_OPEN_READWRITE, NULL);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

/* A browser: what it keeps is its cookie. */
struct browser {
	char token[SESSION_TOKEN_MAX];
};

static struct session *
visit(const struct browser *browser)
{
	return session_begin(sessions,
	    browser->token[0] != '\0' ? browser->token : NULL, &error);
}

/* Ends the request, and takes over the cookie. */
static void
leave(struct browser *browser, struct session *session)
{
	const char *token = session_token(session);

	if (token != NULL)
		(void)snprintf(
		    browser->token, sizeof(browser->token), "%s", token);
	session_end(session);
}

static int
set(struct browser *browser, const char *name, const char *value)
{
	struct session *session = visit(browser);
	int done;

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	done = session_set(session, name, value, strlen(value), &error);
	leave(browser, session);
	return done;
}

/* Has the browser's session this value?  NULL: none. */
static bool
has(struct browser *browser, const char *name, const char *value)
{
	struct session *session = visit(browser);
	struct buffer text;
	bool same;
	int found;

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	buffer_init(&text, SIZE_MAX);
	found = session_get(session, name, &text, &error);
	same = value == NULL ? found == 0
			     : found == 1 && strcmp(text.data, value) == 0;
	buffer_clear(&text);
	leave(browser, session);
	return same;
}

static void
look(struct browser *browser)
{
	struct session *session = visit(browser);

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	leave(browser, session);
}

/* What this browser has is no session's: it gets another id. */
static bool
is_refused(const char *token)
{
	struct session *session = session_begin(sessions, token, &error);
	const char *sent;
	bool refused;

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	sent = session_token(session);
	refused = sent != NULL && sent[0] != '\0' && strcmp(sent, token) != 0;
	session_end(session);
	return refused;
}

static void
test_values(void)
{
	struct browser ann = { "" }, bob = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	CU_ASSERT_EQUAL(set(&bob, "n", "2"), 0);
	CU_ASSERT_EQUAL(set(&ann, "m", "[3]"), 0);
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_TRUE(has(&bob, "n", "2"));
	CU_ASSERT_TRUE(has(&ann, "m", "[3]"));
	CU_ASSERT_TRUE(has(&bob, "m", NULL));
	CU_ASSERT_EQUAL(set(&ann, "n", "\"four\""), 0);
	CU_ASSERT_TRUE(has(&ann, "n", "\"four\""));
	CU_ASSERT_EQUAL(ask("SELECT sessions FROM session_totals"), 2);
	CU_ASSERT_EQUAL(ask("SELECT bytes FROM session_totals"), 7 + 4 + 2);
	end();
}

static void
test_other_worker(void)
{
	struct browser ann = { "" };
	struct sessions *first;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	first = sessions;
	sessions = join(100, 1 << 20, 16 << 20);
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_EQUAL(set(&ann, "n", "2"), 0);
	sessions_close(sessions);
	sessions = first;
	CU_ASSERT_TRUE(has(&ann, "n", "2"));
	end();
}

static void
test_delete(void)
{
	struct browser ann = { "" };
	struct session *session;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_delete(session, "n", &error), 0);
	CU_ASSERT_EQUAL(session_delete(session, "none", &error), 0);
	leave(&ann, session);
	CU_ASSERT_TRUE(has(&ann, "n", NULL));
	CU_ASSERT_EQUAL(ask("SELECT bytes FROM session_totals"), 0);
	end();
}

static void
test_bit_flips(void)
{
	struct browser ann = { "" };
	char flipped[SESSION_TOKEN_MAX];
	size_t size;
	int refused = 0;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	size = strlen(ann.token);
	CU_ASSERT_TRUE(size > 100);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		memcpy(flipped, ann.token, size + 1);
		flipped[bit / 8] ^= (char)(1 << bit % 8);
		refused += is_refused(flipped);
	}
	CU_ASSERT_EQUAL(refused, (int)(8 * size));
	for (size_t cut = 0; cut < size; cut++) {
		memcpy(flipped, ann.token, size + 1);
		flipped[cut] = '\0';
		CU_ASSERT_TRUE(is_refused(flipped));
	}
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	end();
}

static void
test_forgeries(void)
{
	static const struct {
		int line;
		const char *token;
	} table[] = {
		{ __LINE__, "v1" },
		{ __LINE__, "v1." },
		{ __LINE__, "v1..." },
		{ __LINE__, "v1.00000000.AAAA.AAAA" },
		{ __LINE__, "v2.00000000.AAAA.AAAA" },
		{ __LINE__, "p1.00000000.AAAA.AAAA" },
		{ __LINE__, "session=1" },
		{ __LINE__, "\377\376" },
	};
	char token[1000];

	begin_default();
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!is_refused(table[i].token))
			CU_FAIL("a forged token was taken");
	memset(token, 'A', sizeof(token) - 1);
	token[sizeof(token) - 1] = '\0';
	CU_ASSERT_TRUE(is_refused(token));
	/* None of them was looked up: there is no database. */
	CU_ASSERT_NOT_EQUAL(access(path_of("state.db"), F_OK), 0);
	end();
}

static void
test_page_id_is_no_id(void)
{
	struct browser ann = { "" };
	struct session *session;
	struct buffer page;

	begin_default();
	session = visit(&ann);
	buffer_init(&page, 1000);
	CU_ASSERT_EQUAL(session_page_id(session, &page, &error), 0);
	CU_ASSERT_TRUE(is_refused(page.data));
	CU_ASSERT_FALSE(session_page_check(session, session_token(session)));
	buffer_clear(&page);
	leave(&ann, session);
	end();
}

static void
test_page_ids(void)
{
	struct browser ann = { "" }, bob = { "" };
	struct session *session, *other;
	struct buffer page;

	begin_default();
	session = visit(&ann);
	buffer_init(&page, 1000);
	CU_ASSERT_EQUAL(session_page_id(session, &page, &error), 0);
	CU_ASSERT_TRUE(session_page_check(session, page.data));
	leave(&ann, session);
	/* Neither a value nor a new id changes whose page it is. */
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_rotate(session, &error), 0);
	CU_ASSERT_TRUE(session_page_check(session, page.data));
	leave(&ann, session);
	session = visit(&ann);
	CU_ASSERT_TRUE(session_page_check(session, page.data));
	other = visit(&bob);
	CU_ASSERT_FALSE(session_page_check(other, page.data));
	leave(&bob, other);
	for (size_t i = 0; i < 8 * page.size; i++) {
		page.data[i / 8] ^= (char)(1 << i % 8);
		if (session_page_check(session, page.data))
			CU_FAIL("a page id with a flipped bit was taken");
		page.data[i / 8] ^= (char)(1 << i % 8);
	}
	CU_ASSERT_EQUAL(session_forget(session, &error), 0);
	CU_ASSERT_FALSE(session_page_check(session, page.data));
	buffer_clear(&page);
	leave(&ann, session);
	end();
}

static void
test_no_row(void)
{
	struct browser browser;

	begin_default();
	for (int i = 0; i < 100000; i++) {
		browser.token[0] = '\0';
		look(&browser);
		if (i % 100 == 0)
			CU_ASSERT_TRUE(has(&browser, "n", NULL));
	}
	CU_ASSERT_NOT_EQUAL(access(path_of("state.db"), F_OK), 0);
	CU_ASSERT_EQUAL(set(&browser, "n", "1"), 0);
	browser.token[0] = '\0';
	look(&browser);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 1);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_id"), 1);
	end();
}

static void
test_same_id_before_row(void)
{
	struct browser ann = { "" }, before;
	char name[64];
	struct session *session;

	begin_default();
	session = visit(&ann);
	(void)snprintf(name, sizeof(name), "%s", session_name(session));
	leave(&ann, session);
	before = ann;
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	CU_ASSERT_STRING_EQUAL(before.token, ann.token);
	session = visit(&ann);
	CU_ASSERT_STRING_EQUAL(name, session_name(session));
	CU_ASSERT_PTR_NULL(session_token(session));
	leave(&ann, session);
	end();
}

static void
test_idle(void)
{
	struct browser ann = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	sessions->clock_offset_ms += 29 * MINUTE_MS;
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	sessions->clock_offset_ms += 29 * MINUTE_MS;
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	sessions->clock_offset_ms += 31 * MINUTE_MS;
	CU_ASSERT_TRUE(is_refused(ann.token));
	/* Upkeep deletes it, and nothing adopts it after that. */
	sessions_upkeep(sessions);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 0);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_value"), 0);
	CU_ASSERT_TRUE(is_refused(ann.token));
	sessions->clock_offset_ms += 8 * HOUR_MS;
	sessions->upkeep_at_ms = 0;
	sessions_upkeep(sessions);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_id"), 0);
	CU_ASSERT_EQUAL(ask("SELECT ended_ids FROM session_totals"), 0);
	CU_ASSERT_TRUE(is_refused(ann.token));
	end();
}

static void
test_lifetime(void)
{
	struct browser ann = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	for (int i = 0; i < 31; i++) {
		sessions->clock_offset_ms += 15 * MINUTE_MS;
		CU_ASSERT_TRUE(has(&ann, "n", "1"));
		sessions->upkeep_at_ms = 0;
		sessions_upkeep(sessions);
	}
	sessions->clock_offset_ms += 16 * MINUTE_MS;
	CU_ASSERT_TRUE(is_refused(ann.token));
	end();
}

static void
test_unused_lifetime(void)
{
	struct browser ann = { "" };

	begin_default();
	look(&ann);
	sessions->clock_offset_ms += 8 * HOUR_MS - MINUTE_MS;
	CU_ASSERT_FALSE(is_refused(ann.token));
	sessions->clock_offset_ms += 2 * MINUTE_MS;
	CU_ASSERT_TRUE(is_refused(ann.token));
	end();
}

/* A request runs while its session ends and the next visitor comes. */
static void
test_number_not_reused(void)
{
	struct browser ann = { "" }, bob = { "" };
	struct session *held, *session;
	struct buffer text;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	held = visit(&ann);
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_forget(session, &error), 0);
	session_end(session);
	CU_ASSERT_EQUAL(set(&bob, "n", "2"), 0);
	buffer_init(&text, SIZE_MAX);
	CU_ASSERT_EQUAL(session_get(held, "n", &text, &error), 0);
	buffer_clear(&text);
	CU_ASSERT_EQUAL(session_delete(held, "n", &error), 0);
	session_end(held);
	CU_ASSERT_TRUE(has(&bob, "n", "2"));
	end();
}

static void
test_clock_back(void)
{
	struct browser ann = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	sessions->clock_offset_ms -= HOUR_MS;
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_EQUAL(set(&ann, "n", "2"), 0);
	sessions->clock_offset_ms += HOUR_MS;
	CU_ASSERT_TRUE(has(&ann, "n", "2"));
	end();
}

static void
test_touch(void)
{
	struct browser ann = { "" };
	int64_t seen;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	look(&ann);
	seen = ask("SELECT seen_ms FROM session");
	sessions->clock_offset_ms += 50000;
	look(&ann);
	CU_ASSERT_EQUAL(ask("SELECT seen_ms FROM session"), seen);
	sessions->clock_offset_ms += 11000;
	look(&ann);
	CU_ASSERT_TRUE(ask("SELECT seen_ms FROM session") >= seen + 60000);
	end();
}

static void
test_rotation(void)
{
	struct browser ann = { "" }, before;
	struct session *session;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	look(&ann);
	before = ann;
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_rotate(session, &error), 0);
	leave(&ann, session);
	CU_ASSERT_STRING_NOT_EQUAL(ann.token, before.token);
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	/* Callbacks that were on their way. */
	sessions->clock_offset_ms += 29000;
	CU_ASSERT_TRUE(has(&before, "n", "1"));
	sessions->clock_offset_ms += 2000;
	CU_ASSERT_TRUE(is_refused(before.token));
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 1);
	end();
}

static void
test_rotation_by_time(void)
{
	struct browser ann = { "" }, before, lost;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	look(&ann);
	before = ann;
	sessions->clock_offset_ms += 16 * MINUTE_MS;
	/* An answer that gets lost ends nothing. */
	lost = ann;
	look(&lost);
	CU_ASSERT_STRING_NOT_EQUAL(lost.token, ann.token);
	/* Requests at the same time do not get an id each. */
	look(&ann);
	CU_ASSERT_STRING_EQUAL(before.token, ann.token);
	sessions->clock_offset_ms += MINUTE_MS;
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_STRING_NOT_EQUAL(before.token, ann.token);
	/* The first use of the new id begins the end of those before it. */
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	sessions->clock_offset_ms += 29000;
	CU_ASSERT_TRUE(has(&before, "n", "1"));
	sessions->clock_offset_ms += 2000;
	CU_ASSERT_TRUE(is_refused(before.token));
	CU_ASSERT_TRUE(is_refused(lost.token));
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	end();
}

static void
test_forget(void)
{
	struct browser ann = { "" }, before;
	struct session *session;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	before = ann;
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_forget(session, &error), 0);
	CU_ASSERT_STRING_EQUAL(session_token(session), "");
	leave(&ann, session);
	CU_ASSERT_TRUE(is_refused(before.token));
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 0);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_value"), 0);
	CU_ASSERT_EQUAL(ask("SELECT sessions + bytes FROM session_totals"), 0);
	/* One without a row can be forgotten as well. */
	look(&ann);
	before = ann;
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_forget(session, &error), 0);
	CU_ASSERT_EQUAL(session_set(session, "n", "2", 1, &error), 0);
	leave(&ann, session);
	CU_ASSERT_TRUE(is_refused(before.token));
	CU_ASSERT_TRUE(has(&ann, "n", "2"));
	end();
}

static void
test_ended_meanwhile(void)
{
	struct browser ann = { "" };
	struct session *session, *other;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	session = visit(&ann);
	other = visit(&ann);
	CU_ASSERT_EQUAL(session_forget(other, &error), 0);
	session_end(other);
	CU_ASSERT_EQUAL(session_set(session, "n", "2", 1, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "reload"));
	session_end(session);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 0);
	end();
}

static void
test_threshold(void)
{
	struct browser browsers[30] = { { "" } };
	char value[32];

	begin(10, 1 << 20, 16 << 20);
	for (int i = 0; i < 30; i++) {
		(void)snprintf(value, sizeof(value), "%d", i);
		CU_ASSERT_EQUAL(set(&browsers[i], "n", value), 0);
		CU_ASSERT_TRUE(ask("SELECT count(*) FROM session") <= 10);
		sessions->clock_offset_ms += 61000;
		/* The first one is used all the time. */
		CU_ASSERT_TRUE(has(&browsers[0], "n", "0"));
	}
	CU_ASSERT_TRUE(is_refused(browsers[1].token));
	CU_ASSERT_TRUE(is_refused(browsers[20].token));
	CU_ASSERT_TRUE(has(&browsers[21], "n", "21"));
	CU_ASSERT_EQUAL(ask("SELECT evictions FROM session_totals"), 20);
	end();
}

static void
test_bytes(void)
{
	struct browser ann = { "" }, bob = { "" };
	char text[2049];

	begin(100, 2000, 4000);
	memset(text, '1', sizeof(text));
	text[2048] = '\0';
	CU_ASSERT_EQUAL(set(&ann, "n", text), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "LETHE_SESSION_BYTES"));
	text[1500] = '\0';
	CU_ASSERT_EQUAL(set(&ann, "n", text), 0);
	CU_ASSERT_EQUAL(set(&ann, "m", text), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "LETHE_SESSION_BYTES"));
	CU_ASSERT_TRUE(has(&ann, "n", text));
	sessions->clock_offset_ms += 1000;
	CU_ASSERT_EQUAL(set(&bob, "n", text), 0);
	/* Of all sessions the one that is idle for longest goes. */
	for (int i = 0; i < 3; i++) {
		struct browser other = { "" };

		sessions->clock_offset_ms += 1000;
		CU_ASSERT_EQUAL(set(&other, "n", text), 0);
		CU_ASSERT_TRUE(ask("SELECT bytes FROM session_totals") <= 4000);
	}
	CU_ASSERT_TRUE(is_refused(ann.token));
	CU_ASSERT_TRUE(is_refused(bob.token));
	CU_ASSERT_EQUAL(ask("SELECT bytes = (SELECT sum(size_bytes) FROM "
			    "session_value) FROM session_totals"),
	    1);
	end();
}

static void
test_names(void)
{
	struct browser ann = { "" };
	char name[300];

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "", "1"), -1);
	memset(name, 'n', sizeof(name));
	name[257] = '\0';
	CU_ASSERT_EQUAL(set(&ann, name, "1"), -1);
	name[256] = '\0';
	CU_ASSERT_EQUAL(set(&ann, name, "1"), 0);
	end();
}

static void
test_stored(void)
{
	struct browser ann = { "" }, bob = { "" };
	struct session *session, *other;
	struct buffer name[4], text;

	begin(100, 1000, 1 << 20);
	memset(name, 0, sizeof(name));
	buffer_init(&text, 2000);
	session = visit(&ann);
	CU_ASSERT_EQUAL(session_set(session, "n", "1", 1, &error), 0);
	for (int i = 0; i < 4; i++) {
		char value[400];

		memset(value, '0' + i, sizeof(value));
		buffer_init(&name[i], 100);
		CU_ASSERT_EQUAL(session_store(session, value, sizeof(value),
				    &name[i], &error),
		    0);
	}
	/* The oldest made room; what has a name of the app's did not. */
	CU_ASSERT_EQUAL(
	    session_stored(session, name[0].data, &text, &error), 0);
	CU_ASSERT_EQUAL(
	    session_stored(session, name[1].data, &text, &error), 0);
	CU_ASSERT_EQUAL(
	    session_stored(session, name[3].data, &text, &error), 1);
	CU_ASSERT_EQUAL(text.size, 400);
	CU_ASSERT_EQUAL(text.data[0], '3');
	/* Another's reference leads nowhere. */
	other = visit(&bob);
	CU_ASSERT_EQUAL(session_set(other, "n", "1", 1, &error), 0);
	CU_ASSERT_EQUAL(session_stored(other, name[3].data, &text, &error), 0);
	leave(&bob, other);
	leave(&ann, session);
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_TRUE(has(&ann, name[3].data, NULL));
	for (int i = 0; i < 4; i++)
		buffer_clear(&name[i]);
	buffer_clear(&text);
	end();
}

static int
query(struct data *data, const char *sql, int64_t *number)
{
	struct statement *statement = data_prepare(data, sql, &error);
	int done = -1;

	if (statement == NULL)
		return -1;
	while ((done = statement_step(statement, &error)) == 1)
		*number = statement_int64(statement, 0);
	return done;
}

static int
count_files(void)
{
	DIR *stream = opendir(path_of("sessions"));
	struct dirent *entry;
	int count = 0;

	while (stream != NULL && (entry = readdir(stream)) != NULL)
		count += entry->d_name[0] != '.';
	if (stream != NULL)
		(void)closedir(stream);
	return count;
}

static void
test_own_database(void)
{
	struct browser ann = { "" }, bob = { "" };
	struct session *session;
	struct data *data;
	int64_t number = 0;

	begin_default();
	session = visit(&ann);
	CU_ASSERT_EQUAL_FATAL(session_database(session, &data, &error), 0);
	CU_ASSERT_EQUAL(query(data, "CREATE TABLE t(x)", &number), 0);
	CU_ASSERT_EQUAL(query(data, "INSERT INTO t VALUES (7)", &number), 0);
	CU_ASSERT_EQUAL(query(data, "BEGIN", &number), 0);
	CU_ASSERT_EQUAL(query(data, "DELETE FROM t", &number), 0);
	data_close(data);
	CU_ASSERT_EQUAL(session_rotate(session, &error), 0);
	leave(&ann, session);
	session = visit(&bob);
	CU_ASSERT_EQUAL_FATAL(session_database(session, &data, &error), 0);
	CU_ASSERT_EQUAL(query(data, "SELECT x FROM t", &number), -1);
	data_close(data);
	leave(&bob, session);
	session = visit(&ann);
	CU_ASSERT_EQUAL_FATAL(session_database(session, &data, &error), 0);
	CU_ASSERT_EQUAL(query(data, "SELECT x FROM t", &number), 0);
	CU_ASSERT_EQUAL(number, 7);
	data_close(data);
	CU_ASSERT_EQUAL(count_files(), 2);
	CU_ASSERT_EQUAL(session_forget(session, &error), 0);
	leave(&ann, session);
	CU_ASSERT_EQUAL(count_files(), 1);
	/* The other one goes when its session ends by itself. */
	sessions->clock_offset_ms += HOUR_MS;
	sessions_upkeep(sessions);
	CU_ASSERT_EQUAL(count_files(), 0);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_file"), 0);
	CU_ASSERT_EQUAL(ask("SELECT bytes FROM session_totals"), 0);
	end();
}

static void
test_own_database_bounds(void)
{
	static const struct {
		int line;
		const char *sql;
	} table[] = {
		{ __LINE__, "ATTACH 'state.db' AS other" },
		{ __LINE__, "VACUUM INTO 'other.db'" },
		{ __LINE__, "PRAGMA max_page_count = 1000000" },
		{ __LINE__, "PRAGMA journal_mode = WAL" },
		{ __LINE__, "PRAGMA writable_schema = ON" },
		{ __LINE__, "PRAGMA temp_store_directory = '/'" },
		{ __LINE__, "SELECT load_extension('x')" },
		{ __LINE__, "SELECT 1; SELECT 2" },
	};
	struct browser ann = { "" };
	struct session *session;
	struct data *data;
	int64_t number = 0;

	begin(10, 100000, 1 << 20);
	session = visit(&ann);
	CU_ASSERT_EQUAL_FATAL(session_database(session, &data, &error), 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (query(data, table[i].sql, &number) != -1) {
			(void)printf("# line %d\n", table[i].line);
			CU_FAIL("the statement was not refused");
		}
	CU_ASSERT_EQUAL(query(data, "CREATE TABLE t(x)", &number), 0);
	CU_ASSERT_EQUAL(
	    query(data, "INSERT INTO t VALUES (randomblob(200000))", &number),
	    -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "full"));
	CU_ASSERT_EQUAL(
	    query(data, "INSERT INTO t VALUES (randomblob(50000))", &number),
	    0);
	CU_ASSERT_EQUAL(query(data, "VACUUM", &number), -1);
	data_close(data);
	CU_ASSERT_EQUAL_FATAL(session_database(session, &data, &error), 0);
	data_close(data);
	CU_ASSERT_TRUE(ask("SELECT bytes FROM session_totals") > 50000);
	CU_ASSERT_TRUE(ask("SELECT file_bytes FROM sessions") > 50000);
	CU_ASSERT_EQUAL(session_forget(session, &error), 0);
	leave(&ann, session);
	end();
}

static void
test_key_rotation(void)
{
	struct browser ann = { "" };
	char old[200] = "", text[600];
	struct stat info;
	FILE *file;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	CU_ASSERT_EQUAL(stat(path_of("session.key"), &info), 0);
	CU_ASSERT_EQUAL(info.st_mode & 07777, 0600);
	file = fopen(path_of("session.key"), "r+e");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_PTR_NOT_NULL(fgets(old, sizeof(old), file));
	rewind(file);
	(void)snprintf(text, sizeof(text),
	    "01234567 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n%s", old);
	CU_ASSERT_TRUE(fputs(text, file) >= 0);
	(void)fclose(file);
	sessions->check_at_ms = 0;
	/* The old key is accepted, the new one signs. */
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	sessions->clock_offset_ms += 16 * MINUTE_MS;
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	CU_ASSERT_EQUAL(strncmp(ann.token, "v1.01234567.", 12), 0);
	/* And once it is taken away its signatures are worth nothing. */
	file = fopen(path_of("session.key"), "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_TRUE(fputs(old, file) >= 0);
	(void)fclose(file);
	sessions->check_at_ms = 0;
	CU_ASSERT_TRUE(is_refused(ann.token));
	end();
}

static void
test_key_once(void)
{
	struct browser ann = { "" };
	int pids[4], status;

	begin_default();
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		sessions = join(100, 1 << 20, 16 << 20);
		_exit(set(&ann, "n", "1") != 0 || !has(&ann, "n", "1"));
	}
	for (int i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
		CU_ASSERT_EQUAL(status, 0);
	}
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 4);
	look(&ann);
	CU_ASSERT_EQUAL(sessions->keys.count, 1);
	end();
}

static void
test_key_open_to_others(void)
{
	struct browser ann = { "" };

	begin_default();
	look(&ann);
	CU_ASSERT_EQUAL(chmod(path_of("session.key"), 0644), 0);
	sessions_close(sessions);
	sessions = join(100, 1 << 20, 16 << 20);
	CU_ASSERT_PTR_NULL(visit(&ann));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "chmod"));
	end();
}

static void
test_damage(void)
{
	struct browser ann = { "" };
	char noise[4096];
	FILE *file;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	sessions_close(sessions);
	file = fopen(path_of("state.db"), "r+e");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	memset(noise, 'x', sizeof(noise));
	CU_ASSERT_EQUAL(fwrite(noise, 1, sizeof(noise), file), sizeof(noise));
	(void)fclose(file);
	sessions = join(100, 1 << 20, 16 << 20);
	/* Nobody gets an empty session in its place. */
	CU_ASSERT_PTR_NULL(visit(&ann));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "damaged"));
	ann.token[0] = '\0';
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), -1);
	CU_ASSERT_TRUE(warnings > 0);
	file = fopen(path_of("state.db"), "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fgetc(file), 'x');
	(void)fclose(file);
	/* Until somebody moves it away. */
	CU_ASSERT_EQUAL(unlink(path_of("state.db")), 0);
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	end();
}

static void
test_read_only(void)
{
	struct browser ann = { "" };
	int pid, status = -1;

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	/* SQLite's handles do not cross fork(). */
	sessions_close(sessions);
	sessions = NULL;
	CU_ASSERT_EQUAL(chmod(path_of("state.db"), 0400), 0);
	pid = fork();
	if (pid == 0) {
		sessions = join(100, 1 << 20, 16 << 20);
		if (obey_modes() != 0 || visit(&ann) != NULL)
			_exit(1);
		/* Nor does a new visitor's value get lost unheard. */
		ann.token[0] = '\0';
		_exit(set(&ann, "n", "2") == 0 ||
		      strstr(error.message,
			  "/state.db cannot be read and written") == NULL);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(chmod(path_of("state.db"), 0600), 0);
	sessions = join(100, 1 << 20, 16 << 20);
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	end();
}

static void
test_changed_by_hand(void)
{
	struct browser ann = { "" }, bob = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	CU_ASSERT_EQUAL(set(&bob, "n", "2"), 0);
	CU_ASSERT_EQUAL(set(&bob, "m", "3"), 0);
	run("UPDATE session_value SET value = '9' WHERE session = 1");
	CU_ASSERT_FALSE(has(&ann, "n", "9"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "other hands"));
	CU_ASSERT_EQUAL(set(&ann, "n", "4"), 0);
	CU_ASSERT_TRUE(has(&ann, "n", "4"));
	/* Another's value, and another's session. */
	run("UPDATE session_value SET session = 1 WHERE name = 'm'");
	CU_ASSERT_FALSE(has(&ann, "m", "3"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "other hands"));
	run("UPDATE session_id SET session = 2 WHERE session = 1");
	CU_ASSERT_TRUE(is_refused(ann.token));
	CU_ASSERT_TRUE(has(&bob, "n", "2"));
	CU_ASSERT_TRUE(warnings > 0);
	end();
}

/* A text so long that most bits of the files are such a text's. */
static const char *
long_text(char letter)
{
	static char text[20001];

	memset(text, letter, sizeof(text) - 1);
	text[0] = text[sizeof(text) - 2] = '"';
	return text;
}

/* Flips a bit of the file while the parent has it open, and reads. */
static _Noreturn void
read_damaged(const char *name, long at, struct browser browsers[2])
{
	FILE *file = fopen(path_of(name), "r+e");
	struct session *session;
	struct buffer value;
	int byte, wrong = 0;

	if (file == NULL || fseek(file, at / 8, SEEK_SET) != 0 ||
	    (byte = fgetc(file)) == EOF ||
	    fseek(file, at / 8, SEEK_SET) != 0 ||
	    fputc(byte ^ 1 << at % 8, file) == EOF || fclose(file) != 0)
		_exit(2);
	sessions = join(100, 1 << 20, 16 << 20);
	for (int i = 0; i < 2; i++) {
		session = visit(&browsers[i]);
		buffer_init(&value, SIZE_MAX);
		if (session != NULL &&
		    session_get(session, "n", &value, &error) == 1)
			wrong +=
			    strcmp(value.data, long_text((char)('a' + i))) != 0;
	}
	_exit(wrong != 0);
}

static void
test_flips_in_use(void)
{
	const char *names[] = { "state.db", "state.db-wal" };
	unsigned int seed = 5;

	for (int i = 0; i < 30; i++) {
		struct browser browsers[2] = { { "" } };
		struct stat info;
		int pid, status = -1;

		begin_default();
		CU_ASSERT_EQUAL(set(&browsers[0], "n", long_text('a')), 0);
		(void)sqlite3_wal_checkpoint(sessions->db, NULL);
		CU_ASSERT_EQUAL(set(&browsers[1], "n", long_text('b')), 0);
		CU_ASSERT_EQUAL(stat(path_of(names[i % 2]), &info), 0);
		seed = seed * 1103515245U + 12345U;
		pid = fork();
		if (pid == 0)
			read_damaged(names[i % 2],
			    (long)(seed >> 4) % (8 * info.st_size), browsers);
		CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
		CU_ASSERT_EQUAL(status, 0);
		end();
	}
}

static void
test_newer_version(void)
{
	struct browser ann = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	sessions_close(sessions);
	run("PRAGMA user_version = 99");
	sessions = join(100, 1 << 20, 16 << 20);
	CU_ASSERT_PTR_NULL(visit(&ann));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "newer"));
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session"), 1);
	end();
}

/* Version 1 was the same but for session_meta and the checksums. */
static void
test_older_version(void)
{
	struct browser ann = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	sessions_close(sessions);
	run("DROP TABLE session_meta; DROP VIEW sessions;"
	    "DROP VIEW session_values;"
	    "ALTER TABLE session_id DROP COLUMN checksum;"
	    "ALTER TABLE session_value DROP COLUMN checksum;"
	    "CREATE VIEW sessions AS SELECT 'old' AS session;"
	    "DROP TRIGGER session_value_inserted;"
	    "CREATE VIEW somebodys AS SELECT 2 AS two;"
	    "PRAGMA user_version = 1");
	sessions = join(100, 1 << 20, 16 << 20);
	CU_ASSERT(has(&ann, "n", "1"));
	CU_ASSERT_EQUAL(set(&ann, "m", "12"), 0);
	CU_ASSERT_EQUAL(ask("PRAGMA user_version"), STATE_VERSION);
	CU_ASSERT_EQUAL(
	    ask("SELECT \"values\" FROM sessions WHERE session <> 'old'"), 2);
	/* A name and its value; kept by the trigger that was missing. */
	CU_ASSERT_EQUAL(ask("SELECT bytes FROM session_totals"), 5);
	CU_ASSERT_EQUAL(ask("SELECT two FROM somebodys"), 2);
	CU_ASSERT_EQUAL(warnings, 0);
	end();
}

static void
test_views_made_anew(void)
{
	struct browser ann = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	sessions_close(sessions);
	run("DROP VIEW session_values; DROP VIEW sessions;"
	    "CREATE VIEW sessions AS SELECT 'old' AS session;"
	    "UPDATE session_meta SET value = 'another' WHERE name = 'views'");
	sessions = join(100, 1 << 20, 16 << 20);
	CU_ASSERT(has(&ann, "n", "1"));
	CU_ASSERT_EQUAL(
	    ask("SELECT count(*) FROM sessions WHERE session <> 'old'"), 1);
	CU_ASSERT_EQUAL(
	    ask("SELECT count(*) FROM session_values WHERE name = 'n'"), 1);
	end();
}

static void
test_many_ended(void)
{
	struct browser ann = { "" }, bob = { "" }, eve = { "" };

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	look(&bob);
	run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i <= 100001) INSERT INTO session_id(hash, issued_ms, "
	    "keep_ms) SELECT CAST(i AS BLOB), 0, 9e15 FROM n");
	sessions->clock_offset_ms += 1000;
	sessions_upkeep(sessions);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_id"), 1);
	CU_ASSERT_EQUAL(ask("SELECT ended_ids FROM session_totals"), 0);
	CU_ASSERT_TRUE(has(&ann, "n", "1"));
	/* Ids without a session from before begin none. */
	CU_ASSERT_TRUE(is_refused(bob.token));
	sessions->clock_offset_ms += 1000;
	CU_ASSERT_EQUAL(set(&eve, "n", "1"), 0);
	CU_ASSERT_TRUE(has(&eve, "n", "1"));
	end();
}

static void
test_no_id_in_files(void)
{
	struct browser ann = { "" };
	const char *names[] = { "state.db", "state.db-wal" };
	char id[64];

	begin_default();
	CU_ASSERT_EQUAL(set(&ann, "n", "1"), 0);
	/* "v1.", a key's id and a dot come before it. */
	(void)snprintf(id, sizeof(id), "%.40s", ann.token + 12);
	for (size_t i = 0; i < 2; i++) {
		FILE *file = fopen(path_of(names[i]), "re");
		static char text[1 << 20];
		unsigned char raw[30];
		size_t size, got;

		CU_ASSERT_PTR_NOT_NULL_FATAL(file);
		size = fread(text, 1, sizeof(text), file);
		(void)fclose(file);
		CU_ASSERT_PTR_NULL(memmem(text, size, id, 40));
		CU_ASSERT_EQUAL(
		    sodium_base642bin(raw, sizeof(raw), id, 40, NULL, &got,
			NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		    0);
		CU_ASSERT_PTR_NULL(memmem(text, size, raw, 24));
	}
	end();
}

static void
test_list(void)
{
	struct browser ann = { "" };
	struct buffer out;

	begin_default();
	buffer_init(&out, 100000);
	CU_ASSERT_EQUAL(sessions_print(sessions, true, &out, &error), 0);
	CU_ASSERT_STRING_EQUAL(out.data, "[]\n");
	CU_ASSERT_EQUAL(set(&ann, "n", "12345"), 0);
	buffer_reset(&out);
	CU_ASSERT_EQUAL(sessions_print(sessions, true, &out, &error), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "\"values\":1"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "\"bytes\":6}]"));
	buffer_reset(&out);
	CU_ASSERT_EQUAL(sessions_print(sessions, false, &out, &error), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "session "));
	buffer_clear(&out);
	CU_ASSERT_EQUAL(ask("SELECT length(session) FROM sessions"), 8);
	CU_ASSERT_EQUAL(ask("SELECT count(*) FROM session_values"), 1);
	end();
}

static void
test_refresh(void)
{
	const char *running = NULL;
	struct dash_services services = { .running = &running };
	struct lethe_call call;

	begin_default();
	services.sessions = sessions;
	CU_ASSERT_EQUAL_FATAL(call_init(&call, &services, NULL), 0);
	call.refreshing = true;
	CU_ASSERT_PTR_NULL(lethe_session_get(&call, "n"));
	CU_ASSERT_TRUE(call.failed);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.error.message, "no session"));
	CU_ASSERT_EQUAL(
	    lethe_session_set(&call, "n", lethe_integer(1)), LETHE_ERROR);
	call_clear(&call);
	end();
}

static void
test_killed(void)
{
	struct browser ann = { "" };
	int pipe_fd[2], pid, status;
	char token[SESSION_TOKEN_MAX];

	begin_default();
	for (int i = 0; i < 5; i++) {
		ssize_t size;

		CU_ASSERT_EQUAL_FATAL(pipe(pipe_fd), 0);
		/* SQLite's handles do not cross fork(). */
		sessions_close(sessions);
		sessions = join(100, 1 << 20, 16 << 20);
		pid = fork();
		if (pid == 0) {
			/* So many that none has to make room. */
			sessions = join(1000000, 1 << 20, 1 << 30);
			for (int n = 0;; n++) {
				ann.token[0] = '\0';
				if (set(&ann, "n", "7") != 0 ||
				    write(pipe_fd[1], ann.token,
					sizeof(ann.token)) < 0)
					_exit(1);
			}
		}
		for (int n = 0; n < 3; n++) {
			size = read(pipe_fd[0], token, sizeof(token));
			CU_ASSERT_EQUAL(size, (ssize_t)sizeof(token));
		}
		(void)kill(pid, SIGKILL);
		CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
		(void)close(pipe_fd[0]);
		(void)close(pipe_fd[1]);
		/* What was confirmed is there. */
		memcpy(ann.token, token, sizeof(token));
		CU_ASSERT_TRUE(has(&ann, "n", "7"));
		CU_ASSERT_EQUAL(ask("SELECT sessions = (SELECT count(*) FROM "
				    "session) FROM session_totals"),
		    1);
	}
	end();
}

/* Sets values until one fails, on a disk with room for 256 KiB a file; what
 * was confirmed before must be there, and the failure must have a message. */
static int
fill(void)
{
	const struct rlimit most = { 256 * 1024, 256 * 1024 };
	struct browser ann = { "" };
	char name[16], text[4096];
	int set_count = 0;

	memset(text, '7', sizeof(text));
	sessions = join(1000, 4 << 20, 64 << 20);
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
	    setrlimit(RLIMIT_FSIZE, &most) != 0)
		return 2;
	while (set_count < 1000) {
		(void)snprintf(name, sizeof(name), "v%d", set_count);
		text[sizeof(text) - 1] = '\0';
		error.message[0] = '\0';
		if (set(&ann, name, text) != 0)
			break;
		set_count++;
	}
	if (set_count == 0 || set_count == 1000 || error.message[0] == '\0')
		return 3;
	for (int i = 0; i < set_count; i++) {
		(void)snprintf(name, sizeof(name), "v%d", i);
		if (!has(&ann, name, text))
			return 4;
	}
	return 0;
}

static void
test_full_disk(void)
{
	int pid, status = -1;

	begin_default();
	/* SQLite's handles do not cross fork(). */
	sessions_close(sessions);
	sessions = NULL;
	pid = fork();
	if (pid == 0)
		_exit(fill());
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	end();
}

void
session_suite(void)
{
	CU_pSuite suite = CU_add_suite("session", NULL, NULL);

	CU_add_test(suite, "each visitor has values of their own", test_values);
	CU_add_test(
	    suite, "another worker knows the session", test_other_worker);
	CU_add_test(suite, "a deleted value is gone", test_delete);
	CU_add_test(suite, "a token with any bit flipped, or cut, is refused",
	    test_bit_flips);
	CU_add_test(
	    suite, "a forged token dies without a database", test_forgeries);
	CU_add_test(suite, "a page id is no token, nor the other way round",
	    test_page_id_is_no_id);
	CU_add_test(suite, "a page id is its session's alone", test_page_ids);
	CU_add_test(
	    suite, "100,000 visitors without a value make no row", test_no_row);
	CU_add_test(suite, "the first value does not change the id",
	    test_same_id_before_row);
	CU_add_test(
	    suite, "an idle session ends and is never adopted", test_idle);
	CU_add_test(
	    suite, "a session in use ends after its lifetime", test_lifetime);
	CU_add_test(
	    suite, "an id without a session ends, too", test_unused_lifetime);
	CU_add_test(suite,
	    "a request whose session ended does not see the next visitor's",
	    test_number_not_reused);
	CU_add_test(suite, "a clock set back ends no session", test_clock_back);
	CU_add_test(suite, "use is written down once a minute", test_touch);
	CU_add_test(
	    suite, "after a rotation the old id has 30 seconds", test_rotation);
	CU_add_test(suite,
	    "after 15 minutes there is a new id, even when "
	    "an answer is lost",
	    test_rotation_by_time);
	CU_add_test(suite, "a session that is forgotten is over", test_forget);
	CU_add_test(suite, "a session that ended meanwhile is not written to",
	    test_ended_meanwhile);
	CU_add_test(
	    suite, "over the threshold the longest idle goes", test_threshold);
	CU_add_test(
	    suite, "sessions are bounded in bytes, one and all", test_bytes);
	CU_add_test(suite, "values have names of 1 to 256 bytes", test_names);
	CU_add_test(suite,
	    "stored values make room, and are their "
	    "session's alone",
	    test_stored);
	CU_add_test(suite,
	    "a session has a database of its own, as long as "
	    "it lives",
	    test_own_database);
	CU_add_test(suite, "a session's database reaches nothing else",
	    test_own_database_bounds);
	CU_add_test(suite, "keys rotate by their ids", test_key_rotation);
	CU_add_test(
	    suite, "workers that start together make one key", test_key_once);
	CU_add_test(suite, "a key that others can read is refused",
	    test_key_open_to_others);
	CU_add_test(suite, "a damaged file is left alone, loudly", test_damage);
	CU_add_test(suite, "a read-only file is an error", test_read_only);
	CU_add_test(suite, "what other hands changed is no visitor's",
	    test_changed_by_hand);
	CU_add_test(suite, "30 flipped bits: no wrong value, nor another's",
	    test_flips_in_use);
	CU_add_test(suite, "a newer version is left alone", test_newer_version);
	CU_add_test(suite, "an older version is brought up to date",
	    test_older_version);
	CU_add_test(suite, "views of another program are made anew",
	    test_views_made_anew);
	CU_add_test(
	    suite, "too many ended ids are let go safely", test_many_ended);
	CU_add_test(suite, "no file has an id", test_no_id_in_files);
	CU_add_test(suite, "the list shows sessions by a prefix", test_list);
	CU_add_test(
	    suite, "what runs after the response has no session", test_refresh);
	CU_add_test(suite, "a confirmed value survives SIGKILL", test_killed);
	CU_add_test(suite, "on a full disk setting fails, and loses nothing",
	    test_full_disk);
}
