# The commands of this house. Each sets up what it needs first; a second time that takes a moment and no network.
PYTHON ?= python3
BOOT := $(PYTHON) -I deploy_admin/bootstrap.py
DEV := $(BOOT) --tests setup
IN := .venv/bin/python -m
ARGS ?=
# So many processes at once, each with a database of its own; the fixed hash seed lets all of them collect the same tests.
WORKERS ?= 2
# Only to look at the settings: nothing is connected to.
AS_PRODUCTION := DEPLOY_ENV=production ALLOWED_HOSTS=check.invalid SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w 0) \
	FIELD_KEYS=1:$$(head -c 32 /dev/urandom | base64 -w 0) MATCH_KEY=$$(head -c 32 /dev/urandom | base64 -w 0) \
	DATABASE_URL=postgresql://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0

.PHONY: run stop reset setup test check format bench soak audit lock messages

run: ## bring up the whole system with demo data (make run DEMO=0: without), until Ctrl-C
	@exec $(BOOT) run

stop: ## stop the system that runs from this checkout
	@$(BOOT) stop

reset: ## stop it and delete its data
	@$(BOOT) reset

setup: ## install what running needs
	@$(BOOT) setup

test: ## run all tests: make test ARGS="tests/ops -x"
	@$(DEV)
	@PYTHONHASHSEED=0 FONTCONFIG_FILE=$(CURDIR)/var/fonts/fonts.conf $(IN) pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: export DEPLOY_ENV = test
check: export VAR_DIR = $(CURDIR)/var/test
check: ## format, lint, types, layers, migrations, translations, templates, deployment settings
	@$(DEV)
	$(IN) ruff format --check --output-format concise .
	$(IN) ruff check .
	$(IN) mypy deploy_admin quotas assignments appraisals manage.py
	.venv/bin/lint-imports
	.venv/bin/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	.venv/bin/python manage.py messages --check
	$(IN) djlint templates --lint --quiet
	@echo "manage.py check --deploy, as production"; $(AS_PRODUCTION) .venv/bin/python manage.py check --deploy --fail-level WARNING

format: ## rewrite in the house's format
	@$(DEV)
	$(IN) ruff check --fix .
	$(IN) ruff format .

bench: ## one line per item, and var/bench.json
	@$(DEV)
	@$(IN) tests.bench $(ARGS)

soak: ## long fault runs and the large hypothesis profile
	@$(DEV)
	@HYPOTHESIS_PROFILE=soak FONTCONFIG_FILE=$(CURDIR)/var/fonts/fonts.conf \
		$(IN) pytest --timeout 1800 -m "slow or hypothesis" $(ARGS)

audit: ## known vulnerabilities of what is installed in production
	@$(DEV)
	@$(IN) pip_audit --require-hashes --disable-pip -r requirements.lock

lock: ## resolve all lock files anew; no address is written into them
	@$(BOOT) lock

messages: ## bring the catalogue to what the sources say
	@$(DEV)
	@DEPLOY_ENV=test .venv/bin/python manage.py messages
