/*
 * crash_test.c: a handler that dies is answered, logged and replaced
 * (fcgi/process/crash.c, replace.c, log_line.c, fcgi/http/last_answer.c,
 * fcgi/base/text.c).
 */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "http/last_answer.h"
#include "probe_client.h"
#include "process/log_line.h"

/* Asks for the pid and what else is said of the process. */
static bool
describe(const struct probe_process *probe, struct probe_answer *answer)
{
	char beginning[64];
	int size = snprintf(
	    beginning, sizeof(beginning), "fine %ld ", (long)probe->pid);

	return probe_ask(probe, "describe", "d", answer) &&
	       strncmp(answer->text, beginning, (size_t)size) == 0;
}

/* The misdeed is answered and logged, and the same process serves on. */
static void
check_answered_with(
    const char *status, const char *misdeed, const char *expected)
{
	char line[128];

	struct probe_process probe;
	struct probe_answer answer;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_TRUE(probe_ask(&probe, misdeed, "c4a5h-1", &answer));
	CU_ASSERT_TRUE(answer.records);
	(void)snprintf(line, sizeof(line), "Status: %s ", status);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, line));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(answer.text, "X-Request-Id: c4a5h-1\r\n\r\n{"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, expected));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(answer.text, "\",\"request\":\"c4a5h-1\"}\n"));
	CU_ASSERT_TRUE(describe(&probe, &answer));
	/* It is logged after the answer, and before the next. */
	(void)snprintf(line, sizeof(line),
	    " level=error request=c4a5h-1 status=%s "
	    "callback=update_output message=\"callback update_output ",
	    status);
	CU_ASSERT_PTR_NOT_NULL(strstr(probe_log(&probe), line));
	CU_ASSERT_PTR_NOT_NULL(strstr(probe_log(&probe), expected));
	probe_end(&probe);
}

static void
check_answered(const char *misdeed, const char *expected)
{
	check_answered_with("500", misdeed, expected);
}

static void
test_null(void)
{
	check_answered("null",
	    "callback update_output crashed: segmentation fault (address "
	    "0x0)");
}

static void
test_abort(void)
{
	check_answered("abort", "callback update_output called abort()");
}

static void
test_stack(void)
{
	check_answered("stack", "crashed: stack overflow");
}

static void
test_loop(void)
{
	check_answered_with(
	    "504", "loop", "took longer than 300 ms and was stopped");
}

static void
test_exit(void)
{
	check_answered("exit", "callback update_output called exit(3)");
}

static void
test_quick_exit(void)
{
	check_answered("quick-exit", "called quick_exit()");
}

static void
test_divide(void)
{
	check_answered("divide", "crashed: division by zero");
}

static void
test_trap(void)
{
	check_answered("trap", "crashed: illegal instruction");
}

static void
test_twice(void)
{
	struct probe_process probe;
	struct probe_answer answer;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_FALSE(probe_ask(&probe, "twice", "1", &answer));
	CU_ASSERT_TRUE(describe(&probe, &answer));
	probe_end(&probe);
}

static void
test_descriptors(void)
{
	struct probe_process probe;
	struct probe_answer answer;
	char before[8192];

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_TRUE(describe(&probe, &answer));
	memcpy(before, answer.text, sizeof(before));
	CU_ASSERT_TRUE(probe_ask(&probe, "descriptors", "1", &answer));
	CU_ASSERT_TRUE(answer.records);
	CU_ASSERT_TRUE(describe(&probe, &answer));
	/* Only the variable that counts deaths is new. */
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, " replaced=0 "));
	CU_ASSERT_PTR_NOT_NULL_FATAL(strstr(before, " replaced"));
	*strstr(before, " replaced") = '\0';
	CU_ASSERT_EQUAL(strncmp(answer.text, before, strlen(before)), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "start=table"));
	probe_end(&probe);
}

static void
test_name(void)
{
	struct probe_process probe;
	struct probe_answer answer;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_TRUE(probe_ask(&probe, "null", "1", &answer));
	CU_ASSERT_TRUE(describe(&probe, &answer));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "name=seal_probe"));
	probe_end(&probe);
}

static void
test_sigterm(void)
{
	struct probe_process probe;
	struct probe_answer answer;
	int status;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_TRUE(probe_ask(&probe, "sigterm", "1", &answer));
	CU_ASSERT_TRUE(answer.records);
	status = probe_wait(&probe);
	CU_ASSERT_TRUE(WIFSIGNALED(status));
	CU_ASSERT_EQUAL(WTERMSIG(status), SIGTERM);
	probe_end(&probe);
}

static void
test_fork(void)
{
	struct probe_process probe;
	struct probe_answer answer;
	char fine[64];

	/* Without a hook: after one, fork() is over. */
	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, "none", NULL));
	(void)snprintf(fine, sizeof(fine), "fine %ld\n", (long)probe.pid);
	CU_ASSERT_TRUE(probe_ask(&probe, "fork", "1", &answer));
	CU_ASSERT_STRING_EQUAL(answer.text, fine);
	CU_ASSERT_STRING_EQUAL(probe_log(&probe), "");
	probe_end(&probe);
}

static void
test_replace(void)
{
	struct probe_process probe;
	struct probe_answer answer;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	CU_ASSERT_TRUE(probe_ask(&probe, "replace", "1", &answer));
	CU_ASSERT_TRUE(describe(&probe, &answer));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "replaced=0"));
	CU_ASSERT_STRING_EQUAL(probe_log(&probe), "");
	probe_end(&probe);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static void
test_hundred(void)
{
	struct probe_process probe;
	struct probe_answer answer;
	int64_t before = now_ms();
	int answered = 0;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, NULL, NULL));
	for (int i = 0; i < 100; i++)
		if (probe_ask(&probe, "global", "1", &answer) && answer.records)
			answered++;
	CU_ASSERT_EQUAL(answered, 100);
	CU_ASSERT_TRUE(describe(&probe, &answer));
	/* With a pause after each it would take 95 s. */
	CU_ASSERT_TRUE(now_ms() - before < 60000);
	probe_end(&probe);
}

/* Waits until the log has `text` so many times; false: it did not come. */
static bool
wait_for_log(const struct probe_process *probe, const char *text, int times)
{
	const struct timespec pause = { 0, 10000000 };

	for (int turn = 0; turn < 1500; turn++) {
		int seen = 0;

		for (const char *at = probe_log(probe);
		     (at = strstr(at, text)) != NULL; at++)
			seen++;
		if (seen >= times)
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static void
check_start(const char *kind, const char *expected)
{
	struct probe_process probe;

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, kind, NULL));
	/* It tries again, as the same process. */
	CU_ASSERT_TRUE(wait_for_log(&probe, expected, 2));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(probe_log(&probe), " level=error callback=.start "));
	CU_ASSERT_EQUAL(kill(probe.pid, 0), 0);
	probe_end(&probe);
}

static void
test_start_crash(void)
{
	check_start("crash", "the .start hook crashed: segmentation fault");
}

static void
test_start_stack(void)
{
	check_start("stack", "the .start hook crashed: stack overflow");
}

static void
test_start_exit(void)
{
	check_start("exit", "the .start hook called exit(3)");
}

static void
test_start_loop(void)
{
	check_start("loop", "the .start hook took longer than 300 ms");
}

static void
test_back_off(void)
{
	struct probe_process probe;
	int64_t before = now_ms();

	CU_ASSERT_TRUE_FATAL(probe_begin(&probe, "crash", NULL));
	/* Pauses of 10, 20, 40, 80 and 160 ms lie before the tenth death. */
	CU_ASSERT_TRUE(wait_for_log(&probe, "the .start hook crashed", 10));
	CU_ASSERT_TRUE(now_ms() - before >= 150);
	(void)kill(probe.pid, SIGTERM);
	CU_ASSERT_TRUE(WIFSIGNALED(probe_wait(&probe)));
	probe_end(&probe);
}

static void
test_cgi(void)
{
	char output[4096];

	CU_ASSERT_EQUAL(probe_run("cgi", "null", output, sizeof(output)), 1);
	CU_ASSERT_STRING_EQUAL(output,
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Type: application/json\r\n"
	    "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: c61\r\n\r\n"
	    "{\"error\":\"the layout crashed: segmentation fault (address "
	    "0x0)\",\"request\":\"c61\"}\n");
}

static void
test_escapes(void)
{
	static const struct {
		int line;
		const char *text;
		size_t most;
		const char *expected;
	} cases[] = {
		{ __LINE__, "plain", SIZE_MAX, "plain" },
		{ __LINE__, "a\"b\\c", SIZE_MAX, "a\\\"b\\\\c" },
		{ __LINE__, "\n\t\x01\x7f", SIZE_MAX,
		    "\\n\\u0009\\u0001\\u007f" },
		{ __LINE__, "\xc2\x9b\xc2\xa0", SIZE_MAX, "\\u009b\xc2\xa0" },
		{ __LINE__, "\xc3\xa9\xe2\x82\xac", SIZE_MAX,
		    "\xc3\xa9\xe2\x82\xac" },
		{ __LINE__, "\xff\xc3 \xed\xa0\x80", SIZE_MAX, "?? ???" },
		{ __LINE__, "\xe2\x82", SIZE_MAX, "??" },
		{ __LINE__, "ab\xe2\x82\xac", 4, "ab" },
		{ __LINE__, "abcdef", 3, "abc" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];
		struct text text;

		text_init(&text, out, sizeof(out));
		text_add_escaped(&text, cases[i].text, cases[i].most);
		if (strcmp(out, cases[i].expected) != 0)
			(void)fprintf(
			    stderr, "line %d: %s\n", cases[i].line, out);
		CU_ASSERT_STRING_EQUAL(out, cases[i].expected);
	}
}

static void
test_no_half_escape(void)
{
	char out[6];
	struct text text;

	text_init(&text, out, sizeof(out));
	text_add_escaped(&text, "abcd\n", SIZE_MAX);
	CU_ASSERT_STRING_EQUAL(out, "abcd");
}

static void
test_numbers(void)
{
	char out[128];
	struct text text;

	text_init(&text, out, sizeof(out));
	text_add_number(&text, UINT64_MAX, 1);
	text_add_char(&text, ' ');
	text_add_number(&text, 7, 3);
	text_add_char(&text, ' ');
	text_add_signed(&text, INT64_MIN);
	text_add_char(&text, ' ');
	text_add_address(&text, 0);
	text_add_char(&text, ' ');
	text_add_address(&text, 0x10f0);
	text_add_char(&text, ' ');
	text_add_token(&text, "a-b_c.1\r\n=", 9);
	CU_ASSERT_STRING_EQUAL(out,
	    "18446744073709551615 007 -9223372036854775808 0x0 0x10f0 "
	    "a-b_c.1??");
}

static void
test_line(void)
{
	char out[LOG_LINE_SIZE];
	const char *rest;
	size_t size = log_line(
	    out, sizeof(out), "error", "ab", 500, "up\nd", "a \"b\"\n");

	CU_ASSERT_EQUAL(size, strlen(out));
	rest = strchr(out, ' ');
	CU_ASSERT_PTR_NOT_NULL_FATAL(rest);
	CU_ASSERT_STRING_EQUAL(rest,
	    " level=error request=ab status=500 callback=up?d "
	    "message=\"a \\\"b\\\"\\n\"\n");
	(void)log_line(out, sizeof(out), "info", NULL, 0, NULL, "");
	CU_ASSERT_STRING_EQUAL(strchr(out, ' '), " level=info\n");
}

static void
test_time(void)
{
	char out[LOG_LINE_SIZE];
	int year, month, day, hour, minute, second, fraction;
	time_t before = time(NULL);
	struct tm broken = { 0 };
	time_t logged;

	(void)log_line(out, sizeof(out), "info", NULL, 0, NULL, "x");
	CU_ASSERT_EQUAL(
	    sscanf(out, "time=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ level", &year,
		&month, &day, &hour, &minute, &second, &fraction),
	    7);
	CU_ASSERT_EQUAL(strcspn(out, " "), strlen("time=") + 24);
	broken.tm_year = year - 1900;
	broken.tm_mon = month - 1;
	broken.tm_mday = day;
	broken.tm_hour = hour;
	broken.tm_min = minute;
	broken.tm_sec = second;
	logged = timegm(&broken);
	/* time() may be a tick behind the clock that the line is of. */
	CU_ASSERT_TRUE(logged >= before && logged <= time(NULL) + 1);
}

static void
test_long_line(void)
{
	char message[4000];
	char out[256];
	size_t size;

	memset(message, '"', sizeof(message));
	message[sizeof(message) - 1] = '\0';
	for (size_t room = 128; room <= sizeof(out); room++) {
		size = log_line(out, room, "error", "id", 500, "c", message);
		CU_ASSERT_EQUAL(size, strlen(out));
		CU_ASSERT_TRUE(size < room);
		CU_ASSERT_STRING_EQUAL(out + size - 4, "\\\"\"\n");
	}
}

static size_t
receive(int fd, char *bytes, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size - 1 &&
	       (got = read(fd, bytes + used, size - 1 - used)) > 0)
		used += (size_t)got;
	bytes[used] = '\0';
	return used;
}

static void
test_long_answer(void)
{
	struct last_answer answer = { .fastcgi_id = 258, .id = "i\r\nd" };
	char message[3000];
	char bytes[16384];
	size_t size;
	size_t content;
	int ends[2];

	memset(message, '\x01', sizeof(message));
	message[sizeof(message) - 1] = '\0';
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	answer.fd = ends[0];
	last_answer_send(&answer, 500, message);
	CU_ASSERT_EQUAL(answer.fd, -1);
	/* Twice is once. */
	last_answer_send(&answer, 500, message);
	size = receive(ends[1], bytes, sizeof(bytes));
	content =
	    (size_t)(unsigned char)bytes[4] << 8 | (unsigned char)bytes[5];
	CU_ASSERT_EQUAL(bytes[2], 1);
	CU_ASSERT_EQUAL(bytes[3], 2);
	CU_ASSERT_EQUAL(size, 8 + content + (size_t)bytes[6] + 8 + 16);
	CU_ASSERT_EQUAL((content + (size_t)bytes[6]) % 8, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(bytes + 8, "X-Request-Id: i??d\r\n"));
	content = 0;
	for (char *at = bytes + 8; (at = strstr(at, "\\u0001")) != NULL; at++)
		content++;
	CU_ASSERT_EQUAL(content, 1000);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
test_nobody(void)
{
	struct last_answer answer = { .fastcgi_id = 1, .id = "i" };
	int ends[2];

	/* The peer has gone: no signal, no message, no second try. */
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	(void)close(ends[1]);
	answer.fd = ends[0];
	last_answer_send(&answer, 500, "m");
	CU_ASSERT_EQUAL(answer.fd, -1);
	(void)close(ends[0]);
}

void crash_suite(void);

void
crash_suite(void)
{
	CU_pSuite suite = CU_add_suite("crash answers", NULL, NULL);

	CU_add_test(suite, "a null pointer is answered", test_null);
	CU_add_test(suite, "abort() is answered", test_abort);
	CU_add_test(suite, "a stack overflow is answered", test_stack);
	CU_add_test(suite, "an endless loop is answered", test_loop);
	CU_add_test(suite, "exit() is answered", test_exit);
	CU_add_test(suite, "quick_exit() is answered", test_quick_exit);
	CU_add_test(suite, "a division by zero is answered", test_divide);
	CU_add_test(suite, "an illegal instruction is answered", test_trap);
	CU_add_test(suite, "a crash in the crash answer replaces the worker",
	    test_twice);
	CU_add_test(suite, "the worker's descriptors are those of its start",
	    test_descriptors);
	CU_add_test(suite, "a replaced worker keeps its name", test_name);
	CU_add_test(
	    suite, "a SIGTERM that waits ends the worker", test_sigterm);
	CU_add_test(suite, "a forked child's exit is its own", test_fork);
	CU_add_test(suite, "a worker can replace itself", test_replace);
	CU_add_test(suite,
	    "a hundred crashing requests are answered by one "
	    "process, without a pause",
	    test_hundred);
	CU_add_test(
	    suite, "a .start hook that crashes is logged", test_start_crash);
	CU_add_test(suite, "a .start hook that overflows its stack is logged",
	    test_start_stack);
	CU_add_test(suite, "a .start hook that calls exit() is logged",
	    test_start_exit);
	CU_add_test(suite, "a .start hook that never returns is logged",
	    test_start_loop);
	CU_add_test(suite, "an app that dies at start is tried ever slower",
	    test_back_off);
	CU_add_test(suite, "a CGI program answers and ends", test_cgi);
	CU_add_test(suite, "text is escaped as in JSON", test_escapes);
	CU_add_test(suite, "no escape is cut in two", test_no_half_escape);
	CU_add_test(
	    suite, "numbers, addresses and tokens are written", test_numbers);
	CU_add_test(suite, "a log line has what is known", test_line);
	CU_add_test(suite, "a log line has the time of now", test_time);
	CU_add_test(suite, "a long log line is cut and still ends well",
	    test_long_line);
	CU_add_test(suite, "a long message is cut in the last answer",
	    test_long_answer);
	CU_add_test(suite, "a last answer to nobody does no harm", test_nobody);
}
