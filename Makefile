# rollcall: `make lab` shows the main job on an isolated network, `make test` runs every test. Both do their own set-up.

GO       ?= go
TOOLS    := $(GO) tool -modfile=proto/tools.mod
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
SOURCES  := $(shell find . -name '*.go' -not -name '*_test.go' -not -path './bin/*') go.mod go.sum

# What the lab and the tests need beside Go, as Debian packages: real clients, a relay, an independent
# dissector, and the C compiler of the race detector.
LAB_PACKAGES  := iproute2 isc-dhcp-client udhcpc
RACE_PACKAGES := gcc libc6-dev
# The load generator of the benchmark, and the server that rollcall is measured beside.
BENCH_PACKAGES := iproute2 kea-admin kea-dhcp4-server
# Machines with real firmware, and what they boot.
BOOT_PACKAGES := iproute2 qemu-system-x86 seabios ovmf ipxe ipxe-qemu
TEST_PACKAGES := $(LAB_PACKAGES) dhcpcd-base isc-dhcp-relay tcpdump tshark $(BOOT_PACKAGES) $(RACE_PACKAGES)

.PHONY: build lab test test-boot conformance crash lint generate check-generated fuzz bench bench-quick microbench clean help

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/rollcall ## build bin/rollcall

bin/rollcall: $(SOURCES)
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-X rollcall/internal/cli.version=$(VERSION)' -o $@ .

lab: bin/rollcall ## the main job on an isolated network, as root; LAB_FLAGS=--once ends after the story
	@.ci/need $(LAB_PACKAGES)
	bin/rollcall lab $(LAB_FLAGS)

test: bin/rollcall ## every test: unit, race, fuzz seeds, and real clients in network namespaces (as root)
	@if [ "$$(id -u)" = 0 ]; then \
	  .ci/need $(TEST_PACKAGES) && ROLLCALL_BINARY=$(CURDIR)/bin/rollcall $(GO) test -race -tags netns -timeout 9m ./...; \
	else \
	  .ci/need $(RACE_PACKAGES) && $(GO) test -race -timeout 9m ./... && \
	  { echo "make test: the tests in network namespaces need root and did not run: sudo make test" >&2; \
	    .ci/need $(TEST_PACKAGES); exit 1; }; \
	fi

test-boot: bin/rollcall ## machines with BIOS and UEFI boot in QEMU, as root, in six minutes; prints a table, and what boot show says; BOOT_FLAGS="-test.run Relay" for one
	@.ci/need $(BOOT_PACKAGES) dnsmasq-base isc-dhcp-relay
	$(GO) test -c -tags netns,boot -o bin/boot.test ./internal/boottest
	cd internal/boottest && ROLLCALL_BINARY=$(CURDIR)/bin/rollcall ../../bin/boot.test -report $(BOOT_FLAGS)

conformance: bin/rollcall ## the table of DHCP cases by group, on the rules and (as root) on the wire, and where rollcall differs on purpose
	@tags= && if [ "$$(id -u)" = 0 ]; then .ci/need iproute2 && tags=netns; else echo "make conformance: not root, so the rules alone" >&2; fi && \
	$(GO) test -c -tags "$$tags" -o bin/conformance.test ./internal/conformance && \
	cd internal/conformance && ROLLCALL_BINARY=$(CURDIR)/bin/rollcall ../../bin/conformance.test -report

CRASH_KILLS ?= 200
crash: bin/rollcall ## kill processes under load CRASH_KILLS (200) times, as root, and miss nothing that was acknowledged; prints a summary
	@.ci/need iproute2
	ROLLCALL_BINARY=$(CURDIR)/bin/rollcall CRASH_KILLS=$(CRASH_KILLS) $(GO) test -tags netns -run '^TestCrash$$' -count=1 -v -timeout 2h ./internal/crash

lint: ## formatting, vet, staticcheck, buf lint, generated code, go.mod
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt wants to change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet -tags netns,boot ./...
	$(TOOLS) staticcheck -tags netns,boot ./...
	$(TOOLS) buf lint
	$(GO) mod tidy -diff
	@$(MAKE) --no-print-directory check-generated

generate: ## make the Go code of proto/ again
	$(TOOLS) buf generate --template proto/buf.gen.yaml

check-generated:
	@.ci/generated "$(TOOLS)"

FUZZTIME ?= 30s
fuzz: ## run every fuzz test for FUZZTIME (30s)
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg || exit 1; \
	  done; \
	done

bench: bin/rollcall ## rollcall beside Kea on a virtual wire, as root; BENCH_FLAGS="-rows clean,overload -repeat 1" for less
	@.ci/need $(BENCH_PACKAGES)
	$(GO) build -o bin/bench ./internal/bench
	bin/bench $(BENCH_FLAGS)

bench-quick: ## the main figures of that in some four minutes, among them what a policy costs
	@$(MAKE) --no-print-directory bench BENCH_FLAGS=-quick

MICROBENCH_FLAGS ?= -count=6
microbench: ## benchmarks beside the code, for benchstat: make microbench >new.txt; MICROBENCH_FLAGS is -count=6
	@$(GO) test -run '^$$' -bench . -benchmem $(MICROBENCH_FLAGS) ./frontend/... ./leased/...

clean: ## remove what was built
	rm -rf bin
