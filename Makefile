# `make demo` and `make test` need python3, git and make; everything else is installed into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Tests wait for processes and servers about as long as they compute: three at a time keep two cores busy.
AT_ONCE ?= 3

.PHONY: demo grammar schemas test test-quick mutations fuzz explore drill-crash drill-zombie drill-partition drill-disorder drill-damage drill-outage drill-day bench bench-quick compiled lint types format install clean

demo: $(VENV)/installed
	$(BIN)/retoure demo

test: $(VENV)/installed-dev lint types compiled
	$(BIN)/pytest -n $(AT_ONCE) --dist worksteal

test-quick: $(VENV)/installed-dev compiled
	$(BIN)/pytest -n $(AT_ONCE) --dist worksteal -m "not slow"

mutations: $(VENV)/installed-dev
	$(BIN)/python tests/mutations/corpus.py

SEED    ?= 1
SECONDS ?= 60
fuzz: $(VENV)/installed-dev
	$(BIN)/python -m tests.fuzz.fuzz --seed $(SEED) --seconds $(SECONDS)

# What the tests do with four calls of each kind: `make explore EXAMPLES=300` takes minutes.
EXAMPLES ?= 100
explore: $(VENV)/installed-dev
	EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q --timeout 3600 tests/connectors/simulators/test_openapi.py

# The figures of both stand in docs/operations.md. A day takes more than an hour at PEAK=50 events a second.
RATE ?= 4
drill-outage: $(VENV)/installed-dev
	$(BIN)/python -m tests.soak --seed $(SEED) outage --rate $(RATE)

PEAK    ?= 50
OPEN    ?= 100000
PICTURE ?= day.svg
drill-day: $(VENV)/installed-dev
	$(BIN)/python -m tests.soak --seed $(SEED) day --peak $(PEAK) --open $(OPEN) --picture $(PICTURE)

# Tests start hundreds of processes, each of which would otherwise compile the engine where Python may not keep it.
compiled: $(VENV)/installed-dev
	$(BIN)/python -m compileall -q engine cli

# Drills take minutes: docs/drills.md says what each does. `make drill-crash KILLS=50 SEED=7` plays one again.
DRILL := $(BIN)/python -m tests.drills
AGAIN := $(if $(filter command line,$(origin SEED)),--seed $(SEED))

KILLS ?= 200
drill-crash: $(VENV)/installed-dev
	$(DRILL) crash --kills $(KILLS) $(AGAIN)

drill-zombie: $(VENV)/installed-dev
	$(DRILL) zombie $(AGAIN)

drill-partition: $(VENV)/installed-dev
	$(DRILL) partition $(AGAIN)

drill-disorder: $(VENV)/installed-dev
	$(DRILL) disorder $(AGAIN)

RETURNS ?= 10000
drill-damage: $(VENV)/installed
	$(BIN)/retoure demo --drill --returns $(RETURNS) --seed $(SEED)

# What a mapping costs beside hand-written Python and other languages: docs/performance.md and its figures.
bench bench-quick: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python benchmarks/bench.py $(if $(filter bench-quick,$@),--quick)

# The tables that mappings are read by, worked out of grammar/retoure.lark. A test tells when they are not of it.
grammar: $(VENV)/installed-dev
	$(BIN)/python grammar/tables.py

# What the manifests in schemas/ say, read once and for all. A test tells when it is not of them.
schemas: $(VENV)/installed-dev
	$(BIN)/python schemas/read.py

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/installed-dev
	$(BIN)/mypy
	$(BIN)/basedpyright

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml
	PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/environment
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist
