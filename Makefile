.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
# An environment that forbids bytecode compiles seven hundred files at every start: twice the time until a server answers.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test test-fast lint fix docs bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/.uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

.venv/.runtime: .venv/.uv requirements.lock pyproject.toml
	@test -e .venv/.dev || $(BIN)/uv pip sync --quiet requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

.venv/.dev: .venv/.uv requirements-dev.lock pyproject.toml
	$(BIN)/uv pip sync --quiet requirements-dev.lock
	@$(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@ .venv/.runtime

chainhub/web/static/vendor/.collected: .venv/.uv front/package.json front/package-lock.json front/collect.py
	$(BIN)/python front/collect.py
	@touch $@

setup: .venv/.runtime chainhub/web/static/vendor/.collected ## Set up what `make run` needs
	@$(BIN)/python -m chainhub demo

run: setup ## Run the demonstration county on http://127.0.0.1:8000 (PORT=…, CHAINHUB_DATABASE_URL=…)
	@PORT=$(PORT) exec $(BIN)/python -m chainhub up

test: .venv/.dev chainhub/web/static/vendor/.collected ## The whole suite: SQLite, PostgreSQL, browser
	@$(BIN)/python tests/machine.py
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

test-fast: .venv/.dev chainhub/web/static/vendor/.collected ## What needs no server and no browser, in seconds
	$(BIN)/python -m pytest --fast -n 2

lint: .venv/.dev ## Style, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: .venv/.dev ## Put style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/.dev ## Write what is generated of the documentation
	$(BIN)/python -m tools.generate_docs

bench: .venv/.dev chainhub/web/static/vendor/.collected ## Measure (SIZES=1000,100000): results go to docs/performance.md
	$(BIN)/python -m bench

clean: ## Remove what was built; the data under instance/ stay
	rm -rf .venv chainhub/web/static/vendor build dist *.egg-info
