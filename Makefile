# Needs Python >= 3.10, make and a package index; everything else goes into .venv here.
PYTHON ?= python3
EXAMPLE := examples/flights
BED := tests/cluster/bed
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
APART := browser cluster mlflow viz  # tests that need more than .venv
LIMIT := $(if $(shell command -v timeout),timeout -s KILL 1500)  # macOS has none

export DO_NOT_TRACK := 1

.PHONY: help demo test check docs oldest viz mlflow test-browser bench cluster cluster-down test-cluster clean

help:  ## Show this
	@sed -n 's/^\([a-z-]*\):.*  ## /make \1	/p' $(firstword $(MAKEFILE_LIST))

demo: .venv/example  ## Compile the example project and run its manifest here, each task a process
	cd $(EXAMPLE) && ../../$(BIN)/python -m flights.get_data
	cd $(EXAMPLE) && ../../$(BIN)/kedro argo compile
	cd $(EXAMPLE) && ../../$(BIN)/kedro argo run argo/__default__.yaml
	@echo
	@echo "Made: the manifest, $(EXAMPLE)/argo/__default__.yaml"
	@echo "      and the answer, $(EXAMPLE)/data/08_reporting/answer.md"
	@echo "Next: . $(BIN)/activate && cd $(EXAMPLE) && kedro argo explain"

test: check  ## Check, then the tests that need no cluster, no browser and no other plugin
	$(LIMIT) $(BIN)/pytest -n 2 --dist loadfile -o faulthandler_timeout=300 $(addprefix --ignore tests/,$(APART))

check: .venv/dev  ## Lint, format, types, and which module imports which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

oldest: .venv/oldest  ## The unit tests with the oldest versions that we support
	$(LIMIT) .venv/oldest/bin/pytest -n 2 tests/unit tests/golden

viz: .venv/viz .venv/viz-oldest  ## The tests with Kedro-Viz, whose hooks would slow down all others; its newest and its oldest
	$(LIMIT) .venv/viz/bin/pytest tests/viz
	$(LIMIT) .venv/viz-oldest/bin/pytest tests/viz

mlflow: .venv/mlflow  ## The tests with kedro-mlflow, whose hooks would slow down all others
	$(LIMIT) .venv/mlflow/bin/pytest tests/mlflow

test-browser: .venv/browser  ## The tests of the report in a real Chromium, which is installed where apt-get can
	@tests/browser/chromium.sh
	$(LIMIT) .venv/browser/bin/pytest tests/browser

docs: .venv/docs  ## Write the pages that are made from the code, and the site, strictly: build/site
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sphinx -q -E -W --keep-going -b html docs build/site
	@echo "Made: build/site/index.html"

bench: .venv/example  ## Run the benchmarks, all of them as ratios
	$(BIN)/python -m benchmarks

cluster:  ## Start a real Kubernetes with Argo here, ARGO=3.7 for the other line; needs root, Debian and Go
	@$(BED)/up.sh

cluster-down:  ## Remove all of it; what is built stays in the cache
	@$(BED)/down.sh

test-cluster: .venv/dev  ## The tests on the cluster, which is started and left up
	REQUEUE=$${REQUEUE:-1s} $(BED)/up.sh
	timeout -s KILL 4800 $(BIN)/pytest tests/cluster --durations 10 -o faulthandler_timeout=900

clean:  ## Remove .venv, caches, and all data of the example
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf $(EXAMPLE)/argo templates/report/vega.js
	find src tests $(EXAMPLE) -name __pycache__ -type d -prune -exec rm -rf {} +
	find $(EXAMPLE)/data -type f ! -name .gitkeep -delete

# Each of these files says that a step is done: a second call has nothing to do.
.venv/made:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 10) and "argo-kedro needs Python 3.10 or newer, this is %d.%d. Way out: make PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv --clear .venv
	$(PIP) install --upgrade "pip>=25.1"  # the first that knows dependency groups
	@touch $@

.venv/example: .venv/made pyproject.toml $(EXAMPLE)/pyproject.toml
	$(PIP) install --editable . --editable $(EXAMPLE)
	@touch $@

.venv/oldest .venv/viz .venv/viz-oldest .venv/mlflow .venv/browser: .venv/made pyproject.toml
	$(PYTHON) -m venv --clear $@
	$@/bin/python -m pip --quiet --disable-pip-version-check install --upgrade "pip>=25.1"
	$@/bin/python -m pip --quiet --disable-pip-version-check install --editable . --group $(@F)
	@touch $@

.venv/dev .venv/docs: .venv/example pyproject.toml
	$(PIP) install --group $(@F)
	@touch $@
