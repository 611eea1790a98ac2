# Two commands are enough: `make demo` shows the site, `make test` proves it.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
WORKERS ?= auto
CLINICIANS ?= 100000

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long bench lint format lock

help:  ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(VENV)/installed  ## Build .venv from requirements.lock, when that has changed

$(VENV)/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Tessera needs Python 3.11 or newer, and $(PYTHON) is older or missing. For example: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot build virtual environments: its venv module is not whole. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock names. The first time this takes a minute or two."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: setup  ## Everything a newcomer needs, then the site at http://localhost:8000
	@DEPLOYMENT=demo exec $(RUN) manage.py demo

test: setup  ## The whole test suite
	$(RUN) -m pytest -n $(WORKERS) $(ARGS)

test-long: setup  ## The same universal claims with many more examples
	HYPOTHESIS_PROFILE=long $(RUN) -m pytest -n $(WORKERS) $(ARGS)

bench: setup  ## Build a network of CLINICIANS and time every kind of search
	@$(RUN) -m tests.bench.run $(CLINICIANS)

lint: setup  ## Style, format and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: setup  ## Put the code into the format that lint asks for
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lock: setup  ## Write requirements.lock anew from pyproject.toml
	$(VENV)/bin/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --output-file requirements.lock pyproject.toml
