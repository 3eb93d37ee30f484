# Usher's commands; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
SWIFT ?= swift

# The tools of code generation and lint, pinned in .ci/python-tools.txt; nothing that is shipped needs them.
TOOLS := .venv/installed
# The folder with protoc-gen-swift and protoc-gen-usher-swift; given from outside, they are not built here.
PLUGINS ?=
# In the Python package folders are generated and files are written by hand.
PYTHON_PACKAGE := clients/python/src/usher

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

$(TOOLS): .ci/python-tools.txt
	test -x .venv/bin/python || python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: packages
packages: ## install the Debian packages that building and testing need
	@.ci/install-packages $$(sed 's/#.*//' .ci/debian-packages.txt)

.PHONY: run
run: ## build in release and serve a demo organisation from data/
	@.ci/install-packages libsqlite3-dev libprotobuf-c-dev
	$(SWIFT) build -c release --product usher
	@.ci/demo .build/release/usher

# The Swift tests print their own count, and at the end once more what failed; the rest is the clients'. USHER_BIN is
# what the clients are tested against. All tests at once would each take as long as all together: four keep two cores
# busy, and a test that hangs is told from one that waits for others.
.PHONY: test
test: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 4
test: packages $(TOOLS) ## run all tests, the clients' included
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build 2>&1 | tee .build/test.log \
	    || { grep -A 2 -E '^✘ Test .* recorded an issue' .build/test.log | cut -c 1-500 | head -n 60; exit 1; }
	USHER_BIN="$$($(SWIFT) build --show-bin-path)/usher" .venv/bin/pytest -q clients/python
	USHER_BIN="$$($(SWIFT) build --show-bin-path)/usher" clients/go/test
	USHER_BIN="$$($(SWIFT) build --show-bin-path)/usher" clients/grpc/test

.PHONY: crash-test
crash-test: ROUNDS ?= 1000
crash-test: ## kill the server ROUNDS times (1,000) under load, and check that nothing acknowledged was lost
	USHER_CRASH_ROUNDS=$(ROUNDS) $(SWIFT) test --filter CrashTests

.PHONY: attack
attack: $(TOOLS) ## attack a release server as Tests/Attacks does; ATTACKS="NAME ...", BEFORE=BINARY to compare with
	@.ci/install-packages libsqlite3-dev
	$(SWIFT) build -c release --product usher
	.venv/bin/python Tests/Attacks/run.py --usher .build/release/usher $(if $(BEFORE),--before $(BEFORE)) $(ATTACKS)

.PHONY: simulate
simulate: STEPS ?= 100000
simulate: SEED ?= 1
simulate: ## the services against their model for STEPS (100,000) steps from SEED (1) on, in release
	@.ci/install-packages libsqlite3-dev
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	USHER_SIMULATION_STEPS=$(STEPS) USHER_SIMULATION_SEED=$(SEED) \
	    $(SWIFT) test -c release --skip-build -Xswiftc -enable-testing --filter SimulationTests

# libFuzzer brings a main of its own; with muldefs it is that which runs.
.PHONY: fuzz fuzz-random
fuzz-random: ## feed 1,000,000 random and mutated inputs to each parser that faces strangers, in release
	@.ci/install-packages libsqlite3-dev
	$(SWIFT) run -c release usher-fuzz $(FUZZ_FLAGS)

fuzz: TARGET ?= frames
fuzz: DURATION ?= 60
fuzz: ## libFuzzer over TARGET (frames, envelope, key, csv or http2) for DURATION (60) seconds; corpus in .build/fuzz
	@.ci/install-packages libsqlite3-dev
	$(SWIFT) build -c release --product usher-fuzz --scratch-path .build/fuzz --sanitize fuzzer \
	    -Xswiftc -DLIBFUZZER -Xlinker -z -Xlinker muldefs
	mkdir -p .build/fuzz/corpus/$(TARGET)
	USHER_FUZZ_TARGET=$(TARGET) .build/fuzz/release/usher-fuzz -max_total_time=$(DURATION) -max_len=2048 \
	    -artifact_prefix=.build/fuzz/ .build/fuzz/corpus/$(TARGET)

# A package of its own: Usher does not depend on what it is measured against.
GRPC_BASELINE := $(SWIFT) build -c release --product grpc-baseline --package-path Tests/Bench/GRPCBaseline \
    --scratch-path .build/grpc-baseline
.PHONY: bench bench-quick
bench: ## measure in release against baselines of the same run; BENCH_FLAGS="--json FILE" and others
	@.ci/install-packages libsqlite3-dev
	$(SWIFT) build -c release --product usher
	$(SWIFT) build -c release --product usher-bench
	$(GRPC_BASELINE)
	@"$$($(SWIFT) build -c release --show-bin-path)/usher-bench" \
	    --grpc-baseline "$$($(GRPC_BASELINE) --show-bin-path)/grpc-baseline" $(BENCH_FLAGS)

bench-quick: override BENCH_FLAGS := --seconds 0.5 --rounds 1 $(BENCH_FLAGS)
bench-quick: bench ## the same in half a minute, less exactly

# generate OUT: everything that is made from proto/, into the folder OUT.
define generate
	plugins="$(PLUGINS)"; \
	if [[ -z "$$plugins" ]]; then \
	    $(SWIFT) build --product protoc-gen-swift; \
	    $(SWIFT) build --product protoc-gen-usher-swift; \
	    plugins="$$($(SWIFT) build --show-bin-path)"; \
	fi; \
	.ci/generate "$(1)" "$$plugins"
endef

.PHONY: proto
proto: $(TOOLS) ## generate code from proto/, for the server and the clients
	@out="$$(mktemp -d)"; trap 'rm -rf "$$out"' EXIT; \
	$(call generate,$$out); \
	for folder in $$(cd "$$out" && echo Sources/*/Generated); do rm -rf "$$folder"; done; \
	rm -rf $(PYTHON_PACKAGE)/*/; \
	cp -r "$$out"/. .

.PHONY: proto-check
proto-check: $(TOOLS) ## fail if generated code is not what proto/ gives
	@out="$$(mktemp -d)"; trap 'rm -rf "$$out"' EXIT; \
	$(call generate,$$out); \
	for folder in $$(cd "$$out" && echo Sources/*/Generated); do diff -r "$$out/$$folder" "$$folder"; done; \
	diff <(cd "$$out/$(PYTHON_PACKAGE)" && find . -type f | sort | xargs sha256sum) \
	    <(cd $(PYTHON_PACKAGE) && find . -mindepth 2 -type f ! -path '*/__pycache__/*' | sort | xargs sha256sum)

.PHONY: lint
lint: $(TOOLS) ## check the style of Swift and the protos
	find Package.swift Sources Tests -name '*.swift' ! -path '*/Generated/*' ! -path '*/.build/*' -print0 \
	    | xargs -0 $(SWIFT) format lint --strict --parallel --configuration .ci/swift-format.json
	.venv/bin/buf lint proto
	.venv/bin/mypy --cache-dir .venv/mypy-cache --config-file clients/python/pyproject.toml $(PYTHON_PACKAGE)
