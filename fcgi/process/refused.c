/*
 * process/refused.c: the functions that an app may not use, because they keep
 * state in the process, and what to use instead.
 *
 * Refused is what libc keeps for its caller: a setting, a position, a buffer
 * that the next call finds again, a process or thread that outlives the
 * request.  Not refused is what only Lethe could undo between two requests,
 * such as open descriptors and mappings: that is handled while the app runs.
 */
#include "process/refused.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct group {
	const char *names; /* a blank between two */
	const char *instead;
};

#define STORE \
	"keep it in a dcc.Store, in the cache (lethe_memoize) or in the " \
	"session"

static const struct group groups[] = {
	/* Settings of the process. */
	{ "setenv putenv unsetenv clearenv", STORE },
	{ "setlocale uselocale",
	    "use newlocale() and the functions that end with _l" },
	{ "textdomain bindtextdomain bind_textdomain_codeset",
	    "use dgettext() with the names of domain and directory" },
	{ "umask", "give open() and mkdir() the mode that is wanted" },
	{ "chdir fchdir chroot unshare setns", "use whole paths or openat()" },
	{ "mallopt mtrace muntrace mcheck",
	    "leave malloc as Lethe has set it" },
	{ "setrlimit setrlimit64 prlimit prlimit64 setpriority nice "
	  "sched_setaffinity sched_setscheduler sched_setparam personality "
	  "setpgid setpgrp setsid setuid seteuid setreuid setresuid setgid "
	  "setegid setregid setresgid setgroups initgroups prctl arch_prctl "
	  "pthread_setname_np pthread_setschedparam",
	    "let whoever starts the worker set it" },
	{ "fesetround fesetenv feupdateenv feenableexcept fedisableexcept",
	    "round with floor(), ceil() and the like" },
	/* Positions and seeds. */
	{ "rand srand random srandom initstate setstate drand48 lrand48 "
	  "mrand48 erand48 nrand48 jrand48 srand48 seed48 lcong48",
	    "use getrandom(), or rand_r() with a seed of the call's own" },
	{ "strtok", "use strtok_r()" },
	{ "hcreate hdestroy hsearch",
	    "use hcreate_r() and hsearch_r() with a table of the call's own" },
	{ "getopt getopt_long getopt_long_only __posix_getopt argp_parse "
	  "optarg optind opterr optopt",
	    "leave the command line to lethe_main()" },
	{ "mblen mbtowc wctomb",
	    "use mbrlen(), mbrtowc() and wcrtomb() with a state of the "
	    "call's own" },
	{ "getpwent setpwent endpwent getgrent setgrent endgrent getspent "
	  "setspent getutent setutent getutxent setutxent getmntent "
	  "getnetgrent setnetgrent getservent setservent gethostent "
	  "sethostent getprotoent setprotoent getusershell setusershell "
	  "getfsent setfsent",
	    "use the functions that take a buffer (..._r)" },
	{ "openlog syslog vsyslog setlogmask",
	    "write to standard error, which is the log" },
	/* Buffers that the next call finds again. */
	{ "localtime gmtime", "use localtime_r() or gmtime_r()" },
	{ "ctime asctime", "use strftime()" },
	{ "timezone __timezone daylight __daylight tzname __tzname",
	    "use the tm_gmtoff and tm_zone that localtime_r() gives" },
	{ "strerror", "use strerrordesc_np() or strerror_r()" },
	{ "strsignal", "use sigdescr_np()" },
	{ "inet_ntoa", "use inet_ntop()" },
	{ "ether_ntoa ether_aton", "use ether_ntoa_r() or ether_aton_r()" },
	{ "getpwnam getpwuid getgrnam getgrgid getspnam getlogin ttyname "
	  "ptsname cuserid ctermid getdate crypt encrypt setkey fgetpwent "
	  "fgetgrent",
	    "use the function that takes a buffer (..._r)" },
	{ "gethostbyname gethostbyname2 gethostbyaddr getservbyname "
	  "getservbyport getprotobyname getprotobynumber getnetbyname "
	  "getnetbyaddr",
	    "use getaddrinfo() or getnameinfo()" },
	{ "tmpnam", "use tmpfile() or open() with O_TMPFILE" },
	{ "l64a ecvt fcvt qecvt qfcvt", "use snprintf()" },
	{ "signgam", "use lgamma_r()" },
	{ "re_comp re_exec", "use regcomp() and regexec()" },
	/* What runs later, or beside the request. */
	{ "__cxa_atexit atexit on_exit __cxa_at_quick_exit at_quick_exit",
	    "do it before the handler returns" },
	{ "signal bsd_signal sysv_signal __sysv_signal ssignal sigaction "
	  "__sigaction sigset sigignore sighold sigrelse siginterrupt sigvec "
	  "sigaltstack sigstack",
	    "leave signals to Lethe" },
	{ "timer_create timer_settime timer_delete timerfd_create setitimer "
	  "alarm ualarm",
	    "let LETHE_TIMEOUT end what takes too long" },
	{ "fork vfork _Fork __fork clone daemon forkpty popen system "
	  "posix_spawn posix_spawnp wordexp execve execv execvp execvpe "
	  "execl execle execlp fexecve execveat",
	    "let a program of its own do it, and read its results from the "
	    "app's database" },
	{ "pthread_create thrd_create",
	    "do it in the handler: other requests have other workers" },
	{ "pthread_key_create pthread_setspecific __pthread_key_create "
	  "__pthread_setspecific tss_create tss_set pthread_atfork "
	  "__register_atfork",
	    "use a local variable, and hand its address on" },
	/* Memory that is not the app's variables. */
	{ "mprotect pkey_mprotect pkey_alloc pkey_set mremap "
	  "remap_file_pages process_vm_writev ptrace",
	    "leave the protection of memory to Lethe" },
	{ "shm_open shmget shmat mq_open msgget semget sem_open memfd_create "
	  "userfaultfd",
	    STORE },
	{ "brk sbrk", "use malloc()" },
	/* What the worker needs to answer. */
	{ "closefrom close_range", "close what was opened, by its number" },
	/* Ways around this list. */
	{ "dlopen dlmopen dlsym dlvsym", "link the library" },
	{ "syscall", "call the function of libc, if it is none of these" },
};

static bool
has_word(const char *words, const char *word)
{
	size_t size = strlen(word);

	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (length == size && memcmp(words, word, size) == 0)
			return true;
		words += length + (words[length] == ' ');
	}
	return false;
}

const char *
refused_instead(const char *name)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (has_word(groups[i].names, name))
			return groups[i].instead;
	return NULL;
}

const char *
refused_name(const char *name)
{
	return strncmp(name, "__cxa_", 6) == 0 ? name + 6 : name;
}
