# Needs GNU make 3.81 or later, and a Python from 3.11 on; each target does its own set-up.

EXPERIMENT ?= experiments/separate_or_merged.toml
RESULTS ?= results/separate_or_merged
PYTEST ?= -n auto --dist loadfile
BENCH ?=
N ?= 10000
SEED ?= $(shell date +%s)

.PHONY: help run test check bench bench-peers fuzz cases report
.NOTPARALLEL:

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## sets up, runs the main experiment and prints its table (or EXPERIMENT=file.toml)
	@sh tools/set_up.sh
	.venv/bin/sim run $(EXPERIMENT)

test: check ## sets up, checks, and runs the whole suite
	.venv/bin/python -m pytest $(PYTEST)

check: ## lint, format, types and the one-way flow between the rooms
	@sh tools/set_up.sh dev
	.venv/bin/python -m ruff check
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m mypy
	.venv/bin/lint-imports --no-logo

bench: ## times every engine and a naive SimPy model (BENCH="--rounds 9" for options)
	@sh tools/set_up.sh
	.venv/bin/python benchmarks/run.py $(BENCH)

bench-peers: ## the same over a week, with Ciw and salabim beside them
	@sh tools/set_up.sh peers
	.venv/bin/python benchmarks/run.py --models reference --peers --days 7 $(BENCH)

fuzz: ## compares the two engines on N random centres (N=10000 SEED=now)
	@sh tools/set_up.sh dev
	@echo "N=$(N) SEED=$(SEED)"
	FUZZ_EXAMPLES=$(N) .venv/bin/python -m pytest tests/engine/test_engines_agree.py --hypothesis-profile=fuzz --hypothesis-seed=$(SEED)

cases: ## runs every shipped experiment, and the sums of two cases, into results/
	@sh tools/set_up.sh
	.venv/bin/sim run experiments/*.toml
	.venv/bin/python configs/lincolnshire_contract/test_calls.py results/lincolnshire_test_calls
	.venv/bin/python configs/officers_backfill/net_saving.py results/officers_backfill

report: ## draws the report of the main experiment again (or RESULTS=folder)
	@sh tools/set_up.sh
	.venv/bin/sim report $(RESULTS)
