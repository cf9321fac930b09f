# The verbs of the project. `make` alone lists them.
#
# PYTHON=python3.12 chooses the interpreter; REGULARS_HOME=DIR the folder that holds all state.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps

# Recipes run in the notebooks folder too: the home has to be absolute.
ifeq ($(filter /%,$(REGULARS_HOME)),)
override REGULARS_HOME := $(CURDIR)/$(or $(REGULARS_HOME),.regulars)
endif
export REGULARS_HOME

# Nobody is told what is done here.
export MLFLOW_DISABLE_TELEMETRY ?= true
export BENTOML_DO_NOT_TRACK ?= True
export OTEL_SDK_DISABLED ?= true
export DO_NOT_TRACK ?= true

# MLflow's pages need no job runners, nine processes that listen for work nobody gives them.
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION ?= false

.PHONY: help
help: ## List these verbs
	@printf 'make VERB, where VERB is\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@printf '\nPYTHON=... chooses the interpreter, REGULARS_HOME=... the folder that holds all state.\n'

.PHONY: demo
demo: install ## Train on a real shop, compare, package, serve and score three customers
	@$(BIN)/regulars demo

.PHONY: test
test: install ## Run the tests (PYTEST='-k ledger' passes options on)
	@$(BIN)/python -m pytest -n auto $(PYTEST)

.PHONY: lint
lint: install ## Check format, style, import contracts and types
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

.PHONY: check
check: lint test ## Run lint, then test: what a change must pass

# Jupyter and Matplotlib keep their files in the home as well.
lab notebooks docs: export JUPYTER_DATA_DIR := $(REGULARS_HOME)/jupyter
lab notebooks docs: export IPYTHONDIR := $(REGULARS_HOME)/ipython
lab notebooks docs: export MPLCONFIGDIR := $(REGULARS_HOME)/matplotlib
# Libraries offer progress bars that would need widgets; none are shown.
lab notebooks docs: export PYTHONWARNINGS := ignore:IProgress not found

# The notebooks run on a sample of the demo shop with a home of its own, within the home.
SMALL_HOME := $(REGULARS_HOME)/small

define PREPARE_SMALL
@mkdir -p "$(SMALL_HOME)"
@echo 'Preparing a small shop: a sample, three experiments, their champions ...'
@$(BIN)/python -m tests.notebooks.prepare "$(SMALL_HOME)"
endef

.PHONY: notebooks
notebooks: install ## Run every notebook from its first cell to its last, on a small shop
	$(PREPARE_SMALL)
	@REGULARS_HOME="$(SMALL_HOME)" $(BIN)/python -m pytest -p no:randomly -m "" -n 2 --nbmake --nbmake-timeout=300 notebooks

.PHONY: docs
docs: install ## Render the notebooks, run on a small shop, as pages that need no network, into build/docs
	$(PREPARE_SMALL)
	@REGULARS_HOME="$(SMALL_HOME)" $(BIN)/python -m tests.notebooks.render build/docs
	@echo 'Open build/docs/index.html.'

.PHONY: spark
spark: install .venv/spark ## Run the tests on Spark, which this adds to .venv (needs Java 17 or 21)
	@$(BIN)/python -m pytest -m spark $(PYTEST)

.PHONY: lab
lab: install ## Open the notebooks in JupyterLab
	@mkdir -p notebooks "$$REGULARS_HOME"
	@$(BIN)/jupyter lab --ip 127.0.0.1 --ServerApp.root_dir=notebooks $$(test "$$(id -u)" != 0 || echo --allow-root)

.PHONY: mlflow
mlflow: install ## Browse and compare the runs in MLflow (MLFLOW_PORT=5000)
	@test -e "$$REGULARS_HOME/mlflow.db" || { \
		echo "No runs in $$REGULARS_HOME yet: make demo, or regulars run, makes some." >&2; exit 1; }
	@echo 'MLflow is starting on http://127.0.0.1:$(or $(MLFLOW_PORT),5000) (Ctrl-C ends it) ...'
	@$(BIN)/mlflow ui --host 127.0.0.1 --port $(or $(MLFLOW_PORT),5000) --workers 1 \
		--backend-store-uri "sqlite:///$$REGULARS_HOME/mlflow.db" \
		--default-artifact-root "$$REGULARS_HOME/artifacts"

.PHONY: serve
serve: install ## Serve the packaged champions on 127.0.0.1 (CLOCK=today for a live shop)
	@$(BIN)/regulars serve --clock $(or $(CLOCK),data)

# Spark is 480 MB on disk and wants Java: it has a lock of its own, to go on top of the other.
LOCK := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet $(UV)

.PHONY: lock
lock: install ## Resolve pyproject.toml into requirements.lock and requirements-spark.lock again
	@$(BIN)/uv pip compile pyproject.toml --extra dev --extra notebooks --output-file requirements.lock $(LOCK)
	@sed -n 's/^ *"\(pyspark[^"]*\)".*/\1/p' pyproject.toml | \
		$(BIN)/uv pip compile - --constraint requirements.lock --output-file requirements-spark.lock $(LOCK)

.PHONY: install
install: .venv/installed ## Create .venv from requirements.lock (every verb does, where needed)

# Two stamps, each written last: an interrupted install leaves none and is done again from the start.
# The first is a copy of the lock: what counts is its content, not the time of its file.
.venv/locked: requirements.lock
	@if cmp -s requirements.lock $@; then touch $@; exit 0; fi; \
	python="$(PYTHON)"; \
	for candidate in $${python:-python3.11 python3.12 python3.13 python3}; do \
		"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			&& { found=$$candidate; break; }; \
	done; \
	test -n "$$found" || { \
		echo 'error: regulars needs Python 3.11 or newer with the venv module:' \
			'install it, or name it with make PYTHON=/path/to/python' >&2; exit 1; }; \
	start=$$(date +%s); \
	echo "Installing into .venv with $$("$$found" --version): a minute or two, only this once ..."; \
	rm -rf .venv && "$$found" -m venv .venv && $(PIP) --no-compile --require-hashes -r requirements.lock && \
	cp requirements.lock $@ && echo "Installed in $$(($$(date +%s) - start)) s."

.venv/spark: .venv/locked requirements-spark.lock
	@echo 'Installing Spark into .venv ...'
	@$(PIP) --no-build-isolation --require-hashes -r requirements-spark.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	@$(PIP) --no-build-isolation --editable .
	@touch $@
