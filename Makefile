# What people type. Each target installs what it needs first.
SHELL := /bin/sh
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE :=

FUZZING_SECONDS := 60

# Each beside the others; one that fails fails all, once the others are done too.
SIDE_BY_SIDE := $(MAKE) -j3 --output-sync=target --no-print-directory
LOOK_ABOVE := { echo "Something was not in order: look above for what lint, scan or the tests say."; exit 1; }

.PHONY: help demo test environment programs check lint scan sbom fuzz mutants fast on_sqlite coverage pictures weeks bench bench-docs arrivals growth growth-docs peers interop browsers test-twilio catalogues lock cluster

help:
	@echo "make demo    Latchkey, an emulated Verify and an emulated Flex on this computer"
	@echo "make test    install what the full test suite needs, and run all of it"
	@echo "make check   lint, types, import rules, known vulnerabilities, secrets left in files, and the fast tests"
	@echo "make fuzz    fuzz the parsers of untrusted input; a minute each"
	@echo "make mutants put small faults into rules, tokens and messages, and list those that no test notices; WHICH='idp.tokens.*'"
	@echo "make sbom    the bill of materials of what runs (CycloneDX)"
	@echo "make coverage   all tests on SQLite, and which lines no test reaches"
	@echo "make pictures   take the screenshots in docs/ again"
	@echo "make weeks   simulate 2,500 weeks of token rotation on bad networks, compared with other methods; some minutes"
	@echo "make bench   measure the speed compared with what this machine can do; about four minutes; bench-docs also updates the docs"
	@echo "make arrivals   of that only: a thousand agents within one second, and agents at random times"
	@echo "make growth  measure what gets slower with many agents, services and a long history; some minutes, HOW=--full far more; growth-docs also updates the docs"
	@echo "make peers   compare sign-in and token rotation with SimpleSAMLphp, samlp, samlify, djangosaml2idp and simplejwt; about two minutes"
	@echo "make cluster run a primary and a replica, Redis with Sentinel and three nodes, and kill each of them; some minutes"
	@echo "make interop sign-ins and sign-outs at other products' service providers, from Debian's packages"
	@echo "make browsers agents' sign-ins in WebKit, as on iPhones, and in Firefox, from Debian's packages; some minutes"
	@echo "make test-twilio   run the gateway's tests against Twilio itself: texts to your phone, which cost money"
	@echo "make catalogues   update the message catalogues from the code, and say what is left to translate"
	@echo "make lock    rewrite the lock files from the requirements*.in files"

demo:
	@LATCHKEY_DEMO_BEGAN=$$(date +%s); export LATCHKEY_DEMO_BEGAN; \
	bin/environment requirements.txt --no-compile && exec $(PY) manage.py demo

test:
	@$(MAKE) -j2 --no-print-directory environment programs
	@$(SIDE_BY_SIDE) lint scan on_sqlite || $(LOOK_ABOVE)
	@echo "The same on PostgreSQL and with Redis:"
	@bin/on-postgresql-and-redis $(PY) -m pytest -q -n 3 --dist worksteal -m repeated tests

environment:
	@bin/environment requirements-dev.txt

programs:
	@bin/test-programs

check:
	@bin/environment requirements-dev.txt
	@$(SIDE_BY_SIDE) lint scan fast || $(LOOK_ABOVE)

on_sqlite:
	+@$(PY) -m pytest -q -n 3 --dist worksteal tests

scan:
	@$(PY) -m tests.scanning.left_secrets
	@$(PY) -m tests.scanning.dependencies

fuzz:
	@bin/environment requirements-fuzzing.txt
	@for reader in saml_request user_agent people_file policy scim_body; do mkdir -p var/fuzzing/$$reader; \
	$(PY) -m tests.fuzzing $$reader -max_total_time=$(FUZZING_SECONDS) -max_len=6000 -timeout=10 \
	-artifact_prefix=var/fuzzing/$$reader- var/fuzzing/$$reader tests/fuzzing/corpus/$$reader || exit 1; done

mutants:
	@bin/environment requirements-mutants.txt
	@nice -n 15 $(PY) -m tests.mutation $(WHICH)

sbom:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.scanning.parts var/latchkey.cdx.json
	@echo "What runs, with versions and digests: var/latchkey.cdx.json"

lint:
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/lint-imports --no-cache >/dev/null || .venv/bin/lint-imports
	@$(PY) -m tests.environment mypy

# Each test of the admin and of the API is a whole request or several, and most of tests/races is slow, so none of them
# need be collected. With a plus dots come as they are made; what lint and scan say comes whole, when they are done.
SLOW_FOLDERS := tests/web tests/native tests/races
fast:
	+@$(PY) -m pytest -q -n 2 -m "not live and not slow and not long" $(SLOW_FOLDERS:%=--ignore %) tests

coverage:
	@bin/environment requirements-dev.txt && bin/test-programs
	@$(PY) -m pytest -q -n 2 --cov=idp --cov-report=term:skip-covered tests

pictures:
	@bin/environment requirements-dev.txt && bin/test-programs
	@LATCHKEY_PICTURES=1 $(PY) -m pytest -q tests/docs/test_tutorials.py

weeks:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.tokens.weeks

bench:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.speed

bench-docs:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.speed --write

arrivals:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.speed arrivals

growth:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.growth $(HOW)

growth-docs:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.growth --write $(HOW)

peers:
	@bin/environment requirements-dev.txt && bin/peer-programs
	@$(PY) -m tests.peers

cluster:
	@bin/environment requirements-dev.txt && bin/test-programs
	@$(PY) -m tests.cluster

interop:
	@bin/environment requirements-dev.txt && bin/test-programs && bin/interop-programs
	@$(PY) -m pytest -q tests/interop

browsers:
	@bin/environment requirements-dev.txt && bin/test-programs && bin/browser-programs
	@$(PY) -m pytest -q tests/browsers

test-twilio:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.otp.twilio_itself

catalogues:
	@bin/environment requirements-dev.txt
	@$(PY) -m tests.languages.catalogues

lock:
	@for set in requirements requirements-otel requirements-dev requirements-fuzzing requirements-mutants; do \
	UV_PYTHON_DOWNLOADS=never .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url \
	--no-emit-find-links --python-version 3.11 $$set.in -o $$set.txt || exit 1; done
