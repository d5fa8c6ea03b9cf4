#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks. Says what it does; can be run again.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

BUILD="build-essential pkg-config libwebkit2gtk-4.1-dev librsvg2-dev libayatana-appindicator3-dev libxdo-dev libssl-dev file"
WINDOWS="xvfb xdotool dbus-x11 webkit2gtk-driver libgl1-mesa-dri chromium chromium-driver poppler-utils zstd"

command -v cargo >/dev/null || stop "Rust is missing: install it from https://rustup.rs (version 1.95 or newer), then run this again."
command -v npm >/dev/null || stop "Node.js is missing: install version 20 or newer, then run this again."

missing_packages() {
  for package in $BUILD $WINDOWS; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
  done
}

install_packages() {
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo"
  say "installing Debian packages: $*"
  $sudo apt-get update -qq || stop "the package list could not be fetched: is there a network? Without it, install these by hand: $*"
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
    || stop "Debian packages could not be installed: $*"
}

if command -v dpkg-query >/dev/null; then
  missing=$(missing_packages)
  # shellcheck disable=SC2086
  [ -z "$missing" ] || install_packages $missing
else
  say "this is not Debian: make sure that WebKitGTK 4.1, OpenSSL headers, Xvfb and Chromium are installed"
fi

# The front ends' packages, each pinned by its lock file.
for folder in desktop/back-office/ui tests/browser; do
  [ -f "$folder/package-lock.json" ] || continue
  stamp="$folder/node_modules/.installed"
  if [ ! -f "$stamp" ] || [ "$folder/package-lock.json" -nt "$stamp" ]; then
    say "installing npm packages of $folder"
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error || stop "npm packages could not be installed: is there a network?"
    touch "$stamp"
  fi
done
