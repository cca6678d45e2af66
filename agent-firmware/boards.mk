# The firmware for boards, which QEMU models. Included by the Makefile.
#
#   make boards        ../build/boards/<board>.elf of every port
#   make mps2-an386    one of them
#   make board-sizes   bytes of those that are built
#
# A port has a file ports/<port>/port.mk, which names its compiler and calls `board` for each board:
#   $(eval $(call board,NAME,PORT,COMPILER,MACHINE,CONSTANTS,LINK,SOURCES))
# NAME = board, PORT = folder of ports/, COMPILER = command, MACHINE = options of compiler and linker for the core,
# CONSTANTS = options of the compiler for the port's sources, LINK = options of the linker (with the script), SOURCES =
# files besides those in the port's folder, or nothing.

BOARDS_BUILD := $(BUILD)/boards
BOARDS :=

BOARD_INCLUDES := -Iports/common/include $(INCLUDES)
# The memory functions are loops, which the compiler would turn into calls of themselves.
BOARD_FLAGS := -g -Os -ffreestanding -ffunction-sections -fdata-sections -fno-common -fno-tree-loop-distribute-patterns \
	-fstack-usage
BOARD_LINK := -nostdlib -Wl,--gc-sections,--fatal-warnings,--build-id=sha1

define board
BOARDS += $(1)
.PHONY: $(1)
$(1): $(BOARDS_BUILD)/$(1).elf
$(1)_O := $(patsubst %.c,$(BOARDS_BUILD)/$(1)/%.o,$(CORE_C) $(GENERATED_C) $(COMMON_C) $(wildcard ports/$(2)/*.c) $(7)) \
	$(patsubst %.S,$(BOARDS_BUILD)/$(1)/%.o,$(wildcard ports/$(2)/*.S))
$(1)_SODIUM := $(SODIUM_C:$(SODIUM)/%.c=$(BOARDS_BUILD)/$(1)/sodium/%.o)

$(BOARDS_BUILD)/$(1)/sodium/%.o: $(SODIUM)/%.c
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	$$(Q)$(3) $(4) $$(SODIUM_FLAGS) -Iports/common/include $$(BOARD_FLAGS) $$(DEPENDENCIES) -c $$< -o $$@

$(BOARDS_BUILD)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	$$(Q)$(3) $(4) $$(WARNINGS) $(5) $$(BOARD_INCLUDES) $$(BOARD_FLAGS) $$(DEPENDENCIES) -c $$< -o $$@

$(BOARDS_BUILD)/$(1)/%.o: %.S
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	$$(Q)$(3) $(4) $(5) -g -c $$< -o $$@

$(BOARDS_BUILD)/$(1).elf: $$($(1)_O) $$($(1)_SODIUM) $(wildcard ports/$(2)/*.ld) $(wildcard ports/$(2)/port.mk)
	@echo "  LINK    $$@"
	$$(Q)$(3) $(4) $$(BOARD_LINK) $(6) $$($(1)_O) $$($(1)_SODIUM) -lgcc -Wl,-Map=$$(@:.elf=.map) -o $$@

-include $$($(1)_O:.o=.d) $$($(1)_SODIUM:.o=.d)
endef

include $(wildcard ports/*/port.mk)

.PHONY: boards board-sizes
boards: $(BOARDS:%=$(BOARDS_BUILD)/%.elf)

board-sizes:
	@size $(wildcard $(BOARDS:%=$(BOARDS_BUILD)/%.elf))
