#!/usr/bin/env bash
# The main job: a server with a demo shop, a paired till and the back office. With a display the windows open; without one the story is told in the terminal.
# Everything lies in demo-data/ and is kept between runs; `make clean-demo` forgets it. The tests run it too: DEMO_DATA is another folder, DEMO_BUILT says
# that the programs are there, DEMO_ONCE ends it after the story.
set -euo pipefail
cd "$(dirname "$0")/.."
DATA="${DEMO_DATA:-$PWD/demo-data}"
PORT="${PORT:-8080}"
TARGET="${CARGO_TARGET_DIR:-$PWD/target}/debug"
URL="http://127.0.0.1:$PORT"
# Demo keys stay in the demo's own folder, not in your keyring.
export TRADEPOST_KEY_FILE=1

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
stop() { printf 'demo: %s\n' "$*" >&2; exit 1; }
office() { "$TARGET/tradepost" --data "$DATA/back-office" "$@"; }
till() { "$TARGET/tradepost" --data "$DATA/till" "$@"; }

if [ -z "${DEMO_BUILT:-}" ]; then
  echo "demo: building (the first time takes some minutes)"
  cargo build --quiet --workspace --bins --features tradepost-back-office/custom-protocol
fi

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
side() { "$TARGET/tradepost" --data "$DATA/side-till" "$@"; }
# The first text of this name in an answer of --json.
field() { grep -oE "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
everyone_syncs() { for _ in 1 2; do for device in office till side; do "$device" sync --once >/dev/null; done; done; }
scene=0
scene() { scene=$((scene + 1)); printf '\n%s. %s\n' "$scene" "$*"; }

if [ ! -f "$DATA/side-till/ready" ]; then
  scene "A second till is paired with a one-time code."
  rm -rf "$DATA/side-till"
  code=$(office --json pair-code --role till --name "Side till" | field code)
  office sync --once >/dev/null
  side pair "$URL" "$code"
  touch "$DATA/side-till/ready"
fi
everyone_syncs

scene "The network goes. Both tills open with a float of 100.00."
# A demo that was cut short left them open.
till till open --float 100.00 || true
side till open --float 100.00 || true
scene "Two mugs and a brass pen, paid with 80.00 in cash: the receipt is final at once."
sold=$(till --json sell KIT-001-1=2 PAP-048-1 --cash 80.00)
echo "receipt $(field receipt_number <<<"$sold"): $(field gross <<<"$sold"), change $(field change <<<"$sold")"
scene "At the side till a bath towel at 10 % off, paid with a card."
side sell BAT-036-1 --discount 10 --card 31.18
scene "One mug comes back."
till refund "$(field receipt_number <<<"$sold")" KIT-001-1=1 --reason "chipped"
scene "Meanwhile, each without the others: the seller and the side till both set the price of the plum jam, and the side till renames the fig candle."
office product set plum-jam "price=7.2$((RANDOM % 10))"
side product set plum-jam "price=7.5$((RANDOM % 9 + 1))"
side product set fig-candle "title=Fig candle, No. $((RANDOM % 90 + 10))"
scene "And a buyer orders the same brass pen on the web, without JavaScript, to be collected and paid in the shop."
order_page=$(installers/demo/buy.sh "$URL" brass-ballpoint)
echo "She follows it at $order_page"

scene "The network returns. The digests are equal, so everyone has everything:"
everyone_syncs
for device in office till side; do printf '%-7s' "$device"; "$device" digest; done
scene "Stock of the pen, as the seller sees it:"
office stock list --search PAP-048-1
scene "Two people set one price. Both values are kept until somebody chooses:"
office conflicts
conflict=$(office --json conflicts)
office conflicts --settle "$(field document <<<"$conflict")" "$(field path <<<"$conflict")" 750
scene "The seller packs the order, takes the money and hands it over; the buyer's page says so."
number=$(office --json orders list | field number)
office orders pack "$number"
office orders pay "$number" --reference "cash at the counter"
office orders fulfill "$number"
everyone_syncs
curl -fsS "$order_page" | grep -o "You have collected your order" | head -n 1
scene "Both drawers are counted, blind; the front one is a dollar short, and its Z report says so."
expected=$(till --json till show | field expected)
till till close --counted "$(awk -v held="$expected" 'BEGIN { printf "%.2f", held - 1 }')"
side till close --counted 100.00
everyone_syncs
scene "An auditor verifies every journal:"
for device in office till side; do printf '%-7s' "$device"; "$device" verify; done
say "The storefront stays up at $URL/ until you press Ctrl C"
[ -n "${CI:-}${DEMO_ONCE:-}" ] || wait $SERVER
