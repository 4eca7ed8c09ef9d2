/*
 * process/seccomp.c: the filter of system calls, and what it refused in words.
 *
 * It is made by hand and not by libseccomp, which cannot ask whether a range
 * of memory touches another.  A call that is always allowed costs nothing: the
 * kernel finds that out once.  What is refused comes back as SIGSYS, so that
 * the request gets an answer that says what to do instead.
 */
#include "process/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mark.h"
#include "process/seccomp_calls.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

/* Numbers from here on are those of x86-64's calls with 32-bit pointers. */
#define OTHER_CALLS 0x40000000U

/* The kernel's, which libc's <signal.h> does not have. */
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

/* Tells our traps from those of a filter around the process. */
#define OURS 0x4c65

#define NUMBER offsetof(struct seccomp_data, nr)
#define LOWER(argument) \
	(offsetof(struct seccomp_data, args) + 8 * (size_t)(argument))
#define UPPER(argument) (LOWER(argument) + 4)

/* Rules with the verdict SEALED, and some to spare. */
#define SEALED_MAX 8

struct filter {
	struct sock_filter code[BPF_MAXINSNS];
	unsigned int size;
	bool full;
};

static unsigned int
emit(struct filter *filter, unsigned int code, uint32_t value,
    unsigned int if_true, unsigned int if_false)
{
	if (filter->size == BPF_MAXINSNS) {
		filter->full = true;
		return 0;
	}
	filter->code[filter->size] = (struct sock_filter){ (uint16_t)code,
		(uint8_t)if_true, (uint8_t)if_false, value };
	return filter->size++;
}

static void
load(struct filter *filter, size_t offset)
{
	(void)emit(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
finish(struct filter *filter, uint32_t action)
{
	(void)emit(filter, BPF_RET | BPF_K, action, 0, 0);
}

/* Jumps by the comparison, over so many instructions. */
static void
jump(struct filter *filter, unsigned int comparison, uint32_t value,
    unsigned int if_true, unsigned int if_false)
{
	(void)emit(filter, BPF_JMP | comparison | BPF_K, value, if_true,
	    if_false);
}

static uint32_t
lower(uint64_t value)
{
	return (uint32_t)value;
}

static uint32_t
upper(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static uint32_t
refusal(void)
{
	return SECCOMP_RET_TRAP | OURS;
}

static uint64_t
condition_value(const struct condition *condition)
{
	if (condition->bits == UINT32_MAX && condition->value == SELF)
		return (uint64_t)getpid();
	if (condition->bits == UINT32_MAX && condition->value == LOCK)
		return (uint64_t)LOCK_SIGNAL;
	return condition->value;
}

/* Ends with the action when the condition holds. */
static void
finish_if(struct filter *filter, const struct condition *condition,
    uint32_t action)
{
	uint64_t value = condition_value(condition);

	load(filter, UPPER(condition->argument));
	(void)emit(filter, BPF_ALU | BPF_AND | BPF_K, upper(condition->bits),
	    0, 0);
	jump(filter, BPF_JEQ, upper(value), 0, condition->differs ? 3 : 4);
	load(filter, LOWER(condition->argument));
	(void)emit(filter, BPF_ALU | BPF_AND | BPF_K, lower(condition->bits),
	    0, 0);
	if (condition->differs)
		jump(filter, BPF_JEQ, lower(value), 1, 0);
	else
		jump(filter, BPF_JEQ, lower(value), 0, 1);
	finish(filter, action);
}

/* Scratch memory of the filter: where a range ends. */
enum {
	END_LOWER,
	END_UPPER
};

/* Adds the call's first two arguments, address and size. */
static void
find_end(struct filter *filter)
{
	load(filter, LOWER(0));
	(void)emit(filter, BPF_MISC | BPF_TAX, 0, 0, 0);
	load(filter, LOWER(1));
	(void)emit(filter, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
	(void)emit(filter, BPF_ST, END_LOWER, 0, 0);
	/* The sum is less than the address: a carry. */
	(void)emit(filter, BPF_JMP | BPF_JGE | BPF_X, 0, 0, 2);
	load(filter, UPPER(0));
	(void)emit(filter, BPF_JMP | BPF_JA, 2, 0, 0);
	load(filter, UPPER(0));
	(void)emit(filter, BPF_ALU | BPF_ADD | BPF_K, 1, 0, 0);
	(void)emit(filter, BPF_MISC | BPF_TAX, 0, 0, 0);
	load(filter, UPPER(1));
	(void)emit(filter, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
	(void)emit(filter, BPF_ST, END_UPPER, 0, 0);
}

/* Refuses what touches the range: it begins before the range's end, and ends
 * behind its start. */
static void
refuse_range(struct filter *filter, const struct range *range)
{
	load(filter, UPPER(0));
	jump(filter, BPF_JGT, upper(range->end), 10, 0);
	jump(filter, BPF_JEQ, upper(range->end), 0, 2);
	load(filter, LOWER(0));
	jump(filter, BPF_JGE, lower(range->end), 7, 0);
	(void)emit(filter, BPF_LD | BPF_MEM, END_UPPER, 0, 0);
	jump(filter, BPF_JGT, upper(range->start), 4, 0);
	jump(filter, BPF_JEQ, upper(range->start), 0, 4);
	(void)emit(filter, BPF_LD | BPF_MEM, END_LOWER, 0, 0);
	jump(filter, BPF_JGT, lower(range->start), 1, 0);
	(void)emit(filter, BPF_JMP | BPF_JA, 1, 0, 0);
	finish(filter, refusal());
}

static void
add_conditions(struct filter *filter, const struct call_rule *rule,
    uint32_t action)
{
	for (size_t i = 0; i < CONDITIONS_MAX && rule->conditions[i].bits != 0;
	     i++)
		finish_if(filter, &rule->conditions[i],
		    rule->conditions[i].fails ? SECCOMP_RET_ERRNO | EPERM
					      : action);
}

/* What becomes of the call.  True: it depends on sealed memory, too. */
static bool
add_verdict(struct filter *filter, const struct call_rule *rule)
{
	const uint32_t fail = SECCOMP_RET_ERRNO | EPERM;

	switch (rule->verdict) {
	case ALLOW:
		finish(filter, SECCOMP_RET_ALLOW);
		return false;
	case REFUSE:
		finish(filter, refusal());
		return false;
	case FAIL:
		finish(filter, fail);
		return false;
	case MISSING:
		finish(filter, SECCOMP_RET_ERRNO | ENOSYS);
		return false;
	case REFUSE_IF:
		add_conditions(filter, rule, refusal());
		finish(filter, SECCOMP_RET_ALLOW);
		return false;
	case REFUSE_UNLESS:
	case FAIL_UNLESS:
		add_conditions(filter, rule, SECCOMP_RET_ALLOW);
		finish(filter,
		    rule->verdict == FAIL_UNLESS ? fail : refusal());
		return false;
	case SEALED:
		add_conditions(filter, rule, refusal());
		return true;
	}
	return false;
}

/* Does it look at the call's arguments? */
static bool
is_conditional(const struct call_rule *rule)
{
	return rule->verdict == SEALED || rule->conditions[0].bits != 0;
}

/* Jumps that lead to the question whether sealed memory is touched. */
struct jumps {
	unsigned int from[SEALED_MAX];
	unsigned int count;
};

static void
add_rules(struct filter *filter, bool conditional, struct jumps *to_sealed)
{
	for (size_t i = 0; i < seccomp_rule_count; i++) {
		const struct call_rule *rule = &seccomp_rules[i];
		unsigned int skip, start;

		if (is_conditional(rule) != conditional)
			continue;
		load(filter, NUMBER);
		skip = emit(filter, BPF_JMP | BPF_JEQ | BPF_K,
		    (uint32_t)rule->number, 0, 0);
		start = filter->size;
		if (add_verdict(filter, rule) && to_sealed->count < SEALED_MAX)
			to_sealed->from[to_sealed->count++] =
			    emit(filter, BPF_JMP | BPF_JA, 0, 0, 0);
		filter->code[skip].jf = (uint8_t)(filter->size - start);
	}
}

/* Those that look at arguments come first: for the others that are allowed
 * the kernel does not run the filter at all. */
static void
add_calls(struct filter *filter, const struct seccomp_terms *terms)
{
	struct jumps to_sealed = { .count = 0 };

	add_rules(filter, true, &to_sealed);
	add_rules(filter, false, &to_sealed);
	finish(filter, SECCOMP_RET_ERRNO | ENOSYS);
	for (unsigned int i = 0; i < to_sealed.count; i++)
		filter->code[to_sealed.from[i]].k =
		    filter->size - to_sealed.from[i] - 1;
	find_end(filter);
	for (size_t i = 0; i < terms->sealed_count; i++)
		refuse_range(filter, &terms->sealed[i]);
	finish(filter, SECCOMP_RET_ALLOW);
}

/* The numbers mean other calls there, so there are none. */
static void
add_architecture(struct filter *filter)
{
	load(filter, offsetof(struct seccomp_data, arch));
	jump(filter, BPF_JEQ, ARCHITECTURE, 1, 0);
	finish(filter, SECCOMP_RET_ERRNO | ENOSYS);
	if (ARCHITECTURE != AUDIT_ARCH_X86_64)
		return;
	load(filter, NUMBER);
	jump(filter, BPF_JGE, OTHER_CALLS, 0, 1);
	finish(filter, SECCOMP_RET_ERRNO | ENOSYS);
}

bool
seccomp_is_possible(void)
{
	const uint32_t action = SECCOMP_RET_TRAP;

	return ARCHITECTURE != 0 &&
	       syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int
seccomp_enforce(const struct seccomp_terms *terms, struct error *error)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	struct sock_fprog program;
	int result = -1;

	if (filter == NULL)
		return error_set(error, "no memory for the sandbox");
	add_architecture(filter);
	add_calls(filter, terms);
	program = (struct sock_fprog){ (uint16_t)filter->size, filter->code };
	if (filter->full)
		(void)error_set(error,
		    "the app's memory is in %zu pieces, too many for the "
		    "sandbox: allocate less in the .start hook",
		    terms->sealed_count);
	/* Without the flag the kernel would slow the whole process down, as a
	 * guard against code that is not trusted. */
	else if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		 syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) != 0)
		(void)error_set(error, "seccomp cannot be set up: %s",
		    strerror(errno));
	else
		result = 0;
	free(filter);
	return result;
}

bool
seccomp_is_trap(const siginfo_t *info)
{
	return info->si_signo == SIGSYS && info->si_code == SYS_SECCOMP &&
	       info->si_errno == OURS;
}

void
seccomp_describe(struct text *text, const siginfo_t *info)
{
	for (size_t i = 0; i < seccomp_rule_count; i++) {
		const struct call_rule *rule = &seccomp_rules[i];

		if (rule->number != info->si_syscall)
			continue;
		text_add(text, "called ");
		text_add(text, rule->name);
		text_add(text, "(), which the sandbox refuses: ");
		text_add(text, seccomp_reasons[rule->reason]);
		return;
	}
}
