/* The chip's generator of random numbers. */
#ifndef NRF51_NOISE_H
#define NRF51_NOISE_H

#include <stdint.h>

/* Four random bytes; takes about 3 ms. */
uint32_t noise_word(void);

#endif
