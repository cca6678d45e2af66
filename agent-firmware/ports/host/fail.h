/* How the program ends when it can't go on. Both print one line on stderr. */
#ifndef HOST_FAIL_H
#define HOST_FAIL_H

/* The user, or the system, gave something that does not work: exit code 1. */
_Noreturn void host_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The agent broke a rule of its port: a bug in the firmware, ends by abort. */
_Noreturn void host_trap(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
