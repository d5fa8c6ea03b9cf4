//! `orders`.

use std::path::Path;

use serde_json::{Value, json};
use tradepost_domain::basket::LineItem;
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderPlaced, OrderState, OrderStatus};
use tradepost_operations::Fulfillment;
use tradepost_operations::read::{OrderFilter, OrderRow, PAGE_MAX};

use crate::answer::{Answer, amount, quantity, table};
use crate::args::OrdersCommand;
use crate::error::CliError;
use crate::open::Open;

pub fn run(data: &Path, command: &OrdersCommand) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let shop = open.shop.clone();
    let number = match command {
        OrdersCommand::List { status } => return list(&open, status.as_deref()),
        OrdersCommand::Show { number } => number,
        OrdersCommand::Fulfill { number, tracking } => {
            let (order, state) = find(&open, number)?;
            let stage = if is_shipped(&order) { FulfillmentStage::Shipped } else { FulfillmentStage::HandedOver };
            shop.fulfill(&mut open.by(), state.id, all(stage, tracking))?;
            number
        }
        OrdersCommand::Pack { number } => {
            let (_, state) = find(&open, number)?;
            shop.fulfill(&mut open.by(), state.id, all(FulfillmentStage::Packed, ""))?;
            number
        }
        OrdersCommand::Pay { number, amount, reference } => {
            let (_, state) = find(&open, number)?;
            let amount = amount.as_deref().map(|text| open.amount(text)).transpose()?.unwrap_or(state.amount_due());
            shop.record_payment(&mut open.by(), state.id, amount, reference)?;
            number
        }
        OrdersCommand::Cancel { number, reason } => {
            let (_, state) = find(&open, number)?;
            shop.cancel(&mut open.by(), state.id, reason)?;
            number
        }
    };
    let (order, state) = find(&open, number)?;
    open.close()?;
    let text = format!("{}: {}, {} of {} paid, {}", order.number, state.status.word(), state.paid, state.gross, order.name);
    Ok(Answer::new(order_json(&order, &state), text))
}

fn all(stage: FulfillmentStage, tracking: &str) -> Fulfillment {
    Fulfillment { lines: None, stage, tracking_number: tracking.to_owned(), location: None }
}

fn is_shipped(order: &OrderPlaced) -> bool {
    matches!(order.delivery, DeliveryMethod::Ship { .. })
}

fn find(open: &Open, number: &str) -> Result<(OrderPlaced, OrderState), CliError> {
    let order = open.read.order_by_number(number)?;
    order.ok_or_else(|| CliError::Refused(format!("there is no order {number} here: see \"orders list\", and sync if it is new")))
}

fn list(open: &Open, status: Option<&str>) -> Result<Answer, CliError> {
    let word = |word: &str| {
        OrderStatus::from_word(word)
            .ok_or_else(|| CliError::Usage("status is one of: open, packed, canceled, fulfilled".to_owned()))
    };
    let filter = OrderFilter { status: status.map(word).transpose()?, search: String::new() };
    let mut rows: Vec<OrderRow> = Vec::new();
    loop {
        let page = open.read.orders(&filter, PAGE_MAX, rows.len())?;
        let is_last = page.len() < PAGE_MAX;
        rows.extend(page);
        if is_last {
            break;
        }
    }
    let json = json!({ "orders": rows.iter().map(row_json).collect::<Vec<_>>() });
    let line = |row: &OrderRow| {
        vec![row.number.clone(), row.name.clone(), row.status.word().to_owned(), row.gross.to_decimal(), row.paid.to_decimal()]
    };
    Ok(Answer::new(json, table(&["number", "name", "status", "gross", "paid"], &rows.iter().map(line).collect::<Vec<_>>())))
}

fn row_json(row: &OrderRow) -> Value {
    json!({
        "order": row.id,
        "number": row.number,
        "name": row.name,
        "email": row.email,
        "placed_at": row.placed_at.to_string(),
        "gross": amount(row.gross),
        "paid": amount(row.paid),
        "status": row.status,
        "delivery": if row.is_collection { "collect" } else { "ship" },
        "lines": row.line_count,
    })
}

fn order_json(order: &OrderPlaced, state: &OrderState) -> Value {
    let line = |item: &LineItem| {
        let supplied = state.lines.iter().find(|line| line.line == item.line.id).map(|line| quantity(line.supplied));
        json!({
            "sku": item.line.sku,
            "title": item.line.title,
            "quantity": quantity(item.line.quantity),
            "supplied": supplied,
            "gross": amount(item.gross),
        })
    };
    json!({
        "order": order.id,
        "number": order.number,
        "name": order.name,
        "email": order.email,
        "placed_at": order.placed_at.to_string(),
        "status": state.status,
        "gross": amount(order.gross),
        "tax": amount(order.tax),
        "paid": amount(state.paid),
        "due": amount(state.amount_due()),
        "to_return": amount(state.amount_to_return()),
        "delivery": order.delivery,
        "payment_method": order.payment_method,
        "lines": order.lines.iter().map(line).collect::<Vec<_>>(),
        "next_steps": state.next_steps(),
    })
}
