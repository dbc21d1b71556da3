.PHONY: help setup demo test test-exports test-examples check bench reference docs lock analysed clean
PYTHON ?= python3
BIN = .venv/bin
# Whole locks need no resolver, which would look at releases newer than the lock, and refuse them.
LOCKED = --quiet --disable-pip-version-check --require-hashes --no-deps

help:   ## show this
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: .venv/.done   ## install into .venv, versions as in requirements.lock

.venv/.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = "%d.%d" % sys.version_info[:2]; sys.version_info >= (3, 11) or sys.exit("error: $(PYTHON) is Python " + v + ", and 3.11 or newer is needed\nhint: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install $(LOCKED) -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip check
	touch $@

demo: setup   ## the whole main job with a generated league
	$(BIN)/featurestore demo

test: setup   ## all tests
	$(BIN)/python tests/support/make_emulator_venv.py
	$(BIN)/pytest -n 2 --dist loadfile

test-exports: setup .venv-dbt/.done .venv-sqlmesh/.done   ## features export, in dbt and SQLMesh themselves
	FEATURESTORE_DBT=$(CURDIR)/.venv-dbt/bin/dbt FEATURESTORE_SQLMESH=$(CURDIR)/.venv-sqlmesh/bin/sqlmesh \
		$(BIN)/pytest tests/exports

test-examples: setup .venv-tools/.done .venv-dagster/.done   ## installed by uv and pipx; pre-commit, Dagster and gh themselves
	EXAMPLES_TOOLS=$(CURDIR)/.venv-tools/bin EXAMPLES_DAGSTER=$(CURDIR)/.venv-dagster/bin \
		$(BIN)/pytest tests/examples

.venv-tools/.done:
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/pip install --quiet --disable-pip-version-check 'check-jsonschema~=0.39' 'pipx~=1.18' 'pre-commit~=4.7' \
		'twine~=7.0' 'uv~=0.13' 'zizmor~=1.32'
	touch $@

.venv-dagster/.done:
	$(PYTHON) -m venv .venv-dagster
	.venv-dagster/bin/pip install --quiet --disable-pip-version-check 'dagster~=1.13.0' 'pytest~=9.0'
	touch $@

.venv-dbt/.done:
	$(PYTHON) -m venv .venv-dbt
	.venv-dbt/bin/pip install --quiet --disable-pip-version-check 'dbt-core~=1.11' 'dbt-duckdb~=1.11'
	touch $@

.venv-sqlmesh/.done:
	$(PYTHON) -m venv .venv-sqlmesh
	.venv-sqlmesh/bin/pip install --quiet --disable-pip-version-check 'sqlmesh~=0.236'
	touch $@

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

reference: setup   ## after a change of a help text, docstring or setting: write docs/reference
	$(BIN)/python -m docs.tools.reference

docs: .venv-docs/.done   ## the documentation as a site, in site/
	.venv-docs/bin/python -m docs.tools.site

.venv-docs/.done: docs/tools/site/requirements.lock
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/pip install $(LOCKED) -r $<
	.venv-docs/bin/pip check
	touch $@

lock: .venv-lock/.done   ## write the lock files anew, with the newest versions that fit
	$(COMPILE) --extra dev -o requirements.lock pyproject.toml
	$(COMPILE) --extra bench -o benchmarks/requirements.lock pyproject.toml
	$(COMPILE) -o tests/wire/requirements-emulator.lock tests/wire/requirements-emulator.in
	$(COMPILE) -o docs/tools/site/requirements.lock docs/tools/site/requirements.in

# Names, versions and hashes: no address of an index, no option of the machine.
COMPILE = .venv-lock/bin/pip-compile --quiet --upgrade --strip-extras --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.venv-lock/.done:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet --disable-pip-version-check pip-tools
	touch $@

analysed: setup   ## after a change of sql/: analyse it, and note that it passed
	$(BIN)/python tests/support/shipped_relations.py

clean:   ## remove what the targets above made
	rm -rf .venv .venv-bench .venv-dbt .venv-sqlmesh .venv-tools .venv-dagster .venv-lock .venv-docs .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist site data/demo
