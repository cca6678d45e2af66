# QEMU's board `lx60`, one Xtensa core, by a compiler for a smaller one of the family: no windows, no loop instruction.
XTENSA_CC ?= xtensa-lx106-elf-gcc
$(eval $(call board,xtensa-lx60,xtensa,$(XTENSA_CC),,,-T ports/xtensa/link.ld))
