#!/usr/bin/env bash
# The benchmarks: each figure beside a floor measured in the same run. Called by `make bench`.
#   installers/bench.sh [--only NAME] ... [--quick | --full] [--folder DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
# Keys of the benchmarks' shops stay in their folders.
export TRADEPOST_KEY_FILE=1
target="${CARGO_TARGET_DIR:-target}"

echo "bench: building (a few minutes the first time)"
cargo build --quiet --release -p tradepost-server -p tradepost-till -p tradepost-tests --bin tradepost-server --bin tradepost-till --bin bench
"$target/release/bench" "$@"

# With --full also every receipt line of a real shop, where the file is present.
if [[ " $* " == *" --full "* ]]; then
  TRADEPOST_RETAIL_LINES=all cargo test --quiet --release -p tradepost-tests --test real_input -- --nocapture receipt_lines
fi
