# QEMU's board `virt`, one core RV32IMAC.
RISCV_CC ?= riscv64-unknown-elf-gcc
# The specification in which the base instructions include those of control registers: the compiler has no libgcc for
# the architecture that names them apart.
RVVIRT_MACHINE := -march=rv32imac -misa-spec=2.2 -mabi=ilp32 -mcmodel=medany
$(eval $(call board,rvvirt,rvvirt,$(RISCV_CC),$(RVVIRT_MACHINE),,-T ports/rvvirt/link.ld))
