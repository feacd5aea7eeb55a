# Two commands for a newcomer: `make run` and `make test`. Needs Python >= 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

help:
	@echo "make run       NA64e 2016-2018 dark-photon limit, recomputed: table and plot in out/"
	@echo "make test      the tests (under 5 minutes on 2 cores)"
	@echo "make test-portable  the numerical tests again without AVX-512, where the processor has it"
	@echo "make validate  the slow comparisons (PART=\"figures limits\": some of them; goes on where it was interrupted)"
	@echo "make lint      ruff and mypy --strict"
	@echo "make tables    rebuild the shipped tables"
	@echo "make docs      the site in build/docs (FIGURES=folder of darktarget figure --all, otherwise what is quick is drawn)"
	@echo "make models    rebuild docs/models.md"
	@echo "make bench     speeds and memory"
	@echo "make bench-gpu showers/s on a CUDA device"
	@echo "make clean     remove the environment and every build product"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "darktarget needs Python >= 3.11: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "could not create $(VENV): is the venv module (python3-venv) installed?"; exit 1; }

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.test $(VENV)/.run

$(VENV)/.docs: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@ $(VENV)/.run

$(VENV)/.gpu: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[gpu]'
	@touch $@ $(VENV)/.run

run: $(VENV)/.run
	$(BIN)/darktarget limit na64e-2018 dark-photon --out out/ --force

test: $(VENV)/.test
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not validate"

test-portable: $(VENV)/.test
	$(BIN)/python -m tests.portable -q -n 2 --dist loadfile -m "numerical and not validate"

validate: $(VENV)/.test
	$(BIN)/python -m validation $(PART)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tables: $(VENV)/.run
	$(BIN)/darktarget tables --rebuild

FIGURES ?= build/figures
docs: $(VENV)/.docs
	DARKTARGET_FIGURES=$(FIGURES) $(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs
	@echo "build/docs/index.html"

models: $(VENV)/.run
	$(BIN)/python -m darktarget.interface.catalogue > docs/models.md.new && mv docs/models.md.new docs/models.md

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

bench-gpu: $(VENV)/.gpu
	$(BIN)/python -m benchmarks shower_gpu

clean:
	rm -rf $(VENV) out build dist docs/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help run test test-portable validate lint tables docs models bench bench-gpu clean
