# Two commands do everything: `make demo` and `make test`.

PYTHON ?= python3
PORT ?= 8642
JOURNAL ?=
RESET ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test faults third-party lint types contracts wheel bench browser locks pictures papers catalogue clean

demo: .venv/.ready browser
	@exec $(BIN)/slackapp demo --port $(PORT) $(if $(JOURNAL),--journal "$(JOURNAL)") $(if $(RESET),--reset)

# Compiled once, not anew in each of a hundred processes; an empty value is as if it were not set.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.ready-for-tests browser
	$(BIN)/pytest -n 3 --dist worksteal $(ARGS)

# What takes minutes: killed at every line of a close, dozens of times while answers come in.
faults: .venv/.ready-for-tests
	$(BIN)/pytest -n 2 --dist worksteal -m long $(ARGS)

# Other people's apps against the sandbox, as separate programs; those in JavaScript where npm is.
third-party: .venv/.ready-for-tests
	@if command -v npm >/dev/null; then npm ci --silent --prefix tests/third_party/javascript; \
	  else echo "npm is not here: the apps in JavaScript are left out."; fi
	$(BIN)/pytest -m third_party tests/third_party $(ARGS)

lint: .venv/.ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ready-for-tests
	$(BIN)/mypy

contracts: .venv/.ready-for-tests
	$(BIN)/lint-imports

wheel: .venv/.ready-for-tests
	bash deploy/check-wheel.sh

bench: .venv/.ready-for-tests browser
	$(BIN)/python -m benchmarks.run

# A browser draws the charts. Where none is found and this is root on Debian, one is installed;
# otherwise the digest goes without pictures and says so.
browser:
	@sh deploy/see-to-browser.sh

locks: .venv/.ready-for-tests
	sh deploy/lock.sh

# Takes the README's pictures from a demo that is running on PORT.
pictures: .venv/.ready-for-tests
	DEMO=http://127.0.0.1:$(PORT) $(BIN)/python deploy/pictures.py

# Writes the tables that documents take from the code.
papers: .venv/.ready-for-tests
	$(BIN)/python deploy/papers.py

catalogue: .venv/.ready-for-tests
	sh deploy/catalogue.sh

clean:
	rm -rf .venv .demo dist artefacts

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed. Name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "Python's venv module is needed (on Debian: apt install python3-venv)."; exit 1; }

.venv/.ready: requirements-demo.lock pyproject.toml | .venv/bin/python
	@echo "Installing the pinned dependencies ..."
	@$(PIP) install --require-hashes -r requirements-demo.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready-for-tests: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing the pinned dependencies ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.ready
