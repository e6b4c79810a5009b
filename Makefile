# The index of commands. Needs only python3 (3.11 or newer), python3-venv and make; everything else goes into .venv.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-virtualenv

# An environment belongs to one folder and one Python: moved or upgraded, it is made anew.
KEY := $(shell { pwd -P; $(PYTHON) --version; } 2>&1 | cksum | cut -d ' ' -f 1)
MADE := $(VENV)/.made-$(KEY)
RUNTIME := $(VENV)/.runtime-$(KEY)
DEV := $(VENV)/.dev-$(KEY)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.PHONY: help install demo test check simulate fuzz mutants bench e2e lock

help: ## list these commands
	@echo "make ..."
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

install: $(RUNTIME) ## set up .venv with the locked packages and the command selaras
	@echo "Ready: $(BIN)/selaras"

demo: $(RUNTIME) ## play the main job on this machine: a pretend shop, a workbook, live sync
	@$(BIN)/selaras demo $(ARGS)

test: $(DEV) ## run the tests (ARGS="-k stock" for some of them)
	@$(BIN)/python -m pytest $(ARGS)

check: $(DEV) ## look at style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

simulate: $(DEV) ## live hundreds of random days, with faults everywhere, against goods on a shelf (ARGS="--seeds 20")
	@$(BIN)/python -m tests.simulation $(ARGS)

fuzz: $(DEV) ## damage thousands of workbooks and see that none is misread (ARGS="--inputs 500 --seed 7")
	@$(BIN)/python -m simulation.fuzz_workbooks $(ARGS)

mutants: $(DEV) ## plant faults into the rules, one at a time, and see that the tests notice (ARGS="--only order")
	@$(BIN)/python -m simulation.mutants $(ARGS)

bench: $(DEV) ## measure reading and patching as ratios in one run (ARGS="--rows 10000")
	@$(BIN)/python -m benchmarks.bridge $(ARGS)

e2e: $(DEV) ## end to end with LibreOffice as the seller (needs libreoffice-calc-nogui python3-uno systemd)
	@$(BIN)/python -m pytest tests/e2e -n 0 $(ARGS)

LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" pyproject.toml

lock: ## choose the newest versions that fit and write the lock files (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pipx install uv, or UV=/path/to/uv" >&2; exit 1; }
	$(LOCK) --upgrade --extra build --output-file requirements.lock
	$(LOCK) --upgrade --extra build --extra dev --constraints requirements.lock --output-file requirements-dev.lock

$(MADE):
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. On Debian: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Selaras needs Python 3.11 or newer; this is $$($(PYTHON) --version). Choose another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian: apt install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUNTIME): $(MADE) requirements.lock pyproject.toml
	@echo "Installing the locked packages (a minute or so, only the first time) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q daemon bridge  # a service may run as a user who cannot write here
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	@echo "Installing the packages for tests and checks ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
