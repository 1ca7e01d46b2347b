# The few commands a person needs. Everything else: cargo xtask help

.PHONY: help run test bench crash deny docs fmt

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: ## Start a demo shop on http://localhost:8080 (first time: a release build of several minutes, fast afterwards)
	cargo run --release -p server --bin kaidian -- demo

test: ## Run every check and every test, as continuous integration does
	cargo xtask ci

bench: ## Measure this machine, on PostgreSQL too where it is installed (some minutes)
	cargo build --release -p server --bin kaidian
	@if cargo xtask db -- true >/dev/null 2>&1; \
	then cargo xtask db -- cargo run --quiet --release -p server --bin kaidian -- bench; \
	else cargo run --quiet --release -p server --bin kaidian -- bench; fi

crash: ## Kill and restart a working server 200 times, then check its books (KAIDIAN_CRASH_KILLS to change)
	KAIDIAN_CRASH_KILLS=$${KAIDIAN_CRASH_KILLS:-200} cargo xtask db -- \
		cargo nextest run --profile crash -p server -E 'test(crash)'

deny: ## Check licences, bans, sources and advisories of all dependencies (installs cargo-deny: some minutes)
	cargo xtask deny

docs: ## Build the book into target/book, when mdbook is installed
	@if command -v mdbook >/dev/null; then mdbook build docs --dest-dir "$(CURDIR)/target/book"; \
	else echo 'not built: the book (mdbook is not installed; cargo install mdbook --locked)'; fi

fmt: ## Format all Rust code
	cargo fmt --all
