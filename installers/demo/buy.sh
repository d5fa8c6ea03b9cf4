#!/usr/bin/env bash
# A buyer without JavaScript: product, basket, contact, collection in the shop, payment there, order. Prints the page where she follows it.
#   installers/demo/buy.sh URL HANDLE
set -euo pipefail
url=$1 handle=$2
cookies=$(mktemp)
trap 'rm -f "$cookies"' EXIT

# A page; what follows the address are fields of a form that is sent. Ends with the address where it was found.
page() {
  local path=$1 fields=() field
  shift
  for field in "$@"; do fields+=(--data-urlencode "$field"); done
  curl -fsSL --max-time 20 -b "$cookies" -c "$cookies" -H "origin: $url" -w '\n%{url_effective}' "${fields[@]}" "$url$path"
}
# The value of the first field of this name in a page; its second argument is a value that is not meant.
value() {
  tr '\n' ' ' | grep -oE '<input[^>]*>' | grep -F "name=\"$1\"" | grep -oE 'value="[^"]*"' | cut -d '"' -f 2 | grep -vx "${2:-}" | head -n 1
}

variant=$(page "/products/$handle" | value variant)
page /basket/add "variant=$variant" quantity=1 >/dev/null
token=$(page /basket | value token)
details=$(page /checkout "token=$token")
checkout=$(tail -n 1 <<<"$details" | sed "s|^$url||")
place=$(value delivery ship <<<"$details")
page "$checkout/details" "token=$token" email=ada@example.com "name=Ada Lovelace" "delivery=$place" >/dev/null
review=$(page "$checkout/payment" "token=$token" payment=on-collection)
placed=$(page "$checkout/place" "token=$(value token <<<"$review")" "seen=$(value seen <<<"$review")")
tail -n 1 <<<"$placed"
