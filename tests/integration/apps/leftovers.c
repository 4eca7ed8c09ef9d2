/*
 * leftovers.c: an app whose callbacks leave something behind in the process,
 * each named for what it leaves, and some that leave nothing, for the tests
 * through a real web server.
 *
 * Callback NAME has the input in-NAME.value and the output out-NAME.children,
 * which is the id of the process.
 */
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#define HIGH_DESCRIPTOR 200

static enum lethe_result
answer(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_integer(getpid()));
}

/* ------------------------------------------------------------------------
 * Descriptors
 */

static enum lethe_result
open_file(struct lethe_call *call)
{
	if (open("/dev/zero", O_RDONLY) < 0)
		return lethe_fail(call, "no file");
	return answer(call);
}

static enum lethe_result
open_high(struct lethe_call *call)
{
	if (dup2(STDERR_FILENO, HIGH_DESCRIPTOR) < 0)
		return lethe_fail(call, "no duplicate");
	return answer(call);
}

static enum lethe_result
open_socket(struct lethe_call *call)
{
	if (socket(AF_UNIX, SOCK_STREAM, 0) < 0)
		return lethe_fail(call, "no socket");
	return answer(call);
}

static enum lethe_result
open_pipe(struct lethe_call *call)
{
	int ends[2];

	if (pipe(ends) != 0)
		return lethe_fail(call, "no pipe");
	(void)close(ends[1]);
	return answer(call);
}

static enum lethe_result
open_memory(struct lethe_call *call)
{
	if (memfd_create("kept", 0) < 0)
		return lethe_fail(call, "no memory");
	return answer(call);
}

static enum lethe_result
open_event(struct lethe_call *call)
{
	if (eventfd(7, 0) < 0)
		return lethe_fail(call, "no event");
	return answer(call);
}

/* The store's own file, once more. */
static enum lethe_result
open_store(struct lethe_call *call)
{
	char path[512];

	(void)snprintf(
	    path, sizeof(path), "%s/cache.db", getenv("LETHE_STATE"));
	if (open(path, O_RDONLY) < 0)
		return lethe_fail(call, "no store");
	return answer(call);
}

/* Its locks are the process's, and end when one descriptor is closed. */
static enum lethe_result
touch_store(struct lethe_call *call)
{
	char path[512];
	int fd;

	(void)snprintf(
	    path, sizeof(path), "%s/cache.db", getenv("LETHE_STATE"));
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return lethe_fail(call, "no store");
	(void)close(fd);
	return answer(call);
}

/* A database of the store, to keep something in. */
static enum lethe_result
query_store(struct lethe_call *call)
{
	char path[512];
	sqlite3 *db;

	(void)snprintf(
	    path, sizeof(path), "%s/mine.db", getenv("LETHE_STATE"));
	if (sqlite3_open(path, &db) == SQLITE_OK)
		(void)sqlite3_exec(
		    db, "CREATE TABLE kept(value)", NULL, NULL, NULL);
	(void)sqlite3_close(db);
	return access(path, F_OK) != 0 ? answer(call)
				       : lethe_fail(call, "it was made");
}

/* A database of the app's own, which is closed again. */
static enum lethe_result
query_own(struct lethe_call *call)
{
	char path[] = "/tmp/lethe-left-XXXXXX";
	int fd = mkstemp(path);
	sqlite3 *db = NULL;
	int result;

	if (fd < 0)
		return lethe_fail(call, "no file");
	(void)close(fd);
	result = sqlite3_open(path, &db);
	if (result == SQLITE_OK)
		result = sqlite3_exec(db,
		    "PRAGMA journal_mode = WAL; CREATE TABLE kept(value);"
		    "INSERT INTO kept VALUES (1); SELECT * FROM kept",
		    NULL, NULL, NULL);
	(void)sqlite3_close(db);
	(void)unlink(path);
	return result == SQLITE_OK
		   ? answer(call)
		   : lethe_fail(call, "%s", sqlite3_errstr(result));
}

static enum lethe_result
close_one(struct lethe_call *call)
{
	(void)close((int)json_object_get_int64(lethe_input(call, 0)));
	return answer(call);
}

static enum lethe_result
close_store(struct lethe_call *call)
{
	char link[32], path[512];

	for (int fd = 3; fd < 256; fd++) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		memset(path, 0, sizeof(path));
		if (readlink(link, path, sizeof(path) - 1) > 0 &&
		    strstr(path, "/cache.db") != NULL)
			(void)close(fd);
	}
	return answer(call);
}

/* ------------------------------------------------------------------------
 * What runs on
 */

static void *
sleep_long(void *context)
{
	(void)context;
	(void)pause();
	return NULL;
}

static void *
return_at_once(void *context)
{
	return context;
}

static enum lethe_result
start_thread(struct lethe_call *call)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, sleep_long, NULL) != 0)
		return lethe_fail(call, "no thread");
	return answer(call);
}

static enum lethe_result
join_thread(struct lethe_call *call)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, return_at_once, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return lethe_fail(call, "no thread");
	return answer(call);
}

static enum lethe_result
start_child(struct lethe_call *call)
{
	pid_t pid = _Fork();

	if (pid == 0)
		for (;;)
			(void)pause();
	return pid > 0 ? answer(call) : lethe_fail(call, "no child");
}

/* Its parent ends: a process without a parent, which nobody waits for. */
static enum lethe_result
start_daemon(struct lethe_call *call)
{
	pid_t pid = _Fork();

	if (pid == 0) {
		if (_Fork() != 0)
			_exit(0);
		for (;;)
			(void)pause();
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return lethe_fail(call, "no child");
	return answer(call);
}

static enum lethe_result
wait_child(struct lethe_call *call)
{
	pid_t pid = _Fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return lethe_fail(call, "no child");
	return answer(call);
}

static enum lethe_result
start_alarm(struct lethe_call *call)
{
	(void)alarm(1000);
	return answer(call);
}

static enum lethe_result
start_timer(struct lethe_call *call)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		return lethe_fail(call, "no timer");
	return answer(call);
}

/* A signal that nobody used before is as it was again, but for a flag of
 * libc's; the store's locks do the same. */
static enum lethe_result
restore_signal(struct lethe_call *call)
{
	struct sigaction action = { .sa_handler = SIG_IGN }, before;

	if (sigaction(SIGRTMAX, &action, &before) != 0 ||
	    sigaction(SIGRTMAX, &before, NULL) != 0)
		return lethe_fail(call, "no signal");
	return answer(call);
}

/* ------------------------------------------------------------------------
 * Memory
 */

/* As many MiB as the input says. */
static enum lethe_result
use_memory(struct lethe_call *call)
{
	size_t size = (size_t)json_object_get_int64(lethe_input(call, 0)) << 20;
	volatile char *memory = malloc(size);

	if (memory == NULL)
		return lethe_fail(call, "there is no memory for this");
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	free((void *)(uintptr_t)memory);
	return answer(call);
}

/* The same, and nobody ever finds it again. */
static enum lethe_result
lose_memory(struct lethe_call *call)
{
	size_t size = (size_t)json_object_get_int64(lethe_input(call, 0)) << 20;
	volatile char *memory = malloc(size);

	if (memory == NULL)
		return lethe_fail(call, "there is no memory for this");
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	return answer(call);
}

static enum lethe_result
map_shared(struct lethe_call *call)
{
	if (mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return lethe_fail(call, "no mapping");
	return answer(call);
}

static enum lethe_result
map_file(struct lethe_call *call)
{
	char path[] = "/tmp/lethe-left-XXXXXX";
	int fd = mkstemp(path);
	void *memory;

	if (fd < 0 || unlink(path) != 0 || ftruncate(fd, 65536) != 0)
		return lethe_fail(call, "no file");
	memory =
	    mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (memory == MAP_FAILED)
		return lethe_fail(call, "no mapping");
	return answer(call);
}

static enum lethe_result
attach_memory(struct lethe_call *call)
{
	int id = shmget(IPC_PRIVATE, 65536, IPC_CREAT | 0600);
	void *memory = shmat(id, NULL, 0);

	(void)shmctl(id, IPC_RMID, NULL);
	if (memory == (void *)-1)
		return lethe_fail(call, "no memory");
	return answer(call);
}

/* ------------------------------------------------------------------------
 * What belongs to the process
 */

static enum lethe_result
change_directory(struct lethe_call *call)
{
	return chdir("/tmp") == 0 ? answer(call) : lethe_fail(call, "no /tmp");
}

static enum lethe_result
change_umask(struct lethe_call *call)
{
	(void)umask(0135);
	return answer(call);
}

static enum lethe_result
block_signal(struct lethe_call *call)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return answer(call);
}

static enum lethe_result
default_signal(struct lethe_call *call)
{
	(void)signal(SIGSEGV, SIG_DFL);
	return answer(call);
}

static enum lethe_result
change_signal_stack(struct lethe_call *call)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	(void)sigaltstack(&none, NULL);
	return answer(call);
}

static enum lethe_result
change_rounding(struct lethe_call *call)
{
	(void)fesetround(FE_UPWARD);
	return answer(call);
}

static enum lethe_result
change_locale(struct lethe_call *call)
{
	(void)setlocale(LC_ALL, "C.UTF-8");
	return answer(call);
}

static enum lethe_result
change_environment(struct lethe_call *call)
{
	if (setenv("LEFT", lethe_input_string(call, 0), 1) != 0)
		return lethe_fail(call, "no memory");
	return answer(call);
}

/* A variable that is there already, where it stands. */
static enum lethe_result
overwrite_environment(struct lethe_call *call)
{
	char *value = getenv("LETHE_STATE");

	if (value == NULL)
		return lethe_fail(call, "no variable");
	value[strlen(value) - 1] ^= 1;
	return answer(call);
}

static enum lethe_result
change_priority(struct lethe_call *call)
{
	if (setpriority(PRIO_PROCESS, 0,
		getpriority(PRIO_PROCESS, 0) + 1) != 0)
		return lethe_fail(call, "no priority");
	return answer(call);
}

static enum lethe_result
change_limit(struct lethe_call *call)
{
	struct rlimit limit;

	(void)getrlimit(RLIMIT_CORE, &limit);
	limit.rlim_cur = limit.rlim_cur == 0 ? limit.rlim_max : 0;
	(void)setrlimit(RLIMIT_CORE, &limit);
	return answer(call);
}

static enum lethe_result
change_name(struct lethe_call *call)
{
	(void)prctl(PR_SET_NAME, "remembered");
	return answer(call);
}

/* Printing is no way to remember. */
static enum lethe_result
print(struct lethe_call *call)
{
	(void)printf("no end of line");
	return answer(call);
}

static enum lethe_result
crash_elsewhere(struct lethe_call *call)
{
	(void)umask(0135);
	if (chdir("/tmp") != 0)
		return lethe_fail(call, "no /tmp");
	if (_Fork() == 0)
		for (;;)
			(void)pause();
	abort();
}

/* What a request finds: directory and umask. */
static enum lethe_result
look(struct lethe_call *call)
{
	char directory[512] = "?";
	mode_t mask = umask(0);
	siginfo_t info;
	bool child;

	(void)umask(mask);
	if (getcwd(directory, sizeof(directory)) == NULL)
		return lethe_fail(call, "no directory");
	child = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
	return lethe_output(call, 0,
	    lethe_stringf("%s %03o %d", directory, (unsigned int)mask, child));
}

/* ------------------------------------------------------------------------
 * The description
 */

/* Each callback's name, which is that of its function. */
#define EACH(callback)                  \
	callback(open_file)             \
	callback(open_high)             \
	callback(open_socket)           \
	callback(open_pipe)             \
	callback(open_memory)           \
	callback(open_event)            \
	callback(open_store)            \
	callback(touch_store)           \
	callback(query_store)           \
	callback(query_own)             \
	callback(close_one)             \
	callback(close_store)           \
	callback(start_thread)          \
	callback(join_thread)           \
	callback(start_child)           \
	callback(start_daemon)          \
	callback(wait_child)            \
	callback(start_alarm)           \
	callback(start_timer)           \
	callback(use_memory)            \
	callback(lose_memory)           \
	callback(restore_signal)        \
	callback(map_shared)            \
	callback(map_file)              \
	callback(attach_memory)         \
	callback(change_directory)      \
	callback(change_umask)          \
	callback(block_signal)          \
	callback(default_signal)        \
	callback(change_signal_stack)   \
	callback(change_rounding)       \
	callback(change_locale)         \
	callback(change_environment)    \
	callback(overwrite_environment) \
	callback(change_priority)       \
	callback(change_limit)          \
	callback(change_name)           \
	callback(print)                 \
	callback(crash_elsewhere)       \
	callback(look)

#define DESCRIBE(function)                                                     \
	static const struct lethe_callback function##_callback = {             \
		.name = #function,                                             \
		.handler = function,                                           \
		.outputs = LETHE_OUTPUTS({ "out-" #function, "children" }),    \
		.inputs = LETHE_INPUTS({ "in-" #function, "value" }),          \
	};
EACH(DESCRIBE)

#define LIST(function) &function##_callback,
static const struct lethe_callback *const callbacks[] = { EACH(LIST) NULL };

static struct json_object *
layout(struct lethe_call *call)
{
	struct json_object *children = json_object_new_array();
	(void)call;

	for (size_t i = 0; callbacks[i] != NULL; i++) {
		(void)json_object_array_add(children,
		    dcc_input(.id = callbacks[i]->inputs[0].id));
		(void)json_object_array_add(children,
		    html_div(.id = callbacks[i]->outputs[0].id));
	}
	return html_div(.children = children);
}

static const struct lethe_app app = {
	.name = "leftovers",
	.layout = layout,
	.callbacks = callbacks,
	.prevent_initial_callbacks = true,
	/* All that is refused at start is tried here, to see what is left. */
	.calls = LETHE_NAMES("_Fork", "alarm", "chdir", "fesetround",
	    "memfd_create", "prctl", "pthread_create", "setenv", "setlocale",
	    "setpriority", "setrlimit", "shmat", "shmget", "sigaltstack",
	    "sigaction", "signal", "timer_create", "umask"),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
