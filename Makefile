# Two commands to begin with: `make demo` and `make test`. `make help` has the rest.
# Every path here is relative, so that a checkout may lie in a folder with a space.

PYTHON ?= python3
# xdist's processes; one a core unless said otherwise.
WORKERS ?= auto
BIN = .venv/bin/python
PIP = $(BIN) -m pip install --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: help demo serve test lint docs bench clean \
	test-services test-postgresql test-mariadb services \
	lint-ruff lint-format lint-types lint-imports lint-structure lint-migrations

help:
	@echo "make demo           run the tour of the example project over HTTP"
	@echo "make serve          leave the example project running"
	@echo "make test           the tests on SQLite, with the coverage gates"
	@echo "make test-services  the same tests on PostgreSQL, on MariaDB, both with Redis"
	@echo "make lint           ruff, mypy, import-linter, structure, migrations"
	@echo "make docs           docs/_build/html"
	@echo "make bench          the benchmarks, beside the peers"
	@echo "make clean          remove what the others made"

demo: .venv/ready-demo
	@$(BIN) -m example_project.demo

serve: .venv/ready-demo
	@$(BIN) -m example_project.serve

test: .venv/ready-test
	@$(BIN) -m coverage erase
	@$(BIN) -m coverage run -m pytest -n $(WORKERS) $(ARGS)
	@$(BIN) -m coverage combine --quiet
	@$(BIN) -m coverage json --quiet -o .coverage.json
	@$(BIN) tools/coverage_gate.py .coverage.json

# With `make -k` the second database is tried even where the first one fails.
test-services: test-postgresql test-mariadb

test-postgresql: services
	CLAIMSAUTH_TEST_DATABASE=postgresql CLAIMSAUTH_TEST_CACHE=redis \
		$(BIN) -m pytest -n $(WORKERS) $(ARGS)

test-mariadb: services
	CLAIMSAUTH_TEST_DATABASE=mariadb CLAIMSAUTH_TEST_CACHE=redis \
		$(BIN) -m pytest -n $(WORKERS) $(ARGS)

services: .venv/ready-test
	@$(BIN) tools/services.py

# With `make -k lint` each of them is tried, whatever the others say.
lint: lint-ruff lint-format lint-types lint-imports lint-structure lint-migrations

lint-ruff: .venv/ready-lint
	$(BIN) -m ruff check .

lint-format: .venv/ready-lint
	$(BIN) -m ruff format --check .

lint-types: .venv/ready-lint
	$(BIN) -m mypy

lint-imports: .venv/ready-lint
	.venv/bin/lint-imports

lint-structure: .venv/ready-lint
	$(BIN) -m pytest -q tests/structure

lint-migrations: .venv/ready-lint
	$(BIN) -m django makemigrations --settings tests.settings --check --dry-run

docs: .venv/ready-docs
	$(BIN) -m sphinx -n -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

# In an environment of its own: the peers have dependencies that tests must not see.
bench: .venv-bench/ready
	@.venv-bench/bin/python -m benchmarks $(ARGS)

clean:
	rm -rf .venv .venv-bench .tox .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache build dist docs/_build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp an extra: a second run installs nothing.
.venv/ready-demo: .venv/made pyproject.toml
	$(PIP) --editable '.[demo]'
	@touch $@

.venv/ready-test: .venv/made pyproject.toml
	$(PIP) --editable '.[all,test]'
	@touch $@

.venv/ready-lint: .venv/made pyproject.toml
	$(PIP) --editable '.[all,lint]'
	@touch $@

.venv/ready-docs: .venv/made pyproject.toml
	$(PIP) --editable '.[all,docs]'
	@touch $@

.venv-bench/ready: .venv/made pyproject.toml
	@$(PYTHON) -m venv --clear .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[all,bench]'
	@touch $@

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is:" >&2; \
		$(PYTHON) --version >&2; \
		echo "Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { \
		echo "The venv module is needed (Debian: apt install python3-venv)." >&2; exit 1; }
	@touch $@
