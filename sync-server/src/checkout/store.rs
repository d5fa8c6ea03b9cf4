//! Checkouts, what they reserve, and order numbers, in the server database.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use tradepost_domain::id::{LocationId, OrderId, ShopId, VariantId};
use tradepost_domain::order::{OrderPlaced, OrderStatus, PaymentMethod};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::shop::Address;

use crate::environment;
use crate::error::ServerError;
use crate::mail::NewMail;
use crate::server::Server;

/// The first order of a shop is `W-1001`.
const FIRST_NUMBER: i64 = 1001;
/// Checkouts that nobody finished are forgotten after this.
const FORGOTTEN_AFTER_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How the goods shall reach the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryChoice {
    /// Sent to the address.
    Ship,
    /// Collected here.
    Collect(LocationId),
}

/// What the buyer said so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each is the field of the form of the same name")]
pub struct Details {
    pub email: String,
    pub name: String,
    pub phone: String,
    pub delivery: Option<DeliveryChoice>,
    pub address: Address,
    /// The key of the shipping rate.
    pub rate: String,
    pub payment: Option<PaymentMethod>,
    pub note: String,
}

/// Where a checkout stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The buyer is answering.
    Gathering,
    /// Its goods are kept.
    Reserved,
    /// The order is written down and being recorded.
    Placing {
        /// As it is recorded, also after a crash.
        draft: Box<OrderPlaced>,
    },
    /// It is an order.
    Placed {
        /// Its number.
        number: String,
    },
}

/// A checkout.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Its id, and later the order's.
    pub id: OrderId,
    /// Its shop.
    pub shop: ShopId,
    /// Where it stands.
    pub state: State,
    /// What the buyer said.
    pub details: Details,
    /// What is ordered.
    pub lines: Vec<(VariantId, Quantity)>,
}

impl Checkout {
    /// The variants of its lines.
    pub fn variants(&self) -> Vec<VariantId> {
        self.lines.iter().map(|(variant, _)| *variant).collect()
    }
}

/// What open checkouts keep, by location and variant.
#[derive(Debug, Clone, Default)]
pub struct Reserved(HashMap<(LocationId, VariantId), i64>);

impl Reserved {
    /// Thousandths kept of a variant at a location.
    pub fn of(&self, location: LocationId, variant: VariantId) -> i64 {
        self.0.get(&(location, variant)).copied().unwrap_or(0)
    }
}

/// The checkouts.
pub struct Checkouts<'a> {
    pool: &'a SqlitePool,
}

impl Server {
    /// The checkouts.
    pub fn checkouts(&self) -> Checkouts<'_> {
        Checkouts { pool: self.database.pool() }
    }
}

impl Checkouts<'_> {
    /// Begins a checkout.
    pub async fn begin(
        &self,
        id: OrderId,
        shop: ShopId,
        details: &Details,
        lines: &[(VariantId, Quantity)],
    ) -> Result<(), ServerError> {
        let now_ms = environment::now().unix_ms;
        sqlx::query(
            "insert into checkouts (id, shop, state, details, lines, created_at_ms, changed_at_ms) values (?, ?, 'gathering', ?, ?, ?, ?)",
        )
        .bind(id.to_string())
        .bind(shop.to_string())
        .bind(json(details)?)
        .bind(json(&lines)?)
        .bind(now_ms)
        .bind(now_ms)
        .execute(self.pool)
        .await?;
        Ok(())
    }

    /// A checkout of a shop.
    pub async fn find(&self, id: OrderId, shop: ShopId) -> Result<Option<Checkout>, ServerError> {
        let row = sqlx::query("select * from checkouts where id = ? and shop = ?")
            .bind(id.to_string())
            .bind(shop.to_string())
            .fetch_optional(self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Other goods or other answers: what was kept is free again. `false`: it is an order already, or about to be.
    pub async fn change(&self, id: OrderId, details: &Details, lines: &[(VariantId, Quantity)]) -> Result<bool, ServerError> {
        let mut db_tx = self.pool.begin().await?;
        let done = sqlx::query(
            "update checkouts set state = 'gathering', details = ?, lines = ?, changed_at_ms = ? where id = ? and state in ('gathering', 'reserved')",
        )
        .bind(json(details)?)
        .bind(json(&lines)?)
        .bind(environment::now().unix_ms)
        .bind(id.to_string())
        .execute(&mut *db_tx)
        .await?;
        if done.rows_affected() == 1 {
            sqlx::query("delete from reservations where checkout = ?").bind(id.to_string()).execute(&mut *db_tx).await?;
        }
        db_tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// What open checkouts other than `own` keep now.
    pub async fn reserved(&self, shop: ShopId, own: Option<OrderId>) -> Result<Reserved, ServerError> {
        let rows = sqlx::query(
            "select location, variant, sum(quantity_thousandths) as kept from reservations \
             where shop = ? and checkout <> ? and expires_at_ms > ? group by location, variant",
        )
        .bind(shop.to_string())
        .bind(own.map_or_else(String::new, |own| own.to_string()))
        .bind(environment::now().unix_ms)
        .fetch_all(self.pool)
        .await?;
        let kept = rows.iter().map(|row| {
            let (location, variant): (String, String) = (row.try_get("location")?, row.try_get("variant")?);
            let (Ok(location), Ok(variant)) = (location.parse(), variant.parse()) else { return Err(damaged()) };
            Ok(((location, variant), row.try_get("kept")?))
        });
        kept.collect::<Result<_, _>>().map(Reserved)
    }

    /// Keeps a checkout's goods. The caller holds the shop's stock gate and has seen that they are there.
    pub async fn reserve(
        &self,
        checkout: &Checkout,
        location: LocationId,
        lines: &[(VariantId, Quantity)],
        expires_at_ms: i64,
    ) -> Result<bool, ServerError> {
        let id = checkout.id.to_string();
        let mut db_tx = self.pool.begin().await?;
        let done = sqlx::query(
            "update checkouts set state = 'reserved', changed_at_ms = ? where id = ? and state in ('gathering', 'reserved')",
        )
        .bind(environment::now().unix_ms)
        .bind(&id)
        .execute(&mut *db_tx)
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        sqlx::query("delete from reservations where checkout = ?").bind(&id).execute(&mut *db_tx).await?;
        for (variant, quantity) in lines {
            sqlx::query("insert into reservations (checkout, shop, location, variant, quantity_thousandths, expires_at_ms) values (?, ?, ?, ?, ?, ?)")
                .bind(&id)
                .bind(checkout.shop.to_string())
                .bind(location.to_string())
                .bind(variant.to_string())
                .bind(quantity.thousandths)
                .bind(expires_at_ms)
                .execute(&mut *db_tx)
                .await?;
        }
        db_tx.commit().await?;
        Ok(true)
    }

    /// The next order number of a shop. A number is never given twice; one may stay unused.
    pub async fn next_number(&self, shop: ShopId) -> Result<String, ServerError> {
        let number: i64 = sqlx::query_scalar(
            "insert into order_numbers (shop, next_number) values (?, ?) \
             on conflict (shop) do update set next_number = next_number + 1 returning next_number",
        )
        .bind(shop.to_string())
        .bind(FIRST_NUMBER)
        .fetch_one(self.pool)
        .await?;
        Ok(format!("W-{number}"))
    }

    /// Writes the order down as it will be recorded. `false`: somebody else did.
    pub async fn placing(&self, draft: &OrderPlaced) -> Result<bool, ServerError> {
        let done = sqlx::query(
            "update checkouts set state = 'placing', draft = ?, order_number = ?, changed_at_ms = ? where id = ? and state in ('gathering', 'reserved')",
        )
        .bind(json(draft)?)
        .bind(&draft.number)
        .bind(environment::now().unix_ms)
        .bind(draft.id.to_string())
        .execute(self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Back to the buyer: the shop refused the order as it was written down.
    pub async fn not_placed(&self, id: OrderId) -> Result<(), ServerError> {
        sqlx::query(
            "update checkouts set state = 'gathering', draft = null, changed_at_ms = ? where id = ? and state = 'placing'",
        )
        .bind(environment::now().unix_ms)
        .bind(id.to_string())
        .execute(self.pool)
        .await?;
        Ok(())
    }

    /// The order stands in the journal: its goods are committed there, and its mail goes out.
    pub async fn placed(&self, id: OrderId, link: &str, mail: Option<&NewMail>) -> Result<(), ServerError> {
        let mut db_tx = self.pool.begin().await?;
        sqlx::query(
            "update checkouts set state = 'placed', draft = null, changed_at_ms = ?, told = ?, order_link = ? where id = ?",
        )
        .bind(environment::now().unix_ms)
        .bind(OrderStatus::Open.word())
        .bind(link)
        .bind(id.to_string())
        .execute(&mut *db_tx)
        .await?;
        sqlx::query("delete from reservations where checkout = ?").bind(id.to_string()).execute(&mut *db_tx).await?;
        if let Some(mail) = mail {
            mail.put(&mut db_tx).await?;
        }
        db_tx.commit().await?;
        Ok(())
    }

    /// Orders of a shop that are not at their end yet, as far as their buyers were told: the status they know, and the order's page.
    pub async fn to_tell(&self, shop: ShopId, limit: usize) -> Result<Vec<(OrderId, OrderStatus, String)>, ServerError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "select id, told, order_link from checkouts where shop = ? and told in ('open', 'packed') and order_link is not null \
             order by changed_at_ms, id limit ?",
        )
        .bind(shop.to_string())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.pool)
        .await?;
        let read = |(id, told, link): (String, String, String)| {
            let (Ok(id), Some(told)) = (id.parse(), OrderStatus::from_word(&told)) else { return Err(damaged()) };
            Ok((id, told, link))
        };
        rows.into_iter().map(read).collect()
    }

    /// The buyer is told of an order's new status, in the transaction that writes the mail. Somebody else may have been faster.
    pub async fn told(
        &self,
        id: OrderId,
        before: OrderStatus,
        now: OrderStatus,
        mail: Option<&NewMail>,
    ) -> Result<(), ServerError> {
        let mut db_tx = self.pool.begin().await?;
        let done = sqlx::query("update checkouts set told = ?, changed_at_ms = ? where id = ? and told = ?")
            .bind(now.word())
            .bind(environment::now().unix_ms)
            .bind(id.to_string())
            .bind(before.word())
            .execute(&mut *db_tx)
            .await?;
        if let Some(mail) = mail.filter(|_| done.rows_affected() == 1) {
            mail.put(&mut db_tx).await?;
        }
        db_tx.commit().await?;
        Ok(())
    }

    /// Checkouts whose placing broke off before this time.
    pub async fn broken_off(&self, before_ms: i64) -> Result<Vec<Checkout>, ServerError> {
        let rows =
            sqlx::query("select * from checkouts where state = 'placing' and changed_at_ms < ? order by changed_at_ms limit 100")
                .bind(before_ms)
                .fetch_all(self.pool)
                .await?;
        rows.iter().map(read).collect()
    }

    /// Frees what was kept too long and forgets what nobody finished. The variants that this frees, by shop.
    pub async fn expire(&self) -> Result<HashMap<ShopId, Vec<VariantId>>, ServerError> {
        let now_ms = environment::now().unix_ms;
        let freed: Vec<(String, String)> =
            sqlx::query_as("delete from reservations where expires_at_ms <= ? returning shop, variant")
                .bind(now_ms)
                .fetch_all(self.pool)
                .await?;
        sqlx::query("delete from checkouts where state in ('gathering', 'reserved') and changed_at_ms < ?")
            .bind(now_ms - FORGOTTEN_AFTER_MS)
            .execute(self.pool)
            .await?;
        let mut by_shop: HashMap<ShopId, Vec<VariantId>> = HashMap::new();
        for (shop, variant) in freed {
            let (Ok(shop), Ok(variant)) = (shop.parse(), variant.parse()) else { return Err(damaged()) };
            by_shop.entry(shop).or_default().push(variant);
        }
        Ok(by_shop)
    }
}

fn read(row: &SqliteRow) -> Result<Checkout, ServerError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let optional = |column: &str| row.try_get::<Option<String>, _>(column);
    let state = match text("state")?.as_str() {
        "gathering" => State::Gathering,
        "reserved" => State::Reserved,
        "placing" => State::Placing { draft: parse(&optional("draft")?.unwrap_or_default())? },
        "placed" => State::Placed { number: optional("order_number")?.unwrap_or_default() },
        _ => return Err(damaged()),
    };
    let (Ok(id), Ok(shop)) = (text("id")?.parse(), text("shop")?.parse()) else { return Err(damaged()) };
    Ok(Checkout { id, shop, state, details: parse(&text("details")?)?, lines: parse(&text("lines")?)? })
}

fn json<T: Serialize>(value: &T) -> Result<String, ServerError> {
    serde_json::to_string(value).map_err(|error| ServerError::Internal(error.to_string()))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ServerError> {
    serde_json::from_str(text).map_err(|_| damaged())
}

fn damaged() -> ServerError {
    ServerError::Internal("a checkout in the server database is damaged".to_owned())
}
