/* Text out of the board's serial port, for a person; the firmware reads nothing from it. */
#ifndef RVVIRT_CONSOLE_H
#define RVVIRT_CONSOLE_H

void rv_console_write(const char *text);

#endif
