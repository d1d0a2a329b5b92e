# SPDX-License-Identifier: GPL-2.0-only
#
# 'make' alone prints help.  All that is built or fetched lies under build/.

XEN_VERSION ?= 4.20
XEN_SRC ?=
KEEP ?=

# Debian's own interpreter: pytest is installed for that one.
PYTHON := $(firstword $(wildcard /usr/bin/python3) python3)
SYSTEM := tests/system
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help run check check-fast check-long model xen tools boards setup clean distclean \
	bench bench-check bench-accept
.DEFAULT_GOAL := help

help:
	@echo 'make run         fetch, build and boot everything on QEMU: two guests with'
	@echo '                 devices of their own, DMA, attacks; build/run/report.json, timeline.svg'
	@echo '                 KEEP=1 leaves the machine up, XEN_SRC=dir takes your own Xen'
	@echo 'make check       all tests: host tests, then the system tests on QEMU'
	@echo 'make check-fast  the host tests: no root, no network, no QEMU; 2 minutes'
	@echo 'make check-long  everything, with full counts'
	@echo 'make bench       side by side with the stock driver, in counts, as one table:'
	@echo '                 build/bench/report.json; make bench-check: nothing is worse'
	@echo '                 than tests/bench/figures.json'
	@echo 'make model       the power state machine, explored by spin: minutes'
	@echo 'make xen         the hypervisor: build/out/xen; XEN_VERSION=4.20 or 4.17,'
	@echo '                 or XEN_SRC=dir for your own tree, which is copied first'
	@echo 'make tools       xen-smmu and xl for an arm64 dom0: build/tools/arm64'
	@echo 'make boards      tools/BOARDS.md: what the tool says of real boards'"'"' device trees'
	@echo 'make setup       install the Debian packages all this needs (named; root)'
	@echo 'make clean       remove what was built; make distclean: downloads as well'
	@echo
	@echo 'run, check, xen and tools do the set-up themselves on a fresh Debian 12.'

setup:
	@$(SYSTEM)/setup

run: setup
	@$(PYTHON) $(SYSTEM)/run.py --xen-version '$(XEN_VERSION)' \
		--xen-src '$(XEN_SRC)' $(if $(KEEP),--keep)

xen: setup
	@$(PYTHON) $(SYSTEM)/xen.py --version '$(XEN_VERSION)' --src '$(XEN_SRC)'

tools: setup
	@$(PYTHON) -c 'import sys; sys.path.insert(0, "$(SYSTEM)"); \
		import roots; [print(f) for _, f in roots.tools()]'

boards: setup
	@$(PYTHON) $(SYSTEM)/boards.py

BENCH := $(PYTHON) tests/bench/bench.py

bench: setup
	@$(BENCH)

bench-check: setup
	@$(BENCH) --check $(if $(QUICK),--quick)

# What was measured last becomes what is committed, and what the README shows.
bench-accept:
	@$(BENCH) --accept

# Suites that need no root, no network and no QEMU, each a command that prints
# TAP.  tests/tally runs them, shows progress and adds up.
HOST_SUITES := $(patsubst tests/%/Makefile,%,$(wildcard tests/*/Makefile))
HOST_SUITES := $(filter-out model,$(HOST_SUITES))
FAST := 'lint=tests/lint' $(foreach s,$(HOST_SUITES), \
	'$(s)=$(MAKE) -s --no-print-directory -C tests/$(s) tap')
SYSTEM_TAP := cd $(SYSTEM) && $(PYTHON) -m pytest -c pytest.ini

check-fast: export QUICK := 1
check-fast:
	@tests/tally -j2 $(FAST)

# The model's state space takes minutes; check searches a part of it.
MODEL := $(MAKE) -s --no-print-directory -C tests/model

model: setup
	@tests/tally 'model=$(MODEL) tap'

check: setup
	@tests/tally $(FAST) 'model=$(MODEL) quick' 'system=$(SYSTEM_TAP)'

check-long: export LONG := 1
check-long: setup
	@tests/tally $(FAST) 'model=$(MODEL) tap' 'system=$(SYSTEM_TAP)'

clean:
	rm -rf build/run build/out build/xen build/tools build/fw build/root-* build/log

distclean:
	rm -rf build
