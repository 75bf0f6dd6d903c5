# Two commands: `make up` runs Echo, `make test` checks it. Both install what they need.
PYTHON ?= python3
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help up dev test bench format runtime development

help:
	@echo "make up      install, build and run Echo: http://localhost:8000 (ECHO_PORT, ECHO_DATA_DIR, ECHO_DATABASE_URL)"
	@echo "make test    install what the tests need and run every check"
	@echo "make dev     run Echo and load at once what you change"
	@echo "make bench   run the benchmarks and write bench/results"
	@echo "make format  let ruff mend what it can"

up: runtime
	@exec .venv/bin/echo-app up

dev: runtime
	@exec .venv/bin/echo-app dev

test: development
	@exec ops/test.sh

bench: development
	@exec ops/bench.sh

format: development
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

runtime:
	@ops/install.sh runtime

development:
	@ops/install.sh dev
