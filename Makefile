# Lot Commun. Two commands matter: `make demo` and `make test`. Needs Python ≥ 3.11 and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
DATA ?= data
JOBS ?= 2
VENV := .venv
PROVIDER := tests/support/oidc_provider
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help demo test proof mutants check format messages clean lock

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

demo: $(VENV)/run.stamp ## Install, then run the whole product with demo data (PORT=, DATA=)
	@exec $(BIN)/marketplace demo --port $(PORT) --data-dir "$(DATA)"

test: check ## Install, then format, lint, types, imports, and every test (10 minutes at most)
	$(BIN)/python -m pytest tests -m "not proof" -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: $(VENV)/test.stamp ## Format, lint, types and import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --verbose --no-cache > /dev/null || $(BIN)/lint-imports --no-cache
	$(BIN)/mypy

proof: $(VENV)/test.stamp ## The long proofs: kills, differential runs, the whole scenario (45 minutes at most)
	$(BIN)/python -m pytest tests -m proof --timeout 1200
	$(BIN)/python -m tests.matrix.mutants

mutants: $(VENV)/test.stamp ## Take each protection away in turn, and see a test fail (ONLY= part of a name)
	$(BIN)/python -m tests.matrix.mutants $(ONLY)

format: $(VENV)/test.stamp ## Put everything in form
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .

messages: $(VENV)/test.stamp ## Bring the catalogues of sentences up to date with the code
	$(BIN)/python -m marketplace.locales.update

lock: ## Rewrite the two lock files from pyproject.toml (needs uv; UPGRADE=--upgrade to take newer versions)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) -o requirements.txt
	uv pip compile pyproject.toml --group build --group test --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate -c requirements.txt $(UPGRADE) -o requirements-test.txt

clean: ## Remove what was installed (the data directory stays)
	rm -rf $(VENV) $(PROVIDER)/node_modules

# A stamp a lock file: installing again only when the lock, or the list of packages, has changed.
$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Lot Commun demande Python 3.11 ou plus récent : make PYTHON=python3.12 …")'
	@echo "Création de l’environnement dans $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: $(VENV)/python.stamp requirements.txt pyproject.toml
	@echo "Installation des paquets (une minute environ, une seule fois)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements-test.txt $(PROVIDER)/package-lock.json
	@echo "Installation des paquets de test"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(PROVIDER) --silent
	@touch $@
