# Python 3.11+ and make are all a machine needs: the first target brings uv into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
SYNCED := $(VENV)/.synced
ARGS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup check lint test oldest unit demo schemas monitoring manifests images cluster-test faults bench

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Parley needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Debian and Ubuntu keep this part of Python in a package of its own: apt install python3-venv"; exit 1; }

$(SYNCED): $(BIN)/python uv.lock pyproject.toml $(wildcard libs/*/pyproject.toml services/*/pyproject.toml deploy/*/pyproject.toml)
	@[ -x "$(UV)" ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'
	$(UV) sync --frozen --all-packages --quiet --python $(BIN)/python
	@touch $@

setup: $(SYNCED) ## Make the environment in .venv

check: $(SYNCED) ## Format, lint, types, layers and declared dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@for member in libs/* services/* deploy/local deploy/monitoring; do \
		(cd $$member && $(CURDIR)/$(BIN)/deptry src --config pyproject.toml --no-ansi) || exit 1; done

lint: $(SYNCED) ## Mend what a tool can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(SYNCED) ## The whole suite, on Apache Kafka and PostgreSQL (fetched once), by WORKERS=2 processes
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

oldest: $(SYNCED) ## What needs a database and no broker, on PostgreSQL 16, the oldest that a service may meet
	PARLEY_POSTGRES=16 $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "postgres and not kafka and not browser" $(ARGS)

unit: $(SYNCED) ## Only what needs no server and no browser
	$(BIN)/pytest -m "not postgres and not kafka and not browser" $(ARGS)

demo: $(SYNCED) ## A hiring day, end to end, on this machine (ARGS=--once ends by itself)
	$(BIN)/parley-local demo $(ARGS)

faults: $(SYNCED) ## Every fault scenario at full size, then broken builds, judged by one history checker (ARGS="--only S01,M1 --seed 7")
	$(BIN)/python -m tests.faults $(ARGS)

bench: $(SYNCED) ## Every figure beside its raw baseline (ARGS=--check holds them to benchmarks/budget.json)
	$(BIN)/python -m benchmarks $(ARGS)

images: $(SYNCED) ## Container images, by whichever of docker, podman and buildah answers (ARGS="--base IMAGE --tag TAG")
	$(BIN)/python deploy/images/build.py $(ARGS)

schemas: $(SYNCED) ## Write JSON Schemas, AsyncAPI, samples and the event catalogue
	$(BIN)/python -m parley_contracts.schemas

manifests: $(SYNCED) ## Write Kafka's topics and users for Strimzi, from the topic table
	$(BIN)/python -m deploy.manifests.kafka

cluster-test: $(SYNCED) ## What deploy/ holds, on the cluster that KUBECONFIG names
	$(UV) sync --frozen --all-packages --group cluster --quiet --python $(BIN)/python
	@UV_TOOL_DIR=$(CURDIR)/$(VENV)/tools UV_TOOL_BIN_DIR=$(CURDIR)/$(VENV)/tools/bin $(UV) tool install --quiet checkov==3.3.30
	$(BIN)/pytest -p no:randomly tests/manifests tests/images tests/cluster $(ARGS)

monitoring: $(SYNCED) ## Write alerts, dashboards and scraping (deploy/components/monitoring)
	$(BIN)/python -m parley_monitoring deploy/components/monitoring
