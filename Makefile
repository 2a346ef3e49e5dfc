# SPDX-License-Identifier: MIT
# `make help` lists the targets. Each flavour builds in its own folder ($O); one archive per layer, so that a
# test can link only what its layer may use.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DATADIR ?= $(PREFIX)/share
LIBEXECDIR ?= $(PREFIX)/libexec
O       ?= build
CFLAGS  ?= -O2 -g
JOBS    ?= $(shell nproc)

LAYERS := app ui model fs base
PKGS   := ncursesw libpcre2-8 mount
HPKGS  := libmagic libarchive libseccomp
TPKGS  := cmocka vterm
KINDS  := base helper fs model ui app scenario view e2e fuzz

BASE_FLAGS := -std=c17 -D_GNU_SOURCE -DTROWEL_VERSION='"$(VERSION)"' -DTROWEL_DATADIR='"$(DATADIR)/trowel"' \
	-DTROWEL_LIBEXECDIR='"$(LIBEXECDIR)"' \
	-pthread -Isrc -ffile-prefix-map=$(CURDIR)=.
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wpointer-arith -Wcast-qual -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -fno-common
HARDEN := -fstack-protector-strong -fPIE
LDHARD := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifeq ($(findstring -fsanitize,$(CFLAGS)),)
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
HPKG_LIBS  := $(shell pkg-config --libs $(HPKGS) 2>/dev/null)
TPKG_LIBS  := $(shell pkg-config --libs $(TPKGS) 2>/dev/null) -lutil -lm
ALL_CFLAGS := $(BASE_FLAGS) $(WARN) $(HARDEN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(WERROR)

# `make V=1` shows whole command lines.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))

src_of = $(sort $(wildcard src/$(1)/*.c))
objs   = $(patsubst %.c,$(O)/%.o,$(1))
lib    = $(O)/lib$(1).a
libs   = $(foreach l,$(1),$(call lib,$(l)))
link   = $(CC) $(CFLAGS) $(LDHARD) $(LDFLAGS) -pthread -o $@ $(1) \
	-Wl,--start-group $(2) -Wl,--end-group $(PKG_LIBS) $(3) $(LDLIBS)
# The helper and its tests: the libraries that read hostile files, which nothing else may link.
hlink  = $(CC) $(CFLAGS) $(LDHARD) $(LDFLAGS) -o $@ $(1) $(HPKG_LIBS) $(2) $(LDLIBS)

# What a test of each kind links, in link order.
LINK_base     := base
LINK_fs       := fs base
LINK_model    := model base
LINK_ui       := ui model base
LINK_app      := app ui model fs base
LINK_scenario := model base
LINK_view     := ui model base
LINK_e2e      := base

all: $(O)/trowel $(O)/trowel-helper

$(O)/trowel: $(O)/src/main.o $(call libs,$(LAYERS))
	$(call say,LD,$@)
	$(Q)$(call link,$<,$(call libs,$(LAYERS)))

$(O)/trowel-helper: $(O)/src/helper/main.o $(call libs,helper base)
	$(call say,LD,$@)
	$(Q)$(call hlink,$^)

define layer_rule
$(call lib,$(1)): $(call objs,$(call src_of,$(1)))
	$$(Q)rm -f $$@ && $$(AR) rcsD $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))
$(call lib,helper): $(call objs,$(filter-out %/main.c,$(call src_of,helper)))
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(O)/%.o: %.c $(O)/flags | $(O)/deps
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Other flags: everything is built again. Without a compiler or libraries: what is missing, before the first error.
$(O)/flags: FORCE
	@mkdir -p $(@D); printf '%s\n' '$(CC) $(subst ','\'',$(ALL_CFLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(CC) $(subst ','\'',$(ALL_CFLAGS))' >$@
$(O)/deps: tools/deps
	@mkdir -p $(@D)
	@tools/deps --check build && touch $@

# ---- tests ----
$(O)/libtest.a: $(call objs,$(sort $(wildcard tests/lib/*.c)))
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

# Tests that link fs get tests/lib/fault.c in front of each system call in the table of fs/sys.h.
SYS_WRAP := $(shell sed -n 's/^\t[A-Z]*.[a-z_]*, \([a-z0-9_]*\),.*/-Wl,--wrap=sys_\1/p' src/fs/sys.h)

# $(1): kind, $(2): folder of its tests
define test_rule
TESTS_$(1) := $(patsubst %.c,$(O)/%,$(sort $(wildcard $(2)/test_*.c)))
$$(TESTS_$(1)): $(O)/%: $(O)/%.o $(O)/libtest.a $(call libs,$(LINK_$(1)))
	$$(call say,LD,$$@)
	$$(Q)$$(call link,$$<,$(if $(filter fs,$(LINK_$(1))),$$(SYS_WRAP)) $(O)/libtest.a $(call libs,$(LINK_$(1))),$(TPKG_LIBS))
endef
$(foreach l,base fs model ui app,$(eval $(call test_rule,$(l),tests/unit/$(l))))
$(foreach k,scenario view e2e,$(eval $(call test_rule,$(k),tests/$(k))))

TESTS_helper := $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/unit/helper/test_*.c)))
$(TESTS_helper): $(O)/%: $(O)/%.o $(O)/libtest.a $(call libs,helper base)
	$(call say,LD,$@)
	$(Q)$(call hlink,$^,$(TPKG_LIBS))

# What a run of the program holds when everything goes wrong: a test program for each layer. The program that stands in for it,
# with planted mistakes, is tried too.
FAULT_LIB   := $(call objs,$(filter-out %/standin.c $(wildcard tests/fault/test_*.c),$(sort $(wildcard tests/fault/*.c))))
TESTS_fault := $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/fault/test_*.c)))
$(TESTS_fault): $(O)/%: $(O)/%.o $(FAULT_LIB) $(O)/libtest.a $(call libs,base) | $(O)/tests/fault/standin
	$(call say,LD,$@)
	$(Q)$(call link,$< $(FAULT_LIB),$(O)/libtest.a $(call libs,base),$(TPKG_LIBS))
$(O)/tests/fault/standin: $(O)/tests/fault/standin.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDHARD) $(LDFLAGS) -o $@ $<

# Fuzz targets: replayed over their corpus by the tests (replay.c), let loose by `make fuzz-NAME`.
FUZZERS    := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
TESTS_fuzz := $(FUZZERS:%=$(O)/tests/fuzz/replay_%)
$(TESTS_fuzz): $(O)/tests/fuzz/replay_%: $(O)/tests/fuzz/fuzz_%.o $(O)/tests/fuzz/replay.o $(call libs,$(LAYERS) helper)
	$(call say,LD,$@)
	$(Q)$(call link,$(filter %.o,$^),$(call libs,$(LAYERS) helper),$(TPKG_LIBS))
$(O)/fuzz_%: $(O)/tests/fuzz/fuzz_%.o $(call libs,$(LAYERS) helper)
	$(Q)$(call link,-fsanitize=fuzzer $<,$(call libs,$(LAYERS) helper))
FUZZ_SECONDS ?= 60
fuzz-%:
	$(Q)tools/deps build fuzz
	$(Q)$(MAKE) --no-print-directory O=$(O)/fuzz CC=clang CFLAGS='$(FLAGS_fuzz)' $(O)/fuzz/fuzz_$*
	$(Q)mkdir -p $(O)/fuzz/corpus/$* tests/fuzz/corpus/$*
	$(O)/fuzz/fuzz_$* -max_total_time=$(FUZZ_SECONDS) $(O)/fuzz/corpus/$* tests/fuzz/corpus/$*

# make test-base, test-fs, test-view ...: builds and runs one kind.
test-%:
	$(Q)$(MAKE) --no-print-directory run-tests KIND=$*
run-tests: $(foreach k,$(or $(KIND),$(KINDS)),$(TESTS_$(k)) $(if $(filter e2e fs helper fault,$(k)),$(O)/trowel $(O)/trowel-helper))
	$(Q)TROWEL_BIN='$(abspath $(O))/trowel' JOBS=$(JOBS) tests/run $(foreach k,$(or $(KIND),$(KINDS)),$(TESTS_$(k)))
check-unit: KIND = base helper fs model ui app
check-unit:
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) run-tests KIND='$(KIND)'

check:
	$(Q)tools/deps build test
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all tests
	$(Q)$(MAKE) --no-print-directory run-tests KIND='$(KINDS) fault'
tests: $(foreach k,$(KINDS) fault,$(TESTS_$(k)))
# All of tests/fault, of which `check` tries a sample; FAULT=NAME: one case, or those that fit a pattern.
check-fault:
	$(Q)tools/deps build test
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all $(TESTS_fault)
	$(Q)FAULT_WHOLE=1 FAULT_JOBS=$(JOBS) TEST_TIMEOUT=3600 $(MAKE) --no-print-directory run-tests KIND=fault JOBS=1

# ---- flavours, each in its own folder ----
FLAGS_debug := -O0 -g3
FLAGS_asan  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_tsan  := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
FLAGS_fuzz  := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
debug asan tsan:
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) O=$(O)/$@ CFLAGS='$(FLAGS_$@)' all
check-debug check-asan check-tsan: check-%:
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) O=$(O)/$* CFLAGS='$(FLAGS_$*)' all tests
	$(Q)$(MAKE) --no-print-directory O=$(O)/$* CFLAGS='$(FLAGS_$*)' TEST_SLOW=4 run-tests

# ---- the rest ----
run:
	$(Q)tools/deps build
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all
	$(Q)$(O)/trowel $(ARGS)

lint:
	$(Q)tools/deps build test lint
	$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) CPPFLAGS='$(subst ','\'',$(BASE_FLAGS) $(PKG_CFLAGS) $(CPPFLAGS))' tools/lint

BENCHES := $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/bench/*.c)))
$(BENCHES): $(O)/%: $(O)/%.o $(O)/libtest.a $(call libs,fs base)
	$(call say,LD,$@)
	$(Q)$(call link,$<,$(O)/libtest.a $(call libs,fs base),$(TPKG_LIBS))
bench:
	$(Q)tools/deps build test
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all $(BENCHES)
	$(Q)TROWEL_BIN='$(abspath $(O))/trowel' $(O)/tests/bench/browse '$(abspath $(O))/tests/bench' $(SCALES)
	$(Q)TROWEL_BIN='$(abspath $(O))/trowel' $(O)/tests/bench/sizes '$(abspath $(O))/tests/bench' $(SCALES)
	$(Q)TROWEL_BIN='$(abspath $(O))/trowel' $(O)/tests/bench/scanning '$(abspath $(O))/tests/bench'
	$(Q)TROWEL_BIN='$(abspath $(O))/trowel' $(O)/tests/bench/acting '$(abspath $(O))/tests/bench' $(SCALES)

# Where each file goes: source:folder below PREFIX:name
INSTALL := doc/trowel.1:share/man/man1:trowel.1 doc/completion/trowel.bash:share/bash-completion/completions:trowel \
	doc/completion/_trowel:share/zsh/site-functions:_trowel \
	doc/completion/trowel.fish:share/fish/vendor_completions.d:trowel.fish \
	$(foreach t,$(sort $(wildcard themes/*.theme)),$(t):share/trowel/themes:$(notdir $(t))) \
	$(foreach s,$(sort $(wildcard doc/shell/*)),$(s):share/trowel/shell:$(notdir $(s)))
field = $(word $(2),$(subst :, ,$(1)))
DEST := $(DESTDIR)$(PREFIX)
install: all
	install -D -m 755 $(O)/trowel '$(DEST)/bin/trowel'
	install -D -m 755 $(O)/trowel-helper '$(DESTDIR)$(LIBEXECDIR)/trowel-helper'
	$(foreach i,$(INSTALL),install -D -m 644 $(call field,$i,1) '$(DEST)/$(call field,$i,2)/$(call field,$i,3)' &&) :
uninstall:
	rm -f '$(DEST)/bin/trowel' '$(DESTDIR)$(LIBEXECDIR)/trowel-helper' $(foreach i,$(INSTALL),'$(DEST)/$(call field,$i,2)/$(call field,$i,3)')
	-rmdir '$(DEST)/share/trowel/themes' '$(DEST)/share/trowel/shell' '$(DEST)/share/trowel' 2>/dev/null

dist:
	git archive --format=tar --prefix=trowel-$(VERSION)/ HEAD | gzip -9n >trowel-$(VERSION).tar.gz

clean:
	rm -rf $(O)

help:
	@sed -n 's/^## //p' Makefile

## make              the program, at build/trowel, and its helper beside it
## make run          everything it needs, then the program; ARGS='PATH' to start somewhere else
## make check        everything it needs, then all tests
## make check-unit   the unit tests; test-KIND one kind: base helper fs model ui app scenario view e2e fuzz
## make check-fault   every call failing, killed, attacked, without power; `check` tries a sample. FAULT='killed/rm-*': only those
## make debug        unoptimised, in build/debug; asan, tsan: with sanitizers; check-asan, check-tsan: their tests
## make lint         layers, formatting, static analysis
## make bench        speed, against the least possible work and the file managers installed here
## make fuzz-NAME    one fuzz target for FUZZ_SECONDS
## make install      below PREFIX (/usr/local), staged below DESTDIR; uninstall takes it away
## make dist         trowel-VERSION.tar.gz of the committed tree
## make clean

-include $(shell find $(O) -name '*.d' 2>/dev/null)
.PHONY: all tests run-tests check-unit check check-fault check-debug check-asan check-tsan debug asan tsan run lint bench \
	install uninstall dist clean help FORCE
.SECONDARY:
.DELETE_ON_ERROR:
