//! The server database: what is not a shop's own. Small, plain SQLite, opened once.

use std::path::Path;
use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tradepost_domain::id::ShopId;

use crate::error::ServerError;

/// The database's file in the data folder.
pub const FILE: &str = "server.db";
/// Connections: it writes seldom and little.
const CONNECTIONS_MAX: u32 = 4;
/// How long a writer waits for another.
const BUSY_MS_MAX: u64 = 5_000;

/// The server database.
#[derive(Clone)]
pub struct Database {
    pool: SqlitePool,
}

/// A shop that is hosted here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedRow {
    /// The shop.
    pub shop: ShopId,
    /// Its name in addresses.
    pub slug: String,
}

impl Database {
    /// Opens it and brings it up to date.
    pub async fn open(folder: &Path) -> Result<Self, ServerError> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_millis(BUSY_MS_MAX));
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS_MAX).connect_with(options).await?;
        sqlx::migrate!("../migrations/server").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Its connections.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Whether it answers.
    pub async fn check(&self) -> Result<(), ServerError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes it, so that everything stands in one file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The hosted shops in the order they were published.
    pub async fn hosted_shops(&self) -> Result<Vec<HostedRow>, ServerError> {
        let rows =
            sqlx::query("select shop, slug from hosted_shops order by published_at_ms, slug").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                let shop: String = row.try_get("shop")?;
                let shop = shop
                    .parse()
                    .map_err(|_| ServerError::Internal("a shop's id in the server database is damaged".to_owned()))?;
                Ok(HostedRow { shop, slug: row.try_get("slug")? })
            })
            .collect()
    }

    /// Notes a shop as hosted under `slug`; the slug that stands is returned, with a number behind it where the name was taken.
    pub async fn host_shop(&self, shop: ShopId, slug: &str, now_ms: i64) -> Result<String, ServerError> {
        let found: Option<String> = sqlx::query_scalar("select slug from hosted_shops where shop = ?")
            .bind(shop.to_string())
            .fetch_optional(&self.pool)
            .await?;
        if let Some(found) = found {
            return Ok(found);
        }
        for number in 1..1000_u32 {
            let candidate = if number == 1 { slug.to_owned() } else { format!("{slug}-{number}") };
            let done =
                sqlx::query("insert into hosted_shops (shop, slug, published_at_ms) values (?, ?, ?) on conflict do nothing")
                    .bind(shop.to_string())
                    .bind(&candidate)
                    .bind(now_ms)
                    .execute(&self.pool)
                    .await?;
            if done.rows_affected() == 1 {
                return Ok(candidate);
            }
        }
        Err(ServerError::Internal("no free address for this shop's name".to_owned()))
    }

    /// Notes that a repeating job ran.
    pub async fn note_job(&self, name: &str, now_ms: i64, result: &str) -> Result<(), ServerError> {
        sqlx::query(
            "insert into jobs (name, last_run_at_ms, last_result) values (?, ?, ?) \
             on conflict (name) do update set last_run_at_ms = excluded.last_run_at_ms, last_result = excluded.last_result",
        )
        .bind(name)
        .bind(now_ms)
        .bind(result)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes a signed request's nonce; `false`: it was taken before.
    pub async fn take_nonce(&self, nonce: &[u8; 16], forget_at_ms: i64) -> Result<bool, ServerError> {
        let hex = tradepost_domain::id::FactId::from_bytes(*nonce).to_string();
        let done = sqlx::query("insert into seen_requests (nonce, forget_at_ms) values (?, ?) on conflict do nothing")
            .bind(hex)
            .bind(forget_at_ms)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps a pairing code's hash and what it stands for.
    pub async fn put_pairing_code(&self, code_hash: &str, grant_json: &str, expires_at_ms: i64) -> Result<(), ServerError> {
        sqlx::query("insert into pairing_codes (code_hash, grant_json, expires_at_ms) values (?, ?, ?)")
            .bind(code_hash)
            .bind(grant_json)
            .bind(expires_at_ms)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What a code stands for and until when. It stays until it is used up.
    pub async fn find_pairing_code(&self, code_hash: &str) -> Result<Option<(String, i64)>, ServerError> {
        let row = sqlx::query("select grant_json, expires_at_ms from pairing_codes where code_hash = ?")
            .bind(code_hash)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((row.try_get("grant_json")?, row.try_get("expires_at_ms")?))).transpose()
    }

    /// Uses a code up; `false`: somebody else just did.
    pub async fn use_pairing_code(&self, code_hash: &str) -> Result<bool, ServerError> {
        let done = sqlx::query("delete from pairing_codes where code_hash = ?").bind(code_hash).execute(&self.pool).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets codes and nonces whose time is over, a day late so that an old code is still called expired and not wrong.
    pub async fn forget_expired(&self, now_ms: i64) -> Result<u64, ServerError> {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        let codes =
            sqlx::query("delete from pairing_codes where expires_at_ms < ?").bind(now_ms - DAY_MS).execute(&self.pool).await?;
        let nonces = sqlx::query("delete from seen_requests where forget_at_ms < ?").bind(now_ms).execute(&self.pool).await?;
        Ok(codes.rows_affected() + nonces.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_shops_of_one_name_get_two_addresses() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        let (one, two) = (ShopId::from_bytes([1; 16]), ShopId::from_bytes([2; 16]));
        assert_eq!(database.host_shop(one, "tea", 1).await.unwrap(), "tea");
        assert_eq!(database.host_shop(two, "tea", 2).await.unwrap(), "tea-2");
        assert_eq!(database.host_shop(one, "coffee", 3).await.unwrap(), "tea");
        assert_eq!(database.hosted_shops().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_code_and_a_nonce_are_good_once() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        database.put_pairing_code("hash", "{}", 10).await.unwrap();
        assert!(database.use_pairing_code("hash").await.unwrap());
        assert!(!database.use_pairing_code("hash").await.unwrap());
        assert!(database.take_nonce(&[3; 16], 10).await.unwrap());
        assert!(!database.take_nonce(&[3; 16], 10).await.unwrap());
    }
}
