# make demo   set up, generate the assignment, grade a small class, write its feedback
# make test   set up, run the whole suite
# make corpus grade every bad submission, also those that `make test` leaves out
# make lock   pin the dependencies of pyproject.toml anew

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test corpus setup lint lock clean

demo: setup
	$(BIN)/python -m tests.demo

test: setup lint
	$(BIN)/python -m pytest

corpus: setup
	$(BIN)/python -m pytest tests/kit/test_corpus.py -m "slow or not slow"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: .venv/ready
	@.ci/need bwrap bubblewrap

.venv/ready: requirements.lock pyproject.toml
	@.ci/need-python $(PYTHON)
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock:
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --extra dev --no-header \
	  --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build
