#!/usr/bin/env bash
# Every test, in one build. Called by `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."
# Debug information of lines only and no incremental files: a third of the disk, the same traces.
export CARGO_INCREMENTAL=0
FEATURES="tradepost-back-office/custom-protocol"

echo "test: building everything once"
cargo test --workspace --features "$FEATURES" --no-run
if ! command -v tauri-driver >/dev/null && [ ! -x "$HOME/.cargo/bin/tauri-driver" ]; then
  echo "test: installing tauri-driver for the back office's window"
  cargo install tauri-driver --version 2.1.0 --locked --quiet || echo "test: tauri-driver could not be installed; the window test will say that it was skipped"
fi
echo "test: the back office's screens"
npm run --silent --prefix desktop/back-office/ui check
echo "test: units, properties, story, crashes, simulation, windows"
cargo test --workspace --features "$FEATURES"
echo "test: the demo, as it runs without a display"
demo=$(mktemp -d)
trap 'rm -rf "$demo"' EXIT
headless=(env -u DISPLAY -u WAYLAND_DISPLAY DEMO_BUILT=1 DEMO_ONCE=1 DEMO_DATA="$demo/data" PORT=$((20000 + RANDOM % 20000)))
if ! "${headless[@]}" installers/demo.sh >"$demo/told" 2>&1 || [ "$(grep -c "everything is sound" "$demo/told")" != 3 ]; then
  cat "$demo/told"
  echo "test: the demo did not come to its end" >&2
  exit 1
fi
echo "test: the storefront in a browser"
npm test --silent --prefix tests/browser
