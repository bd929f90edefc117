# Two commands are all a user needs: `make demo` and `make test`. Each sets up what it needs.

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo test tests test-slow coverage crater fuzz fuzz-changed lint docs system system-slow clean

demo: $(VENV)/.installed
	$(BIN)/python scripts/demo.py

# The types are looked at while the tests run: both at once take a minute less than one after the other.
test: $(VENV)/.installed-dev system
	@$(MAKE) --no-print-directory -j2 lint tests

tests: $(VENV)/.installed-dev
	HILT_RAISE_BUGS=1 $(BIN)/pytest -n auto -m "not slow"

# The same with a table of the lines that no test reaches; it takes half as long again.
coverage: $(VENV)/.installed-dev system
	HILT_RAISE_BUGS=1 $(BIN)/pytest -n auto -m "not slow" --cov --cov-report=term:skip-covered

test-slow: $(VENV)/.installed-fuzz system-slow
	HILT_RAISE_BUGS=1 $(BIN)/pytest -m slow
	$(BIN)/pytest --hypothesis-profile many tests/policy/test_standing_properties.py
	$(BIN)/python tests/fuzz/campaign.py --seconds 2

# The whole report of real models against what it was; HILT_UPDATE_GOLDENS=1 writes it anew.
crater: $(VENV)/.installed-dev
	HILT_RAISE_BUGS=1 $(BIN)/pytest tests/crater

# Every reader for SECONDS each, or those that READERS names.
fuzz: $(VENV)/.installed-fuzz
	$(BIN)/python tests/fuzz/campaign.py --seconds $(or $(SECONDS),60) $(READERS)

# The readers that changed since the revision SINCE.
fuzz-changed: $(VENV)/.installed-fuzz
	$(BIN)/python tests/fuzz/campaign.py --seconds $(or $(SECONDS),600) --changed $(or $(SINCE),main)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.installed-dev
	$(BIN)/python scripts/build_docs.py

# What the tests use beside Python, where it may be installed; where it may not, those tests say that they were skipped.
system:
	@scripts/install-system

system-slow:
	@scripts/install-system slow

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $(VENV)/.installed $@

# atheris has no wheel for every Python; where it cannot be installed, fuzzing says that it was skipped.
$(VENV)/.installed-fuzz: $(VENV)/.installed-dev
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary atheris --group fuzz
	@touch $@

clean:
	rm -rf $(VENV) demo build dist .coverage* .mypy_cache .ruff_cache .pytest_cache
