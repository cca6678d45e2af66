/* Constants of MPS2 with the image AN385: Cortex-M3. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an385"

#define CLOCK_HZ 25000000u

#define UART_BASE 0x40004000u
#define TIMER_BASE 0x40002000u
#define TIMER_IRQ 10u
#define WATCHDOG_BASE 0x40008000u
#define LAN_BASE 0x40200000u
#define LAN_IRQ 13u

/* External memory that the board keeps without power. */
#define FLASH_BASE 0x21000000u

#endif
