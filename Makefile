.PHONY: help setup demo test check bench clean
PYTHON ?= python3
BIN = .venv/bin
# Whole locks need no resolver, which would look at releases newer than the lock, and refuse them.
LOCKED = --quiet --disable-pip-version-check --require-hashes --no-deps

help:   ## show this
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: .venv/.done   ## install into .venv, versions as in requirements.lock

.venv/.done: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install $(LOCKED) -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip check
	touch $@

demo: setup   ## the whole main job with a generated league
	$(BIN)/featurestore demo

test: setup   ## all tests
	$(BIN)/python tests/wire/make_emulator_venv.py
	$(BIN)/pytest -n 2 --dist loadgroup

check: setup   ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup .venv-bench/.done   ## what is fast, in units of one sort; QUICK=1: without the long rows
	.venv-bench/bin/python -m benchmarks $(if $(QUICK),--quick) $(BENCH)

.venv-bench/.done: benchmarks/requirements.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install $(LOCKED) -r $<
	.venv-bench/bin/pip check
	touch $@

clean:   ## remove what the targets above made
	rm -rf .venv .venv-bench .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist data/demo
