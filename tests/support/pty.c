/*
 * pty LINK: a pseudo-terminal whose slave is found at LINK. What comes on the standard input is what
 * the slave reads, what the slave writes goes to the standard output; "ready" on the standard error
 * says that LINK is there. The slave hangs up when the program ends, however it does, as a tty whose
 * device is pulled out.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* Moves what has come; returns whether there is more to come. */
static int move(int from, int to)
{
	char bytes[4096];
	const ssize_t size = read(from, bytes, sizeof bytes);
	for (ssize_t done = 0; done < size;) {
		const ssize_t written = write(to, bytes + done, (size_t)(size - done));
		if (written <= 0) {
			return 0;
		}
		done += written;
	}
	return size > 0;
}

int main(int count, char **arguments)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY);
	if (count != 2 || master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
		perror("pty");
		return 1;
	}
	/* Held open: otherwise the master reads an error while nobody else has opened the slave. */
	const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	struct termios raw;
	(void)unlink(arguments[1]);
	if (slave < 0 || tcgetattr(slave, &raw) != 0 || symlink(ptsname(master), arguments[1]) != 0) {
		perror("pty");
		return 1;
	}
	cfmakeraw(&raw);
	(void)tcsetattr(slave, TCSANOW, &raw);
	fprintf(stderr, "ready\n");
	struct pollfd ends[] = {{STDIN_FILENO, POLLIN, 0}, {master, POLLIN, 0}};
	while (poll(ends, 2, -1) > 0) {
		if (ends[0].revents != 0 && !move(STDIN_FILENO, master)) {
			return 0;
		}
		if (ends[1].revents != 0 && !move(master, STDOUT_FILENO)) {
			return 0;
		}
	}
	return 0;
}
