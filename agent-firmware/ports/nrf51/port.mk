# nRF51 (QEMU's microbit): Cortex-M0, 256 KiB of flash, 16 KiB of RAM.
NRF51_CC ?= arm-none-eabi-gcc

$(eval $(call board,nrf51,nrf51,$(NRF51_CC),-mcpu=cortex-m0 -mthumb -mfloat-abi=soft,-DFEMTO_CONFIG_FILE='"ports/nrf51/config.h"',-Tports/nrf51/link.ld))
