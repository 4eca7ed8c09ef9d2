/*
 * session_stress.c: visitors' sessions while workers are killed in the middle
 * of a write: what was confirmed is still there, and is its owner's.
 *
 * Most workers serve visitors whose browsers outlive them: the board.  Each of
 * a session's values is written by one worker only, numbered, and its numbers
 * are noted before the write and after its return, so that everybody can tell
 * which of them may be read.  The other workers serve a stream of strangers,
 * by a clock that is behind, so that the strangers are the ones that make
 * room and whose sessions are over first.
 *
 * Usage: session_stress [ROUNDS [SECONDS]].  Prints TAP.  "make check" runs
 * the short form, "make stress" the long one.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/session_internal.h"
#include "store/store_internal.h"

#define KEEPERS 5   /* workers that serve the visitors */
#define STRANGERS 3 /* workers that serve strangers */
#define WORKERS (KEEPERS + STRANGERS)
#define VISITORS 12
#define NAMES 2 /* values of a worker in each session */
#define THRESHOLD 20
#define SESSION_BYTES (INT64_C(16) << 10)
#define TOTAL_BYTES (INT64_C(160) << 10)
#define VALUE_MAX 1100

#define IDLE_S 1800
/* To the others, strangers' sessions are over. */
#define STRANGERS_CLOCK_MS (-INT64_C(1000) * (IDLE_S + 60))

/* How the message begins that a session made room meanwhile. */
#define ENDED "the session ended"

enum { FINE = 0, FAULT = 3 };

/* One value: the number of the last write that was begun, and of the last
 * one that had returned. */
struct cell {
	int64_t begun;
	int64_t confirmed;
};

/* A token that one worker got.  It writes the one that is not current, and
 * then the version: readers look twice, and a death in between is harmless. */
struct slot {
	uint64_t version;
	char tokens[2][SESSION_TOKEN_MAX];
};

struct visitor {
	char name[SESSION_NAME_SIZE + 1];
	int latest; /* whose slot */
	/* The last is the inspector's. */
	struct slot slots[WORKERS + 1];
	struct cell cells[WORKERS][NAMES];
};

/* What the processes tell each other. */
struct board {
	struct visitor visitors[VISITORS];
	int64_t writes;
	int64_t rotations;
	int64_t strangers;
	int64_t worst_us; /* of a set */
	int64_t most_sessions;
	int64_t most_bytes;
	int64_t polls;
	int stop;
	int faults;
	char fault[400];
};

static struct board *board;
static char directory[256];
static int tests, failures;

static void
result(bool good, const char *name)
{
	(void)printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
	(void)fflush(stdout);
	failures += !good;
}

/* Ends a child; the first that comes here says why. */
static _Noreturn void __attribute__((format(printf, 1, 2)))
fault(const char *format, ...)
{
	char text[sizeof(board->fault)];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (__atomic_fetch_add(&board->faults, 1, __ATOMIC_SEQ_CST) == 0)
		memcpy(board->fault, text, sizeof(text));
	_exit(FAULT);
}

/* Numbers that are the same in every run. */
static unsigned int
draw(unsigned int *state)
{
	*state = *state * 1103515245U + 12345U;
	return *state >> 8;
}

static struct sessions *
join(void)
{
	const struct session_settings settings = {
		.directory = directory,
		.threshold = THRESHOLD,
		.session_bytes = SESSION_BYTES,
		.total_bytes = TOTAL_BYTES,
		.idle_s = IDLE_S,
		.lifetime_s = 28800,
	};
	struct sessions *sessions;
	struct error error;

	if (sessions_open(&sessions, &settings, &error) != 0)
		fault("sessions_open: %s", error.message);
	return sessions;
}

/* ------------------------------------------------------------------------
 * Values that tell whose they are
 */

static bool
is_deletion(int64_t number)
{
	return number == 0 || number % 7 == 3;
}

static size_t
make_value(const char *owner, int worker, int name, int64_t number, char *text)
{
	size_t size, fill = (size_t)((number * 131 + worker * 17) % 900);

	size = (size_t)snprintf(text, VALUE_MAX, "\"%s %d %d %" PRId64 " ",
	    owner, worker, name, number);
	memset(text + size, 'a' + (int)(number % 26), fill);
	text[size + fill] = '"';
	text[size + fill + 1] = '\0';
	return size + fill + 1;
}

/* The number of a value of this owner, worker and name; -1: it is another's,
 * or not whole. */
static int64_t
number_of(const char *owner, int worker, int name, const struct buffer *value)
{
	char text[VALUE_MAX];
	int64_t number;
	size_t size;

	if (sscanf(value->data, "\"%*32s %*d %*d %" SCNd64, &number) != 1 ||
	    number < 0)
		return -1;
	size = make_value(owner, worker, name, number, text);
	return size == value->size && memcmp(text, value->data, size) == 0
		   ? number
		   : -1;
}

/* May the value be missing, when these writes were the last? */
static bool
may_be_missing(int64_t confirmed, int64_t begun)
{
	for (int64_t number = confirmed; number <= begun; number++)
		if (is_deletion(number))
			return true;
	return false;
}

static void
check_cell(struct session *session, int visitor, int worker, int name)
{
	struct visitor *owner = &board->visitors[visitor];
	struct cell *cell = &owner->cells[worker][name];
	int64_t confirmed, begun, number = -1;
	struct buffer value;
	struct error error;
	char key[32];
	int found;

	(void)snprintf(key, sizeof(key), "w%d.%d", worker, name);
	buffer_init(&value, SIZE_MAX);
	confirmed = __atomic_load_n(&cell->confirmed, __ATOMIC_SEQ_CST);
	found = session_get(session, key, &value, &error);
	begun = __atomic_load_n(&cell->begun, __ATOMIC_SEQ_CST);
	if (found < 0)
		fault("get %s of visitor %d: %s", key, visitor, error.message);
	if (found == 1) {
		number = number_of(owner->name, worker, name, &value);
		if (number < confirmed || number > begun || is_deletion(number))
			fault("%s of visitor %d is number %" PRId64
			      ", not of %" PRId64 " to %" PRId64 ": %.60s",
			    key, visitor, number, confirmed, begun, value.data);
	} else if (!may_be_missing(confirmed, begun)) {
		fault("%s of visitor %d is lost: %" PRId64 " to %" PRId64, key,
		    visitor, confirmed, begun);
	}
	buffer_clear(&value);
}

static void
note_time(int64_t begun_us)
{
	int64_t took_us = clock_monotonic_us() - begun_us;

	(void)__atomic_fetch_add(&board->writes, 1, __ATOMIC_SEQ_CST);
	if (took_us > __atomic_load_n(&board->worst_us, __ATOMIC_RELAXED))
		__atomic_store_n(&board->worst_us, took_us, __ATOMIC_RELAXED);
}

/* The next write of one of this worker's own values. */
static void
write_cell(struct session *session, int visitor, int worker, int name)
{
	struct visitor *owner = &board->visitors[visitor];
	struct cell *cell = &owner->cells[worker][name];
	int64_t number = cell->begun + 1, begun_us = clock_monotonic_us();
	char key[32], text[VALUE_MAX];
	struct error error;
	size_t size;
	int done;

	(void)snprintf(key, sizeof(key), "w%d.%d", worker, name);
	size = make_value(owner->name, worker, name, number, text);
	__atomic_store_n(&cell->begun, number, __ATOMIC_SEQ_CST);
	done = is_deletion(number)
		   ? session_delete(session, key, &error)
		   : session_set(session, key, text, size, &error);
	if (done != 0)
		fault(
		    "write %s of visitor %d: %s", key, visitor, error.message);
	__atomic_store_n(&cell->confirmed, number, __ATOMIC_SEQ_CST);
	note_time(begun_us);
}

/* ------------------------------------------------------------------------
 * The visitors' browsers
 */

static void
read_token(int visitor, char token[SESSION_TOKEN_MAX])
{
	struct visitor *owner = &board->visitors[visitor];
	struct slot *slot;
	uint64_t version;

	do {
		slot = &owner->slots[__atomic_load_n(
		    &owner->latest, __ATOMIC_SEQ_CST)];
		version = __atomic_load_n(&slot->version, __ATOMIC_SEQ_CST);
		memcpy(token, slot->tokens[version % 2], SESSION_TOKEN_MAX);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	} while (version != __atomic_load_n(&slot->version, __ATOMIC_SEQ_CST));
}

static void
publish_token(int visitor, int worker, const char *token)
{
	struct visitor *owner = &board->visitors[visitor];
	struct slot *slot = &owner->slots[worker];
	uint64_t version = slot->version + 1;

	(void)snprintf(
	    slot->tokens[version % 2], SESSION_TOKEN_MAX, "%s", token);
	__atomic_store_n(&slot->version, version, __ATOMIC_SEQ_CST);
	__atomic_store_n(&owner->latest, worker, __ATOMIC_SEQ_CST);
}

/* Begins a request of the visitor; it must be the visitor's session. */
static struct session *
begin_as(struct sessions *sessions, int visitor, const char *token,
    const char *which)
{
	struct session *session;
	struct error error;

	session = session_begin(sessions, token, &error);
	if (session == NULL)
		fault("begin as visitor %d: %s", visitor, error.message);
	if (session->number == 0 ||
	    strcmp(session->name, board->visitors[visitor].name) != 0)
		fault("visitor %d's %s id leads nowhere", visitor, which);
	return session;
}

static void
rotate(struct sessions *sessions, struct session *session, int visitor,
    int worker, const char *before)
{
	struct error error;

	if (session_rotate(session, &error) != 0)
		fault("rotate visitor %d: %s", visitor, error.message);
	if (session_token(session) == NULL ||
	    strcmp(session_token(session), before) == 0)
		fault("visitor %d has no new id", visitor);
	publish_token(visitor, worker, session_token(session));
	session_end(begin_as(sessions, visitor, before, "previous"));
	(void)__atomic_fetch_add(&board->rotations, 1, __ATOMIC_SEQ_CST);
}

/* A request of some visitor. */
static void
serve_visitor(struct sessions *sessions, int worker, unsigned int *seed)
{
	int visitor = (int)(draw(seed) % VISITORS);
	char token[SESSION_TOKEN_MAX];
	struct session *session;

	read_token(visitor, token);
	session = begin_as(sessions, visitor, token, "current");
	for (unsigned int i = draw(seed) % 3; i < 3; i++) {
		check_cell(session, visitor, (int)(draw(seed) % KEEPERS),
		    (int)(draw(seed) % NAMES));
		write_cell(session, visitor, worker, (int)(draw(seed) % NAMES));
	}
	if (draw(seed) % 8 == 0)
		rotate(sessions, session, visitor, worker, token);
	check_cell(session, visitor, worker, (int)(draw(seed) % NAMES));
	session_end(session);
}

static _Noreturn void
keep(int worker, unsigned int seed)
{
	struct sessions *sessions = join();

	while (!__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST)) {
		serve_visitor(sessions, worker, &seed);
		if (draw(&seed) % 64 == 0)
			sessions->upkeep_at_ms = 0;
		sessions_upkeep(sessions);
	}
	_exit(FINE);
}

/* ------------------------------------------------------------------------
 * Strangers: they come, and have to make room
 */

struct stranger {
	char token[SESSION_TOKEN_MAX];
	char name[SESSION_NAME_SIZE + 1];
	int64_t number;
};

/* Is the session that had the token over? */
static bool
is_over(struct sessions *sessions, const char *token)
{
	struct error error;
	struct session *session = session_begin(sessions, token, &error);
	bool over;

	if (session == NULL)
		fault("begin as a stranger: %s", error.message);
	over = session_token(session) != NULL;
	session_end(session);
	return over;
}

/* What was set is read, or its session is over. */
static void
check_stranger(struct sessions *sessions, struct session *session,
    const struct stranger *stranger)
{
	struct buffer value;
	struct error error;
	int found;

	buffer_init(&value, SIZE_MAX);
	found = session_get(session, "n", &value, &error);
	if (found < 0)
		fault("get of a stranger: %s", error.message);
	if (found == 1 &&
	    number_of(stranger->name, 0, 0, &value) != stranger->number)
		fault("a stranger has another's value: %.60s", value.data);
	if (found == 0 && !is_over(sessions, stranger->token))
		fault("a stranger's value is lost");
	buffer_clear(&value);
}

/* Has so much stored that the bytes of all are too many. */
static void
store_much(struct sessions *sessions, struct session *session,
    const struct stranger *stranger)
{
	struct buffer name, value;
	char text[4000];
	struct error error;
	int done;

	memset(text, '0' + (int)(stranger->number % 10), sizeof(text));
	buffer_init(&name, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	done = session_store(session, text, sizeof(text), &name, &error);
	if (done != 0 && strncmp(error.message, ENDED, strlen(ENDED)) != 0)
		fault("store of a stranger: %s", error.message);
	if (done == 0)
		done = session_stored(session, name.data, &value, &error);
	if (done == 1 && (value.size != sizeof(text) ||
			     memcmp(value.data, text, sizeof(text)) != 0))
		fault("a stranger has another's stored value");
	/* No other request of this browser could have taken its place. */
	if (done == 0 && !is_over(sessions, stranger->token))
		fault("a stranger's stored value is lost");
	buffer_clear(&name);
	buffer_clear(&value);
}

static void
serve_stranger(
    struct sessions *sessions, struct stranger *stranger, unsigned int *seed)
{
	struct session *session;
	struct error error;
	char text[VALUE_MAX];
	size_t size;

	session = session_begin(sessions,
	    stranger->token[0] != '\0' ? stranger->token : NULL, &error);
	if (session == NULL)
		fault("begin as a stranger: %s", error.message);
	if (session_token(session) != NULL) {
		(void)snprintf(stranger->token, sizeof(stranger->token), "%s",
		    session_token(session));
		(void)snprintf(stranger->name, sizeof(stranger->name), "%s",
		    session->name);
		stranger->number = 0;
		(void)__atomic_fetch_add(
		    &board->strangers, 1, __ATOMIC_SEQ_CST);
	}
	if (stranger->number != 0)
		check_stranger(sessions, session, stranger);
	size = make_value(stranger->name, 0, 0, stranger->number + 1, text);
	if (stranger->number != 0 && draw(seed) % 16 == 0) {
		if (session_forget(session, &error) != 0)
			fault("forget a stranger: %s", error.message);
		if (!is_over(sessions, stranger->token))
			fault("a forgotten stranger is known");
		stranger->token[0] = '\0';
	} else if (session_set(session, "n", text, size, &error) == 0) {
		stranger->number++;
		store_much(sessions, session, stranger);
	} else if (strncmp(error.message, ENDED, strlen(ENDED)) != 0) {
		fault("set of a stranger: %s", error.message);
	}
	session_end(session);
}

static _Noreturn void
receive(unsigned int seed)
{
	struct sessions *sessions = join();
	struct stranger strangers[4] = { 0 };

	sessions->clock_offset_ms = STRANGERS_CLOCK_MS;
	while (!__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST))
		serve_stranger(sessions, &strangers[draw(&seed) % 4], &seed);
	_exit(FINE);
}

/* ------------------------------------------------------------------------
 * Those who look
 */

static sqlite3 *
look(void)
{
	sqlite3 *db = NULL;
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/state.db", directory);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		fault("cannot open %s", path);
	(void)sqlite3_busy_timeout(db, 5000);
	return db;
}

/* Polls the limits until it is killed or told to stop. */
static _Noreturn void
poll_limits(void)
{
	static const struct timespec pause = { .tv_nsec = 1000000 };
	sqlite3 *db = look();
	sqlite3_stmt *row = NULL;

	if (sqlite3_prepare_v2(db,
		"SELECT (SELECT count(*) FROM session), (SELECT "
		"coalesce(sum(size_bytes), 0) FROM session_value)",
		-1, &row, NULL) != SQLITE_OK)
		fault("poll: %s", sqlite3_errmsg(db));
	while (!__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST)) {
		if (sqlite3_step(row) != SQLITE_ROW)
			fault("poll: %s", sqlite3_errmsg(db));
		if (sqlite3_column_int64(row, 0) > board->most_sessions)
			board->most_sessions = sqlite3_column_int64(row, 0);
		if (sqlite3_column_int64(row, 1) > board->most_bytes)
			board->most_bytes = sqlite3_column_int64(row, 1);
		(void)sqlite3_reset(row);
		board->polls++;
		(void)nanosleep(&pause, NULL);
	}
	_exit(FINE);
}

static void
check_file(void)
{
	static const char *const truths[] = {
		"SELECT count(*) = 1 AND max(integrity_check) = 'ok' "
		"FROM pragma_integrity_check",
		"SELECT count(*) = 0 FROM pragma_foreign_key_check",
		"SELECT sessions = (SELECT count(*) FROM session) AND "
		"ended_ids = (SELECT count(*) FROM session_id "
		"WHERE session IS NULL) FROM session_totals",
		"SELECT bytes = (SELECT coalesce(sum(size_bytes), 0) "
		"FROM session_value) FROM session_totals",
		"SELECT coalesce(sum(bytes <> (SELECT "
		"coalesce(sum(size_bytes), 0) FROM session_value "
		"WHERE session = number)), 0) = 0 FROM session",
		"SELECT coalesce(sum(size_bytes <> length(CAST(name AS BLOB)) "
		"+ length(CAST(value AS BLOB))), 0) = 0 FROM session_value",
	};
	sqlite3 *db = look();

	for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++) {
		sqlite3_stmt *row = NULL;

		if (sqlite3_prepare_v2(db, truths[i], -1, &row, NULL) !=
			SQLITE_OK ||
		    sqlite3_step(row) != SQLITE_ROW)
			fault("%s: %s", truths[i], sqlite3_errmsg(db));
		if (sqlite3_column_int(row, 0) != 1)
			fault("not true: %s", truths[i]);
		(void)sqlite3_finalize(row);
	}
	(void)sqlite3_close(db);
}

static void
check_locks(void)
{
	char path[400];
	struct error error;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/state.lk", directory);
	fd = lock_open(path, &error);
	if (fd < 0)
		fault("%s", error.message);
	if (lock_take(fd, LOCK_WRITER, INT64_MIN) != 1)
		fault("the writer lock is left behind");
	if (lock_take(fd, LOCK_JANITOR, INT64_MIN) != 1)
		fault("the janitor's lock is left behind");
	(void)close(fd);
}

/* Another id for each visitor: the one before lasts 30 seconds.  A worker that
 * was killed may have made one that nobody knows. */
static void
check_rotation(struct sessions *sessions, int visitor)
{
	char before[SESSION_TOKEN_MAX], now[SESSION_TOKEN_MAX];
	struct session *session;

	read_token(visitor, before);
	session = begin_as(sessions, visitor, before, "current");
	for (int worker = 0; worker < KEEPERS; worker++)
		for (int name = 0; name < NAMES; name++)
			check_cell(session, visitor, worker, name);
	rotate(sessions, session, visitor, WORKERS, before);
	session_end(session);
	read_token(visitor, now);
	sessions->clock_offset_ms = 15000;
	session_end(begin_as(sessions, visitor, before, "previous"));
	sessions->clock_offset_ms = 31000;
	if (!is_over(sessions, before))
		fault("visitor %d's previous id does not end", visitor);
	sessions->clock_offset_ms = 0;
	session_end(begin_as(sessions, visitor, now, "current"));
}

static _Noreturn void
inspect(void)
{
	struct sessions *sessions;

	check_locks();
	check_file();
	sessions = join();
	for (int visitor = 0; visitor < VISITORS; visitor++)
		check_rotation(sessions, visitor);
	sessions_close(sessions);
	_exit(FINE);
}

/* The visitors come for the first time. */
static _Noreturn void
invite(void)
{
	struct sessions *sessions = join();
	struct session *session;
	struct error error;

	for (int i = 0; i < VISITORS; i++) {
		session = session_begin(sessions, NULL, &error);
		if (session == NULL ||
		    session_set(session, "first", "1", 1, &error) != 0)
			fault("visitor %d: %s", i, error.message);
		memcpy(board->visitors[i].name, session->name,
		    sizeof(board->visitors[i].name));
		publish_token(i, WORKERS, session_token(session));
		session_end(session);
	}
	sessions_close(sessions);
	_exit(FINE);
}

/* ------------------------------------------------------------------------
 * Rounds
 */

/* fork(); the child ends with its parent. */
static int
begin_child(void)
{
	int pid = fork();

	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void
start(int pids[WORKERS + 1], unsigned int seed)
{
	for (int i = 0; i <= WORKERS; i++) {
		pids[i] = begin_child();
		if (pids[i] != 0)
			continue;
		if (i < KEEPERS)
			keep(i, seed * 1000 + (unsigned int)i);
		if (i < WORKERS)
			receive(seed * 1000 + (unsigned int)i);
		poll_limits();
	}
}

static bool
ends_fine(int pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == FINE;
}

static bool
inspection(void)
{
	int pid = begin_child();

	if (pid == 0)
		inspect();
	return ends_fine(pid);
}

static bool
round_of_deaths(unsigned int seed)
{
	struct timespec pause = { .tv_sec = 0 };
	int64_t before = __atomic_load_n(&board->writes, __ATOMIC_SEQ_CST);
	int pids[WORKERS + 1], status;
	bool right = true;

	start(pids, seed);
	/* All of them well under way, then any moment. */
	while (
	    __atomic_load_n(&board->writes, __ATOMIC_SEQ_CST) < before + 100 &&
	    __atomic_load_n(&board->faults, __ATOMIC_SEQ_CST) == 0)
		(void)sched_yield();
	pause.tv_nsec = (long)(draw(&seed) % 30000) * 1000;
	(void)nanosleep(&pause, NULL);
	for (int i = 0; i <= WORKERS; i++)
		(void)kill(pids[i], SIGKILL);
	for (int i = 0; i <= WORKERS; i++)
		right = waitpid(pids[i], &status, 0) == pids[i] &&
			WIFSIGNALED(status) && right;
	return inspection() && right;
}

static void
test_deaths(int rounds)
{
	char name[128];
	int round, good = 0;

	for (round = 0; round < rounds && good == round; round++) {
		(void)alarm(120);
		good += round_of_deaths((unsigned int)round + 1);
	}
	(void)snprintf(name, sizeof(name),
	    "all workers killed %d times: whole, counts right, no lock left, "
	    "nothing lost or another's",
	    rounds);
	result(good == rounds, name);
	result(board->rotations > VISITORS * rounds && board->strangers > 0,
	    "ids rotated at the same time stay valid for 30 seconds");
}

static void
test_undisturbed(int64_t seconds)
{
	const struct timespec pause = { .tv_sec = (time_t)seconds };
	int pids[WORKERS + 1], fine = 0;

	(void)alarm((unsigned int)seconds + 120);
	board->writes = board->worst_us = board->strangers = 0;
	start(pids, 77);
	(void)nanosleep(&pause, NULL);
	__atomic_store_n(&board->stop, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i <= WORKERS; i++)
		fine += ends_fine(pids[i]);
	board->stop = 0;
	(void)printf("# %.0f writes a second by %d workers, the worst %.1f "
		     "ms; %" PRId64 " strangers\n",
	    (double)board->writes / (double)seconds, KEEPERS,
	    (double)board->worst_us / 1000, board->strangers);
	result(fine == WORKERS + 1 && board->writes > 0 && inspection(),
	    "no worker fails while none is killed");
}

static void
test_limits(void)
{
	(void)printf("# at most %" PRId64 " sessions of %d, %" PRId64
		     " bytes of %" PRId64 ", in %" PRId64 " looks\n",
	    board->most_sessions, THRESHOLD, board->most_bytes, TOTAL_BYTES,
	    board->polls);
	result(board->most_sessions <= THRESHOLD &&
		   board->most_sessions > VISITORS &&
		   board->most_bytes <= TOTAL_BYTES && board->polls > 0,
	    "never more sessions or bytes than may be");
}

static void
remove_directory(void)
{
	struct dirent *entry;
	char path[600];
	DIR *stream = opendir(directory);

	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%.200s", directory, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(path);
	}
	if (stream != NULL)
		(void)closedir(stream);
	if (rmdir(directory) != 0)
		perror(directory);
}

int
main(int argc, char *argv[])
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10;
	int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
	const char *base = getenv("TMPDIR");
	int pid;

	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)snprintf(directory, sizeof(directory),
	    "%.200s/lethe-sessions-XXXXXX", base != NULL ? base : "/tmp");
	if (board == MAP_FAILED || rounds < 1 || seconds < 1 ||
	    sodium_init() < 0 || mkdtemp(directory) == NULL) {
		(void)printf("Bail out! usage: session_stress [ROUNDS "
			     "[SECONDS]]\n");
		return 2;
	}
	pid = begin_child();
	if (pid == 0)
		invite();
	result(ends_fine(pid), "the visitors are let in");
	test_deaths(rounds);
	test_undisturbed(seconds);
	test_limits();
	if (board->faults > 0)
		(void)printf("# %s\n", board->fault);
	remove_directory();
	(void)printf("1..%d\n", tests);
	return failures == 0 ? 0 : 1;
}
