/*
 * process/fault.c: a fatal signal in words.  It runs in the signal's handler.
 */
#include "process/fault.h"

#include <stdbool.h>
#include <ucontext.h>
#include <unistd.h>

#include "process/sandbox.h"
#include "process/seal.h"

/* How far from the stack pointer an address is still taken for the stack's:
 * below it for probes of large frames, above it for a large frame whose first
 * use is at its far end. */
#define STACK_BELOW ((uintptr_t)64 * 1024)
#define STACK_ABOVE ((uintptr_t)16 * 1024 * 1024)

const int fault_signals[FAULT_SIGNALS] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE,
	SIGABRT, SIGSYS, SIGTRAP };

static uintptr_t
stack_pointer(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__i386__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_ESP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.sp;
#elif defined(__arm__)
	return (uintptr_t)context->uc_mcontext.arm_sp;
#elif defined(__riscv)
	return (uintptr_t)context->uc_mcontext.__gregs[REG_SP];
#else
	(void)context;
	return 0;
#endif
}

/* Sealed memory can be read, so a fault in it is a write, but for a jump. */
static bool
was_write(const ucontext_t *context)
{
#if defined(__x86_64__) || defined(__i386__)
	/* Bit 1 of the processor's page-fault code. */
	return (context->uc_mcontext.gregs[REG_ERR] & 2) != 0;
#else
	(void)context;
	return true;
#endif
}

static bool
is_stack_overflow(const siginfo_t *info, const ucontext_t *context)
{
	uintptr_t address = (uintptr_t)info->si_addr;
	uintptr_t stack = stack_pointer(context);

	return stack > STACK_BELOW && address >= stack - STACK_BELOW &&
	       address < stack + STACK_ABOVE;
}

static void
add_where(struct text *text, const char *what, const siginfo_t *info)
{
	text_add(text, "crashed: ");
	text_add(text, what);
	text_add(text, " (address ");
	text_add_address(text, (uintptr_t)info->si_addr);
	text_add_char(text, ')');
}

static void
describe_memory(struct text *text, const char *what, const siginfo_t *info,
    const ucontext_t *context)
{
	char variable[256];

	/* On x86-64 an address that can be no pointer at all comes as 0, with
	 * SI_KERNEL for the reason. */
	if (info->si_code == SI_KERNEL) {
		text_add(text, "crashed: ");
		text_add(text, what);
		text_add(text, " (an address that cannot be one)");
	} else if (was_write(context) && seal_describe(info->si_addr, variable,
					     sizeof(variable)) != 0) {
		text_add(text, "wrote to ");
		text_add(text, variable);
		text_add(text,
		    ": a process forgets everything when a request ends, so "
		    "shared data belongs in a dcc.Store in the browser, in "
		    "the cache (lethe_memoize), or in the session");
	} else if (is_stack_overflow(info, context))
		add_where(text,
		    "stack overflow, by recursion without end or by large "
		    "local variables",
		    info);
	else
		add_where(text, what, info);
}

static const char *
arithmetic_error(int code)
{
	switch (code) {
	case FPE_INTDIV:
		return "division by zero";
	case FPE_INTOVF:
		return "integer overflow";
	case FPE_FLTDIV:
		return "floating-point division by zero";
	default:
		return "arithmetic error";
	}
}

/* Not from the processor or the kernel, but from kill(), raise() and such. */
static bool
was_sent(const siginfo_t *info)
{
	return info->si_code <= 0;
}

static bool
was_sent_by_another(const siginfo_t *info)
{
	return was_sent(info) && info->si_pid != getpid();
}

static void
describe_sent(struct text *text, int signal)
{
	text_add(text, "was stopped by signal ");
	text_add_number(text, (uint64_t)signal, 1);
}

void
fault_describe(
    struct text *text, int signal, const siginfo_t *info, const void *context)
{
	if (was_sent_by_another(info))
		describe_sent(text, signal);
	else if (signal == SIGABRT)
		text_add(text,
		    "called abort(), itself or by a failed assertion or a "
		    "damaged heap: standard error may say more");
	else if (was_sent(info))
		describe_sent(text, signal);
	else if (signal == SIGSEGV)
		describe_memory(text, "segmentation fault", info, context);
	else if (signal == SIGBUS)
		describe_memory(text, "bus error", info, context);
	else if (signal == SIGFPE)
		add_where(text, arithmetic_error(info->si_code), info);
	else if (signal == SIGILL)
		add_where(text, "illegal instruction", info);
	else if (sandbox_describe(text, info, context))
		return;
	else if (signal == SIGSYS) {
		text_add(text, "made system call ");
		text_add_signed(text, info->si_syscall);
		text_add(text, ", which is not allowed");
	} else if (signal == SIGTRAP)
		add_where(text, "trap", info);
	else
		describe_sent(text, signal);
}

struct backtrace_fault
fault_place(const void *opaque)
{
	const ucontext_t *context = opaque;
	struct backtrace_fault fault = { .exact = true };

#if defined(__x86_64__)
	fault.from = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__i386__)
	fault.from = (uintptr_t)context->uc_mcontext.gregs[REG_EIP];
#elif defined(__aarch64__)
	fault.from = (uintptr_t)context->uc_mcontext.pc;
	fault.caller = (uintptr_t)context->uc_mcontext.regs[30];
#elif defined(__arm__)
	fault.from = (uintptr_t)context->uc_mcontext.arm_pc;
	fault.caller = (uintptr_t)context->uc_mcontext.arm_lr;
#elif defined(__riscv)
	fault.from = (uintptr_t)context->uc_mcontext.__gregs[REG_PC];
	fault.caller = (uintptr_t)context->uc_mcontext.__gregs[REG_RA];
#endif
#if defined(__x86_64__) || defined(__i386__)
	/* A call has just put the address behind it on the stack. */
	fault.stack = stack_pointer(context);
#endif
	return fault;
}
