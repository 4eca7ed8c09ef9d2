/*
 * process/seal_start.c: the .start hook, and the seal on what it allocated.
 *
 * The hook runs in a thread, because glibc gives a thread a malloc arena of
 * its own.  Everything that is mapped writable after the hook and was not
 * before is the hook's, and becomes read-only.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "process/seal.h"
#include "process/seal_state.h"

#define SIGNAL_STACK_SIZE ((size_t)128 * 1024)
#define STACK_DEFAULT ((size_t)8 * 1024 * 1024)
#define STACK_MAX ((size_t)64 * 1024 * 1024)

/* malloc's thresholds after the hook; see use_arena(). */
#define MAPPINGS_MAX 65536
#define MAP_FROM (4 * 1024 * 1024)
#define TRIM_FROM (8 * 1024 * 1024)

/* Only with AddressSanitizer or ThreadSanitizer, which have a malloc of
 * their own. */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

/* The stacks of the hook's thread, each above a page that cannot be used. */
struct stacks {
	char *memory;
	size_t size;
	char *signal_stack;
	char *stack;
	size_t stack_size;
};

struct hook {
	const void *(*start)(void *argument);
	void *argument;
	const void *result;
	struct stacks stacks;
	struct maps before;
	struct maps after;
	bool shared_arena;
	int failed;
	struct error *error;
};

static bool
has_other_malloc(void)
{
	return __asan_init != NULL || __tsan_init != NULL;
}

const char *
seal_start_missing(void)
{
	if (!has_other_malloc())
		return "";
	return "what the .start hook allocates is not sealed: this program "
	       "was built with a sanitizer, which has a malloc of its own";
}

/*
 * What libc allocates at first use, and keeps, must not become the hook's:
 * the buffers of stdio, and the time zone.
 */
static int
settle_libc(struct error *error)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return error_set(error, "no memory for stdio's buffers");
	if (__fbufsize(stdin) == 0)
		(void)setvbuf(stdin, memory, _IOFBF, size);
	if (__fbufsize(stdout) == 0)
		(void)setvbuf(stdout, memory + size, _IOLBF, size);
	tzset();
	return 0;
}

/*
 * A large block has a mapping of its own, which free() unmaps without a write
 * that would fault: during the hook they come from the arena, but for those
 * of more than 64 MiB, which no arena can hold.  From then on malloc does not
 * adapt its thresholds, so they are set to values that suit large responses.
 */
static void
use_arena(bool on)
{
	if (on)
		(void)mallopt(M_MMAP_MAX, 0);
	else {
		(void)mallopt(M_MMAP_MAX, MAPPINGS_MAX);
		(void)mallopt(M_MMAP_THRESHOLD, MAP_FROM);
		(void)mallopt(M_TRIM_THRESHOLD, TRIM_FROM);
	}
}

static int
stacks_map(struct stacks *stacks, struct error *error)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct rlimit limit;

	stacks->stack_size = STACK_DEFAULT;
	if (getrlimit(RLIMIT_STACK, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur > STACK_DEFAULT)
		stacks->stack_size = limit.rlim_cur < STACK_MAX
					 ? (limit.rlim_cur & ~(page - 1))
					 : STACK_MAX;
	stacks->size = 2 * page + SIGNAL_STACK_SIZE + stacks->stack_size;
	stacks->memory = mmap(NULL, stacks->size, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stacks->memory == MAP_FAILED)
		goto fail;
	stacks->signal_stack = stacks->memory + page;
	stacks->stack = stacks->signal_stack + SIGNAL_STACK_SIZE + page;
	if (mprotect(stacks->signal_stack, SIGNAL_STACK_SIZE,
		PROT_READ | PROT_WRITE) == 0 &&
	    mprotect(
		stacks->stack, stacks->stack_size, PROT_READ | PROT_WRITE) == 0)
		return 0;
	(void)munmap(stacks->memory, stacks->size);
fail:
	stacks->memory = NULL;
	return error_set(error, "no memory for the .start hook's stack: %s",
	    strerror(errno));
}

static void
stacks_unmap(struct stacks *stacks)
{
	if (stacks->memory != NULL)
		(void)munmap(stacks->memory, stacks->size);
}

static void *
run(void *context)
{
	struct hook *hook = context;
	stack_t stack;
	stack_t previous;
	void *volatile probe;

	memset(&stack, 0, sizeof(stack));
	stack.ss_sp = hook->stacks.signal_stack;
	stack.ss_size = SIGNAL_STACK_SIZE;
	(void)sigaltstack(&stack, &previous);
	/* Only here is everything allocated that the thread itself needs. */
	hook->failed = maps_read(&hook->before, hook->error);
	if (hook->failed == 0) {
		probe = malloc(1);
		hook->shared_arena =
		    maps_contain(&hook->before, (uintptr_t)probe);
		free(probe);
		if (!hook->shared_arena || has_other_malloc())
			hook->result = hook->start(hook->argument);
	}
	(void)sigaltstack(&previous, NULL);
	/* When a thread returns, libc keeps its arena for whoever finds no
	 * memory in his own, and he would write to what is sealed.  So this one
	 * ends by the kernel's call, as pthread_join() sees as well. */
	if (!has_other_malloc())
		(void)syscall(SYS_exit, 0);
	return NULL;
}

static int
run_thread(struct hook *hook)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int result;

	result = pthread_attr_init(&attributes);
	if (result == 0)
		result = pthread_attr_setstack(
		    &attributes, hook->stacks.stack, hook->stacks.stack_size);
	if (result == 0)
		result = pthread_create(&thread, &attributes, run, hook);
	(void)pthread_attr_destroy(&attributes);
	if (result == 0)
		result = pthread_join(thread, NULL);
	if (result != 0)
		return error_set(hook->error,
		    "no thread for the .start hook: %s", strerror(result));
	return hook->failed;
}

static int
seal_range(
    struct seal *seal, struct range range, bool executable, struct error *error)
{
	if (objects_is_system(range.start))
		return 0;
	if (seal->started_count == STARTED_MAX)
		return error_set(error,
		    "the .start hook made more than %d mappings: allocate "
		    "with malloc",
		    STARTED_MAX);
	if (mprotect((void *)range.start, range.end - range.start,
		executable ? PROT_READ | PROT_EXEC : PROT_READ) != 0)
		return error_set(error,
		    "the .start hook's memory cannot be sealed: %s",
		    strerror(errno));
	seal->started[seal->started_count++] = range;
	return 0;
}

/* Seals what of a mapping is in none of those from before.  The kernel merges
 * neighbours, so a mapping may be partly new. */
static int
seal_new_parts(struct seal *seal, const struct mapping *mapping,
    const struct maps *before, struct error *error)
{
	struct range rest = mapping->range;

	for (size_t i = 0; i < before->count && rest.start < rest.end; i++) {
		const struct range *old = &before->mappings[i].range;

		if (old->end <= rest.start)
			continue;
		if (old->start >= rest.end)
			break;
		if (old->start > rest.start &&
		    seal_range(seal, (struct range){ rest.start, old->start },
			mapping->executable, error) != 0)
			return -1;
		rest.start = old->end;
	}
	if (rest.start >= rest.end)
		return 0;
	if (mapping->heap)
		return error_set(error,
		    "the .start hook's memory is mixed with the process's: "
		    "do not set MALLOC_ARENA_MAX or mallopt(M_ARENA_MAX)");
	return seal_range(seal, rest, mapping->executable, error);
}

static int
seal_memory(struct hook *hook)
{
	struct seal *seal = seal_state();

	if (seal == NULL)
		return error_set(hook->error, "no memory to seal the app");
	if (maps_read(&hook->after, hook->error) != 0)
		return -1;
	for (size_t i = 0; i < hook->after.count; i++)
		if (seal_new_parts(seal, &hook->after.mappings[i],
			&hook->before, hook->error) != 0)
			return -1;
	return 0;
}

int
seal_start(const void *(*start)(void *argument), void *argument,
    const void **result, struct error *error)
{
	struct hook hook = {
		.start = start, .argument = argument, .error = error
	};
	int status = -1;

	*result = NULL;
	/* The state is to be there before the hook, or it would be sealed. */
	if (seal_state() == NULL) {
		(void)error_set(error, "no memory to seal the app");
		goto out;
	}
	if (settle_libc(error) != 0 || maps_init(&hook.before, error) != 0 ||
	    maps_init(&hook.after, error) != 0 ||
	    stacks_map(&hook.stacks, error) != 0)
		goto out;
	use_arena(true);
	status = run_thread(&hook);
	use_arena(false);
	if (status == 0 && has_other_malloc())
		goto done;
	if (status == 0 && hook.shared_arena)
		status = error_set(error,
		    "the .start hook has no memory arena of its own: do not "
		    "set MALLOC_ARENA_MAX or mallopt(M_ARENA_MAX), and use "
		    "the malloc of glibc");
	if (status == 0)
		status = seal_memory(&hook);
	if (status != 0)
		goto out;
done:
	*result = hook.result;
out:
	stacks_unmap(&hook.stacks);
	maps_clear(&hook.before);
	maps_clear(&hook.after);
	return status;
}
