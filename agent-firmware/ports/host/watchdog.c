#define _GNU_SOURCE
#include "watchdog.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "fail.h"

#define RESETS_VARIABLE "FEMTO_DEVICE_WATCHDOG_RESETS"
#define EXIT_NOT_RESET 70

/* A signal handler has no argument of its own; written before the handler is installed. */
static char **program_arguments;
static uint32_t period_seconds;

static void reset(int signal_number)
{
	(void)signal_number;
	static const char line[] = "reset cause=watchdog\n";
	const ssize_t written = write(STDOUT_FILENO, line, sizeof(line) - 1u);
	(void)written;
	(void)execv("/proc/self/exe", program_arguments);
	_exit(EXIT_NOT_RESET);
}

/* The variable already holds what the next run shall read: the handler must not format text. */
static uint32_t count_resets(void)
{
	const char *text = getenv(RESETS_VARIABLE);
	const uint32_t resets = text == NULL ? 0 : (uint32_t)strtoul(text, NULL, 10);
	char next[16];
	(void)snprintf(next, sizeof(next), "%u", (unsigned)(resets + 1u));
	if (setenv(RESETS_VARIABLE, next, 1) != 0) {
		host_fail("Cannot count resets: out of memory");
	}
	return resets;
}

uint32_t host_watchdog_open(char **argv, uint32_t seconds)
{
	program_arguments = argv;
	period_seconds = seconds;
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = reset;
	sigset_t alarm_signal;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&alarm_signal);
	(void)sigaddset(&alarm_signal, SIGALRM);
	/* A program that was executed out of the handler starts with the signal blocked. */
	if (sigaction(SIGALRM, &action, NULL) != 0 ||
		sigprocmask(SIG_UNBLOCK, &alarm_signal, NULL) != 0) {
		host_fail("Cannot set up the watchdog");
	}
	return count_resets();
}

static void set_timer(uint32_t seconds)
{
	const struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
	if (setitimer(ITIMER_REAL, &timer, NULL) != 0) {
		host_fail("Cannot set the watchdog");
	}
}

void host_watchdog_start(void)
{
	if (period_seconds > 0) {
		set_timer(period_seconds);
	}
}

void host_watchdog_stop(void)
{
	if (period_seconds > 0) {
		set_timer(0);
	}
}
