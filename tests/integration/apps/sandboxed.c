/*
 * sandboxed.c: an app that declares what its sandbox leaves open to it, and
 * whose callbacks try that and all else, for the tests through a real web
 * server.
 *
 * Callback NAME has the input in-NAME.value and the output out-NAME.children.
 * What a handler may not do is done by its system call, for functions of libc
 * might not come so far.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

#define PAGE 4096
#define TABLE_SIZE ((size_t)64 * 1024)

/* Far from where the kernel puts anything. */
#define FIXED_ADDRESS ((void *)(uintptr_t)0x100000000000)

/* The command of keyctl() that asks for a keyring. */
#define KEYCTL_GET_KEYRING_ID 0

static enum lethe_result
answer(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_integer(getpid()));
}

static enum lethe_result
fail(struct lethe_call *call)
{
	return lethe_fail(call, "%s", strerrorname_np(errno));
}

static void *
wait_for_ever(void *context)
{
	for (;;)
		(void)pause();
	return context;
}

/* As a library may do when it is loaded, before there is a sandbox. */
__attribute__((constructor)) static void
start_early_thread(void)
{
	pthread_t thread;

	if (getenv("TEST_THREAD") != NULL)
		(void)pthread_create(&thread, NULL, wait_for_ever, NULL);
}

static const void *
start(struct lethe_start *hook)
{
	char *table = malloc(TABLE_SIZE);

	if (table == NULL)
		return lethe_start_fail(hook, "no memory");
	memset(table, 'x', TABLE_SIZE);
	return table;
}

/* A whole page of what the .start hook allocated. */
static char *
sealed_page(struct lethe_call *call)
{
	uintptr_t address = (uintptr_t)lethe_started(call);

	return (char *)((address + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
}

/* ------------------------------------------------------------------------
 * Files
 */

static enum lethe_result
read_file(struct lethe_call *call)
{
	char text[5] = "";
	int fd = open(lethe_input_string(call, 0), O_RDONLY);

	if (fd < 0 || read(fd, text, 4) < 0)
		return fail(call);
	(void)close(fd);
	return lethe_output(call, 0, lethe_string(text));
}

/* A new file, or more for one that is there. */
static enum lethe_result
write_file(struct lethe_call *call)
{
	int fd = open(lethe_input_string(call, 0),
	    O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (fd < 0 || write(fd, "line", 4) != 4)
		return fail(call);
	(void)close(fd);
	return answer(call);
}

static enum lethe_result
remove_file(struct lethe_call *call)
{
	return unlink(lethe_input_string(call, 0)) == 0 ? answer(call)
							: fail(call);
}

/* Memory that is read-only can be written to by this file. */
static enum lethe_result
write_memory(struct lethe_call *call)
{
	int fd = open("/proc/self/mem", O_RDWR);

	if (fd < 0)
		return fail(call);
	(void)pwrite(fd, "y", 1, (off_t)(uintptr_t)sealed_page(call));
	(void)close(fd);
	return answer(call);
}

static enum lethe_result
truncate_file(struct lethe_call *call)
{
	return syscall(SYS_truncate, lethe_input_string(call, 0), 0) == 0
		   ? answer(call)
		   : fail(call);
}

static enum lethe_result
change_mode(struct lethe_call *call)
{
	return syscall(SYS_fchmodat, AT_FDCWD, lethe_input_string(call, 0),
		   0777) == 0
		   ? answer(call)
		   : fail(call);
}

/* ------------------------------------------------------------------------
 * Memory
 */

static enum lethe_result
unmap_sealed(struct lethe_call *call)
{
	(void)munmap(sealed_page(call), PAGE);
	return answer(call);
}

static enum lethe_result
forget_sealed(struct lethe_call *call)
{
	(void)madvise(sealed_page(call), PAGE, MADV_DONTNEED);
	return answer(call);
}

static enum lethe_result
move_sealed(struct lethe_call *call)
{
	(void)syscall(
	    SYS_mremap, sealed_page(call), PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	return answer(call);
}

static enum lethe_result
unseal(struct lethe_call *call)
{
	(void)syscall(SYS_mprotect, sealed_page(call), PAGE,
	    PROT_READ | PROT_WRITE);
	return answer(call);
}

static enum lethe_result
map_fixed(struct lethe_call *call)
{
	(void)mmap(FIXED_ADDRESS, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	return answer(call);
}

static enum lethe_result
map_hinted(struct lethe_call *call)
{
	(void)mmap(FIXED_ADDRESS, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return answer(call);
}

/* What the handler itself mapped is its own. */
static enum lethe_result
map_own(struct lethe_call *call)
{
	char *memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED ||
	    syscall(SYS_mprotect, memory, PAGE, PROT_NONE) != 0 ||
	    madvise(memory + PAGE, PAGE, MADV_DONTNEED) != 0 ||
	    munmap(memory, 4 * PAGE) != 0)
		return fail(call);
	return answer(call);
}

/* ------------------------------------------------------------------------
 * Keys, other processes
 */

static enum lethe_result
add_key(struct lethe_call *call)
{
	(void)syscall(SYS_add_key, "user", "kept", "value", 5, -3);
	return answer(call);
}

static enum lethe_result
find_keys(struct lethe_call *call)
{
	(void)syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 1);
	return answer(call);
}

static enum lethe_result
trace(struct lethe_call *call)
{
	(void)syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
	return answer(call);
}

static enum lethe_result
queue_signal(struct lethe_call *call)
{
	const union sigval kept = { .sival_int = 7 };

	(void)sigqueue(getpid(), SIGUSR1, kept);
	return answer(call);
}

/* ------------------------------------------------------------------------
 * Blocked signals
 */

static sigset_t
block_all(void)
{
	sigset_t all, old;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	return old;
}

static enum lethe_result
block_and_call(struct lethe_call *call)
{
	(void)block_all();
	(void)syscall(SYS_memfd_create, "kept", 0);
	return answer(call);
}

static enum lethe_result
block_and_crash(struct lethe_call *call)
{
	volatile int *volatile nowhere = NULL;

	(void)block_all();
	*nowhere = 1;
	return answer(call);
}

static enum lethe_result
block_and_loop(struct lethe_call *call)
{
	volatile unsigned int turns = 0;

	(void)block_all();
	for (;;)
		turns++;
	return answer(call);
}

static enum lethe_result
wait_for_signal(struct lethe_call *call)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigsuspend(&all);
	return answer(call);
}

/* The watchdog's, which is the first. */
static enum lethe_result
disarm_watchdog(struct lethe_call *call)
{
	const struct itimerspec never = { { 0, 0 }, { 0, 0 } };

	(void)syscall(SYS_timer_settime, 0, 0, &never, NULL);
	return answer(call);
}

static enum lethe_result
delete_watchdog(struct lethe_call *call)
{
	(void)syscall(SYS_timer_delete, 0);
	return answer(call);
}

/* For a millisecond; with a mask, the watchdog's signal could wait. */
static enum lethe_result
select_with(struct lethe_call *call, const sigset_t *mask)
{
	const struct timespec pause = { 0, 1000000 };

	return pselect(0, NULL, NULL, NULL, &pause, mask) == 0 ? answer(call)
							       : fail(call);
}

static enum lethe_result
select_masked(struct lethe_call *call)
{
	sigset_t all;

	(void)sigfillset(&all);
	return select_with(call, &all);
}

static enum lethe_result
select_unmasked(struct lethe_call *call)
{
	struct timeval pause = { 0, 1000 };

	if (select(0, NULL, NULL, NULL, &pause) != 0)
		return fail(call);
	return select_with(call, NULL);
}

/* As code that is right does it: which of four signals were blocked. */
static enum lethe_result
block_and_restore(struct lethe_call *call)
{
	sigset_t old = block_all(), now, after;

	(void)sigprocmask(SIG_BLOCK, NULL, &now);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	(void)sigprocmask(SIG_BLOCK, NULL, &after);
	return lethe_output(call, 0,
	    lethe_stringf("%d%d%d%d %d", sigismember(&now, SIGCHLD),
		sigismember(&now, SIGRTMAX), sigismember(&now, SIGSYS),
		sigismember(&now, SIGALRM), sigismember(&after, SIGCHLD)));
}

/* ------------------------------------------------------------------------
 * Sockets
 */

/* Descriptor 0, on which the worker accepts: it must not wait there. */
static enum lethe_result
block_listening(struct lethe_call *call)
{
	(void)fcntl(STDIN_FILENO, F_SETFL, 0);
	return answer(call);
}

static enum lethe_result
clear_listening(struct lethe_call *call)
{
	int off = 0;

	return ioctl(STDIN_FILENO, FIONBIO, &off) == 0 ? answer(call)
						       : fail(call);
}

/* The handler's own socket may wait or not. */
static enum lethe_result
unblock_own(struct lethe_call *call)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int on = 1;
	bool done = fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
		    (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 &&
		    ioctl(fd, FIONBIO, &on) == 0 && fcntl(-1, F_SETFL, 0) < 0;

	(void)close(fd);
	return done ? answer(call) : fail(call);
}

/* A letter there, and what comes back. */
static enum lethe_result
talk(struct lethe_call *call, const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct iovec letter = { (char[]){ '?' }, 1 };
	struct msghdr message = { .msg_iov = &letter, .msg_iovlen = 1 };
	char reply[16] = "";
	enum lethe_result result;

	if (fd < 0)
		return fail(call);
	if (connect(fd, address, size) != 0 ||
	    sendmsg(fd, &message, MSG_NOSIGNAL) != 1 ||
	    read(fd, reply, sizeof(reply) - 1) < 0)
		result = fail(call);
	else
		result = lethe_output(call, 0, lethe_string(reply));
	(void)close(fd);
	return result;
}

static enum lethe_result
connect_unix(struct lethe_call *call)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    lethe_input_string(call, 0));
	return talk(call, (const struct sockaddr *)(const void *)&address,
	    sizeof(address));
}

static struct sockaddr_in
local_port(struct lethe_call *call)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port =
	    htons((uint16_t)json_object_get_int64(lethe_input(call, 0)));
	return address;
}

static enum lethe_result
connect_port(struct lethe_call *call)
{
	struct sockaddr_in address = local_port(call);

	return talk(call, (const struct sockaddr *)(const void *)&address,
	    sizeof(address));
}

static enum lethe_result
send_datagram(struct lethe_call *call)
{
	struct sockaddr_in address = local_port(call);
	struct iovec letter = { (char[]){ '?' }, 1 };
	struct msghdr message = { .msg_name = &address,
		.msg_namelen = sizeof(address),
		.msg_iov = &letter,
		.msg_iovlen = 1 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)sendmsg(fd, &message, 0);
	(void)close(fd);
	return answer(call);
}

static enum lethe_result
wait_for_others(struct lethe_call *call)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)listen(fd, 1);
	(void)close(fd);
	return answer(call);
}

/* ------------------------------------------------------------------------
 * What has to work
 */

/* The hour of 2024-07-01, noon UTC. */
static enum lethe_result
tell_time(struct lethe_call *call)
{
	const time_t noon = 1719835200;
	struct tm local;

	if (localtime_r(&noon, &local) == NULL)
		return fail(call);
	return lethe_output(call, 0, lethe_integer(local.tm_hour));
}

/* Sorts so many rows of 1000 bytes; the first letters of the first. */
static enum lethe_result
sort_rows(struct lethe_call *call)
{
	struct lethe_statement *statement = lethe_statement_prepare(call,
	    "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL "
	    "SELECT i + 1 FROM numbers WHERE i < ?1) "
	    "SELECT substr(text, 1, 5) FROM (SELECT printf('%05d%.*c', "
	    "(i * 7919) % 100003, 1000, 'x') AS text FROM numbers) "
	    "ORDER BY text DESC");
	enum lethe_result result;

	if (statement == NULL)
		return LETHE_ERROR;
	lethe_statement_bind_int64(
	    statement, 1, json_object_get_int64(lethe_input(call, 0)));
	result = lethe_statement_step(statement);
	if (result != LETHE_ROW)
		return result;
	return lethe_output(
	    call, 0, lethe_string(lethe_statement_text(statement, 0)));
}

static enum lethe_result
use_cache(struct lethe_call *call)
{
	enum lethe_result result =
	    lethe_cache_set(call, LETHE_SHARED, "kept",
		lethe_string("key"), lethe_string("value"), 60);

	return result == LETHE_OK ? answer(call) : result;
}

/* ------------------------------------------------------------------------
 * The description
 */

/* Each callback's name, which is that of its function. */
#define EACH(callback)              \
	callback(read_file)         \
	callback(write_file)        \
	callback(remove_file)       \
	callback(write_memory)      \
	callback(truncate_file)     \
	callback(change_mode)       \
	callback(unmap_sealed)      \
	callback(forget_sealed)     \
	callback(move_sealed)       \
	callback(unseal)            \
	callback(map_fixed)         \
	callback(map_hinted)        \
	callback(map_own)           \
	callback(add_key)           \
	callback(find_keys)         \
	callback(trace)             \
	callback(queue_signal)      \
	callback(block_and_call)    \
	callback(block_and_crash)   \
	callback(block_and_loop)    \
	callback(wait_for_signal)   \
	callback(block_and_restore) \
	callback(disarm_watchdog)   \
	callback(delete_watchdog)   \
	callback(select_masked)     \
	callback(select_unmasked)   \
	callback(block_listening)   \
	callback(clear_listening)   \
	callback(unblock_own)       \
	callback(connect_unix)      \
	callback(connect_port)      \
	callback(send_datagram)     \
	callback(wait_for_others)   \
	callback(tell_time)         \
	callback(sort_rows)         \
	callback(use_cache)

#define DESCRIBE(function)                                            \
	static const struct lethe_callback function##_callback = {    \
		.name = #function,                                    \
		.handler = function,                                  \
		.outputs =                                            \
		    LETHE_OUTPUTS({ "out-" #function, "children" }),  \
		.inputs = LETHE_INPUTS({ "in-" #function, "value" }), \
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
	.name = "sandboxed",
	.data = "fruit.db",
	.start = start,
	.layout = layout,
	.callbacks = callbacks,
	.prevent_initial_callbacks = true,
	.reads = LETHE_NAMES("$TEST_READS"),
	.writes = LETHE_NAMES("$TEST_WRITES"),
	.connects = LETHE_NAMES("$TEST_UNIX", "$TEST_TCP"),
	/* All that is refused at start is tried here, to see what is left. */
	.calls = LETHE_NAMES("pthread_create", "syscall"),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
