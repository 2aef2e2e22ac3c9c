# Everything a developer or an operator types. `make` alone lists it.
# A bare Debian 12 with python3, pip, make and git is enough: uv comes from the package registry into .tools, and builds
# .venv from the pinned requirements.txt, again only when requirements.txt or pyproject.toml has changed.

.DEFAULT_GOAL := help
.PHONY: help run up down night doisoat psql test quick campaign touched check docs bench score clean environment

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BENCH_READY := .venv-bench/.ready
SPARK_READY := .venv-spark/.ready
STANDALONE = $(BIN)/python -m standalone
# One worker more than two cores keep busy: each waits for a PostgreSQL of its own, and one of them for Airflow.
IN_PARALLEL ?= -n 3

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## three nights of a simulated province, from nothing to the summary (DOSSIERS=20000 NIGHTS_END=2024-04-19)
	@$(STANDALONE) run

up: $(READY) ## the same, left running: Airflow's page on localhost:8080 (PORT=...), every night at 01:00
	@$(STANDALONE) up

down: $(READY) ## stop what `make up` left running
	@$(STANDALONE) down

night: $(READY) ## one night against the systems that .env names: NIGHT=YYYY-MM-DD [PROVINCE=config/other.yaml]
	@$(STANDALONE) night

doisoat: $(READY) ## ask the warehouse: make doisoat ARGS="gaps --night 2024-04-19"
	@$(BIN)/doisoat $(ARGS)

psql: $(READY) ## open the warehouse in psql, as a reader (ARGS="-c 'select * from night'")
	@$(BIN)/doisoat psql $(ARGS)

test: $(READY) ## the test suite, about 13 minutes on two cores (ARGS="-k name" for a part)
	@$(BIN)/python -m pytest $(IN_PARALLEL) --durations=20 --junitxml=build/test-times.xml $(ARGS)

quick: $(READY) ## the tests of single functions and of the Dags, half a minute: while you write (ARGS="-k name")
	@$(BIN)/python -m pytest -n 2 tests/unit tests/dags $(ARGS)

campaign: $(READY) ## what takes long by nature: crashes, thirty nights, the production stack, whole worlds (PARTS="crash worlds")
	@$(BIN)/python tools/campaign.py run $(PARTS)

touched: $(READY) ## the parts of the campaign whose code changed since they last passed, as far as 15 minutes go (MINUTES=...)
	@$(BIN)/python tools/campaign.py touched --minutes $(or $(MINUTES),15)

# A minute for all of them: what passed is read again only when it has changed.
SQL := $(shell find include/doisoat include/page -name '*.sql' -not -path '*/migrations/*')
SQL_CHECKED := .venv/.sql-checked
$(SQL_CHECKED): $(READY) $(SQL)
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar --nocolor $(filter %.sql,$(if $(filter $(READY),$?),$^,$?))
	@touch $@

check: $(READY) $(SQL_CHECKED) ## lint, formatting, types, layers, SQL layout, generated docs current
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file tests/mypy.ini tests bench
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.generated_docs --check

docs: $(READY) ## write the generated pages of docs/ anew
	@$(BIN)/python -m tools.generated_docs

bench: $(READY) $(BENCH_READY) ## measure beside yardsticks, write bench/RESULTS.md (half an hour; less: ARGS="--turns 1")
	@PYTHONPATH=include $(BIN)/python -m bench $(ARGS)

score: $(READY) ## how well causes are told, held against the sandbox's answer key (ARGS="--dossiers 4000 --worlds 1")
	@PYTHONPATH=include $(BIN)/python -m bench.score $(ARGS)

clean: ## forget the nights of `make run`, and caches; `make up` keeps its data
	rm -rf .doisoat/run build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

environment: $(READY) ## build .venv, which every command does by itself

# uv asks the indexes, trusts the certificates and takes the proxy that pip is configured with on this machine. What it installs is
# compiled here once: where Python may not write bytecode (PYTHONDONTWRITEBYTECODE), every process would compile all of it again.
LIKE_PIP = eval "$$($(PYTHON) tools/like_pip.py)"; \
	export UV_LINK_MODE="$${UV_LINK_MODE:-copy}" UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE="$${UV_COMPILE_BYTECODE:-1}"

$(READY): requirements.txt pyproject.toml
	@test -x .tools/bin/uv || sed -n '/^uv==/,/[^\\]$$/p' requirements.txt | \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore \
		--target .tools --require-hashes --requirement /dev/stdin
	@$(LIKE_PIP) VIRTUAL_ENV=.venv; \
	echo "building .venv from requirements.txt"; \
	test -x $(BIN)/python || .tools/bin/uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv; \
	.tools/bin/uv pip sync --quiet requirements.txt && .tools/bin/uv pip install --quiet --no-deps --editable . && \
	$(BIN)/python -m compileall -q include
	@touch $@

# Environments of their own: the yardsticks of `make bench`, and PySpark for the campaign's part `national`.
$(BENCH_READY): bench/requirements.txt
$(SPARK_READY): tests/campaign/spark/requirements.txt
$(BENCH_READY) $(SPARK_READY): $(READY)
	@$(LIKE_PIP) VIRTUAL_ENV=$(@D); \
	echo "building $(@D) from $(filter %requirements.txt,$^)"; \
	test -x $(@D)/bin/python || .tools/bin/uv venv --quiet --python $(BIN)/python $(@D); \
	.tools/bin/uv pip sync --quiet $(filter %requirements.txt,$^)
	@touch $@
