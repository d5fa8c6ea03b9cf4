//! A catalog of any size, the same in every run: titles of real words, one variant each, barcodes with right check digits.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const COLORS: [&str; 24] = [
    "Amber", "Black", "Blue", "Bronze", "Coral", "Cream", "Crimson", "Emerald", "Gold", "Gray", "Green", "Indigo", "Ivory",
    "Khaki", "Lavender", "Lime", "Magenta", "Navy", "Olive", "Orange", "Pink", "Red", "Teal", "White",
];
const KINDS: [&str; 28] = [
    "Classic",
    "Compact",
    "Cotton",
    "Crossbody",
    "Deluxe",
    "Enameled",
    "Everyday",
    "Folding",
    "Handmade",
    "Heavy",
    "Insulated",
    "Leather",
    "Light",
    "Linen",
    "Little",
    "Merino",
    "Outdoor",
    "Oversized",
    "Portable",
    "Quilted",
    "Recycled",
    "Slim",
    "Soft",
    "Striped",
    "Travel",
    "Vintage",
    "Waterproof",
    "Wooden",
];
const THINGS: [&str; 40] = [
    "Apron", "Backpack", "Basket", "Beanie", "Belt", "Blanket", "Bottle", "Bowl", "Candle", "Cap", "Cardigan", "Chair", "Clock",
    "Coat", "Cup", "Cushion", "Dress", "Gloves", "Jacket", "Jar", "Jug", "Lamp", "Lantern", "Mug", "Notebook", "Pan", "Pencil",
    "Pillow", "Plate", "Pot", "Rug", "Sandals", "Scarf", "Shirt", "Socks", "Table", "Teapot", "Towel", "Umbrella", "Vase",
];
const VENDORS: [&str; 12] = [
    "Aldermoor",
    "Birch and Row",
    "Copperline",
    "Dunmore",
    "Eastwick Works",
    "Fennel House",
    "Grove Street",
    "Harrow",
    "Inglewood",
    "Juniper",
    "Kestrel",
    "Lindqvist",
];
const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,\
Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Status";

fn pick<'a>(words: &[&'a str], number: usize) -> &'a str {
    words.get(number % words.len()).copied().unwrap_or_default()
}

/// Spreads numbers so that neighbors share no words.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Any number below `below`, the same for the same seed.
pub fn chance(seed: u64, below: usize) -> usize {
    usize::try_from(mixed(seed) % below.max(1) as u64).unwrap_or(0)
}

/// The barcode of a product: an EAN-13 of the numbers for use within a shop's own range of test goods.
pub fn barcode(number: usize) -> String {
    let digits = format!("400{number:09}");
    let sum: u32 =
        digits.chars().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The SKU of a product.
pub fn sku(number: usize) -> String {
    format!("TP-{number:06}")
}

/// The handle of a product.
pub fn handle(number: usize) -> String {
    let (color, kind, thing) = words(number);
    format!("{color}-{kind}-{thing}-{number}").to_lowercase()
}

fn words(number: usize) -> (&'static str, &'static str, &'static str) {
    let seed = number as u64;
    (pick(&COLORS, chance(seed, 9973)), pick(&KINDS, chance(seed + 7, 9967)), pick(&THINGS, chance(seed + 13, 9949)))
}

/// Writes a product file of this many products, about 610 bytes each.
pub fn write(path: &Path, products: usize) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "{HEADER}")?;
    for number in 0..products {
        let (color, kind, thing) = words(number);
        let vendor = pick(&VENDORS, number);
        let (handle, sku, barcode) = (handle(number), sku(number), barcode(number));
        let (pounds, pence) = (4 + chance(number as u64 + 3, 90), [0, 50, 95, 99].get(number % 4).copied().unwrap_or(0));
        let grams = 100 + chance(number as u64 + 5, 1900);
        writeln!(
            out,
            "{handle},{color} {kind} {thing} {number},\"<p>A {} {} in {}, made by {vendor}. Checked by hand, packed in paper, and sent \
             the same day from our own stockroom. Care: wipe with a damp cloth, keep out of strong sun, and it will keep for years.</p>\",\
             {vendor},{thing},\"{}, {}, {}\",true,Title,Default Title,{sku},{grams},shopify,{},deny,manual,{pounds}.{pence:02},,true,true,\
             {barcode},https://pictures.example/{handle}.webp,1,{color} {thing},active",
            kind.to_lowercase(),
            thing.to_lowercase(),
            color.to_lowercase(),
            color.to_lowercase(),
            kind.to_lowercase(),
            if number % 5 == 0 { "new" } else { "home" },
            20 + number % 60,
        )?;
    }
    out.flush()
}

/// What people type while they look for something: one to six letters of a word, two words, a part of a SKU or barcode.
pub fn typed(seed: u64, products: usize) -> String {
    let number = chance(seed, products);
    let (color, kind, thing) = words(number);
    let word = pick(&[color, kind, thing], chance(seed + 1, 3));
    let start = |word: &str, letters: usize| word.chars().take(letters).collect::<String>().to_lowercase();
    match chance(seed + 2, 10) {
        letters @ 0..=5 => start(word, letters + 1),
        6 => format!("{} {}", start(color, 12), start(thing, 1 + chance(seed + 3, 4))),
        7 => format!("{} {}", start(thing, 12), start(kind, 1 + chance(seed + 3, 4))),
        8 => start(&sku(number), 4 + chance(seed + 3, 5)),
        _ => start(&barcode(number), 6 + chance(seed + 3, 7)),
    }
}
