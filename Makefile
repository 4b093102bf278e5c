# make demo    set up, generate the assignment, grade a small class, write its feedback
# make test    set up, run the whole suite (with Chromium, which is installed where that is allowed)
# make corpus  grade every bad submission, also those that `make test` leaves out
# make pythons set up and grade with every supported Python that this machine has
# make lock    pin the dependencies of pyproject.toml anew
#
# PYTHON=python3.13 sets up with another Python than python3, VENV=folder elsewhere than in .venv.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test corpus pythons setup lint lock clean

demo: setup
	$(BIN)/python -m tests.demo

# without a browser the tests that need one are skipped, but not where CI says that all must run
test: setup lint
	@command -v google-chrome >/dev/null || .ci/need chromium chromium || test -z "$$CI"
	$(BIN)/python -m pytest -n 2 --dist loadfile

corpus: setup
	$(BIN)/python -m pytest tests/kit/test_corpus.py -m "slow or not slow"

pythons: setup
	$(BIN)/python -m pytest tests/kit/test_pythons.py -m "slow or not slow" -rs

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/ready
	@.ci/need bwrap bubblewrap

$(VENV)/ready: requirements.lock pyproject.toml
	@.ci/need-python $(PYTHON)
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# extras are kept: what is asked for with an extra pip pins only where the lock names that too, and
# refuses to install the lock as soon as there is a newer release
lock:
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --extra dev \
	  --no-header --no-strip-extras --no-emit-index-url --no-emit-find-links \
	  --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build
