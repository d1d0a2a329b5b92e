# SPDX-License-Identifier: GPL-2.0-only
#
# How the driver and what surrounds it are compiled on a build machine.
# Include with TOP set to the top of the checkout; objects: build/tests.

DRIVER ?= $(TOP)/xen-smmu
VARIANT ?= asan
O := $(TOP)/build/tests/$(VARIANT)$(SUFFIX)

FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_tsan := -O1 -g -fsanitize=thread
FLAGS_plain := -O2
CC := gcc
OBJCOPY := objcopy
CFLAGS := -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wno-missing-field-initializers \
	-fno-strict-aliasing $(FLAGS_$(VARIANT)) \
	-I $(TOP)/include -I $(TOP)/tests/host -I $(TOP)/tests/sim -I $(DRIVER)

# Of the platform, TSan is to see the locks and atomics only, or the model's own
# lock would order whatever the driver does.
PLATFORM := $(if $(filter tsan,$(VARIANT)),$(filter-out \
	-fsanitize=thread,$(CFLAGS)),$(CFLAGS))

DRIVER_C := $(wildcard $(DRIVER)/*.c)
HOST_C := $(wildcard $(TOP)/tests/host/*.c)
SIM_C := $(addprefix $(TOP)/tests/sim/,regs.c v3.c config.c cmdq.c event.c \
	v2.c v2-regs.c tlb.c dma.c power.c world.c)
DRIVER_O := $(DRIVER_C:$(DRIVER)/%.c=$(O)/driver-%.o)
HOST_O := $(HOST_C:$(TOP)/tests/host/%.c=$(O)/host-%.o)
SIM_O := $(SIM_C:$(TOP)/tests/sim/%.c=$(O)/sim-%.o)
HEADERS := $(wildcard $(DRIVER)/*.h $(TOP)/include/public/*.h \
	$(TOP)/tests/host/*.h $(TOP)/tests/sim/*.h) $(TOP)/tests/host/build.mk

# The list of units only grows; a test that starts from nothing clears it.
$(O)/driver-unit.o: $(DRIVER)/unit.c $(HEADERS) | $(O)
	$(CC) $(CFLAGS) -c $< -o $@.tmp
	$(OBJCOPY) --globalize-symbol=units $@.tmp $@
	@rm -f $@.tmp

$(O)/driver-%.o: $(DRIVER)/%.c $(HEADERS) | $(O)
	$(CC) $(CFLAGS) -c $< -o $@

$(O)/host-atomic.o: $(TOP)/tests/host/atomic.c $(HEADERS) | $(O)
	$(CC) $(CFLAGS) -c $< -o $@

$(O)/host-%.o: $(TOP)/tests/host/%.c $(HEADERS) | $(O)
	$(CC) $(PLATFORM) -c $< -o $@

$(O)/sim-%.o: $(TOP)/tests/sim/%.c $(HEADERS) | $(O)
	$(CC) $(PLATFORM) -c $< -o $@

$(O)/unit-%.o: $(TOP)/tests/unit/%.c $(HEADERS) | $(O)
	$(CC) $(CFLAGS) -c $< -o $@

$(O)/%: $(O)/sim-%.o $(DRIVER_O) $(HOST_O) $(SIM_O)
	$(CC) $(CFLAGS) $^ -lcmocka -lpthread -o $@

$(O)/%: $(O)/unit-%.o $(DRIVER_O) $(HOST_O) $(SIM_O)
	$(CC) $(CFLAGS) $^ -lcmocka -lpthread -o $@

$(O):
	@mkdir -p $@
.SECONDARY:
