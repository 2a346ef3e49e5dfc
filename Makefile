# SPDX-License-Identifier: MIT
# `make help` lists the targets. Each flavour builds in its own folder ($O); one archive per layer, so that a
# test can link only what its layer may use.

VERSION := 0.1.0
PREFIX  ?= /usr/local
O       ?= build
CFLAGS  ?= -O2 -g

LAYERS := app ui model fs base
PKGS   := ncursesw libpcre2-8 mount
TPKGS  := cmocka vterm

BASE_FLAGS := -std=c17 -D_GNU_SOURCE -DTROWEL_VERSION='"$(VERSION)"' -pthread -Isrc
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wpointer-arith -Wcast-qual -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -fno-common
HARDEN  := -fstack-protector-strong -fPIE
LDHARD  := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifeq ($(findstring -fsanitize,$(CFLAGS)),)
HARDEN  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif

PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS))
TPKG_LIBS  = $(shell pkg-config --libs $(TPKGS)) -lutil
ALL_CFLAGS = $(BASE_FLAGS) $(WARN) $(HARDEN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(WERROR)

src_of = $(wildcard src/$(1)/*.c)
objs   = $(patsubst %.c,$(O)/%.o,$(1))
lib    = $(O)/lib$(1).a

# What a test of each kind links, in link order.
LINK_base     := base
LINK_fs       := fs base
LINK_model    := model base
LINK_ui       := ui model base
LINK_app      := app ui model fs base
LINK_scenario := model base
LINK_view     := ui model base
LINK_e2e      := base
LINK_fuzz     := app ui model fs base
LINK_bench    := app ui model fs base

all: $(O)/trowel

$(O)/trowel: $(O)/src/main.o $(foreach l,$(LAYERS),$(call lib,$(l)))
	$(CC) $(CFLAGS) $(LDHARD) $(LDFLAGS) -pthread -o $@ $(O)/src/main.o \
		-Wl,--start-group $(foreach l,$(LAYERS),$(call lib,$(l))) -Wl,--end-group $(PKG_LIBS) $(LDLIBS)

define layer_rule
$(call lib,$(1)): $(call objs,$(call src_of,$(1)))
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libtest.a: $(call objs,$(wildcard tests/lib/*.c))
	@rm -f $@
	$(AR) rcs $@ $^

# Tests that link fs get tests/lib/fault.c in front of each system call in the table of fs/sys.h.
SYS_WRAP = $(shell sed -n 's/^\t[A-Z]*([a-z_]*, \([a-z0-9_]*\),.*/-Wl,--wrap=sys_\1/p' src/fs/sys.h)

# $(1): kind, $(2): folder of its tests
define test_rule
TESTS_$(1) := $(patsubst %.c,$(O)/%,$(wildcard $(2)/test_*.c))
$$(TESTS_$(1)): $(O)/%: $(O)/%.o $(O)/libtest.a $$(foreach l,$$(LINK_$(1)),$$(call lib,$$(l)))
	$$(CC) $$(CFLAGS) $$(LDHARD) $$(LDFLAGS) -pthread -o $$@ $$< $$(if $$(filter fs,$$(LINK_$(1))),$$(SYS_WRAP)) \
		-Wl,--start-group $(O)/libtest.a $$(foreach l,$$(LINK_$(1)),$$(call lib,$$(l))) -Wl,--end-group \
		$$(PKG_LIBS) $$(TPKG_LIBS) $$(LDLIBS)
endef
$(foreach l,base fs model ui app,$(eval $(call test_rule,$(l),tests/unit/$(l))))
$(foreach k,scenario view e2e,$(eval $(call test_rule,$(k),tests/$(k))))

# make test-base, test-fs, test-view ...: builds and runs one kind.
test-%: all
	$(MAKE) --no-print-directory run-tests KIND=$*
run-tests: $(TESTS_$(KIND))
	TROWEL_BIN=$(O)/trowel tests/run $(TESTS_$(KIND))

-include $(shell find $(O) -name '*.d' 2>/dev/null)
.PHONY: all run-tests
.SECONDARY:
