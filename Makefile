# Everything a newcomer or a CI machine does. `make` lists it.
PYTHON ?= python3
VENV := var/venv
RUN := $(VENV)/bin/python
# More arguments for the command behind a target: make test ARGS="-k tracker -x"
ARGS ?=

# What the settings want before a check may read them; no server is contacted with it.
LINT_ENVIRONMENT := env LFR_SECRET_KEY=for-checks-only-and-longer-than-the-fifty-characters-asked-for \
	LFR_MASTER_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
	LFR_AUDIT_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
	LFR_DATABASE_URL=postgresql://nobody@/none?host=/nowhere \
	LFR_REDIS_URL=redis://127.0.0.1:1/0 LFR_FORCE_NAME="Seed Constabulary" LFR_SWAP_ENCRYPTED=1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint lint-style lint-types lint-templates lint-django format bench bench-console \
	requirements clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: ## Make the virtual environment in var/venv
	@$(PYTHON) lfr_site/install.py

setup-dev:
	@$(PYTHON) lfr_site/install.py --dev

demo: setup ## Start the whole system with a synthetic street camera (Ctrl-C stops it)
	@$(RUN) manage.py demo $(ARGS)

test: setup-dev ## Run all the tests, on servers of their own
	$(RUN) -m pytest $(ARGS)

lint: lint-style lint-types lint-templates lint-django ## Check style, types, templates and migrations

lint-style: setup-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

lint-types: setup-dev
	$(LINT_ENVIRONMENT) $(RUN) -m mypy

lint-templates: setup-dev
	$(RUN) -m djlint --lint --quiet templates

lint-django: setup-dev
	$(LINT_ENVIRONMENT) $(RUN) manage.py check --deploy --fail-level WARNING
	$(LINT_ENVIRONMENT) $(RUN) -W "ignore:Got an error checking:RuntimeWarning" manage.py makemigrations --check --dry-run

format: setup-dev ## Bring the code into the house's format
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: setup-dev ## Measure speed, side by side with the alternatives; writes bench.json
	$(RUN) manage.py bench $(ARGS)

bench-console: setup-dev ## Measure how fast and how surely alerts reach 200 consoles (ARGS=--write keeps the figures)
	$(RUN) manage.py bench_console $(ARGS)

UV_COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

# deepface asks for a second OpenCV beside opencv-python-headless; both would write cv2/.
requirements: setup-dev ## Compile requirements*.txt from requirements*.in
	$(UV_COMPILE) --no-emit-package opencv-python --no-emit-package opencv-contrib-python-headless \
		requirements.in --output-file requirements.txt $(ARGS)
	$(UV_COMPILE) requirements-dev.in --output-file requirements-dev.txt $(ARGS)

clean: ## Remove the demo's data and the caches; the virtual environment stays
	@if [ -x $(RUN) ]; then $(RUN) -m lfr_site.embedded discard var; fi
	@if [ -d var ]; then find var -mindepth 1 -maxdepth 1 ! -name 'venv*' -exec rm -rf {} +; fi
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
