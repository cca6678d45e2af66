#include "noise.h"

#include "reg.h"

#define RNG 0x4000d000u
#define TASK_START REG(RNG + 0x000u)
#define TASK_STOP REG(RNG + 0x004u)
#define EVENT_VALUE REG(RNG + 0x100u)
#define CONFIG REG(RNG + 0x504u)
#define VALUE REG(RNG + 0x508u)

/* Corrects the bias of single bits. */
#define CONFIG_CORRECT 1u

uint32_t noise_word(void)
{
	uint32_t word = 0;
	CONFIG = CONFIG_CORRECT;
	TASK_START = 1;
	for (uint32_t i = 0; i < 4u; i++) {
		EVENT_VALUE = 0;
		while (EVENT_VALUE == 0) {
		}
		word = word << 8 | (VALUE & 0xffu);
	}
	TASK_STOP = 1;
	return word;
}
