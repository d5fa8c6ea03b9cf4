//! `sell --batch`: many sales and refunds, one JSON object a line. Each is an entry of its own.
//!
//! A line that is refused is told and left out; the others are done. `refund_of` names a sale by its receipt number, its id, or the
//! number of its line in the same file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use tradepost_domain::basket::DiscountKind;
use tradepost_domain::id::SaleId;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{ReceiptNumber, Tender, TenderType};
use tradepost_domain::time::Timestamp;
use tradepost_operations::read::Reader;
use tradepost_operations::{BatchLine, BatchSale, BatchSeller, BatchTender, By, counted};

use crate::answer::{Answer, amount};
use crate::error::CliError;
use crate::open::Open;
use crate::till::open_session;

/// The longest line: a basket of five hundred lines fits many times.
const LINE_BYTES_MAX: u64 = 1024 * 1024;
/// Refused lines that are told.
const PROBLEMS_MAX: usize = 1_000;
/// Sales of the file that a later line may name by number.
const REMEMBERED_MAX: usize = 2_000_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    lines: Vec<Goods>,
    #[serde(default)]
    tender: Option<Value>,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    refund_of: Option<Value>,
    #[serde(default)]
    discount: Option<Value>,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Goods {
    code: Value,
    #[serde(default)]
    quantity: Option<Value>,
    #[serde(default)]
    unit_price: Option<Value>,
}

#[derive(Default)]
struct Totals {
    sales: u64,
    refunds: u64,
    gross: i64,
    tax: i64,
    refunded: i64,
    first: Option<ReceiptNumber>,
    last: Option<ReceiptNumber>,
    problems: Vec<(u64, String)>,
    refused: u64,
}

pub fn run(open: &mut Open, file: &Path) -> Result<Answer, CliError> {
    let (till, _) = open_session(open)?;
    let (shop, currency, read) = (open.shop.clone(), open.settings()?.currency, open.shop.reader()?);
    let mut input = input(file)?;
    let by = &mut open.by();
    let mut batch =
        Batch { seller: shop.batch_seller(by, till.id)?, read, currency, sold: HashMap::new(), totals: Totals::default() };
    batch.seller.relax()?;
    let (mut number, mut line) = (0, Vec::new());
    while read_line(&mut input, &mut line).map_err(|error| CliError::reading(file, &error))? {
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if let Err(error) = batch.take(by, number, &line) {
            if is_of_the_machine(&error) {
                return Err(error);
            }
            batch.totals.refuse(number, error.to_string());
        }
    }
    batch.seller.finish()?;
    Ok(batch.totals.answer(currency))
}

fn input(file: &Path) -> Result<Box<dyn BufRead>, CliError> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let file_open = File::open(file).map_err(|error| CliError::reading(file, &error))?;
    Ok(Box::new(BufReader::with_capacity(256 * 1024, file_open)))
}

/// Reads a line of at most [`LINE_BYTES_MAX`]; a longer one comes in parts, each of which is refused as no JSON.
fn read_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    use std::io::Read;
    line.clear();
    Ok(input.take(LINE_BYTES_MAX).read_until(b'\n', line)? > 0)
}

/// A full disk or a damaged file stops everything; what one line has wrong does not.
fn is_of_the_machine(error: &CliError) -> bool {
    matches!(error, CliError::Operation(tradepost_operations::OperationError::Storage(_)))
}

struct Batch<'a> {
    seller: BatchSeller<'a>,
    read: Reader,
    currency: Currency,
    /// The sales of this file by the number of their line.
    sold: HashMap<u64, SaleId>,
    totals: Totals,
}

impl Batch<'_> {
    fn take(&mut self, by: &mut By<'_>, number: u64, line: &[u8]) -> Result<(), CliError> {
        let line: Line = serde_json::from_slice(line).map_err(|error| CliError::Refused(format!("not as expected: {error}")))?;
        by.at = line.at.as_deref().map(at).transpose()?;
        let goods = line.lines.iter().map(|goods| self.goods(goods)).collect::<Result<Vec<_>, _>>()?;
        match &line.refund_of {
            Some(Value::Null) | None => self.sell(by, number, &line, goods),
            Some(sale) => self.refund(by, sale, &goods, &line.reason),
        }
    }

    fn sell(&mut self, by: &mut By<'_>, number: u64, line: &Line, lines: Vec<BatchLine>) -> Result<(), CliError> {
        let tender = self.tender(line.tender.as_ref())?;
        let sale = self.seller.sell(by, BatchSale { lines, discount: discount(line.discount.as_ref())?, tender })?.sale;
        if self.sold.len() < REMEMBERED_MAX {
            self.sold.insert(number, sale.id);
        }
        self.totals.sales += 1;
        self.totals.gross = self.totals.gross.saturating_add(sale.gross.minor);
        self.totals.tax = self.totals.tax.saturating_add(sale.tax.minor);
        self.totals.receipt(sale.receipt_number);
        Ok(())
    }

    fn refund(&mut self, by: &mut By<'_>, sale: &Value, lines: &[BatchLine], reason: &str) -> Result<(), CliError> {
        let sale = self.sale(sale)?;
        let refund = self.seller.refund(by, sale, lines, reason)?.refund;
        self.totals.refunds += 1;
        self.totals.refunded = self.totals.refunded.saturating_add(refund.gross.minor);
        self.totals.tax = self.totals.tax.saturating_sub(refund.tax.minor);
        self.totals.receipt(refund.receipt_number);
        Ok(())
    }

    fn sale(&self, name: &Value) -> Result<SaleId, CliError> {
        let text = text(name)?;
        if let Some(sale) = text.parse::<u64>().ok().and_then(|number| self.sold.get(&number)) {
            return Ok(*sale);
        }
        if let Ok(id) = text.parse::<SaleId>() {
            return Ok(id);
        }
        let number: Option<ReceiptNumber> = text.parse().ok();
        let sale =
            number.map(|number| self.read.sales_by_receipt(&number)).transpose()?.and_then(|sales| sales.into_iter().next());
        let unknown = || CliError::Refused(format!("refund_of \"{text}\" is no receipt number, sale or earlier line known here"));
        sale.map(|sale| sale.id).ok_or_else(unknown)
    }

    fn goods(&self, goods: &Goods) -> Result<BatchLine, CliError> {
        let quantity = match &goods.quantity {
            None | Some(Value::Null) => Quantity::ONE,
            Some(value) => Quantity::parse(&text(value)?)?,
        };
        let unit_price = match &goods.unit_price {
            None | Some(Value::Null) => None,
            Some(value) => Some(Money::parse(&text(value)?, self.currency)?),
        };
        Ok(BatchLine { code: text(&goods.code)?, quantity, unit_price })
    }

    /// `"cash"` or `"card"` for exactly what is due; `{"cash": "20.00"}` for what was handed over.
    fn tender(&self, tender: Option<&Value>) -> Result<BatchTender, CliError> {
        match tender {
            None | Some(Value::Null) => Ok(BatchTender::Exact(TenderType::Cash)),
            Some(Value::Object(amounts)) => {
                let mut tenders = Vec::with_capacity(amounts.len());
                for (kind, value) in amounts {
                    let amount = Money::parse(&text(value)?, self.currency)?;
                    tenders.push(Tender { tender_type: tender_type(kind)?, amount, reference: String::new() });
                }
                Ok(BatchTender::Given(tenders))
            }
            Some(kind) => Ok(BatchTender::Exact(tender_type(&text(kind)?)?)),
        }
    }
}

fn tender_type(word: &str) -> Result<TenderType, CliError> {
    match word {
        "cash" => Ok(TenderType::Cash),
        "card" | "external_card" => Ok(TenderType::ExternalCard),
        "other" => Ok(TenderType::Other),
        _ => Err(CliError::Refused(format!("\"{word}\" is no tender: cash, card or other"))),
    }
}

fn at(text: &str) -> Result<Timestamp, CliError> {
    text.parse().map_err(|error| CliError::Refused(format!("\"{text}\": {error}")))
}

fn discount(percent: Option<&Value>) -> Result<Option<DiscountKind>, CliError> {
    let Some(percent) = percent.filter(|value| !value.is_null()) else { return Ok(None) };
    let text = text(percent)?;
    let rate = tradepost_domain::tax::RateMillionths::parse_percent(&text);
    rate.map(|rate| Some(DiscountKind::Rate(rate)))
        .ok_or_else(|| CliError::Refused(format!("\"{text}\" is no discount in percent")))
}

/// A text, or a number as it is written.
fn text(value: &Value) -> Result<String, CliError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(CliError::Refused(format!("{value} is neither a text nor a number")))
        }
    }
}

impl Totals {
    fn refuse(&mut self, line: u64, message: String) {
        self.refused += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push((line, message));
        }
    }

    fn receipt(&mut self, number: ReceiptNumber) {
        if self.first.is_none() {
            self.first = Some(number.clone());
        }
        self.last = Some(number);
    }

    fn answer(self, currency: Currency) -> Answer {
        let money = |minor| amount(Money::from_minor(minor, currency));
        let problems: Vec<Value> =
            self.problems.iter().map(|(line, message)| json!({ "line": line, "message": message })).collect();
        let json = json!({
            "sales": self.sales,
            "refunds": self.refunds,
            "gross": money(self.gross),
            "tax": money(self.tax),
            "refunded": money(self.refunded),
            "refused": self.refused,
            "first_receipt": self.first,
            "last_receipt": self.last,
            "problems": problems,
        });
        let text = format!(
            "{} {}, {} {}",
            counted(self.sales, "sale", "sales"),
            Money::from_minor(self.gross, currency),
            counted(self.refunds, "refund", "refunds"),
            Money::from_minor(self.refunded, currency)
        );
        let mut answer = Answer::new(json, text);
        answer.messages = self.problems.iter().take(20).map(|(line, message)| format!("line {line}: {message}")).collect();
        if self.refused > 0 {
            let lines = counted(self.refused, "line was", "lines were");
            answer.messages.push(format!("{lines} refused; everything else was done."));
            answer.is_refusal = true;
        }
        answer
    }
}
