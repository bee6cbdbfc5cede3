# Two commands need nothing but Python 3.11+, pip and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Every process that a test or the demo starts would compile the whole project again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test rig check lint types contracts dependencies format bench fuzz torture cycles clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

demo: $(VENV)/demo.installed ## Play an election night with real processes; Ctrl-C ends it
	$(BIN)/zerotape demo $(ARGS)

test: $(VENV)/dev.installed ## Run the whole test suite, on two cores
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

check: lint types contracts dependencies ## Lint, types, import contracts, dependencies

lint: $(VENV)/dev.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.installed
	$(BIN)/mypy

contracts: $(VENV)/dev.installed
	$(BIN)/lint-imports

dependencies: $(VENV)/dev.installed
	$(BIN)/deptry .

format: $(VENV)/dev.installed ## Bring all files into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.installed ## Run the benchmarks; each prints ratios
	for file in bench/*.py; do $(BIN)/python -m bench.$$(basename $$file .py) || exit 1; done

fuzz: $(VENV)/dev.installed ## Feed the parsers with damaged files (SECONDS=60, TARGET=el155)
	$(BIN)/python -m fuzz.run --seconds $(or $(SECONDS),60) $(if $(TARGET),--target $(TARGET)) $(ARGS)

rig: $(VENV)/dev.installed ## Plug devices into a real kernel under QEMU; minutes, needs Debian
	$(BIN)/python -m rig.run

torture: $(VENV)/dev.installed ## Kill processes for longer (ROUNDS=100 by default)
	ZEROTAPE_TORTURE_ROUNDS=$(or $(ROUNDS),100) $(BIN)/pytest --timeout 0 tests/e2e/test_killed_processes.py

cycles: $(VENV)/dev.installed ## Plug every device in and out of one daemon (CYCLES=1000); ten minutes
	ZEROTAPE_PLUG_CYCLES=$(or $(CYCLES),1000) $(BIN)/pytest -s tests/e2e/test_plug_cycles.py

clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info build

$(BIN)/python:
	sh scripts/make_virtual_environment.sh $(PYTHON) $(VENV)

$(VENV)/demo.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	touch $@

$(VENV)/dev.installed: $(BIN)/python pyproject.toml
	sh scripts/install_system_packages.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo,dev]'
	touch $@ $(VENV)/demo.installed
