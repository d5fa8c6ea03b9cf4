#!/usr/bin/env bash
# Builds the back office's screens. They are part of its program, so this comes before cargo.
set -euo pipefail
cd "$(dirname "$0")/../desktop/back-office/ui"
newest=$(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer dist/index.html -print -quit 2>/dev/null || echo all)
if [ ! -f dist/index.html ] || [ -n "$newest" ]; then
  echo "ui: building the back office's screens"
  npm run --silent build
fi
