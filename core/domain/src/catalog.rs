//! Products, variants and collections: what the shop sells.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::document::{Document, DocumentKind, Fields, Member, Scalar};
use crate::id::{CollectionId, DocumentId, ImageId, ProductId, VariantId};
use crate::money::Money;
use crate::quantity::Unit;
use crate::tax::TaxCategory;
use crate::word::words;

/// Whether a product is offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Sold in the shop and on the web.
    #[default]
    Active,
    /// Being prepared: not sold.
    Draft,
    /// Kept for the record: not sold, and hidden from lists.
    Archived,
}

/// What happens when a tracked variant runs out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPolicy {
    /// Its stock is not tracked.
    NotTracked,
    /// The web stops selling at zero. The till always sells.
    #[default]
    StopAtZero,
    /// The web goes on selling.
    SellOn,
}

/// What the shop talks about: "T-shirt". One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name in URLs and files; unique in a well-kept shop, not enforced.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Its description in HTML, as entered; sanitized where it is shown.
    pub description_html: String,
    /// Its maker or brand.
    pub vendor: String,
    /// Its kind, in the shop's own words.
    pub product_type: String,
    /// Whether it is offered.
    pub status: ProductStatus,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The names of its options in order ("Color", "Size"), at most three.
    pub option_names: Vec<String>,
    /// What it is for tax.
    pub tax_category: TaxCategory,
    /// Its pictures in order.
    pub images: Vec<ProductImage>,
    /// Its variants in order; a product that is sold has at least one.
    pub variants: Vec<Variant>,
    /// Columns of an imported file that have no field here, by the file's own column name; exported again unchanged.
    pub imported: BTreeMap<String, String>,
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductImage {
    /// Its id.
    pub id: ImageId,
    /// Where it is: `https:` for an imported one, `blob:<blake3 hex>` for one kept in the shop.
    pub url: String,
    /// What it shows, for people who cannot see it.
    pub alt_text: String,
}

/// What is priced, stocked and sold: "T-shirt, blue, M".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its value for each of the product's options.
    pub options: Vec<String>,
    /// The shop's own code for it.
    pub sku: String,
    /// What a scanner reads on it; several are possible, the first is printed on labels.
    pub barcodes: Vec<String>,
    /// Its price before discount; `None`: not for sale yet.
    pub list_price: Option<Money>,
    /// A former or recommended price to show beside it.
    pub compare_at_price: Option<Money>,
    /// What the shop paid.
    pub unit_cost: Option<Money>,
    /// Its weight in grams, for shipping.
    pub weight_grams: Option<i64>,
    /// What it is measured in.
    pub unit: Unit,
    /// What happens when it runs out.
    pub stock_policy: StockPolicy,
    /// Whether it is taxed.
    pub is_taxable: bool,
    /// Whether it is shipped (no: a service, a download).
    pub requires_shipping: bool,
    /// The picture that shows it.
    pub image: Option<ImageId>,
    /// Columns of an imported file that have no field here.
    pub imported: BTreeMap<String, String>,
}

/// A group of products that buyers browse. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// Its name in URLs.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Its description.
    pub description_html: String,
    /// The products in it.
    pub products: BTreeSet<ProductId>,
}

words! { ProductStatus { Active = "active", Draft = "draft", Archived = "archived" } }
words! { StockPolicy { NotTracked = "not_tracked", StopAtZero = "stop_at_zero", SellOn = "sell_on" } }

/// The longest handle, in characters: a line of an address bar.
pub const HANDLE_CHARS_MAX: usize = 100;

/// A name for URLs and files made of a title: "Thé à la menthe, 50 g" is `the-a-la-menthe-50-g`. Letters of other alphabets stay;
/// a title without letters and digits makes an empty handle.
pub fn handle_of(title: &str) -> String {
    let mut after_latin = false;
    // Accents go from Latin letters alone: elsewhere a mark makes another letter.
    let unaccented = title.nfkd().filter(|c| {
        let is_mark = is_combining_mark(*c);
        after_latin = if is_mark { after_latin } else { c.is_ascii_alphabetic() };
        !(is_mark && after_latin)
    });
    let mut handle = String::new();
    for c in unaccented.nfc().flat_map(char::to_lowercase).take(HANDLE_CHARS_MAX) {
        match c {
            'ß' => handle.push_str("ss"),
            c if c.is_alphanumeric() => handle.push(c),
            '\'' | '’' => {}
            _ if handle.is_empty() || handle.ends_with('-') => {}
            _ => handle.push('-'),
        }
    }
    handle.truncate(handle.trim_end_matches('-').len());
    handle
}

impl Product {
    /// A product with nothing but its title, and no variant yet.
    pub fn new(id: ProductId, title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::from_fields(id.into(), &Fields::new()) }
    }

    /// What is printed for a variant: "T-shirt, blue / M"; the title alone where the variant has no options.
    pub fn title_of(&self, variant: &Variant) -> String {
        match variant.title() {
            options if options.is_empty() => self.title.clone(),
            options => format!("{}, {options}", self.title),
        }
    }

    /// The variant with this id.
    pub fn find_variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// What a variant is for tax: its product's category, or `zero` where the variant is not taxed.
    pub fn tax_category_of(&self, variant: &Variant) -> TaxCategory {
        if variant.is_taxable { self.tax_category.clone() } else { TaxCategory::zero() }
    }
}

impl Variant {
    /// A variant with nothing but its id: taxed, shipped, tracked and without a price.
    pub fn new(id: VariantId) -> Self {
        Self {
            id,
            options: Vec::new(),
            sku: String::new(),
            barcodes: Vec::new(),
            list_price: None,
            compare_at_price: None,
            unit_cost: None,
            weight_grams: None,
            unit: Unit::default(),
            stock_policy: StockPolicy::default(),
            is_taxable: true,
            requires_shipping: true,
            image: None,
            imported: BTreeMap::new(),
        }
    }

    /// Its options: "blue / M".
    pub fn title(&self) -> String {
        self.options.join(" / ")
    }

    fn from_member(member: &Member, fields: &Fields) -> Option<Self> {
        let path = |field| member.path(field);
        Some(Self {
            id: member.id()?,
            options: fields.list(&path("options")),
            sku: fields.text(&path("sku")).to_owned(),
            barcodes: fields.list(&path("barcodes")),
            list_price: fields.money(&path("list_price")),
            compare_at_price: fields.money(&path("compare_at_price")),
            unit_cost: fields.money(&path("unit_cost")),
            weight_grams: fields.int(&path("weight_grams")),
            unit: Unit::from_word(fields.text(&path("unit"))).unwrap_or_default(),
            stock_policy: StockPolicy::from_word(fields.text(&path("stock_policy"))).unwrap_or_default(),
            is_taxable: !fields.is_set(&path("tax_exempt")),
            requires_shipping: !fields.is_set(&path("not_shipped")),
            image: fields.id(&path("image")),
            imported: fields.texts(&path("imported")),
        })
    }

    fn write(&self, position: usize, fields: &mut Fields) {
        let Self {
            id,
            options,
            sku,
            barcodes,
            list_price,
            compare_at_price,
            unit_cost,
            weight_grams,
            unit,
            stock_policy,
            is_taxable,
            requires_shipping,
            image,
            imported,
        } = self;
        let prefix = format!("variants/{id}");
        let path = |field: &str| format!("{prefix}/{field}");
        fields.set_position(path("position"), position);
        fields.set_list(&path("options"), options);
        fields.set_text(path("sku"), sku);
        fields.set_list(&path("barcodes"), barcodes);
        fields.set_money(&path("list_price"), *list_price);
        fields.set_money(&path("compare_at_price"), *compare_at_price);
        fields.set_money(&path("unit_cost"), *unit_cost);
        if let Some(grams) = weight_grams {
            fields.set_int(path("weight_grams"), *grams);
        }
        fields.set_text(path("unit"), unit.word());
        fields.set_text(path("stock_policy"), stock_policy.word());
        fields.set_flag(path("tax_exempt"), !is_taxable);
        fields.set_flag(path("not_shipped"), !requires_shipping);
        fields.set_id(path("image"), *image);
        fields.set_texts(&path("imported"), imported);
    }
}

impl ProductImage {
    fn from_member(member: &Member, fields: &Fields) -> Option<Self> {
        Some(Self {
            id: member.id()?,
            url: fields.text(&member.path("url")).to_owned(),
            alt_text: fields.text(&member.path("alt_text")).to_owned(),
        })
    }

    fn write(&self, position: usize, fields: &mut Fields) {
        let Self { id, url, alt_text } = self;
        fields.set_position(format!("images/{id}/position"), position);
        fields.set_text(format!("images/{id}/url"), url);
        fields.set_text(format!("images/{id}/alt_text"), alt_text);
    }
}

/// `title`, `tags/<tag>`, `options/<n>`, `images/<id>/...`, `variants/<id>/...` and so on: a field's name is its path, with the
/// currency of an amount beside it (`list_price_currency`).
impl Document for Product {
    const KIND: DocumentKind = DocumentKind::Product;
    const MEMBERS: &'static [&'static str] = &["variants", "images"];

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        let text = |path: &str| fields.text(path).to_owned();
        Self {
            id: id.into(),
            handle: text("handle"),
            title: text("title"),
            description_html: text("description"),
            vendor: text("vendor"),
            product_type: text("product_type"),
            status: ProductStatus::from_word(fields.text("status")).unwrap_or_default(),
            tags: fields.set_of("tags"),
            option_names: fields.list("options"),
            tax_category: TaxCategory::from_field(fields, "tax_category"),
            images: fields.members("images").iter().filter_map(|member| ProductImage::from_member(member, fields)).collect(),
            variants: fields.members("variants").iter().filter_map(|member| Variant::from_member(member, fields)).collect(),
            imported: fields.texts("imported"),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self {
            id: _,
            handle,
            title,
            description_html,
            vendor,
            product_type,
            status,
            tags,
            option_names,
            tax_category,
            images,
            variants,
            imported,
        } = self;
        let mut fields = Fields::new();
        fields.set_text("handle", handle);
        fields.set_text("title", title);
        fields.set_text("description", description_html);
        fields.set_text("vendor", vendor);
        fields.set_text("product_type", product_type);
        fields.set_text("status", status.word());
        tags.iter().for_each(|tag| fields.set_flag(format!("tags/{tag}"), true));
        fields.set_list("options", option_names);
        fields.set("tax_category", Scalar::Text(tax_category.0.clone()));
        images.iter().enumerate().for_each(|(position, image)| image.write(position, &mut fields));
        variants.iter().enumerate().for_each(|(position, variant)| variant.write(position, &mut fields));
        fields.set_texts("imported", imported);
        fields
    }
}

/// `title`, `handle`, `description`, `products/<id>`.
impl Document for Collection {
    const KIND: DocumentKind = DocumentKind::Collection;

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        Self {
            id: id.into(),
            handle: fields.text("handle").to_owned(),
            title: fields.text("title").to_owned(),
            description_html: fields.text("description").to_owned(),
            products: fields.set_of("products").iter().filter_map(|id| id.parse().ok()).collect(),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self { id: _, handle, title, description_html, products } = self;
        let mut fields = Fields::new();
        fields.set_text("handle", handle);
        fields.set_text("title", title);
        fields.set_text("description", description_html);
        products.iter().for_each(|product| fields.set_flag(format!("products/{product}"), true));
        fields
    }
}
