# `make` or `make help` says what there is. One configuration for everything: release.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint benchmark clean

martlet := .build/release/martlet
lintable = $(wildcard Sources Tests Examples Snippets Benchmarks Package.swift)

help: ## say what each target does
	@echo "Martlet: from experiment to monitored production on one binary."; echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## get what the build needs: checks Swift, installs system packages, fetches native libraries
	@Scripts/setup

build: setup ## build the program martlet, optimised
	@echo "build: martlet, release configuration (the first build takes minutes, the next one seconds)"
	@swift build -c release --product martlet
	@echo "build: $(martlet)"

demo: build ## build, then take a model from raw data to monitored Production on the flights of 2013
	@$(martlet) demo

test: ## build everything, lint it, run the Swift tests and the tests with the real Python clients
	@Scripts/setup --tests
	@$(MAKE) --no-print-directory lint
	@echo "test: building everything (the first build takes minutes, the next one seconds)"
	@swift build -c release --build-tests
	@echo "test: the Swift tests"
	@MARTLET_TEST_DELTA_PYTHON="$(CURDIR)/.venv/bin/python" swift test -c release --skip-build
	@echo "test: the real clients, in Python, against the binary"
	@MARTLET_BIN="$(CURDIR)/$(martlet)" .venv/bin/python -m pytest Tests/Python

lint: ## check the format of the Swift sources
	@echo "lint: swift format on $(lintable)"
	@swift format lint --recursive --strict --parallel --configuration .swift-format $(lintable)

benchmark: build ## build and run the benchmarks: group commit, then Martlet beside the other tracking servers that are installed
	@swift build -c release --product martlet-benchmarks
	@.build/release/martlet-benchmarks
	@Benchmarks/Tracking/run.py

clean: ## remove what was built, fetched and made by the demo (workspaces of your own are left)
	rm -rf .build .native .venv martlet-demo Tests/Python/.pytest_cache
	find Tests Examples -name __pycache__ -type d -prune -exec rm -rf {} +
