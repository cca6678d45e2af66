/* Constants of MPS2 with the image AN505: Cortex-M33 in the secure state, with secure aliases. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an505"

#define CLOCK_HZ 20000000u

#define UART_BASE 0x50200000u
#define TIMER_BASE 0x50002000u
#define TIMER_IRQ 5u
#define WATCHDOG_BASE 0x50081000u
#define LAN_BASE 0x52000000u
#define LAN_IRQ 48u

/* External memory that the board keeps without power. */
#define FLASH_BASE 0x80000000u

#endif
