/*
 * process/seccomp_calls.c: the system calls that the filter knows.
 *
 * What is not in the list fails with ENOSYS: libc asks for new calls first,
 * and then takes an old one.  Calls that only one kind of processor has, or
 * only newer headers know, stand between #ifdef and #endif.
 */
#include "process/seccomp_calls.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mark.h"

#define ALLOWED(call) { SYS_##call, #call, ALLOW, 0, { { 0 } } },
#define FAILS(call) { SYS_##call, #call, FAIL, 0, { { 0 } } },
#define MISSES(call) { SYS_##call, #call, MISSING, 0, { { 0 } } },
#define REFUSED(call, why) { SYS_##call, #call, REFUSE, why, { { 0 } } },
#define GUARDED(call, verdict, why, ...) \
	{ SYS_##call, #call, verdict, why, { __VA_ARGS__ } },

/* The kernel looks at the lower half of what is an int. */
#define INT UINT64_C(0xffffffff)
#define IS(argument, number) { INT, (uint32_t)(number), argument, false, false }
#define HAS(argument, bits) { bits, bits, argument, false, false }
#define HAS_ANY(argument, bits) { bits, 0, argument, true, false }
#define IS_NULL(argument) { UINT64_MAX, 0, argument, false, false }
#define IS_GIVEN(argument) { UINT64_MAX, 0, argument, true, false }
#define IS_MARKED(argument) { UINT64_MAX, LETHE_MARK, argument, false, false }
#define IS_SELF(argument) { INT, SELF, argument, false, false }
#define IS_LOCK_SIGNAL(argument) { INT, LOCK, argument, false, false }
#define TRUNCATES_UNWRITTEN(argument) \
	{ O_ACCMODE | O_TRUNC, O_RDONLY | O_TRUNC, argument, false, false }

/* Newer than some headers. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

const char *const seccomp_reasons[REASON_COUNT] = {
	[REASON_PROCESS] =
	    "threads and child processes may outlive the request, so handlers "
	    "have none: do the work in the handler, once for all users with "
	    "lethe_memoize(), or outside of the app",
	[REASON_TIMER] =
	    "timers outlive the request, so handlers have none: LETHE_TIMEOUT "
	    "ends a handler that takes too long, and .stale_s of a struct "
	    "lethe_memo computes a value anew",
	[REASON_MEMORY] =
	    "a process forgets everything when a request ends, so shared data "
	    "belongs in a dcc.Store in the browser, in the cache "
	    "(lethe_memoize), or in the session",
	[REASON_SEALED] =
	    "memory that the handler did not allocate stays as it is, and "
	    "none is had at a fixed address, shared without a file, or for "
	    "code: use malloc(), and for shared data a dcc.Store in the "
	    "browser, the cache (lethe_memoize), or the session",
	[REASON_MARKS] =
	    "marks on files outlive the request: shared data belongs in a "
	    "dcc.Store in the browser, in the cache (lethe_memoize), or in the "
	    "session",
	[REASON_WORKER] =
	    "it changes the worker for the requests that follow: whoever "
	    "starts the workers (spawn-fcgi, systemd) sets that, and a path "
	    "is to begin with '/'",
	[REASON_SIGNALS] =
	    "signal handlers outlive the request, and other processes are not "
	    "the handler's: return LETHE_ERROR to give up",
	[REASON_WAIT] = "signals are the worker's: poll() waits for "
			"descriptors, and nanosleep() for a time",
	[REASON_SOCKETS] =
	    "a handler connects with connect(), and only to what .connects of "
	    "the app has",
	[REASON_LISTEN] = "a handler does not wait for others to connect: the "
			  "web server does",
	[REASON_FILES] = "use ftruncate(), or open() the file for writing",
	[REASON_SYSTEM] = "it is not for handlers",
};

/* Reads as a table; a macro brings its own comma. */
/* clang-format off */
const struct call_rule seccomp_rules[] = {
	ALLOWED(read)
	ALLOWED(write)
	ALLOWED(readv)
	ALLOWED(writev)
	ALLOWED(pread64)
	ALLOWED(pwrite64)
	ALLOWED(preadv)
	ALLOWED(pwritev)
	ALLOWED(preadv2)
	ALLOWED(pwritev2)
	ALLOWED(close)
	ALLOWED(lseek)
	ALLOWED(fstat)
	ALLOWED(newfstatat)
	ALLOWED(statx)
	ALLOWED(statfs)
	ALLOWED(fstatfs)
	ALLOWED(faccessat)
	ALLOWED(faccessat2)
	ALLOWED(readlinkat)
	ALLOWED(getdents64)
	ALLOWED(getcwd)
	ALLOWED(fsync)
	ALLOWED(fdatasync)
	ALLOWED(sync_file_range)
	ALLOWED(ftruncate)
	ALLOWED(fallocate)
	ALLOWED(fadvise64)
	ALLOWED(readahead)
	ALLOWED(mkdirat)
	ALLOWED(unlinkat)
	ALLOWED(renameat2)
	ALLOWED(linkat)
	ALLOWED(symlinkat)
	ALLOWED(flock)
	ALLOWED(copy_file_range)
	ALLOWED(sendfile)
	ALLOWED(splice)
	ALLOWED(tee)
	ALLOWED(pipe2)
	ALLOWED(dup)
	ALLOWED(dup3)
	ALLOWED(close_range)
	ALLOWED(epoll_create1)
	ALLOWED(epoll_ctl)
	ALLOWED(eventfd2)
	ALLOWED(brk)
	ALLOWED(mincore)
	ALLOWED(msync)
	ALLOWED(mlock)
	ALLOWED(munlock)
	ALLOWED(membarrier)
	ALLOWED(clock_gettime)
	ALLOWED(clock_getres)
	ALLOWED(clock_nanosleep)
	ALLOWED(nanosleep)
	ALLOWED(gettimeofday)
	ALLOWED(times)
	ALLOWED(getitimer)
	ALLOWED(timer_gettime)
	ALLOWED(timer_getoverrun)
	ALLOWED(futex)
	ALLOWED(rt_sigpending)
	ALLOWED(rt_sigreturn)
	ALLOWED(restart_syscall)
	ALLOWED(getpid)
	ALLOWED(gettid)
	ALLOWED(getppid)
	ALLOWED(getuid)
	ALLOWED(geteuid)
	ALLOWED(getgid)
	ALLOWED(getegid)
	ALLOWED(getresuid)
	ALLOWED(getresgid)
	ALLOWED(getgroups)
	ALLOWED(getpgid)
	ALLOWED(getsid)
	ALLOWED(getpriority)
	ALLOWED(getrusage)
	ALLOWED(getrandom)
	ALLOWED(getcpu)
	ALLOWED(sysinfo)
	ALLOWED(uname)
	ALLOWED(sched_yield)
	ALLOWED(sched_getaffinity)
	ALLOWED(sched_getparam)
	ALLOWED(sched_getscheduler)
	ALLOWED(sched_get_priority_max)
	ALLOWED(sched_get_priority_min)
	ALLOWED(getsockname)
	ALLOWED(getpeername)
	ALLOWED(getsockopt)
	ALLOWED(setsockopt)
	ALLOWED(recvfrom)
	ALLOWED(recvmsg)
	ALLOWED(recvmmsg)
	ALLOWED(shutdown)
	ALLOWED(socketpair)
	ALLOWED(wait4)
	ALLOWED(waitid)
	ALLOWED(exit)
	ALLOWED(exit_group)
	ALLOWED(rseq)
	ALLOWED(set_robust_list)
	ALLOWED(getxattr)
	ALLOWED(lgetxattr)
	ALLOWED(fgetxattr)
	ALLOWED(listxattr)
	ALLOWED(llistxattr)
	ALLOWED(flistxattr)
#ifdef SYS_renameat
	ALLOWED(renameat)
#endif
#ifdef SYS_getrlimit
	ALLOWED(getrlimit)
#endif
#ifdef SYS_stat /* x86-64 has the older ones too */
	ALLOWED(stat)
	ALLOWED(lstat)
	ALLOWED(access)
	ALLOWED(readlink)
	ALLOWED(getdents)
	ALLOWED(mkdir)
	ALLOWED(rmdir)
	ALLOWED(unlink)
	ALLOWED(rename)
	ALLOWED(link)
	ALLOWED(symlink)
	ALLOWED(pipe)
	ALLOWED(dup2)
	ALLOWED(poll)
	ALLOWED(select)
	ALLOWED(epoll_create)
	ALLOWED(epoll_wait)
	ALLOWED(eventfd)
	ALLOWED(time)
	ALLOWED(pause)
	ALLOWED(getpgrp)
	GUARDED(open, REFUSE_IF, REASON_FILES, TRUNCATES_UNWRITTEN(1))
	ALLOWED(creat)
	REFUSED(fork, REASON_PROCESS)
	REFUSED(vfork, REASON_PROCESS)
	REFUSED(alarm, REASON_TIMER)
	REFUSED(chmod, REASON_MARKS)
	REFUSED(chown, REASON_MARKS)
	REFUSED(lchown, REASON_MARKS)
	REFUSED(utime, REASON_MARKS)
	REFUSED(utimes, REASON_MARKS)
	REFUSED(futimesat, REASON_MARKS)
	REFUSED(mknod, REASON_SYSTEM)
	REFUSED(inotify_init, REASON_SYSTEM)
	REFUSED(signalfd, REASON_SIGNALS)
	REFUSED(arch_prctl, REASON_WORKER)
#endif

	GUARDED(openat, REFUSE_IF, REASON_FILES, TRUNCATES_UNWRITTEN(2))
	REFUSED(truncate, REASON_FILES)

	/* What libc can do without: code, for a module that looks up names; and
	 * space for one more arena, at an address that it found earlier, when
	 * malloc() has come to the end of its memory. */
	GUARDED(mmap, REFUSE_IF, REASON_SEALED,
	    { PROT_EXEC, 0, 2, true, true },
	    { MAP_NORESERVE, 0, 3, true, true }, IS_GIVEN(0),
	    HAS_ANY(3, MAP_FIXED | MAP_FIXED_NOREPLACE),
	    HAS(3, MAP_SHARED | MAP_ANONYMOUS))
	GUARDED(mprotect, SEALED, REASON_SEALED, HAS_ANY(2, PROT_EXEC))
	GUARDED(munmap, SEALED, REASON_SEALED, { 0 })
	GUARDED(madvise, SEALED, REASON_SEALED, { 0 })
	GUARDED(mremap, SEALED, REASON_SEALED,
	    HAS_ANY(3, MREMAP_FIXED | MREMAP_DONTUNMAP))
	REFUSED(remap_file_pages, REASON_SEALED)
#ifdef SYS_pkey_mprotect
	REFUSED(pkey_mprotect, REASON_SEALED)
#endif
#ifdef SYS_process_madvise
	REFUSED(process_madvise, REASON_SEALED)
#endif

	/* What clone3() is to do cannot be seen; libc then takes clone(). */
	MISSES(clone3)
	REFUSED(clone, REASON_PROCESS)
	REFUSED(execve, REASON_PROCESS)
	REFUSED(execveat, REASON_PROCESS)
	REFUSED(unshare, REASON_PROCESS)
	REFUSED(setns, REASON_PROCESS)

	GUARDED(timer_create, REFUSE_UNLESS, REASON_TIMER, IS_MARKED(3))
	GUARDED(timer_settime, REFUSE_UNLESS, REASON_TIMER, IS_MARKED(4))
	GUARDED(timer_delete, REFUSE_UNLESS, REASON_TIMER, IS_MARKED(1))
	REFUSED(timerfd_create, REASON_TIMER)
	REFUSED(setitimer, REASON_TIMER)

	REFUSED(memfd_create, REASON_MEMORY)
#ifdef SYS_memfd_secret
	REFUSED(memfd_secret, REASON_MEMORY)
#endif
	REFUSED(shmget, REASON_MEMORY)
	REFUSED(shmat, REASON_MEMORY)
	REFUSED(shmctl, REASON_MEMORY)
	REFUSED(semget, REASON_MEMORY)
	REFUSED(semctl, REASON_MEMORY)
	REFUSED(semop, REASON_MEMORY)
	REFUSED(msgget, REASON_MEMORY)
	REFUSED(msgsnd, REASON_MEMORY)
	REFUSED(msgrcv, REASON_MEMORY)
	REFUSED(msgctl, REASON_MEMORY)
	REFUSED(mq_open, REASON_MEMORY)
	REFUSED(mq_unlink, REASON_MEMORY)
	REFUSED(add_key, REASON_MEMORY)
	REFUSED(request_key, REASON_MEMORY)
	REFUSED(keyctl, REASON_MEMORY)

	/* SQLite calls these two, and can do without. */
	FAILS(fchmod)
	FAILS(fchown)
	REFUSED(fchmodat, REASON_MARKS)
#ifdef SYS_fchmodat2
	REFUSED(fchmodat2, REASON_MARKS)
#endif
	REFUSED(fchownat, REASON_MARKS)
	REFUSED(utimensat, REASON_MARKS)
	REFUSED(setxattr, REASON_MARKS)
	REFUSED(lsetxattr, REASON_MARKS)
	REFUSED(fsetxattr, REASON_MARKS)
	REFUSED(removexattr, REASON_MARKS)
	REFUSED(lremovexattr, REASON_MARKS)
	REFUSED(fremovexattr, REASON_MARKS)

	REFUSED(chdir, REASON_WORKER)
	REFUSED(fchdir, REASON_WORKER)
	REFUSED(chroot, REASON_WORKER)
	GUARDED(umask, REFUSE_UNLESS, REASON_WORKER, IS_MARKED(1))
	REFUSED(personality, REASON_WORKER)
	REFUSED(setpriority, REASON_WORKER)
	REFUSED(ioprio_set, REASON_WORKER)
	REFUSED(sched_setaffinity, REASON_WORKER)
	REFUSED(sched_setparam, REASON_WORKER)
	REFUSED(sched_setscheduler, REASON_WORKER)
	REFUSED(sched_setattr, REASON_WORKER)
#ifdef SYS_setrlimit
	REFUSED(setrlimit, REASON_WORKER)
#endif
	REFUSED(setuid, REASON_WORKER)
	REFUSED(setgid, REASON_WORKER)
	REFUSED(setreuid, REASON_WORKER)
	REFUSED(setregid, REASON_WORKER)
	REFUSED(setresuid, REASON_WORKER)
	REFUSED(setresgid, REASON_WORKER)
	REFUSED(setfsuid, REASON_WORKER)
	REFUSED(setfsgid, REASON_WORKER)
	REFUSED(setgroups, REASON_WORKER)
	REFUSED(setpgid, REASON_WORKER)
	REFUSED(setsid, REASON_WORKER)
	REFUSED(capset, REASON_WORKER)
	REFUSED(mlockall, REASON_WORKER)
	REFUSED(sethostname, REASON_WORKER)
	REFUSED(seccomp, REASON_WORKER)
#ifdef SYS_landlock_restrict_self
	REFUSED(landlock_restrict_self, REASON_WORKER)
#endif
	GUARDED(prlimit64, REFUSE_UNLESS, REASON_WORKER, IS_NULL(2),
	    IS_MARKED(4))
	GUARDED(prctl, REFUSE_UNLESS, REASON_WORKER, IS(0, PR_GET_NAME),
	    IS(0, PR_GET_DUMPABLE), IS(0, PR_GET_SECCOMP),
	    IS(0, PR_GET_NO_NEW_PRIVS), IS(0, PR_GET_PDEATHSIG),
	    IS(0, PR_CAPBSET_READ), IS(0, PR_GET_TIMERSLACK))
	/* Whose flags are set is looked at by trapped.c. */
	GUARDED(fcntl, REFUSE_UNLESS, REASON_WORKER, IS(1, F_DUPFD),
	    IS(1, F_DUPFD_CLOEXEC), IS(1, F_GETFD), IS(1, F_SETFD),
	    IS(1, F_GETFL), IS_MARKED(3), IS(1, F_GETLK), IS(1, F_SETLK),
	    IS(1, F_SETLKW), IS(1, F_OFD_GETLK), IS(1, F_OFD_SETLK),
	    IS(1, F_OFD_SETLKW), IS(1, F_GETPIPE_SZ), IS(1, F_GETOWN),
	    IS(1, F_GETLEASE))
	/* None of descriptor 0, which is to stay as the worker has it. */
	GUARDED(ioctl, FAIL_UNLESS, 0, { INT, STDIN_FILENO, 0, false, true },
	    IS(1, TCGETS), IS(1, TIOCGWINSZ), IS(1, FIONREAD),
	    IS(1, FIONBIO), IS(1, FIOCLEX), IS(1, FIONCLEX))

	/* What is blocked cannot be seen: trapped.c looks. */
	GUARDED(rt_sigprocmask, REFUSE_UNLESS, REASON_SIGNALS, IS_NULL(1),
	    IS(0, SIG_UNBLOCK), IS_MARKED(4))
	/* The watchdog's signal would be lost in these. */
	GUARDED(ppoll, REFUSE_IF, REASON_WAIT, IS_GIVEN(3))
	GUARDED(epoll_pwait, REFUSE_IF, REASON_WAIT, IS_GIVEN(4))
	/* pselect() always gives it a mask's place: trapped.c looks. */
	GUARDED(pselect6, REFUSE_IF, REASON_WAIT, IS_GIVEN(5))
	GUARDED(rt_sigtimedwait, REFUSE_UNLESS, REASON_WAIT, IS_MARKED(4))
	REFUSED(rt_sigsuspend, REASON_WAIT)

	/* 32 and 33 are libc's own. */
	GUARDED(rt_sigaction, REFUSE_UNLESS, REASON_SIGNALS, IS_NULL(1),
	    IS_LOCK_SIGNAL(0), IS(0, 32), IS(0, 33))
	GUARDED(sigaltstack, REFUSE_UNLESS, REASON_SIGNALS, IS_NULL(0))
	GUARDED(kill, REFUSE_UNLESS, REASON_SIGNALS, IS_SELF(0))
	GUARDED(tkill, REFUSE_UNLESS, REASON_SIGNALS, IS_SELF(0))
	GUARDED(tgkill, REFUSE_UNLESS, REASON_SIGNALS, IS_SELF(0))
	/* A signal that waits, blocked, keeps the value that it was sent with. */
	REFUSED(rt_sigqueueinfo, REASON_SIGNALS)
	REFUSED(rt_tgsigqueueinfo, REASON_SIGNALS)
	REFUSED(signalfd4, REASON_SIGNALS)

	GUARDED(socket, FAIL_UNLESS, 0, IS(0, AF_UNIX), IS(0, AF_INET),
	    IS(0, AF_INET6))
	/* Where to cannot be seen: trapped.c looks. */
	GUARDED(connect, REFUSE_UNLESS, REASON_SOCKETS, IS_MARKED(3))
	GUARDED(sendmsg, REFUSE_UNLESS, REASON_SOCKETS, IS_MARKED(3))
	GUARDED(sendmmsg, REFUSE_UNLESS, REASON_SOCKETS, IS_MARKED(4))
	GUARDED(sendto, REFUSE_IF, REASON_SOCKETS, IS_GIVEN(4))
	/* The worker's own. */
	GUARDED(accept4, REFUSE_UNLESS, REASON_LISTEN, IS_MARKED(4))
	REFUSED(accept, REASON_LISTEN)
	REFUSED(bind, REASON_LISTEN)
	REFUSED(listen, REASON_LISTEN)

	REFUSED(ptrace, REASON_SYSTEM)
	REFUSED(process_vm_readv, REASON_SYSTEM)
	REFUSED(process_vm_writev, REASON_SYSTEM)
	REFUSED(kcmp, REASON_SYSTEM)
#ifdef SYS_pidfd_open
	REFUSED(pidfd_open, REASON_SYSTEM)
#endif
#ifdef SYS_pidfd_send_signal
	REFUSED(pidfd_send_signal, REASON_SYSTEM)
#endif
#ifdef SYS_pidfd_getfd
	REFUSED(pidfd_getfd, REASON_SYSTEM)
#endif
	REFUSED(bpf, REASON_SYSTEM)
	REFUSED(perf_event_open, REASON_SYSTEM)
	REFUSED(userfaultfd, REASON_SYSTEM)
	REFUSED(io_setup, REASON_SYSTEM)
#ifdef SYS_io_uring_setup
	REFUSED(io_uring_setup, REASON_SYSTEM)
#endif
	REFUSED(inotify_init1, REASON_SYSTEM)
	REFUSED(fanotify_init, REASON_SYSTEM)
	REFUSED(mknodat, REASON_SYSTEM)
	REFUSED(mount, REASON_SYSTEM)
	REFUSED(umount2, REASON_SYSTEM)
	REFUSED(pivot_root, REASON_SYSTEM)
	REFUSED(quotactl, REASON_SYSTEM)
	REFUSED(acct, REASON_SYSTEM)
	REFUSED(swapon, REASON_SYSTEM)
	REFUSED(swapoff, REASON_SYSTEM)
	REFUSED(reboot, REASON_SYSTEM)
	REFUSED(settimeofday, REASON_SYSTEM)
	REFUSED(clock_settime, REASON_SYSTEM)
	REFUSED(adjtimex, REASON_SYSTEM)
	REFUSED(init_module, REASON_SYSTEM)
	REFUSED(finit_module, REASON_SYSTEM)
	REFUSED(delete_module, REASON_SYSTEM)
	REFUSED(syslog, REASON_SYSTEM)
};
/* clang-format on */

const size_t seccomp_rule_count =
    sizeof(seccomp_rules) / sizeof(seccomp_rules[0]);
