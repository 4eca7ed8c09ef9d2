/*
 * store/lock.c: kernel locks on byte ranges, which end with their holder.
 *
 * Open-file-description locks (fcntl's F_OFD_...) belong to the descriptor:
 * the kernel queues those who wait and drops the lock when the process dies,
 * however it dies.  The older kind belongs to the process, which matters
 * where the app's code runs under the lock and may fork.  What both lack is a
 * time limit.  So a timer interrupts
 * the waiting call; all of it (signal handler, mask, timer) is set up for one
 * wait and undone after it, since handlers run with signals blocked and
 * nothing may be left behind.  Only the thread that waits gets the signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mark.h"
#include "store/file.h"
#include "store/store_internal.h"

/* Older glibc has the field but not its name. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* After the deadline the timer goes on, for the case that it fired just
 * before the call that it was to interrupt. */
#define TIMER_REPEAT_NS 2000000

int
lock_open(const char *path, struct error *error)
{
	struct stat info;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set(error,
		    "cannot open the lock file %s: %s; the state directory "
		    "and its files must belong to the user who runs the "
		    "workers",
		    path, strerror(errno));
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		(void)close(fd);
		return error_set(error,
		    "%s is not a regular file; remove it, it will be made "
		    "anew",
		    path);
	}
	file_adopt(fd, path);
	return fd;
}

static void
describe(struct flock *lock, short type, off_t offset)
{
	memset(lock, 0, sizeof(*lock));
	lock->l_type = type;
	lock->l_whence = SEEK_SET;
	lock->l_start = offset;
	lock->l_len = 1;
}

static void
interrupt(int signal_number)
{
	(void)signal_number;
}

/* Makes a timer that sends this thread LOCK_SIGNAL from the deadline on.  By
 * its system calls, for in the sandbox nobody else may have one. */
static int
start_timer(int *timer, int64_t remaining_ms)
{
	struct sigevent event;
	struct itimerspec when;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = LOCK_SIGNAL;
	event.sigev_notify_thread_id = gettid();
	if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, timer,
		LETHE_MARK) != 0)
		return -1;
	memset(&when, 0, sizeof(when));
	when.it_value.tv_sec = (time_t)(remaining_ms / 1000);
	when.it_value.tv_nsec = (long)(remaining_ms % 1000) * 1000000;
	when.it_interval.tv_nsec = TIMER_REPEAT_NS;
	if (syscall(SYS_timer_settime, *timer, 0, &when, NULL, LETHE_MARK) !=
	    0) {
		(void)syscall(SYS_timer_delete, *timer, LETHE_MARK);
		return -1;
	}
	return 0;
}

/* Waits in the kernel's queue until the deadline.  As lock_take(). */
static int
wait_interruptibly(int fd, int command, struct flock *lock, int64_t deadline_ms)
{
	int result;

	for (;;) {
		if (fcntl(fd, command, lock) == 0)
			return 1;
		result = errno;
		if (result != EINTR) {
			errno = result;
			return -1;
		}
		if (clock_monotonic_ms() >= deadline_ms)
			return 0;
	}
}

static int
wait_until(int fd, int command, struct flock *lock, int64_t deadline_ms)
{
	static const struct timespec at_once = { 0, 0 };
	struct sigaction action, old_action;
	sigset_t signals, old_signals;
	int64_t now_ms = clock_monotonic_ms(), remaining_ms;
	int timer, saved, taken;

	if (deadline_ms <= now_ms)
		return 0;
	remaining_ms = deadline_ms - now_ms;
	/* A day is for ever, and cannot overflow. */
	if (remaining_ms > 86400000)
		remaining_ms = 86400000;
	memset(&action, 0, sizeof(action));
	action.sa_handler = interrupt;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, LOCK_SIGNAL);
	if (sigaction(LOCK_SIGNAL, &action, &old_action) != 0)
		return -1;
	if (start_timer(&timer, remaining_ms) != 0) {
		saved = errno;
		(void)sigaction(LOCK_SIGNAL, &old_action, NULL);
		errno = saved;
		return -1;
	}
	(void)pthread_sigmask(SIG_UNBLOCK, &signals, &old_signals);
	taken = wait_interruptibly(fd, command, lock, deadline_ms);
	saved = errno;
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)syscall(SYS_timer_delete, timer, LETHE_MARK);
	/* In the sandbox only who has the mark may wait for a signal. */
	while (syscall(SYS_rt_sigtimedwait, &signals, NULL, &at_once,
		   (size_t)(NSIG / 8), LETHE_MARK) == LOCK_SIGNAL)
		;
	(void)pthread_sigmask(SIG_SETMASK, &old_signals, NULL);
	(void)sigaction(LOCK_SIGNAL, &old_action, NULL);
	errno = saved;
	return taken;
}

static int
take(int fd, int try, int wait, off_t offset, int64_t deadline_ms)
{
	struct flock lock;

	describe(&lock, F_WRLCK, offset);
	if (fcntl(fd, try, &lock) == 0)
		return 1;
	if (errno != EAGAIN && errno != EACCES && errno != EINTR)
		return -1;
	return wait_until(fd, wait, &lock, deadline_ms);
}

int
lock_take(int fd, off_t offset, int64_t deadline_ms)
{
	return take(fd, F_OFD_SETLK, F_OFD_SETLKW, offset, deadline_ms);
}

int
lock_take_process(int fd, off_t offset, int64_t deadline_ms)
{
	return take(fd, F_SETLK, F_SETLKW, offset, deadline_ms);
}

void
lock_drop_process(int fd, off_t offset)
{
	struct flock lock;

	describe(&lock, F_UNLCK, offset);
	(void)fcntl(fd, F_SETLK, &lock);
}

void
lock_drop(int fd, off_t offset)
{
	struct flock lock;

	describe(&lock, F_UNLCK, offset);
	(void)fcntl(fd, F_OFD_SETLK, &lock);
}
