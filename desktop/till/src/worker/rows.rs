//! Rows of the shop as the screen shows them.

use tradepost_domain::catalog::StockPolicy;
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::staff::{Permission, Role, StaffMember};
use tradepost_operations::read::{ProductRow, SaleRow, VariantRow};

use crate::model::{RecentSale, StaffTile, Tile, TileTarget};
use crate::words::Shown;

pub fn tile_of_variant(row: &VariantRow) -> Tile {
    let subtitle =
        [row.variant_title.as_str(), &row.sku].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let is_tracked = row.stock_policy != StockPolicy::NotTracked;
    Tile {
        target: TileTarget::Variant(row.id),
        title: row.product_title.clone(),
        subtitle,
        picture: row.image_url.clone(),
        price: row.list_price.map_or("no price".to_owned(), |price| price.shown()),
        stock: if is_tracked { stock_words(row.available, row.unit.symbol()) } else { String::new() },
        is_out: is_tracked && row.available <= Quantity::ZERO,
    }
}

pub fn tile_of_product(row: &ProductRow) -> Tile {
    Tile {
        target: TileTarget::Product(row.id),
        title: row.title.clone(),
        subtitle: if row.variant_count > 1 { format!("{} variants", row.variant_count) } else { String::new() },
        picture: row.image_url.clone(),
        price: price_range(row.price_min, row.price_max),
        stock: stock_words(row.available, ""),
        is_out: row.available <= Quantity::ZERO,
    }
}

fn price_range(least: Option<Money>, most: Option<Money>) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least != most => format!("from {}", least.shown()),
        (Some(price), _) | (None, Some(price)) => price.shown(),
        (None, None) => "no price".to_owned(),
    }
}

fn stock_words(available: Quantity, unit: &str) -> String {
    if available <= Quantity::ZERO {
        return "none left".to_owned();
    }
    if unit.is_empty() { format!("{available} left") } else { format!("{available} {unit} left") }
}

pub fn staff_tile(member: &StaffMember) -> StaffTile {
    let role = match member.role {
        Role::Owner => "Owner",
        Role::Manager => "Manager",
        Role::Cashier => "Cashier",
    };
    let permissions = Permission::ALL.iter().copied().filter(|permission| member.may(*permission)).collect();
    StaffTile { id: member.id, name: member.name.clone(), role, permissions }
}

pub fn recent_sale(row: SaleRow) -> RecentSale {
    RecentSale {
        id: row.id,
        receipt_number: row.receipt_number.to_string(),
        sold_at: row.sold_at,
        line_count: row.line_count,
        gross: row.gross,
        refunded: row.refunded_gross,
    }
}
