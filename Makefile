# Shortcuts; each line that a target runs can be run by hand. Bare `make` prints this help.
.DEFAULT_GOAL := help
.PHONY: help build demo test verify format dashboards subset

help: ## Print this help
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build everything, no tests
	mvn -B -q -DskipTests package

demo: ## The whole loop on this machine
	./edgewright demo

test: ## Every test; installs on Debian what the integration tests need
	./edgewright test

verify: ## Every test that this machine can run as it is
	mvn -B verify

format: ## Format the sources
	mvn -B -q spotless:apply

dashboards: ## Test dashboards and rules only
	mvn -B -pl dashboards -am -Dsurefire.failIfNoSpecifiedTests=false verify

subset: ## Cut examples/fashion-mnist out of the full data set again
	java examples/fashion-mnist/MakeSubset.java
