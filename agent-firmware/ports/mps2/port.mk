# MPS2: one source for four cores. Floating point is not used, so hard float needs no start-up.
MPS2_CC ?= arm-none-eabi-gcc

MPS2_STACK_BYTES := 8192
MPS2_LINK := -Tports/mps2/link.ld -Wl,--defsym=STACK_BYTES=$(MPS2_STACK_BYTES)
MPS2_LOW := $(MPS2_LINK),--defsym=FLASH_START=0,--defsym=FLASH_BYTES=0x400000,--defsym=RAM_START=0x20000000,--defsym=RAM_BYTES=0x400000
MPS2_SECURE := $(MPS2_LINK),--defsym=FLASH_START=0x10000000,--defsym=FLASH_BYTES=0x400000,--defsym=RAM_START=0x38000000,--defsym=RAM_BYTES=0x200000

# NAME, core, options of the linker, version of the core's memory protection
mps2 = $(call board,$(1),mps2,$(MPS2_CC),-mcpu=$(2) -mthumb -mfloat-abi=soft,-DBOARD_FILE='"ports/mps2/boards/$(1).h"',$(3),ports/mps2/$(4)/mpu.c)

$(eval $(call mps2,mps2-an385,cortex-m3,$(MPS2_LOW),pmsav7))
$(eval $(call mps2,mps2-an386,cortex-m4,$(MPS2_LOW),pmsav7))
$(eval $(call mps2,mps2-an500,cortex-m7,$(MPS2_LOW),pmsav7))
$(eval $(call mps2,mps2-an505,cortex-m33,$(MPS2_SECURE),pmsav8))
