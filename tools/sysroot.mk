# SPDX-License-Identifier: GPL-2.0-only
#
# Building against packages of another machine, unpacked under SYSROOT.
#
# The C library, its headers and the start-up code stay the cross compiler's:
# mixing two of them is what usually goes wrong with --sysroot.  So only the
# headers that are named here become visible, and libraries are linked by
# their full paths.  Without SYSROOT: the machine's own, as usual.

# Both empty without SYSROOT.
SYSROOT_READY :=
SYSROOT_CPPFLAGS :=

ifeq ($(SYSROOT),)

SMARTCOLS_CFLAGS := $(shell pkg-config --cflags smartcols 2>/dev/null)
SYSROOT_CPPFLAGS := $(SMARTCOLS_CFLAGS)
libs = $(patsubst %,-l%,$(1))

else

SYSROOT_LIB := $(abspath $(SYSROOT))/usr/lib/aarch64-linux-gnu
SYSROOT_INC := $(abspath $(SYSROOT))/usr/include
SYSROOT_HEADERS := xen xen*.h libxl*.h _libxl*.h yajl json-c libsmartcols \
                   fdt.h libfdt.h libfdt_env.h \
                   curses.h ncurses.h ncurses_dll.h unctrl.h
SYSROOT_READY := $(O)/sysroot-checked
SYSROOT_CPPFLAGS := -I$(O)/include -I$(O)/include/libsmartcols

# Their own libraries need a newer C library than the cross compiler's; that
# one is there when they run.
SYSROOT_LINK := -Wl,--unresolved-symbols=ignore-in-shared-libs \
                -Wl,-rpath-link,$(SYSROOT_LIB)
# Debian's libncurses.so is a script that names others without their places.
libs = $(SYSROOT_LINK) $(foreach l,$(1), \
           $(SYSROOT_LIB)/lib$(l).so$(if $(filter ncurses,$(l)),.6))

$(O)/sysroot-checked: $(TOP)/tools/sysroot.mk
	@for f in $(SYSROOT_INC)/xencall.h:libxen-dev \
	          $(SYSROOT_INC)/json-c/json.h:libjson-c-dev \
	          $(SYSROOT_INC)/libsmartcols/libsmartcols.h:libsmartcols-dev \
	          $(SYSROOT_INC)/libfdt.h:libfdt-dev \
	          $(SYSROOT_INC)/ncurses.h:libncurses-dev \
	          $(SYSROOT_LIB)/libfdt.so:libfdt-dev \
	          $(SYSROOT_LIB)/libjson-c.so:libjson-c5 \
	          $(SYSROOT_LIB)/libsmartcols.so:libsmartcols1 \
	          $(SYSROOT_LIB)/libncurses.so.6:libncurses6 \
	          $(SYSROOT_LIB)/libtinfo.so:libtinfo6 \
	          $(SYSROOT_LIB)/libxencall.so:libxencall1 \
	          $(SYSROOT_LIB)/libxenstore.so:libxenstore4 \
	          $(SYSROOT_LIB)/libxentoollog.so:libxentoollog1; do \
	    test -e "$${f%:*}" || { \
	        echo "SYSROOT has no $${f%:*}: unpack $${f##*:}:arm64 there" >&2; \
	        echo "(all that is needed: tools/README.build)" >&2; exit 1; }; \
	done
	@rm -rf $(O)/include && mkdir -p $(O)/include
	@cd $(SYSROOT_INC) && for h in $(SYSROOT_HEADERS); do \
	    if test -e "$$h"; then ln -s "$(SYSROOT_INC)/$$h" $(O)/include/; fi; \
	done
	@touch $@

endif
