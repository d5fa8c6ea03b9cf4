#!/usr/bin/env bash
# The main job: a server with a demo shop, a paired till and the back office. With a display the windows open; without one the story is told in the terminal.
# Everything lies in demo-data/ and is kept between runs; `make clean-demo` forgets it.
set -euo pipefail
cd "$(dirname "$0")/.."
DATA="$PWD/demo-data"
PORT="${PORT:-8080}"
TARGET="${CARGO_TARGET_DIR:-$PWD/target}/debug"
URL="http://127.0.0.1:$PORT"
# Demo keys stay in the demo's own folder, not in your keyring.
export TRADEPOST_KEY_FILE=1

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
stop() { printf 'demo: %s\n' "$*" >&2; exit 1; }
office() { "$TARGET/tradepost" --data "$DATA/back-office" "$@"; }
till() { "$TARGET/tradepost" --data "$DATA/till" "$@"; }

echo "demo: building (the first time takes some minutes)"
cargo build --quiet --workspace --bins --features tradepost-back-office/custom-protocol

if curl -fsS --max-time 2 "$URL/healthz" >/dev/null 2>&1; then
  stop "something answers at $URL already: stop it, or choose another port with PORT=8081 make demo"
fi

# A demo that was cut short while it was set up starts over.
[ -f "$DATA/ready" ] || rm -rf "$DATA"
mkdir -p "$DATA"
say "Starting the server"
TRADEPOST_PUBLIC_URL="$URL" "$TARGET/tradepost-server" serve --data "$DATA/server" --listen "127.0.0.1:$PORT" >"$DATA/server.log" 2>&1 &
SERVER=$!
trap 'kill $SERVER 2>/dev/null || true' EXIT
for _ in $(seq 1 100); do
  curl -fsS --max-time 1 "$URL/healthz" >/dev/null 2>&1 && break
  kill -0 $SERVER 2>/dev/null || stop "the server ended; its last words are in $DATA/server.log"
  read -r -t 0.1 <> <(:) || true
done

if [ ! -f "$DATA/ready" ]; then
  say "Creating the shop: Harbor Street Goods"
  office shop create --name "Harbor Street Goods" --currency USD --country US --location "Harbor Street" --owner "Sam Rivera" --pin 1234
  office tax set standard=8.25 --name "Sales tax"
  office shop set "tagline=Good things for the kitchen, the desk and the bath, from people we know." \
    "contact_email=hello@harborstreet.example" "bank_details=Harbor Bank, account 000 123 456, Harbor Street Goods" \
    "receipt_header=12 Harbor Street" "receipt_footer=Thank you. Come back soon."
  say "Importing 60 products with pictures"
  office import installers/demo/products.csv
  say "Connecting the shop to the server and pairing a till"
  office connect "$URL" --admin-token "$(cat "$DATA/server/admin-token")"
  office sync --once
  code=$(office --json pair-code --role till --name "Front till" | sed -E 's/.*"code":"([^"]+)".*/\1/')
  office sync --once
  till pair "$URL" "$code"
  till sync --once
  touch "$DATA/ready"
fi

say "The storefront: $URL/"
echo "At the till sign in as Sam Rivera with PIN 1234. Data: $DATA. Stop with Ctrl C."

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  "$TARGET/tradepost-till" --data "$DATA/till" &
  "$TARGET/tradepost-back-office" --data "$DATA/back-office" &
  wait
  exit 0
fi

say "There is no display, so here is the story in words"
office sync --once >/dev/null; till sync --once >/dev/null
echo "1. The till opens with a float of 100.00, offline."
till till open --float 100.00 2>/dev/null || echo "   (it was open already)"
echo "2. Two jars of honey and a mug, paid with 60.00 in cash: the receipt is final at once."
till sell PAN-013-1=2 KIT-001-1 --cash 60.00
echo "3. Meanwhile the seller changes the price of the plum jam, offline too."
office product set plum-jam "price=7.2$((RANDOM % 10))"
echo "4. The network returns: both have everything."
till sync --once; office sync --once; till sync --once
echo "5. Their digests are equal:"
till digest; office digest
echo "6. Stock of the honey, as the seller sees it:"
office stock list --search PAN-013-1
echo "7. The drawer is counted and closed:"
till till close --counted 100.00
echo "8. An auditor verifies the till's journal:"
till verify
say "The storefront stays up at $URL/ until you press Ctrl C"
[ -n "${CI:-}${DEMO_ONCE:-}" ] || wait $SERVER
