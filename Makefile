# Every target does its own set-up on a Debian 12 with Rust. What may be installed is installed,
# what may not is named with the line to run (scripts/setup).

DATA ?= demo-data
LISTEN ?= 127.0.0.1:8080
CARGO ?= cargo
FUZZ_SECONDS ?= 60
# Parsers at the same time.
FUZZ_THREADS ?= 4
# Where rustup puts it, for shells that were opened before.
export PATH := $(PATH):$(HOME)/.cargo/bin

assets := crates/web/assets
stamp := $(assets)/node_modules/.stamp

.PHONY: help demo test build bench fuzz outside fmt lint setup assets

help:
	@echo 'make demo    build, make a sample region in DATA ($(DATA)), serve it on LISTEN ($(LISTEN))'
	@echo 'make test    format, lints, rules of the house, all tests on SQLite and on PostgreSQL'
	@echo 'make build   the release binary, target/release/renkei'
	@echo 'make bench   the measurements of bench/, printed to bench/RESULTS.md'
	@echo 'make fuzz    broken copies of good inputs for every parser, FUZZ_SECONDS of each (60); make test does one'
	@echo 'make outside programs of others (from PyPI and npm) against a sample region; not part of make test'
	@echo 'make fmt     format the sources'
	@echo 'make lint    format check, clippy, cargo-deny where it is installed'
	@echo 'make setup   install what make demo and make test need'

setup:
	@scripts/setup test

demo:
	@scripts/setup demo
	@$(MAKE) --silent --no-print-directory assets
	$(CARGO) run --locked -p renkei -- demo --data $(DATA) --listen $(LISTEN)

test:
	@scripts/setup test
	@$(MAKE) --silent --no-print-directory assets
	@scripts/lint
	@scripts/test

build:
	@scripts/setup build
	@$(MAKE) --silent --no-print-directory assets
	$(CARGO) build --locked --release -p renkei

bench:
	@scripts/setup bench
	@$(MAKE) --silent --no-print-directory assets
	@test -x bench/run || { echo 'bench: there is no bench/run yet' >&2; exit 1; }
	bench/run

fuzz:
	@scripts/setup test
	@$(MAKE) --silent --no-print-directory assets
	RENKEI_FUZZ_SECONDS=$(FUZZ_SECONDS) NEXTEST_TEST_THREADS=$(FUZZ_THREADS) RUST_TEST_THREADS=$(FUZZ_THREADS) scripts/test fuzz

outside:
	@scripts/setup build
	@$(MAKE) --silent --no-print-directory assets
	$(CARGO) build --locked -p renkei
	@scripts/outside

fmt:
	$(CARGO) fmt --all

lint:
	@scripts/setup build
	@$(MAKE) --silent --no-print-directory assets
	@scripts/lint

# The browser code of others: by lock file, without running any of their scripts.
assets: $(stamp)
	@:

$(stamp): $(assets)/package-lock.json $(assets)/package.json
	cd $(assets) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
