# What a person types here. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup ui demo test bench simulate lint format clean-demo

SEED ?= 1
STEPS ?= 2000

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: ## install what is missing (Debian packages, npm packages); can be run again
	@installers/setup.sh

ui: setup
	@installers/build-ui.sh

demo: setup ui ## start the server with a demo shop, a till and the back office
	@installers/demo.sh

test: setup ui ## every test: units, properties, story, simulation, browser, windows
	@installers/test.sh

bench: setup ui ## the benchmarks, each beside a floor measured in the same run
	@installers/bench.sh

simulate: ## one simulation: make simulate SEED=7 STEPS=20000
	@cargo run --quiet --release -p tradepost-tests --bin simulate -- --seed $(SEED) --steps $(STEPS)

lint: ui ## formatting and lints
	@cargo fmt --all --check && cargo clippy --workspace --all-targets --features tradepost-back-office/custom-protocol -- -D warnings

format: ## put the code in its form
	@cargo fmt --all

clean-demo: ## forget the demo shop
	@rm -rf demo-data
