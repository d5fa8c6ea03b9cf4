//! What all requests share, and how the server starts and stops.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::config::Config;
use crate::database::Database;
use crate::environment;
use crate::error::ServerError;
use crate::limits::Tries;
use crate::mail::Mailer;
use crate::page_cache::PageCache;
use crate::shops::Shops;
use crate::signing::{Signer, write_secret};

/// The operator's token, in the data folder.
pub const ADMIN_TOKEN_FILE: &str = "admin-token";
/// Wrong codes of one address and of all together, and the pause after them.
const PAIR_TRIES: (u32, u32, i64) = (5, 50, 5 * 60 * 1000);
/// Forms sent by one address and by all together, within a minute.
const FORMS: (u32, u32, i64) = (120, 6_000, 60 * 1000);

/// The server.
pub struct Server {
    /// How it runs.
    pub config: Config,
    /// Its data folder.
    pub folder: PathBuf,
    /// What is not a shop's own.
    pub database: Database,
    /// Signs cookies, forms and links.
    pub signer: Signer,
    /// The hosted shops.
    pub shops: Shops,
    /// Rendered pages.
    pub pages: PageCache,
    /// Sends mail, where that is set up.
    pub mailer: Option<Mailer>,
    /// Wrong codes and tokens.
    pub pair_tries: Tries,
    /// Forms sent.
    pub forms: Tries,
    /// Free places for devices in step.
    pub sync_slots: Arc<Semaphore>,
    /// Free places for requests.
    pub request_slots: Arc<Semaphore>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
    /// Wakes the job that sends mail.
    pub mail_waits: tokio::sync::Notify,
    admin_token_hash: blake3::Hash,
}

/// As handlers hold it.
pub type App = Arc<Server>;

impl Server {
    /// Opens the data folder: makes what is missing, opens every hosted shop.
    pub async fn open(folder: &Path, config: Config, stopping: watch::Receiver<bool>) -> Result<App, ServerError> {
        std::fs::create_dir_all(folder).map_err(ServerError::file(format!("making {}", folder.display())))?;
        let admin_token_hash = blake3::hash(admin_token(folder)?.as_bytes());
        let database = Database::open(folder).await?;
        let shops = Shops::new(folder, config.readers_per_shop);
        for hosted in database.hosted_shops().await? {
            if let Err(error) = shops.open(hosted.shop, &hosted.slug) {
                // One damaged shop does not close the others.
                tracing::error!(shop = %hosted.shop, slug = hosted.slug, %error, "this shop cannot be opened");
            }
        }
        let mailer = config.smtp.as_ref().map(Mailer::new).transpose()?;
        Ok(Arc::new(Self {
            folder: folder.to_owned(),
            signer: Signer::open(folder)?,
            pages: PageCache::new(config.page_cache_mib.saturating_mul(1024 * 1024)),
            pair_tries: Tries::new(PAIR_TRIES.0, PAIR_TRIES.1, PAIR_TRIES.2),
            forms: Tries::new(FORMS.0, FORMS.1, FORMS.2),
            sync_slots: Arc::new(Semaphore::new(config.sync_sessions_max)),
            request_slots: Arc::new(Semaphore::new(config.requests_max)),
            mail_waits: tokio::sync::Notify::new(),
            database,
            shops,
            mailer,
            stopping,
            admin_token_hash,
            config,
        }))
    }

    /// Whether this is the operator's token. A wrong one counts as a wrong code of its address.
    pub fn is_admin(&self, token: &str, address: IpAddr) -> bool {
        let now_ms = environment::now().unix_ms;
        if !self.pair_tries.may_try(address, now_ms) {
            return false;
        }
        // Hashes are compared in constant time.
        let is_right = blake3::hash(token.trim().as_bytes()) == self.admin_token_hash;
        if !is_right {
            self.pair_tries.note(address, now_ms);
        }
        is_right
    }

    /// Closes what is open.
    pub async fn close(&self) {
        self.shops.close();
        self.database.close().await;
    }
}

/// The operator's token; the first start makes it.
fn admin_token(folder: &Path) -> Result<String, ServerError> {
    let file = folder.join(ADMIN_TOKEN_FILE);
    if !file.exists() {
        let token = blake3::hash(&environment::random_key()).to_hex();
        write_secret(&file, format!("{token}\n").as_bytes())?;
    }
    let token = std::fs::read_to_string(&file).map_err(ServerError::file(format!("reading {}", file.display())))?;
    let token = token.trim().to_owned();
    if token.len() < 16 {
        return Err(ServerError::Config(format!("{} is too short to be a token: remove it and start again", file.display())));
    }
    Ok(token)
}
