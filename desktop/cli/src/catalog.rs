//! `product list`, `product show`, `product set`.

use std::path::Path;

use serde_json::{Value, json};
use tradepost_domain::catalog::{Product, ProductStatus, Variant};
use tradepost_operations::Shop;
use tradepost_operations::read::{PAGE_MAX, ProductFilter, ProductRow};

use crate::answer::{Answer, optional_amount, quantity, table};
use crate::args::ProductCommand;
use crate::error::CliError;
use crate::open::Open;
use crate::product_fields;

pub fn run(data: &Path, command: &ProductCommand) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let answer = match command {
        ProductCommand::List { search, archived } => list(&open, search, *archived)?,
        ProductCommand::Show { handle } => show(&open, &find(&open, handle)?)?,
        ProductCommand::Set { handle, fields, create } => {
            let before = match open.read.product_by_handle(handle)? {
                None if *create => Product { handle: handle.clone(), ..Shop::new_product(&mut open.by(), handle) },
                None => return Err(not_found(handle)),
                Some(product) => product,
            };
            let (shop, currency) = (open.shop.clone(), open.settings()?.currency);
            let mut product = before;
            fields.iter().try_for_each(|field| product_fields::set(&mut product, field, currency))?;
            shop.save_product(&mut open.by(), &product)?;
            show(&open, &product)?
        }
    };
    open.close()?;
    Ok(answer)
}

fn find(open: &Open, handle: &str) -> Result<Product, CliError> {
    open.read.product_by_handle(handle)?.ok_or_else(|| not_found(handle))
}

fn not_found(handle: &str) -> CliError {
    CliError::Refused(format!("there is no product with the handle \"{handle}\": see \"product list\""))
}

fn list(open: &Open, search: &str, with_archived: bool) -> Result<Answer, CliError> {
    let mut rows = all(open, &ProductFilter { search: search.to_owned(), ..ProductFilter::default() })?;
    if with_archived {
        rows.extend(all(
            open,
            &ProductFilter { search: search.to_owned(), status: Some(ProductStatus::Archived), ..ProductFilter::default() },
        )?);
    }
    let json = json!({ "products": rows.iter().map(row_json).collect::<Vec<_>>() });
    let price = |row: &ProductRow| row.price_min.map_or_else(String::new, |price| price.to_decimal());
    let line = |row: &ProductRow| vec![row.handle.clone(), price(row), row.available.to_string(), row.status.word().to_owned()];
    Ok(Answer::new(json, table(&["handle", "price", "available", "status"], &rows.iter().map(line).collect::<Vec<_>>())))
}

fn all(open: &Open, filter: &ProductFilter) -> Result<Vec<ProductRow>, CliError> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = open.read.products(filter, after.as_ref(), PAGE_MAX)?;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

fn row_json(row: &ProductRow) -> Value {
    json!({
        "id": row.id,
        "handle": row.handle,
        "title": row.title,
        "vendor": row.vendor,
        "type": row.product_type,
        "status": row.status,
        "variants": row.variant_count,
        "price_min": optional_amount(row.price_min),
        "price_max": optional_amount(row.price_max),
        "on_hand": quantity(row.on_hand),
        "available": quantity(row.available),
        "conflicts": row.conflict_count,
    })
}

fn show(open: &Open, product: &Product) -> Result<Answer, CliError> {
    let mut variants = Vec::new();
    let mut lines = Vec::new();
    for variant in &product.variants {
        let available = open.read.variant(variant.id)?.map(|row| row.available);
        let price = variant.list_price.map_or_else(|| "no price".to_owned(), |price| price.to_decimal());
        lines.push(vec![
            variant.sku.clone(),
            variant.title(),
            price,
            available.map_or_else(String::new, |available| available.to_string()),
        ]);
        let mut json = variant_json(variant);
        if let Some(fields) = json.as_object_mut() {
            fields.insert("available".to_owned(), available.map_or(Value::Null, quantity));
        }
        variants.push(json);
    }
    let json = json!({
        "id": product.id,
        "handle": product.handle,
        "title": product.title,
        "description": product.description_html,
        "vendor": product.vendor,
        "type": product.product_type,
        "status": product.status,
        "tags": product.tags,
        "options": product.option_names,
        "tax_category": product.tax_category,
        "images": product.images,
        "variants": variants,
        "imported": product.imported,
    });
    let text =
        format!("{} ({})\n{}", product.title, product.status.word(), table(&["sku", "variant", "price", "available"], &lines));
    Ok(Answer::new(json, text))
}

fn variant_json(variant: &Variant) -> Value {
    json!({
        "id": variant.id,
        "option_values": variant.options,
        "sku": variant.sku,
        "barcodes": variant.barcodes,
        "price": optional_amount(variant.list_price),
        "compare_at_price": optional_amount(variant.compare_at_price),
        "cost": optional_amount(variant.unit_cost),
        "weight_grams": variant.weight_grams,
        "unit": variant.unit,
        "stock_policy": variant.stock_policy,
        "taxable": variant.is_taxable,
        "requires_shipping": variant.requires_shipping,
        "image": variant.image,
        "imported": variant.imported,
    })
}
