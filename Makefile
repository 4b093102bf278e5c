PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help demo quick test corpus pythons audit bench bench-scale cover setup lint lock clean

help:
	@echo "make demo     set up, generate the assignment, grade a small class, write its feedback"
	@echo "make quick    set up, run the tests that need no sandbox: a minute"
	@echo "make test     set up, run the whole suite (Chromium, PostgreSQL are installed where allowed)"
	@echo "make corpus   grade every bad submission, also those that make test leaves out"
	@echo "make audit    audit next_token by the README's commands, and compare with its figures"
	@echo "make bench    grade a class by plain nbgrader and by the engine: CLASS=12 PLAIN=100 WORKERS=2"
	@echo "make bench-scale  grade classes of several sizes: SIZES=10,100,1000 WORKERS=1,2"
	@echo "make pythons  set up and grade with every supported Python that this machine has"
	@echo "make cover    measure which lines of the engine the suite runs"
	@echo "make lint     ruff and mypy"
	@echo "make lock     pin the dependencies of pyproject.toml anew"
	@echo
	@echo "PYTHON=python3.13 sets up with another Python than python3, VENV=folder elsewhere than in .venv."

demo: setup
	$(BIN)/python -m tests.demo

quick: setup
	$(BIN)/python -m pytest -n 2 tests/kit/unit

# without a browser, or without a database server, the tests that need one are skipped, but not
# where CI says that all must run; Debian keeps the server's own programs off the path
test: setup lint
	@command -v google-chrome >/dev/null || .ci/need chromium chromium || test -z "$$CI"
	@command -v initdb >/dev/null || .ci/need pg_ctlcluster postgresql || test -z "$$CI"
	$(BIN)/python -m pytest -n 2 --dist loadfile

corpus: setup
	$(BIN)/python -m pytest tests/kit/corpus -m "slow or not slow"

pythons: setup
	$(BIN)/python -m pytest tests/kit/nbgrader/test_pythons.py -m "slow or not slow" -rs

audit: setup
	$(BIN)/python -m pytest tests/kit/nbgrader/test_readme.py -m "slow or not slow" -k audit_finds

# CLASS is the size of the class, PLAIN how many of it plain nbgrader grades (as a rule every tenth)
bench: setup
	$(BIN)/python -m tests.bench throughput $(if $(CLASS),--class $(CLASS)) \
	  $(if $(PLAIN),--plain $(PLAIN)) $(if $(WORKERS),--workers $(WORKERS))

bench-scale: setup
	$(BIN)/python -m tests.bench scale $(if $(SIZES),--sizes $(SIZES)) \
	  $(if $(WORKERS),--workers $(WORKERS))

# COVER=tests/kit/unit measures a part of it
cover: setup
	mkdir -p build && rm -f build/coverage*
	$(BIN)/python -m coverage run -m pytest -n 2 --dist loadfile $(COVER)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --sort=cover

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
