.DEFAULT_GOAL := help
.PHONY: help setup run test check bench bench-quick lock clean

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1@/p' Makefile | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

setup:  ## install and build all that is needed, into .venv and embed/dist; quick when repeated
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Type: sudo apt-get install -y python3-venv"; exit 1; }
	@$(PYTHON) scripts/setup.py

run: setup  ## start the demo on http://127.0.0.1:8080/
	@exec $(BIN)/comments demo

test: setup  ## everything that CI checks: linters, types, the widget, all tests on both databases and in the browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -n 2

check: setup  ## the quick half of `make test`, for the inner loop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -q -m "not slow and not browser and not postgresql"

bench: setup  ## measure this service beside others, docs/performance.md explains the table
	@$(BIN)/python -m tests.bench

bench-quick: setup  ## the same with smaller discussions and shorter runs
	@$(BIN)/python -m tests.bench --quick

lock: setup  ## pin all Python packages anew, by version and hash
	$(PYTHON) scripts/lock.py

clean:  ## remove all that was installed or built, not the data folder
	rm -rf .boot .venv embed/dist embed/node_modules build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
