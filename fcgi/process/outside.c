/*
 * process/outside.c: a thread that the kernel has outside of the sandbox.
 *
 * It is made by clone() and not by libc, which goes on as in a process of one
 * thread.  It has libc's one errno with the thread that serves, and so works
 * only while that one waits for it.
 */
#include "process/outside.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define THREAD_FLAGS                                                    \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	    CLONE_SYSVSEM)

#define STACK_SIZE ((size_t)256 * 1024)

/* In a mapping of its own, for it stays writable. */
struct outside {
	uint32_t busy; /* 1: there is work to do */
	void (*work)(void *argument);
	void *argument;
};

/* Written once, before the seal.  Signal handlers have no other way to it. */
static struct outside *lethe_outside;

static void *
map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* The kernel's own set of signals, for libc keeps two to itself. */
static void
set_mask(uint64_t mask, uint64_t *old)
{
	(void)syscall(
	    SYS_rt_sigprocmask, SIG_SETMASK, &mask, old, sizeof(mask));
}

static void
wait_while(uint32_t *word, uint32_t value)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
		(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL,
		    NULL, 0);
}

static void
set_word(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static _Noreturn int
do_work(void *argument)
{
	struct outside *outside = argument;

	for (;;) {
		wait_while(&outside->busy, 0);
		outside->work(outside->argument);
		set_word(&outside->busy, 0);
	}
}

int
outside_begin(struct error *error)
{
	struct outside *outside = map(sizeof(*outside));
	char *stack = map(STACK_SIZE);
	uint64_t mask;
	int thread;

	if (outside == NULL || stack == NULL)
		return error_set(error, "no memory for the sandbox");
	set_mask(~UINT64_C(0), &mask);
	thread = clone(do_work, stack + STACK_SIZE, THREAD_FLAGS, outside);
	set_mask(mask, NULL);
	if (thread < 0)
		return error_set(error,
		    "no thread that stays outside of the sandbox: %s",
		    strerror(errno));
	lethe_outside = outside;
	return 0;
}

void
outside_run(void (*work)(void *argument), void *argument)
{
	struct outside *outside = lethe_outside;

	if (outside == NULL) {
		work(argument);
		return;
	}
	outside->work = work;
	outside->argument = argument;
	set_word(&outside->busy, 1);
	wait_while(&outside->busy, 1);
}

/* What outside_fork() shares with its child. */
struct fork {
	ucontext_t context; /* of the thread that is in the sandbox */
	volatile bool is_child;
	pid_t pid;
};

/* The child has this thread's stack, and changes over to the other's. */
static void
do_fork(void *argument)
{
	struct fork *fork = argument;

	fork->pid = _Fork();
	if (fork->pid != 0)
		return;
	fork->is_child = true;
	(void)setcontext(&fork->context);
	_exit(1);
}

pid_t
outside_fork(void)
{
	struct fork fork = { .is_child = false, .pid = -1 };

	if (lethe_outside == NULL)
		return _Fork();
	if (getcontext(&fork.context) != 0)
		return -1;
	if (fork.is_child)
		return 0;
	outside_run(do_fork, &fork);
	return fork.pid;
}
