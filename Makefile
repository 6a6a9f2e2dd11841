# make play     everything from a fresh clone to a game in the terminal
# make test     the tests (make test-long: the long ones too)
# make lint     ruff, types and layers
#
# Everything is installed into .venv with the versions of constraints.txt; a second run installs nothing.
#   PYTHON=python3.12   another interpreter (3.11 or newer)
#   PIP_FLAGS=...       passed to pip, e.g. --index-url for a mirror or for CPU-only wheels of torch
#   DEMO_FLAGS=...      passed to `tessera demo`

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
PIP_FLAGS ?=
DEMO_FLAGS ?=
PYTEST_FLAGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) --constraint constraints.txt

.PHONY: play test test-long lint types layers install dev clean
.DELETE_ON_ERROR:

play: .venv/.stamp-play
	$(BIN)/tessera demo $(DEMO_FLAGS)

test: .venv/.stamp-dev
	$(BIN)/pytest $(PYTEST_FLAGS)

test-long: .venv/.stamp-dev
	$(BIN)/pytest -m "long or not long" $(PYTEST_FLAGS)

lint: .venv/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.stamp-dev
	$(BIN)/mypy

layers: .venv/.stamp-dev
	$(BIN)/lint-imports

install: .venv/.stamp-play

dev: .venv/.stamp-dev

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache

.venv/.stamp-venv:
	sh .ci/system "$(PYTHON)"
	"$(PYTHON)" -m venv .venv
	touch $@

# setuptools is pinned too, so the build uses it instead of fetching another one.
.venv/.stamp-play: .venv/.stamp-venv pyproject.toml constraints.txt
	@echo "Installing tessera and its dependencies into .venv; the first time takes some minutes."
	$(PIP) setuptools
	$(PIP) --no-build-isolation --editable ".[openvino]"
	$(BIN)/python -m tessera.cli.warm
	touch $@

.venv/.stamp-dev: .venv/.stamp-play
	sh .ci/system "$(PYTHON)" test
	$(PIP) --no-build-isolation --editable ".[openvino,dashboard,notify,stores,tensorboard,dev]"
	touch $@
