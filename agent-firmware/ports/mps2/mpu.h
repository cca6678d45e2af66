/*
 * Memory protection while a container runs. Between mpu_close and mpu_open every write faults that
 * is neither to the stack of the main program nor to the memory of containers: the engine's state,
 * keys, the port's data, peripherals, code and flash are read-only. Handlers of interrupts open it
 * for themselves. A fault resets the board.
 *
 * It does not part one container from another: that is the virtual machine's.
 */
#ifndef MPS2_MPU_H
#define MPS2_MPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Multiple that the memory's address must be. */
#define MPU_ALIGNMENT 512u

/* Takes the memory of containers. False = it can't be told from its neighbours. */
bool mpu_start(uintptr_t memory, size_t size);

/* The `protect_begin` and `protect_end` of the port; `memory` is that of mpu_start. */
void mpu_close(void *context, void *memory, size_t size);
void mpu_open(void *context);

/* For a handler: opens, and returns what mpu_restore makes of it again. */
uint32_t mpu_suspend(void);
void mpu_restore(uint32_t state);

#endif
