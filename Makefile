# The commands of this repository; `make help` lists them.
# PYTHON=/path/to/python chooses the interpreter of a new environment, VENV=folder where it stands.

VENV ?= .venv
PYTHON ?=
BIN := $(VENV)/bin
WORKERS ?= 2

MAKEFLAGS += --no-print-directory
# Bytecode is kept whatever the shell says: many tests start commands, and compiling what those import takes longer than they do.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test whole lint check format bench gallery lock audit clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.tier-all ## Install what the demo needs and run it: a made-up winter episode, forecast and warned of
	@$(BIN)/hazecast demo

test: lint ## Install the development tier, run the linters and every test but the slow ones
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile -m "not slow"

whole: lint ## The same with the slow tests: benchmarks in small, mutations of each format, most real cases
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

lint: $(VENV)/.tier-dev ## Style, types and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint ## The same as lint

format: $(VENV)/.tier-dev ## Put the code into its format and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.tier-dev ## Install the development tier and time hazecast beside others: prints a table, writes bench.json
	@OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m benchmarks --output bench.json

gallery: $(VENV)/.tier-dev ## Replay two episodes of the real cases in DATA=folder day by day, and write docs/gallery
	@$(BIN)/python -m tests.real.gallery $(or $(DATA),$(error Say where the real cases are: make gallery DATA=folder)) docs/gallery $(WORK)

lock: $(BIN)/python ## Renew requirements.lock from pyproject.toml (UPGRADE=--upgrade takes the newest of everything)
	@$(get_uv) && $(ask_the_index_of_pip) && $(BIN)/uv pip compile --quiet --universal --all-extras --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" $(UPGRADE) --output-file requirements.lock pyproject.toml

audit: $(VENV)/.tier-dev ## Ask PyPI for known vulnerabilities of everything in requirements.lock (SERVICE=osv asks OSV); fails if any could not be asked for
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock --progress-spinner off --vulnerability-service $(or $(SERVICE),pypi)

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) dist build hazecast-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find hazecast tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the environment ----

CANDIDATES := python3 python3.13 python3.12 python3.11 python
PROBE := import sys, venv, ensurepip; raise SystemExit(sys.version_info < (3, 11))

$(BIN)/python:
	@set -e; found=""; \
	for candidate in $(or $(PYTHON),$(CANDIDATES)); do \
		if "$$candidate" -c '$(PROBE)' >/dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "hazecast needs Python 3.11 or newer with its venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; \
		for candidate in $(or $(PYTHON),$(CANDIDATES)); do \
			if command -v "$$candidate" >/dev/null; then echo "  $$candidate is $$("$$candidate" --version 2>&1 | head -n 1)" >&2; \
			else echo "  $$candidate is not there" >&2; fi; \
		done; \
		echo "Name another one with: make $(or $(MAKECMDGOALS),demo) PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV)

# A tier is installed anew when pyproject.toml or the lock has changed.
$(VENV)/.tier-%: $(BIN)/python pyproject.toml requirements.lock
	@echo "Installing hazecast[$*] at the versions in requirements.lock"
	@{ $(get_uv) && $(ask_the_index_of_pip) && $(call install_with_uv,$*); } || { \
		echo "uv could not do it; pip installs everything in requirements.lock instead"; $(install_with_pip); }
	@touch $@

# uv is named in the lock like everything else.
define get_uv
sed -n '/^uv==/,/^    # via/p' requirements.lock >$(VENV)/uv.txt \
	&& $(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(VENV)/uv.txt
endef

# uv reads no settings of pip's, and whoever set a mirror for pip means it for every package.
define ask_the_index_of_pip
{ index="$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true)"; \
	index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$index}}"; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; }
endef

# The hashes in the lock are checked, those of constraints included.
define install_with_uv
$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python \
	--constraints requirements.lock --build-constraints requirements.lock --editable '.[$(1)]'
endef

# pip checks hashes only where everything has one: it takes the whole lock, then hazecast alone.
define install_with_pip
$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock \
	&& $(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
endef
