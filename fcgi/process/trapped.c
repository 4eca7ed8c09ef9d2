/*
 * process/trapped.c: system calls that the filter stopped, looked at.
 *
 * No thread of the app could change what an argument points to between the
 * look and the call: the sandbox lets nobody start one.
 */
#include "process/trapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/mark.h"
#include "process/fault.h"
#include "process/seccomp.h"

/* The arguments of the call, as the processor had them. */
struct arguments {
	uint64_t values[6];
};

static struct arguments
find_arguments(const ucontext_t *context)
{
	struct arguments arguments = { { 0 } };

#if defined(__x86_64__)
	static const int registers[] = { REG_RDI, REG_RSI, REG_RDX, REG_R10,
		REG_R8, REG_R9 };

	for (size_t i = 0; i < 6; i++)
		arguments.values[i] =
		    (uint64_t)context->uc_mcontext.gregs[registers[i]];
#elif defined(__aarch64__)
	for (size_t i = 0; i < 6; i++)
		arguments.values[i] = context->uc_mcontext.regs[i];
#else
	(void)context;
#endif
	return arguments;
}

static const void *
pointer(const struct arguments *arguments, size_t number)
{
	return (const void *)(uintptr_t)arguments->values[number];
}

/* What the interrupted code is to see of its call: as the kernel tells it, a
 * negative number is an error. */
static void
set_result(ucontext_t *context, long result)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = result;
#elif defined(__aarch64__)
	context->uc_mcontext.regs[0] = (unsigned long long)result;
#else
	(void)context;
	(void)result;
#endif
}

/* The kernel's set of signals, which is smaller than libc's. */
static uint64_t
get_mask(const ucontext_t *context)
{
	uint64_t mask;

	memcpy(&mask, &context->uc_sigmask, sizeof(mask));
	return mask;
}

static long
set_mask(uint64_t mask, uint64_t *old)
{
	return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, old,
	    sizeof(mask), LETHE_MARK);
}

/* ------------------------------------------------------------------------
 * Signals
 */

static uint64_t
bit_of(int signal)
{
	return UINT64_C(1) << (signal - 1);
}

/* What nobody may block: a signal that the kernel must deliver and cannot
 * ends the process without an answer, and SIGALRM is the watchdog. */
static uint64_t
own_signals(void)
{
	uint64_t own = bit_of(SIGALRM);

	for (size_t i = 0; i < FAULT_SIGNALS; i++)
		own |= bit_of(fault_signals[i]);
	return own;
}

/*
 * Blocks signals, but for our own, as libc's sigprocmask() does it with the
 * signals that libc needs: silently, since code that blocks all of them for a
 * while is right.  The mask that the interrupted code has is in its context.
 */
static long
block_signals(ucontext_t *context, const struct arguments *arguments)
{
	/* The kernel's argument is an int. */
	int how = (int)arguments->values[0];
	void *old = (void *)(uintptr_t)arguments->values[2];
	uint64_t mask = get_mask(context), given, next;

	if (arguments->values[3] != sizeof(given))
		return -EINVAL;
	memcpy(&given, pointer(arguments, 1), sizeof(given));
	if (how == SIG_BLOCK)
		next = mask | given;
	else if (how == SIG_SETMASK)
		next = given;
	else
		return -EINVAL;
	if (old != NULL)
		memcpy(old, &mask, sizeof(mask));
	next &= ~own_signals();
	memcpy(&context->uc_sigmask, &next, sizeof(next));
	return 0;
}

/* ------------------------------------------------------------------------
 * Waiting
 */

/* libc's pselect() gives the kernel the address of two numbers: where the
 * mask is, and its size.  There may be no mask. */
static bool
is_without_mask(const struct arguments *arguments)
{
	const void *mask;

	memcpy(&mask, pointer(arguments, 5), sizeof(mask));
	return mask == NULL;
}

/* The flags of descriptor 0, the listening socket, stay: a worker that waits
 * in accept() hears no signals. */
static bool
sets_own_flags(const struct arguments *arguments)
{
	return (int)arguments->values[0] != STDIN_FILENO &&
	       (int)arguments->values[1] == F_SETFL;
}

/* ------------------------------------------------------------------------
 * Sockets
 */

/* A message that has no address goes where its socket is connected to. */
static bool
are_without_address(const struct mmsghdr *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (messages[i].msg_hdr.msg_name != NULL)
			return false;
	return true;
}

static enum connects_verdict
judge_connect(const struct arguments *arguments,
    const struct connects_place *places, size_t place_count)
{
	socklen_t size = sizeof(int);
	int type = 0;

	(void)getsockopt(
	    (int)arguments->values[0], SOL_SOCKET, SO_TYPE, &type, &size);
	return connects_judge(places, place_count, type, pointer(arguments, 1),
	    (socklen_t)arguments->values[2]);
}

/* The call with our mark.  It may take long, so signals, the watchdog's among
 * them, must come as if the interrupted code made it. */
static long
call(const siginfo_t *info, const ucontext_t *context,
    const struct arguments *arguments)
{
	const uint64_t *values = arguments->values;
	uint64_t mask;
	long result;

	(void)set_mask(get_mask(context), &mask);
	if (info->si_syscall == SYS_pselect6)
		result = syscall(SYS_pselect6, values[0], values[1], values[2],
		    values[3], values[4], NULL);
	else if (info->si_syscall == SYS_sendmmsg)
		result = syscall(SYS_sendmmsg, values[0], values[1], values[2],
		    values[3], LETHE_MARK);
	else
		result = syscall(info->si_syscall, values[0], values[1],
		    values[2], LETHE_MARK);
	if (result < 0)
		result = -errno;
	(void)set_mask(mask, NULL);
	return result;
}

/* ------------------------------------------------------------------------
 * All of them
 */

bool
trapped_answer(const siginfo_t *info, void *opaque,
    const struct connects_place *places, size_t place_count)
{
	ucontext_t *context = opaque;
	const struct arguments arguments = find_arguments(context);
	enum connects_verdict verdict = CONNECTS_REFUSED;
	int saved = errno;

	switch (info->si_syscall) {
	case SYS_rt_sigprocmask:
		set_result(context, block_signals(context, &arguments));
		return true;
	case SYS_connect:
		verdict = judge_connect(&arguments, places, place_count);
		break;
	case SYS_sendmsg:
		if (((const struct msghdr *)pointer(&arguments, 1))->msg_name ==
		    NULL)
			verdict = CONNECTS_ALLOWED;
		break;
	case SYS_sendmmsg:
		if (are_without_address(pointer(&arguments, 1),
			(unsigned int)arguments.values[2]))
			verdict = CONNECTS_ALLOWED;
		break;
	case SYS_pselect6:
		if (is_without_mask(&arguments))
			verdict = CONNECTS_ALLOWED;
		break;
	case SYS_fcntl:
		if (sets_own_flags(&arguments))
			verdict = CONNECTS_ALLOWED;
		break;
	default:
		break;
	}
	if (verdict == CONNECTS_ALLOWED)
		set_result(context, call(info, context, &arguments));
	else if (verdict == CONNECTS_ABSENT)
		set_result(context, -ENOENT);
	errno = saved;
	return verdict != CONNECTS_REFUSED;
}

void
trapped_describe(struct text *text, const siginfo_t *info, const void *context)
{
	struct arguments arguments;

	if (info->si_syscall != SYS_connect) {
		seccomp_describe(text, info);
		return;
	}
	arguments = find_arguments(context);
	text_add(text, "connected to ");
	connects_describe(text, pointer(&arguments, 1),
	    (socklen_t)arguments.values[2]);
	text_add(text, ", which the app's .connects does not have");
}
