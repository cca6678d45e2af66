/* Text for a person, on the first UART; nothing is read. Waits for the line. */
#ifndef MPS2_CONSOLE_H
#define MPS2_CONSOLE_H

void console_start(void);
void console_text(const char *text);

#endif
