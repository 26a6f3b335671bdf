# Marie's commands. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
RASA := .venv-rasa
UV := $(VENV)/bin/uv
export UV_LINK_MODE := copy
# Rasa's environment without compiled bytecode takes half a minute to import.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: $(VENV)/.ready $(RASA)/.ready ## start Marie (http://localhost:8080), Ctrl-C stops her
	@exec $(VENV)/bin/marie run

.PHONY: test
test: $(VENV)/.ready-dev $(RASA)/.ready ## run every test that this machine has the servers for
	$(VENV)/bin/python -m tests.layers

.PHONY: check
check: $(VENV)/.ready-dev ## format, lint, types, import layers, knowledge
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/marie knowledge check

.PHONY: bench
bench: $(VENV)/.ready-dev $(RASA)/.ready ## the benchmarks; NAME=… for one, DATA=… for open data
	$(VENV)/bin/python -m benchmarks $(NAME)

.PHONY: format
format: $(VENV)/.ready-dev ## format and mend what can be mended
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format .

.PHONY: requirements
requirements: $(VENV)/.ready ## compile requirements/*.in into hash-pinned *.txt
	for name in app dev; do $(UV) pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command "make requirements" \
	  requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	$(UV) pip compile --quiet --python "$$(requirements/python3.10)" --generate-hashes \
	  --custom-compile-command "make requirements" requirements/rasa.in -o requirements/rasa.txt

.PHONY: sbom
sbom: $(VENV)/.ready-dev $(RASA)/.ready ## list what Marie is made of, as CycloneDX, under var/sbom
	mkdir -p var/sbom
	for each in app:$(VENV) rasa:$(RASA); do $(VENV)/bin/cyclonedx-py environment \
	  --pyproject pyproject.toml --output-reproducible --output-format JSON \
	  --output-file var/sbom/$${each%%:*}.cdx.json $${each#*:}/bin/python || exit 1; done
	cp requirements/vendored.cdx.json var/sbom/

# uv lives in the application's own environment; `python3 -m venv` is all that a machine needs.
$(UV):
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Marie needs Python 3.11 or newer")'
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.ready: requirements/app.txt pyproject.toml | $(UV)
	$(UV) pip install --quiet --python $(VENV) --compile-bytecode --require-hashes -r requirements/app.txt
	$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.ready-dev: requirements/dev.txt $(VENV)/.ready
	$(UV) pip install --quiet --python $(VENV) --compile-bytecode --require-hashes -r requirements/dev.txt
	touch $@

$(RASA)/.ready: requirements/rasa.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python "$$(requirements/python3.10)" $(RASA)
	$(UV) pip install --quiet --python $(RASA) --compile-bytecode --require-hashes -r requirements/rasa.txt
	touch $@
