# The commands of the project. `make run` and `make test` work as the very first ones on a fresh machine
# (Python 3.11 or newer, git, make); `make help` lists the rest.

SYSTEM_PYTHON := $(shell command -v python3.11 || command -v python3)
PYTHON := .venv/bin/python
TOWN ?= stown
PORT ?= 8050
SPEED ?= 1
# Folder that stands for ${DATA} in town files (open data of real cities); empty: the town needs none.
DATA ?=

.DEFAULT_GOAL := help
.PHONY: help run test check lint browser bench docs new-feed new-town trace briefing clean forget setup setup-test

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: setup  ## set up, load the town, build, publish, serve on 127.0.0.1:8050 (TOWN= DATA= PORT= SPEED=)
	@exec $(PYTHON) -m scripts.run_town --town "$(TOWN)" --port "$(PORT)" --speed "$(SPEED)" $(if $(DATA),--data "$(DATA)")

# Two processes side by side: most tests wait for one core. `-n 0` runs them in one.
test: setup-test  ## set up and run every test, slow ones last (PYTEST= further options)
	@PYTHONUNBUFFERED=1 $(PYTHON) -m pytest -n 2 --dist loadgroup $(PYTEST)

check: setup-test  ## formats, lint, imports, SQL, generated docs (seconds)
	@$(PYTHON) -m scripts.check

browser: setup-test  ## only the tests that drive Chromium
	@PYTHONUNBUFFERED=1 $(PYTHON) -m pytest -m browser

bench: setup-test  ## what is fast and what is not, into docs/bench.md
	@$(PYTHON) -m bench

docs: setup  ## write docs/metrics.md and docs/feeds.md from the definition files
	@$(PYTHON) -m scripts.write_docs

new-feed: setup  ## a working feed contract from a sample file (TOWN= FEED= FILE= KEY=heading AT=heading)
	@$(PYTHON) -m etl new-feed "$(FEED)" $(if $(FILE),"$(FILE)") --town "$(TOWN)" $(if $(KEY),--key "$(KEY)") $(if $(AT),--time "$(AT)")

new-town: setup  ## a working town folder (NAME= AREAS=file ZONE=America/Chicago INTO=folder)
	@$(PYTHON) -m etl new-town "$(NAME)" $(if $(AREAS),--areas "$(AREAS)") $(if $(ZONE),--zone "$(ZONE)") $(if $(INTO),--into "$(INTO)")

# LANG is a variable of every shell (en_US.UTF-8): only one written on make's own command line names the briefing's language.
briefing: setup  ## write one briefing in every format (DATE=2026-11-21 LANG=zh OUT=folder EDITION= UNTIL= AREA= DEPARTMENT=)
	@$(PYTHON) -m scripts.write_briefing --town "$(TOWN)" --out "$(or $(OUT),briefing)" $(if $(DATE),--date "$(DATE)") \
	  $(if $(filter command line,$(origin LANG)),--language "$(LANG)") $(if $(EDITION),--edition "$(EDITION)") $(if $(UNTIL),--until "$(UNTIL)") \
	  $(if $(AREA),--area "$(AREA)") $(if $(DEPARTMENT),--department "$(DEPARTMENT)")

trace: setup  ## where a number comes from (METRIC=)
	@$(PYTHON) -m scripts.trace_metric "$(METRIC)" --town "$(TOWN)"

setup:
	@$(SYSTEM_PYTHON) scripts/prepare.py run

setup-test:
	@$(SYSTEM_PYTHON) scripts/prepare.py test

clean:  ## remove the environment and caches; towns' data stay
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

forget:  ## remove everything made for one town: its database, published files, users (TOWN=)
	@rm -rf "data/warehouse/$(TOWN)"
