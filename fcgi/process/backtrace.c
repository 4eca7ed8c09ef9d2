/*
 * process/backtrace.c: a trace in words.
 *
 * It may run in a process whose memory is damaged and whose locks are held:
 * system calls and stack memory only, also in the child.  The child's end of
 * all trouble is the parent's deadline.
 */
#include "process/backtrace.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "process/objects.h"
#include "process/outside.h"
#include "process/symbols.h"

#define DEADLINE_MS 3000
#define LINE_SIZE 1024

/* Of a line of the source, what is shown. */
#define SOURCE_MAX 160

/* What the child writes to its parent. */
struct report {
	const char *tool;
	const struct trace *trace;
	int fd;
	/* The program's file, also when another took its name. */
	char program[32];
	/* The last line, told when it is known how often it comes. */
	char function[256];
	char place[LINE_SIZE];
	size_t times;
	/* lethe_fail()'s function, told already, when the calls come to it. */
	const char *told;
	int told_line;
	bool has_handler;
	char handler[256];
};

/* Lines from a descriptor. */
struct reader {
	int fd;
	char bytes[2048];
	size_t start;
	size_t end;
};

void
backtrace_find_tool(char *path)
{
	static const char *const names[] = { "addr2line", "llvm-addr2line" };
	const char *search = getenv("PATH");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (const char *at = search; at != NULL && *at != '\0';) {
			size_t size = strcspn(at, ":");

			if (snprintf(path, PATH_MAX, "%.*s/%s", (int)size, at,
				names[i]) < PATH_MAX &&
			    access(path, X_OK) == 0)
				return;
			at += size + (at[size] == ':');
		}
	path[0] = '\0';
}

static void
write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, data, size);

		if (written <= 0)
			return;
		data += written;
		size -= (size_t)written;
	}
}

/* ------------------------------------------------------------------------
 * Lines of the report
 */

/* Adds the line of the source that `place` ("file:line") names. */
static void
add_source(struct text *text, const char *place)
{
	const char *colon = strrchr(place, ':');
	size_t wanted = 0, size = 0;
	char path[LINE_SIZE];
	struct stat status;
	const char *file, *at, *end;
	int fd;

	if (colon == NULL || place[0] != '/')
		return;
	for (at = colon + 1; *at >= '0' && *at <= '9'; at++)
		wanted = wanted * 10 + (size_t)(*at - '0');
	memcpy(path, place, (size_t)(colon - place));
	path[colon - place] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
	    status.st_size == 0 || wanted == 0)
		return;
	size = (size_t)status.st_size;
	file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return;
	at = file;
	end = file + size;
	while (--wanted > 0 && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline != NULL ? newline + 1 : end;
	}
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	for (size_t i = 0; i < SOURCE_MAX && at < end && *at != '\n'; i++, at++)
		text_add_char(text, *at == '\t' ? ' ' : *at);
	(void)close(fd);
}

static void
write_pending(struct report *report)
{
	char line[2 * LINE_SIZE];
	struct text text;

	if (report->times == 0)
		return;
	text_init(&text, line, sizeof(line));
	text_add(&text, report->function);
	text_add_char(&text, '\t');
	text_add(&text, report->place);
	if (report->times > 1) {
		text_add(&text, ", ");
		text_add_number(&text, report->times, 1);
		text_add(&text, " times");
	}
	text_add_char(&text, '\t');
	add_source(&text, report->place);
	text_add_char(&text, '\n');
	write_all(report->fd, line, text.used);
	report->times = 0;
}

/* The call that was told first comes again.  Debug information may know its
 * file better: by a full path. */
static void
mend_place(struct report *report, const char *place)
{
	const char *colon = strrchr(place, ':');
	struct text text;

	if (report->place[0] == '/' || place[0] != '/' || colon == NULL)
		return;
	text_init(&text, report->place, sizeof(report->place));
	while (place <= colon)
		text_add_char(&text, *place++);
	text_add_signed(&text, report->told_line);
}

static void
write_call(struct report *report, const char *function, const char *place)
{
	const char *told = report->told;
	char plain[256];
	struct text text;

	/* What compilers add to the names of a function's parts. */
	text_init(&text, plain, sizeof(plain));
	for (size_t i = 0;
	     function[i] != '\0' && (function[i] != '.' || i == 0); i++)
		text_add_char(&text, function[i]);
	if (strcmp(plain, report->handler) == 0)
		report->has_handler = true;
	report->told = NULL;
	if (told != NULL && strcmp(plain, told) == 0) {
		mend_place(report, place);
		return;
	}
	if (report->times > 0 && strcmp(report->function, plain) == 0 &&
	    strcmp(report->place, place) == 0) {
		report->times++;
		return;
	}
	write_pending(report);
	text_init(&text, report->function, sizeof(report->function));
	text_add(&text, plain);
	text_init(&text, report->place, sizeof(report->place));
	text_add(&text, place);
	report->times = 1;
}

/* ------------------------------------------------------------------------
 * One call
 */

/* The function at the address, by the symbol table; "" when not known. */
static void
find_function(
    const struct object *object, uintptr_t address, char *out, size_t size)
{
	struct symbols symbols;
	struct text text;
	const char *name;

	text_init(&text, out, size);
	if (symbols_open(&symbols, object->path) != 0)
		return;
	if (symbols_function(
		symbols_best(&symbols), address - object->base, &name) != NULL)
		text_add(&text, name);
	symbols_close(&symbols);
}

/* A call of which file and line are not known. */
static void
write_symbol(
    struct report *report, const struct object *object, uintptr_t address)
{
	char function[256];
	char place[LINE_SIZE];
	struct text text;

	find_function(object, address, function, sizeof(function));
	/* The inside of abort() and the like: nothing to begin with. */
	if (function[0] == '\0' && report->times == 0 &&
	    objects_is_system(address))
		return;
	text_init(&text, place, sizeof(place));
	text_add(&text, object->name);
	text_add(&text, " at ");
	text_add_address(&text, address - object->base);
	write_call(report, function[0] != '\0' ? function : "(no name)", place);
}

static bool
read_line(struct reader *reader, char *line, size_t size)
{
	struct text text;

	text_init(&text, line, size);
	for (;;) {
		while (reader->start < reader->end) {
			char c = reader->bytes[reader->start++];

			if (c == '\n')
				return true;
			text_add_char(&text, c);
		}
		ssize_t got =
		    read(reader->fd, reader->bytes, sizeof(reader->bytes));

		if (got <= 0)
			return text.used > 0;
		reader->start = 0;
		reader->end = (size_t)got;
	}
}

/* In the grandchild.  It must not outlive who waits for it, and the
 * listening socket is not for it. */
static _Noreturn void
become_tool(const struct report *report, const char *file, int output,
    const struct object *object, const uintptr_t *calls, size_t count)
{
	char digits[TRACE_MAX + 1][24];
	char *argv[TRACE_MAX + 16];
	size_t used = 0;
	int null = open("/dev/null", O_RDWR);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	argv[used++] = (char *)(uintptr_t)report->tool;
	argv[used++] = (char *)(uintptr_t) "-afiC";
	argv[used++] = (char *)(uintptr_t) "-e";
	argv[used++] = (char *)(uintptr_t)file;
	for (size_t i = 0; i < count && i < TRACE_MAX; i++) {
		struct text text;

		text_init(&text, digits[i], sizeof(digits[i]));
		text_add_address(&text, calls[i] - object->base);
		argv[used++] = digits[i];
	}
	argv[used] = NULL;
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(127);
	(void)execve(report->tool, argv, environ);
	_exit(127);
}

/*
 * The tool prints for each address: the address; then function and place in
 * pairs, several of them where functions were inlined.
 */
static size_t
write_tool_lines(struct report *report, int fd, const struct object *object,
    const uintptr_t *calls, size_t count)
{
	struct reader reader = { .fd = fd };
	char function[LINE_SIZE];
	char place[LINE_SIZE];
	size_t seen = 0;

	while (read_line(&reader, function, sizeof(function))) {
		char *end;

		if (strncmp(function, "0x", 2) == 0) {
			seen++;
			continue;
		}
		if (seen == 0 || seen > count ||
		    !read_line(&reader, place, sizeof(place)))
			break;
		end = strstr(place, " (discriminator");
		if (end != NULL)
			*end = '\0';
		if (place[0] == '?' || strcmp(function, "??") == 0)
			write_symbol(report, object, calls[seen - 1]);
		else
			write_call(report, function, place);
	}
	return seen;
}

/* Calls within one object, with files and lines if that is possible. */
static void
write_calls(struct report *report, const struct object *object,
    const uintptr_t *calls, size_t count)
{
	const char *file = object->executable ? report->program : object->path;
	size_t done = 0;
	int fds[2];
	pid_t pid;

	if (report->tool[0] != '\0' && !objects_is_system(calls[0]) &&
	    pipe2(fds, O_CLOEXEC) == 0) {
		pid = _Fork();
		if (pid == 0)
			become_tool(report, file, fds[1], object, calls, count);
		(void)close(fds[1]);
		done = write_tool_lines(report, fds[0], object, calls, count);
		(void)close(fds[0]);
		if (pid > 0)
			(void)waitpid(pid, NULL, 0);
	}
	for (; done < count; done++)
		write_symbol(report, object, calls[done]);
}

/* ------------------------------------------------------------------------
 * The whole
 */

static void
write_trace(struct report *report, const struct trace *trace)
{
	struct object object, other;

	for (size_t i = 0, count; i < trace->count; i += count) {
		count = 1;
		if (objects_find(trace->calls[i], &object) != 0) {
			char place[64];
			struct text text;

			text_init(&text, place, sizeof(place));
			text_add(&text, "there is no code at ");
			text_add_address(&text, trace->calls[i]);
			write_call(report, "(no function)", place);
			continue;
		}
		while (i + count < trace->count &&
		       objects_find(trace->calls[i + count], &other) == 0 &&
		       other.base == object.base)
			count++;
		write_calls(report, &object, &trace->calls[i], count);
	}
}

/* The app's function ends the trace, also when a compiler turned its last
 * call into a jump. */
static void
write_handler(struct report *report, const struct trace *trace)
{
	struct object object;

	if (!report->has_handler && trace->handler != 0 && !trace->cut &&
	    objects_find(trace->handler, &object) == 0)
		write_calls(report, &object, &trace->handler, 1);
}

/* lethe_fail() knows where it stands without any debug information. */
static void
write_place(struct report *report, const struct trace *trace)
{
	char place[LINE_SIZE];
	struct text text;

	if (trace->file == NULL)
		return;
	text_init(&text, place, sizeof(place));
	text_add(&text, trace->file);
	text_add_char(&text, ':');
	text_add_signed(&text, trace->line);
	write_call(report, trace->function, place);
	report->told = trace->function;
	report->told_line = trace->line;
}

static void
name_handler(struct report *report, uintptr_t handler)
{
	struct object object;

	if (handler != 0 && objects_find(handler, &object) == 0)
		find_function(
		    &object, handler, report->handler, sizeof(report->handler));
}

/* Nobody can walk on from a function that is nowhere. */
static void
add_caller(struct trace *trace, const struct backtrace_fault *fault)
{
	uintptr_t caller = fault->caller;
	struct object object;

	if (trace->count != 1 || objects_find(trace->calls[0], &object) == 0)
		return;
	if (fault->stack != 0)
		memcpy(&caller, (const void *)fault->stack,
		    sizeof(caller)); /* NOLINT */
	if (caller != 0)
		trace->calls[trace->count++] = caller - 1;
}

/* In the child. */
static void
describe(int fd, const char *tool, pid_t parent, const struct trace *given,
    const struct backtrace_fault *fault)
{
	struct report report = { .tool = tool, .fd = fd };
	struct trace trace;
	struct text text;

	if (fault != NULL) {
		memset(&trace, 0, sizeof(trace));
		trace_take(&trace, fault->base, fault->from, fault->exact);
		add_caller(&trace, fault);
	} else
		trace = *given;
	text_init(&text, report.program, sizeof(report.program));
	text_add(&text, "/proc/");
	text_add_number(&text, (uint64_t)parent, 1);
	text_add(&text, "/exe");
	name_handler(&report, trace.handler);
	write_place(&report, &trace);
	write_trace(&report, &trace);
	write_handler(&report, &trace);
	write_pending(&report);
}

/* What the child wrote until it ended, or until the deadline. */
static size_t
collect(int fd, char *out, size_t size)
{
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
	size_t used = 0;

	while (used < size - 1) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - clock_monotonic_ms();
		ssize_t got;

		if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
			break;
		got = read(fd, out + used, size - 1 - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	/* Whole lines only. */
	while (used > 0 && out[used - 1] != '\n')
		used--;
	out[used] = '\0';
	return used;
}

/* Ends the child, for which it takes the right to. */
static void
end_child(void *context)
{
	const pid_t *pid = context;

	(void)kill(*pid, SIGKILL);
	(void)waitpid(*pid, NULL, 0);
}

size_t
backtrace_describe(const char *tool, const struct trace *trace,
    const struct backtrace_fault *fault, char *out, size_t size)
{
	pid_t parent = getpid();
	size_t used;
	int fds[2];
	pid_t pid;

	out[0] = '\0';
	if (pipe2(fds, O_CLOEXEC) != 0)
		return 0;
	pid = outside_fork();
	if (pid == 0) {
		describe(fds[1], tool, parent, trace, fault);
		_exit(0);
	}
	(void)close(fds[1]);
	used = pid > 0 ? collect(fds[0], out, size) : 0;
	(void)close(fds[0]);
	if (pid > 0)
		outside_run(end_child, &pid);
	return used;
}

void
backtrace_add_calls(struct text *text, const char *trace, size_t most)
{
	const char *end;

	for (size_t i = 0; i < most && trace[0] != '\0'; i++) {
		text_add(text, i == 0 ? " [" : " < ");
		for (; *trace != '\t' && *trace != '\n' && *trace != '\0';
		     trace++)
			text_add_char(text, *trace);
		text_add(text, ", ");
		for (trace += *trace == '\t';
		     *trace != '\t' && *trace != '\n' && *trace != '\0';
		     trace++)
			text_add_char(text, *trace);
		end = strchr(trace, '\n');
		trace = end != NULL ? end + 1 : "";
		if (i + 1 == most || trace[0] == '\0')
			text_add_char(text, ']');
	}
}

void
backtrace_add_place(struct text *text, const char *trace)
{
	const char *at = trace;

	for (const char *line = trace; line[0] != '\0';) {
		const char *place = line + strcspn(line, "\t\n");

		if (memchr(place, ':', strcspn(place, "\n")) != NULL &&
		    place[0] == '\t' && place[1] == '/') {
			at = line;
			break;
		}
		line += strcspn(line, "\n");
		line += line[0] == '\n';
	}
	if (at[0] == '\0')
		return;
	text_add(text, " (");
	for (; *at != '\t' && *at != '\n' && *at != '\0'; at++)
		text_add_char(text, *at);
	text_add(text, ", ");
	for (at += *at == '\t'; *at != '\t' && *at != '\n' && *at != '\0'; at++)
		text_add_char(text, *at);
	text_add_char(text, ')');
}
