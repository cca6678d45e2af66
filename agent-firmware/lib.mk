# The agent as a library for somebody else's firmware. Included by the Makefile; needs make, a C11 compiler and the
# sources of libsodium, nothing else.
#
#   make lib CC=arm-none-eabi-gcc CFLAGS="-mcpu=cortex-m4 -mthumb -Os" LIBC=none SODIUM=… BUILD=…
#       $(BUILD)/lib/libfemto.a
#   make lib-sizes (same variables)    its text, data and bss by folder
#   make examples         ../build/examples/: the smallest firmware of each port
#   make check-library    the library for five cores and the template of a port, warnings as errors
#
# CFLAGS = options for the core, and -D of core/femto_config.h. LIBC=none = the compiler has no <string.h>: a small one
# (ports/common/include) is used, and the firmware links ports/common/string.c or functions of its own.

LIB ?= $(BUILD)/lib
CFLAGS ?= -Os
LIBC ?=
LIB_SECTIONS := -ffunction-sections -fdata-sections -fno-common -fstack-usage
LIB_INCLUDES := $(if $(filter none,$(LIBC)),-ffreestanding -Iports/common/include)
LIB_O := $(CORE_C:%.c=$(LIB)/%.o) $(GENERATED_C:%.c=$(LIB)/%.o)
LIB_SODIUM := $(SODIUM_C:$(SODIUM)/%.c=$(LIB)/sodium/%.o)
LIB_AR = $(shell $(CC) -print-prog-name=ar)

.PHONY: lib lib-sizes examples check-library
lib: $(LIB)/libfemto.a

$(LIB)/sodium/%.o: $(SODIUM)/%.c
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(SODIUM_FLAGS) $(LIB_INCLUDES) $(CFLAGS) $(LIB_SECTIONS) $(DEPENDENCIES) -c $< -o $@

$(LIB)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(WARNINGS) $(LIB_INCLUDES) $(INCLUDES) $(CFLAGS) $(LIB_SECTIONS) $(DEPENDENCIES) -c $< -o $@

$(LIB)/libfemto.a: $(LIB_O) $(LIB_SODIUM)
	@rm -f $@
	@echo "  AR      $@"
	$(Q)$(LIB_AR) rcs $@ $^

# A member of the archive has lost its folder, so the objects are summed.
lib-sizes: $(LIB)/libfemto.a
	@for folder in $(sort $(patsubst $(LIB)/%/,%,$(dir $(LIB_O)))) sodium; do \
		find $(LIB)/$$folder -name '*.o' | xargs $(shell $(CC) -print-prog-name=size) | \
			awk -v folder=$$folder 'NR > 1 { text += $$1; data += $$2; bss += $$3 } \
				END { printf "%-20s text %6d  data %4d  bss %4d\n", folder, text, data, bss }'; \
	done

# --- Checked on every change

LIBRARY_CORES := cortex-m0 cortex-m3 cortex-m4 cortex-m33 rv32imac
LIBRARY_rv32imac := CC=riscv64-unknown-elf-gcc CFLAGS="-march=rv32imac -mabi=ilp32 -Os"
library_core = $(or $(LIBRARY_$(1)),CC=arm-none-eabi-gcc CFLAGS="-mcpu=$(1) -mthumb -Os")

check-library: $(LIBRARY_CORES:%=check-library-%)
	$(CC) $(WARNINGS) $(INCLUDES) -fsyntax-only platform/femto_port_template.c

check-library-%:
	$(Q)$(MAKE) --no-print-directory lib LIBC=none BUILD=$(BUILD)/library/$* SODIUM=$(SODIUM) $(call library_core,$*)

# --- Examples: the objects of a port without its main

EXAMPLES := $(BUILD)/examples
examples: $(EXAMPLES)/minimal-rvvirt.elf $(EXAMPLES)/minimal-mps2-an386.elf $(if $(IS_LINUX),$(EXAMPLES)/minimal-host)

$(EXAMPLES)/minimal-host: examples/minimal/host.c $(DEVICE_O) $(DEVICE_SODIUM)
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)$(CC) $(WARNINGS) $(INCLUDES) $(DEVICE_FLAGS) -Wl,--gc-sections $(filter-out %/main.o,$^) -o $@

# NAME, port, compiler with options of the core, constants, link
define example
$(EXAMPLES)/minimal-$(1).elf: examples/minimal/$(2).c $$($(1)_O) $$($(1)_SODIUM)
	@mkdir -p $$(@D)
	@echo "  LINK    $$@"
	$$(Q)$(3) $(4) $$(WARNINGS) $$(BOARD_INCLUDES) $$(BOARD_FLAGS) -c $$< -o $$(@:.elf=.o)
	$$(Q)$(3) $$(BOARD_LINK) $(5) $$(@:.elf=.o) $$(filter-out %/ports/$(2)/main.o %.c,$$^) -lgcc -o $$@
endef
$(eval $(call example,rvvirt,rvvirt,$(RISCV_CC) $(RVVIRT_MACHINE),,-T ports/rvvirt/link.ld))
M4 := -mcpu=cortex-m4 -mthumb -mfloat-abi=soft
AN386 := -DBOARD_FILE='"ports/mps2/boards/mps2-an386.h"'
$(eval $(call example,mps2-an386,mps2,$(MPS2_CC) $(M4),$(AN386),$(MPS2_LOW)))

-include $(LIB_O:.o=.d) $(LIB_SODIUM:.o=.d)
