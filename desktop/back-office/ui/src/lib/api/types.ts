// Made by the program's own tests (src/api/types.rs). Do not edit.

export type ProductStatus = 'active' | 'draft' | 'archived';

export type Amount = { 
/**
 * Minor units.
 */
minor: number, 
/**
 * The currency's three letters.
 */
currency: string, 
/**
 * For reading: `$1,250.00`.
 */
text: string, 
/**
 * For editing: `1250.00`.
 */
decimal: string, };

export type Count = { 
/**
 * Thousandths of the unit.
 */
thousandths: number, 
/**
 * For reading: `2`, `1.25 kg`.
 */
text: string, };

export type Moment = { 
/**
 * Milliseconds since 1970-01-01 UTC.
 */
unix_ms: number, 
/**
 * In the shop's zone: `2026-11-22 14:05`.
 */
text: string, };

export type Tone = "neutral" | "good" | "soon" | "bad" | "news";

export type Mark = { 
/**
 * The word.
 */
text: string, 
/**
 * How serious.
 */
tone: Tone, };

export type ErrorCode = "no_shop" | "in_use" | "input" | "refused" | "not_permitted" | "not_found" | "connection" | "storage" | "stopped";

export type ApiError = { 
/**
 * Why not.
 */
code: ErrorCode, 
/**
 * What failed and what to do next.
 */
message: string, };

export type Saved = { 
/**
 * What was made or changed; empty for many.
 */
id: string, 
/**
 * How many documents changed; 0: nothing differed.
 */
changed: number, 
/**
 * Undoes it, as long as it is remembered; `None`: cannot be undone here.
 */
undo: number | null, };

export type SavedFile = { 
/**
 * Where it is.
 */
path: string, };

export type StartView = { 
/**
 * Whether there is a shop.
 */
has_shop: boolean, 
/**
 * Where it is, or will be.
 */
data_folder: string, };

export type NewShopDraft = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its country.
 */
country: string, 
/**
 * Its currency.
 */
currency: string, 
/**
 * Its state or province.
 */
region: string, 
/**
 * Whether prices contain tax.
 */
prices_include_tax: boolean, 
/**
 * Minutes ahead of UTC.
 */
utc_offset_minutes: number, 
/**
 * The first location.
 */
location_name: string, 
/**
 * Who owns it.
 */
owner_name: string, 
/**
 * The owner's PIN, or empty.
 */
owner_pin: string, };

export type JoinInput = { 
/**
 * The server's address.
 */
url: string, 
/**
 * The one-time code.
 */
code: string, 
/**
 * What this computer is called.
 */
device_name: string, };

export type Overview = { 
/**
 * Its name.
 */
shop_name: string, 
/**
 * Its currency.
 */
currency: string, 
/**
 * Its country.
 */
country: string, 
/**
 * Its locations.
 */
locations: Array<Named>, 
/**
 * Web orders to pack.
 */
orders_to_pack: number, 
/**
 * Fields to decide.
 */
conflicts: number, 
/**
 * Where buyers find it, once a server hosts it.
 */
storefront_url: string | null, 
/**
 * Changes with every change.
 */
generation: number, };

export type Named = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, };

export type Found = { 
/**
 * `product`, `order`, `sale`, `customer`.
 */
kind: 'product' | 'order' | 'sale' | 'customer', 
/**
 * Its id, as its screen takes it.
 */
id: string, 
/**
 * What it is called.
 */
title: string, 
/**
 * What tells it apart.
 */
detail: string, };

export type SyncView = { 
/**
 * "In step", "Offline since 09:12".
 */
sentence: string, 
/**
 * What waits, and why.
 */
detail: string, 
/**
 * How serious; offline is never bad.
 */
tone: Tone, 
/**
 * Changes that the server has not acknowledged yet.
 */
waiting: number, 
/**
 * The server's address, if the shop has one.
 */
server_url: string | null, 
/**
 * Pictures that arrived since the program started.
 */
pictures_arrived: number, };

export type Home = { 
/**
 * What needs a person, most pressing first.
 */
tasks: Array<Task>, 
/**
 * Today.
 */
today: DayFigures, 
/**
 * Today against the same day a week ago, in words.
 */
comparison: string, 
/**
 * By hour.
 */
hours: Array<HourFigures>, 
/**
 * The last seven days, today last.
 */
week: Array<WeekDay>, 
/**
 * Before the first sale: how far the shop is, shown instead of charts.
 */
first_steps: FirstSteps | null, };

export type FirstSteps = { 
/**
 * There are products.
 */
has_products: boolean, 
/**
 * Something is on a shelf.
 */
has_stock: boolean, 
/**
 * A till was paired.
 */
has_till: boolean, };

export type Task = { 
/**
 * How many.
 */
count: number, 
/**
 * What.
 */
title: string, 
/**
 * Which, or what to do.
 */
detail: string, 
/**
 * How pressing.
 */
tone: Tone, 
/**
 * The screen that has it.
 */
screen: string, 
/**
 * Where on that screen.
 */
part: string, };

export type HourFigures = { 
/**
 * `14`.
 */
label: string, 
/**
 * Today.
 */
now: Amount, 
/**
 * A week ago.
 */
before: Amount, };

export type WeekDay = { 
/**
 * `Mon 16`.
 */
label: string, 
/**
 * Sales with tax.
 */
gross: Amount, 
/**
 * Whether it is today.
 */
is_today: boolean, };

export type AwayView = { 
/**
 * In plain sentences.
 */
lines: Array<AwaySentence>, };

export type AwaySentence = { 
/**
 * The sentence.
 */
text: string, 
/**
 * What it asks for.
 */
tone: Tone, };

export type OrderQuery = { 
/**
 * `all`, `web`, `shop`.
 */
kind: 'all' | 'web' | 'shop', 
/**
 * Of web orders: `open`, `packed`, `fulfilled`, `canceled`, `unpaid`; empty: all.
 */
status: string, 
/**
 * A number, name or email address.
 */
search: string, };

export type BookLine = { 
/**
 * `web:` or `shop:` and the id.
 */
id: string, 
/**
 * Its number.
 */
number: string, 
/**
 * Who bought; empty for a sale over the counter.
 */
name: string, 
/**
 * When.
 */
at: Moment, 
/**
 * With tax.
 */
gross: Amount, 
/**
 * Whether it is paid.
 */
payment: Mark, 
/**
 * How far it got.
 */
fulfillment: Mark, 
/**
 * "Web, ships", "Front till".
 */
channel: string, 
/**
 * How many lines.
 */
line_count: number, };

export type BookView = { 
/**
 * `web:` or `shop:` and the id.
 */
id: string, 
/**
 * Its number.
 */
number: string, 
/**
 * "Web order" or "Sale on Front till".
 */
source: string, 
/**
 * When.
 */
at: Moment, 
/**
 * Its marks.
 */
marks: Array<Mark>, 
/**
 * What.
 */
lines: Array<BookItem>, 
/**
 * Totals from the goods to the amount due, as a receipt shows them.
 */
totals: Array<TotalLine>, 
/**
 * Who, how to reach them.
 */
buyer: Array<string>, 
/**
 * Where to, line by line; empty: not shipped.
 */
address: Array<string>, 
/**
 * "Ships by Standard", "Collected at Harbor Street".
 */
delivery: string, 
/**
 * How it is paid.
 */
payment: string, 
/**
 * The buyer's remark.
 */
note: string, 
/**
 * What is still to be paid; as typed into a field.
 */
due: Amount | null, 
/**
 * What may be done next.
 */
steps: ('take_payment' | 'pack' | 'ship' | 'hand_over' | 'cancel')[], 
/**
 * What happened, newest first.
 */
timeline: Array<Happening>, };

export type BookItem = { 
/**
 * What.
 */
title: string, 
/**
 * Its SKU.
 */
sku: string, 
/**
 * How much.
 */
quantity: string, 
/**
 * The price of one.
 */
unit_price: Amount, 
/**
 * The line's total with tax after discount.
 */
gross: Amount, 
/**
 * "2 of 3 packed" or empty.
 */
progress: string, };

export type TotalLine = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its amount.
 */
amount: Amount, 
/**
 * Whether it is the total.
 */
is_total: boolean, };

export type Happening = { 
/**
 * When.
 */
at: Moment, 
/**
 * What.
 */
text: string, };

export type StepInput = { "step": "pack" } | { "step": "ship", 
/**
 * The carrier's number, or empty.
 */
tracking_number: string, } | { "step": "hand_over" } | { "step": "take_payment", 
/**
 * As typed.
 */
amount: string, 
/**
 * The bank's or terminal's reference.
 */
reference: string, } | { "step": "cancel", 
/**
 * Why.
 */
reason: string, };

export type ProductQuery = { 
/**
 * Words or parts of words.
 */
search: string, 
/**
 * `active`, `draft`, `archived`; empty: active and draft.
 */
status: string, 
/**
 * A vendor, or empty.
 */
vendor: string, 
/**
 * A type, or empty.
 */
product_type: string, 
/**
 * A tag, or empty.
 */
tag: string, 
/**
 * A collection's id, or empty.
 */
collection: string, 
/**
 * The order; empty: by title.
 */
sort: string, };

export type ProductLine = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Its vendor.
 */
vendor: string, 
/**
 * Its type.
 */
product_type: string, 
/**
 * Its status.
 */
status: 'active' | 'draft' | 'archived', 
/**
 * How many variants.
 */
variant_count: number, 
/**
 * `$12.00`, or `$12.00 – 18.00`.
 */
price: string, 
/**
 * Available over all locations.
 */
available: Count, 
/**
 * Fields with two values.
 */
conflict_count: number, 
/**
 * Where the window finds its first picture, or empty.
 */
picture: string, };

export type Window<T> = { 
/**
 * The rows asked for.
 */
rows: Array<T>, 
/**
 * All rows of this question.
 */
total: number, };

export type ProductFacets = { 
/**
 * Vendors.
 */
vendors: Array<Facet>, 
/**
 * Types.
 */
product_types: Array<Facet>, 
/**
 * Tags.
 */
tags: Array<Facet>, 
/**
 * All products that are not archived.
 */
offered: number, 
/**
 * Active ones.
 */
active: number, 
/**
 * Drafts.
 */
draft: number, 
/**
 * Archived ones.
 */
archived: number, };

export type Facet = { 
/**
 * The value.
 */
name: string, 
/**
 * How many products.
 */
count: number, };

export type PictureView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Where the window finds it; empty: it is on another server.
 */
address: string, 
/**
 * The server it is on, or empty.
 */
elsewhere: string, 
/**
 * What it shows, for people who cannot see it.
 */
alt_text: string, };

export type PictureDraft = { 
/**
 * Its id.
 */
id: string, 
/**
 * What it shows.
 */
alt_text: string, };

export type ProductView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its fields.
 */
draft: ProductDraft, 
/**
 * Names of its options in order.
 */
option_names: Array<string>, 
/**
 * Its variants' stock and margin, in the order of the draft's variants.
 */
variants: Array<VariantFigures>, 
/**
 * Its pictures in order.
 */
pictures: Array<PictureView>, 
/**
 * The tax categories of the shop's tax table.
 */
tax_categories: Array<string>, 
/**
 * Fields with two values.
 */
conflicts: Array<Conflict>, };

export type VariantFigures = { 
/**
 * The variant.
 */
id: string, 
/**
 * Its options joined, or empty.
 */
title: string, 
/**
 * Available over all locations.
 */
available: Count, 
/**
 * Margin in percent of the price without its decimals: `42 %`; empty where cost or price is missing.
 */
margin: string, };

export type ProductDraft = { 
/**
 * Its title.
 */
title: string, 
/**
 * Its name in addresses; empty: made from the title.
 */
handle: string, 
/**
 * Its description.
 */
description_html: string, 
/**
 * Its vendor.
 */
vendor: string, 
/**
 * Its type.
 */
product_type: string, 
/**
 * Its status.
 */
status: 'active' | 'draft' | 'archived', 
/**
 * Its tags.
 */
tags: Array<string>, 
/**
 * What it is for tax.
 */
tax_category: string, 
/**
 * Its variants in order.
 */
variants: Array<VariantDraft>, };

export type VariantDraft = { 
/**
 * Its id; empty: a new one.
 */
id: string, 
/**
 * Its value of each option.
 */
options: Array<string>, 
/**
 * Its SKU.
 */
sku: string, 
/**
 * Its barcodes, the first is printed.
 */
barcodes: Array<string>, 
/**
 * Its price; empty: not for sale yet.
 */
price: string, 
/**
 * Its former price, or empty.
 */
compare_at: string, 
/**
 * What the shop paid, or empty.
 */
cost: string, 
/**
 * Grams, or empty.
 */
weight_grams: string, 
/**
 * What happens when it runs out.
 */
stock_policy: 'not_tracked' | 'stop_at_zero' | 'sell_on', 
/**
 * Whether it is taxed.
 */
is_taxable: boolean, 
/**
 * Whether it is shipped.
 */
requires_shipping: boolean, };

export type BulkChange = { "kind": "price", 
/**
 * `set`, `raise` or `lower`.
 */
how: 'set' | 'raise' | 'lower', 
/**
 * An amount for `set`, percent otherwise.
 */
value: string, } | { "kind": "status", 
/**
 * The status.
 */
status: 'active' | 'draft' | 'archived', } | { "kind": "add_tag", 
/**
 * The tag.
 */
tag: string, } | { "kind": "remove_tag", 
/**
 * The tag.
 */
tag: string, };

export type ImportPlan = { 
/**
 * The file.
 */
file_name: string, 
/**
 * What it was read as.
 */
format: string, 
/**
 * Rows without the header.
 */
rows: number, 
/**
 * Products.
 */
products: number, 
/**
 * Variants.
 */
variants: number, 
/**
 * Products that are new.
 */
created: number, 
/**
 * Products that would change.
 */
updated: number, 
/**
 * Products that are as in the file.
 */
unchanged: number, 
/**
 * Rows that are not taken.
 */
errors: number, 
/**
 * Doubtful rows.
 */
warnings: number, 
/**
 * Things to know.
 */
notes: number, 
/**
 * Names of the files of pictures that it names and that are not here yet.
 */
pictures_missing: Array<string>, 
/**
 * How many of them are here.
 */
pictures_here: number, };

export type ImportProblemLine = { 
/**
 * Its place in the list.
 */
id: string, 
/**
 * The row; the header is 1.
 */
row: number, 
/**
 * The column, or empty.
 */
column: string, 
/**
 * How bad.
 */
severity: 'note' | 'warning' | 'error', 
/**
 * What it is and what to do.
 */
message: string, };

export type ImportProgressView = { 
/**
 * Products done.
 */
done: number, 
/**
 * Products in all.
 */
total: number, 
/**
 * In words.
 */
text: string, };

export type ImportResult = { 
/**
 * In a few words.
 */
title: string, 
/**
 * In a sentence.
 */
detail: string, 
/**
 * To take it back by.
 */
batch: string | null, };

export type StockQuery = { 
/**
 * A location's id, or empty for all.
 */
location: string, 
/**
 * Words, SKU or barcode.
 */
search: string, };

export type StockLine = { 
/**
 * Variant and location: unique in the list.
 */
id: string, 
/**
 * The variant.
 */
variant: string, 
/**
 * Product and variant.
 */
title: string, 
/**
 * Its SKU.
 */
sku: string, 
/**
 * The location.
 */
location: string, 
/**
 * Its name.
 */
location_name: string, 
/**
 * Physically here.
 */
on_hand: Count, 
/**
 * Promised to orders.
 */
committed: Count, 
/**
 * Not sellable.
 */
unavailable: Count, 
/**
 * What can be sold.
 */
available: Count, };

export type Movement = { 
/**
 * When.
 */
at: Moment, 
/**
 * What, in words.
 */
what: string, 
/**
 * By how much, with its sign; for a count what was counted.
 */
quantity: string, 
/**
 * Reason, reference or receipt.
 */
remark: string, 
/**
 * Who.
 */
staff: string, 
/**
 * Where.
 */
location: string, };

export type FoundVariant = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its product.
 */
product: string, 
/**
 * Product and variant.
 */
title: string, 
/**
 * Its SKU.
 */
sku: string, 
/**
 * Its barcode.
 */
barcode: string, 
/**
 * Its price.
 */
price: Amount | null, 
/**
 * What can be sold.
 */
available: Count, };

export type StockEntry = { 
/**
 * The variant.
 */
variant: string, 
/**
 * The quantity as typed.
 */
quantity: string, };

export type SheetView = { 
/**
 * What `print_labels` takes.
 */
key: string, 
/**
 * What people choose.
 */
name: string, };

export type AddressDraft = { name: string, line1: string, line2: string, city: string, region: string, postal_code: string, country: string, phone: string, };

export type CustomerDraft = { 
/**
 * The id; empty: a new one.
 */
id: string, 
/**
 * Full name.
 */
name: string, 
/**
 * Email address, or empty.
 */
email: string, 
/**
 * Phone number, or empty.
 */
phone: string, 
/**
 * Where they live.
 */
address: AddressDraft, 
/**
 * The shop's own note.
 */
note: string, };

export type Report = { 
/**
 * Sales less refunds, web orders included, with tax.
 */
gross: Amount, 
/**
 * Over the counter without tax.
 */
net: Amount, 
/**
 * Over the counter, tax.
 */
tax: Amount, 
/**
 * Sales and web orders.
 */
sale_count: number, 
/**
 * Refunds.
 */
refund_count: number, 
/**
 * Gross by sale; `None`: no sales.
 */
average: Amount | null, 
/**
 * Every day of the range, also those without a sale.
 */
days: Array<DayFigures>, 
/**
 * Tax by rate.
 */
taxes: Array<TaxFigures>, 
/**
 * Takings by tender.
 */
tenders: Array<NamedAmount>, 
/**
 * What sold best.
 */
best: Array<BestSeller>, };

export type DayFigures = { 
/**
 * `2026-11-22`.
 */
day: string, 
/**
 * Over the counter and on the web, with tax.
 */
gross: Amount, 
/**
 * Over the counter, with tax.
 */
shop_gross: Amount, 
/**
 * On the web, with tax.
 */
web_gross: Amount, 
/**
 * Sales and web orders.
 */
sale_count: number, };

export type TaxFigures = { 
/**
 * The rate's name.
 */
name: string, 
/**
 * The rate.
 */
rate: string, 
/**
 * Net.
 */
net: Amount, 
/**
 * Tax.
 */
tax: Amount, };

export type NamedAmount = { 
/**
 * The name.
 */
name: string, 
/**
 * The amount.
 */
amount: Amount, };

export type BestSeller = { 
/**
 * What.
 */
title: string, 
/**
 * How much.
 */
quantity: Count, 
/**
 * For how much.
 */
gross: Amount, };

export type SessionLine = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its till.
 */
till: string, 
/**
 * Its trading date.
 */
day: string, 
/**
 * Opened.
 */
opened: Moment, 
/**
 * Closed, if it is.
 */
closed: Moment | null, 
/**
 * `Z 12`, or empty while it is open.
 */
z_number: string, 
/**
 * Whether the drawer was right.
 */
drawer: Mark, 
/**
 * Sales with tax.
 */
sales: Amount, 
/**
 * The totals, as the report prints them.
 */
totals: Array<NamedAmount>, 
/**
 * How many sales and refunds.
 */
counts: string, 
/**
 * Counted less expected.
 */
variance: Amount | null, };

export type CollectionDraft = { 
/**
 * Its id; empty: a new one.
 */
id: string, 
/**
 * Its name.
 */
title: string, 
/**
 * Its name in addresses; empty: made from the title.
 */
handle: string, 
/**
 * Its description.
 */
description_html: string, 
/**
 * How many products are in it. Not saved.
 */
product_count: number, };

export type PutIn = "in" | "out";

export type Settings = { 
/**
 * The shop.
 */
shop: ShopDraft, 
/**
 * Its currency; fixed once the shop stands.
 */
currency: string, 
/**
 * Its tax rates.
 */
taxes: Array<TaxRateDraft>, 
/**
 * Its shipping rates.
 */
shipping: Array<ShippingRateDraft>, 
/**
 * Its locations.
 */
locations: Array<LocationDraft>, 
/**
 * Its tills.
 */
tills: Array<TillDraft>, 
/**
 * A code for the next till that no other device proposes.
 */
free_till_code: string, 
/**
 * Who works here.
 */
staff: Array<StaffDraft>, 
/**
 * Whether the keys of this shop are in the system's keyring; otherwise in a file that its owner alone can read.
 */
keys_in_keyring: boolean, 
/**
 * Where the shop's files are on this computer.
 */
data_folder: string, };

export type ShopDraft = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its country.
 */
country: string, 
/**
 * Its state or province.
 */
region: string, 
/**
 * Whether prices contain tax.
 */
prices_include_tax: boolean, 
/**
 * Minutes ahead of UTC, as typed.
 */
utc_offset_minutes: number, 
/**
 * Cash is rounded to this many minor units.
 */
smallest_coin_minor: number, 
/**
 * Lines under the name on receipts.
 */
receipt_header: string, 
/**
 * Lines at the end of receipts.
 */
receipt_footer: string, 
/**
 * Where buyers write to.
 */
contact_email: string, 
/**
 * How buyers transfer money.
 */
bank_details: string, 
/**
 * The web shop's accent color, or empty.
 */
accent: string, 
/**
 * One sentence on the web shop's home page.
 */
tagline: string, };

export type TaxRateDraft = { 
/**
 * Its key; empty: a new one.
 */
key: string, 
/**
 * What is printed.
 */
name: string, 
/**
 * For this category.
 */
category: string, 
/**
 * In this country.
 */
country: string, 
/**
 * In this state or province; empty: everywhere in it.
 */
region: string, 
/**
 * Percent, as typed.
 */
percent: string, 
/**
 * From this day, or empty.
 */
from: string, 
/**
 * Until this day, or empty.
 */
until: string, };

export type ShippingRateDraft = { 
/**
 * Its key; empty: a new one.
 */
key: string, 
/**
 * What buyers read.
 */
name: string, 
/**
 * Countries, separated by spaces or commas; empty: everywhere.
 */
countries: string, 
/**
 * Up to this weight in grams, or empty.
 */
weight_grams_max: string, 
/**
 * From this total on, or empty.
 */
goods_min: string, 
/**
 * What it costs.
 */
price: string, };

export type LocationDraft = { 
/**
 * Its id; empty: a new one.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Where it is.
 */
address: AddressDraft, 
/**
 * Whether buyers may collect here.
 */
offers_collection: boolean, 
/**
 * Whether web orders are shipped from here.
 */
ships_orders: boolean, };

export type TillDraft = { 
/**
 * Its id; empty: a new one.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its code on receipts.
 */
code: string, 
/**
 * Where it stands.
 */
location: string, };

export type StaffDraft = { 
/**
 * The id; empty: a new one.
 */
id: string, 
/**
 * The name on receipts.
 */
name: string, 
/**
 * The role.
 */
role: 'owner' | 'manager' | 'cashier', 
/**
 * Whether this person works here now.
 */
is_active: boolean, 
/**
 * Whether there is a PIN.
 */
has_pin: boolean, 
/**
 * A new PIN; empty: as it is.
 */
pin: string, };

export type DevicesView = { 
/**
 * All of them, this one first.
 */
devices: Array<DeviceLine>, };

export type DeviceLine = { 
/**
 * Its replica.
 */
replica: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * What it is for, in words.
 */
role: string, 
/**
 * The till it is, or empty.
 */
till: string, 
/**
 * When it was last heard of, in words.
 */
seen: string, 
/**
 * Whether it belongs to the shop, and is in use.
 */
mark: Mark, 
/**
 * Whether it is this computer.
 */
is_this: boolean, 
/**
 * Whether it no longer belongs to the shop.
 */
is_revoked: boolean, 
/**
 * What it did after it was removed and waits here for approval.
 */
waiting: number, };

export type PairInput = { 
/**
 * What it is for.
 */
role: 'till' | 'back_office', 
/**
 * What people will call it.
 */
name: string, 
/**
 * Which till, for one; empty: a new one of the device's name.
 */
till: string, };

export type PairCodeView = { 
/**
 * For people: `4F7K-9Q2M`.
 */
code: string, 
/**
 * The server to type it with.
 */
server_url: string, 
/**
 * Until when.
 */
expires: Moment, };

export type ConnectInput = { 
/**
 * Its address.
 */
url: string, 
/**
 * Its operator's token; used once.
 */
admin_token: string, };

export type Conflict = { 
/**
 * The document and the field: what settles it.
 */
document: string, 
/**
 * The field's path.
 */
path: string, 
/**
 * What it is: "Product".
 */
kind: string, 
/**
 * What people call it.
 */
title: string, 
/**
 * The field in words: "Price".
 */
field: string, 
/**
 * Its values.
 */
values: Array<Choice>, };

export type Choice = { 
/**
 * The value in words.
 */
text: string, 
/**
 * Who and where: "Maya on Front till".
 */
who: string, 
/**
 * When.
 */
at: Moment, 
/**
 * Whether it stands for now.
 */
is_current: boolean, 
/**
 * What choosing it means.
 */
meaning: string, };
