//! What an operator does from a shell: list shops, back up, restore, verify.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tradepost_operations::{Replica, ReplicaError, lock};

use crate::config::Config;
use crate::database::{Database, FILE as DATABASE_FILE};
use crate::error::ServerError;
use crate::serve::ADDRESS_FILE;
use crate::server::{ADMIN_TOKEN_FILE, App, Server};
use crate::shops::{KEY_FILE, secrets_in};

/// A shop's file in a backup.
const SHOP_BACKUP: &str = "shop.backup";
/// Small files of the data folder that belong to a backup.
const SECRETS: [&str; 2] = [ADMIN_TOKEN_FILE, "cookie-key"];

/// A shop in a list.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each says itself")]
pub struct ListedShop {
    pub shop: String,
    pub slug: String,
    pub is_here: bool,
}

/// The hosted shops.
pub async fn list(data: &Path) -> Result<Vec<ListedShop>, ServerError> {
    let database = open_database(data).await?;
    let hosted = database.hosted_shops().await?;
    database.close().await;
    let listed = hosted.into_iter().map(|row| ListedShop {
        is_here: Replica::exists(&data.join("shops").join(row.shop.to_string())),
        shop: row.shop.to_string(),
        slug: row.slug,
    });
    Ok(listed.collect())
}

async fn open_database(data: &Path) -> Result<Database, ServerError> {
    if !data.join(DATABASE_FILE).exists() {
        return Err(ServerError::Config(format!("{} is no server's data folder", data.display())));
    }
    Database::open(data).await
}

/// What a backup holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BackupReport {
    /// How many shops.
    pub shops: usize,
    /// How many pictures.
    pub pictures: usize,
}

/// `POST /api/backup`, with the admin token: back up into a folder of the server's machine.
#[derive(Debug, Serialize, Deserialize)]
pub struct BackupRequest {
    /// An absolute path; it is made, and must be empty.
    pub folder: PathBuf,
}

/// Backs up a data folder. A server that serves it does it itself, while it serves.
pub async fn backup(data: &Path, to: &Path) -> Result<BackupReport, ServerError> {
    let to = std::path::absolute(to).map_err(ServerError::file("the backup's folder"))?;
    if let Ok(address) = std::fs::read_to_string(data.join(ADDRESS_FILE))
        && let Some(report) = ask_running(data, address.trim(), &to).await?
    {
        return Ok(report);
    }
    open_database(data).await?.close().await;
    let (_stopper, stopping) = watch::channel(false);
    let app = Server::open(data, Config::default(), stopping).await?;
    let report = backup_open(&app, &to).await;
    app.close().await;
    report
}

/// Asks the server that serves this folder; `None`: nobody answers, so nobody serves it.
async fn ask_running(data: &Path, address: &str, to: &Path) -> Result<Option<BackupReport>, ServerError> {
    let token = std::fs::read_to_string(data.join(ADMIN_TOKEN_FILE)).map_err(ServerError::file("reading admin-token"))?;
    let request = BackupRequest { folder: to.to_owned() };
    let answer =
        reqwest::Client::new().post(format!("http://{address}/api/backup")).bearer_auth(token.trim()).json(&request).send().await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.is_connect() => return Ok(None),
        Err(error) => return Err(ServerError::Internal(format!("the running server did not answer: {error}"))),
    };
    if !answer.status().is_success() {
        let reason = answer.text().await.unwrap_or_default();
        return Err(ServerError::Internal(format!("the running server could not back up: {reason}")));
    }
    answer.json().await.map(Some).map_err(|error| ServerError::Internal(error.to_string()))
}

/// Backs up an open server.
pub async fn backup_open(app: &App, to: &Path) -> Result<BackupReport, ServerError> {
    std::fs::create_dir_all(to).map_err(ServerError::file(format!("making {}", to.display())))?;
    let is_empty = std::fs::read_dir(to).map_err(ServerError::file(format!("reading {}", to.display())))?.next().is_none();
    if !is_empty {
        return Err(ServerError::BadRequest(format!("{} is not empty: name a new folder for the backup", to.display())));
    }
    let mut report = BackupReport::default();
    for shop in app.shops.all() {
        let folder = to.join("shops").join(shop.id.to_string());
        std::fs::create_dir_all(&folder).map_err(ServerError::file(format!("making {}", folder.display())))?;
        let (own, file) = (shop.folder.clone(), folder.join(SHOP_BACKUP));
        shop.work(move |shop| Ok(lock(&shop.replica).backup(&file)?)).await?;
        copy_secret(&own.join(KEY_FILE), &folder.join(KEY_FILE))?;
        report.pictures += copy_folder(&own.join("blobs"), &folder.join("blobs"))?;
        copy_folder(&own.join("theme"), &folder.join("theme"))?;
        report.shops += 1;
    }
    for name in SECRETS {
        copy_secret(&app.folder.join(name), &to.join(name))?;
    }
    // The database last: a checkout that became an order meanwhile finds its order in the shop's file or in the next sync.
    sqlx::query("vacuum into ?").bind(to.join(DATABASE_FILE).display().to_string()).execute(app.database.pool()).await?;
    Ok(report)
}

/// Makes a data folder of a backup. Its shops go on under new numbers, so nothing that devices know is overwritten; what they know
/// and the backup does not comes back with their next sync.
pub async fn restore(from: &Path, data: &Path) -> Result<BackupReport, ServerError> {
    if data.join(DATABASE_FILE).exists() {
        return Err(ServerError::Config(format!("{} already holds a server: restore into an empty folder", data.display())));
    }
    if !from.join(DATABASE_FILE).exists() {
        return Err(ServerError::Config(format!("{} is no backup of a server", from.display())));
    }
    std::fs::create_dir_all(data).map_err(ServerError::file(format!("making {}", data.display())))?;
    let mut report = BackupReport::default();
    for entry in std::fs::read_dir(from.join("shops")).into_iter().flatten() {
        let backup = entry.map_err(ServerError::file("reading the backup"))?.path();
        let Some(name) = backup.file_name() else { continue };
        let folder = data.join("shops").join(name);
        std::fs::create_dir_all(&folder).map_err(ServerError::file(format!("making {}", folder.display())))?;
        copy_secret(&backup.join(KEY_FILE), &folder.join(KEY_FILE))?;
        let opened = Replica::restore(&backup.join(SHOP_BACKUP), &folder, secrets_in(&folder)?, &mut crate::SystemEnvironment)?;
        drop(opened);
        report.pictures += copy_folder(&backup.join("blobs"), &folder.join("blobs"))?;
        copy_folder(&backup.join("theme"), &folder.join("theme"))?;
        report.shops += 1;
    }
    for name in SECRETS {
        copy_secret(&from.join(name), &data.join(name))?;
    }
    let copied = std::fs::copy(from.join(DATABASE_FILE), data.join(DATABASE_FILE));
    copied.map_err(ServerError::file("restoring the server database"))?;
    Ok(report)
}

fn copy_secret(from: &Path, to: &Path) -> Result<(), ServerError> {
    let bytes = std::fs::read(from).map_err(ServerError::file(format!("reading {}", from.display())))?;
    crate::signing::write_secret(to, &bytes)
}

/// Copies the files of a folder; how many. A folder that is not there has none.
fn copy_folder(from: &Path, to: &Path) -> Result<usize, ServerError> {
    let Ok(files) = std::fs::read_dir(from) else { return Ok(0) };
    std::fs::create_dir_all(to).map_err(ServerError::file(format!("making {}", to.display())))?;
    let mut copied = 0;
    for file in files {
        let file = file.map_err(ServerError::file(format!("reading {}", from.display())))?.path();
        let (true, Some(name)) = (file.is_file(), file.file_name()) else { continue };
        std::fs::copy(&file, to.join(name)).map_err(ServerError::file(format!("copying {}", file.display())))?;
        copied += 1;
    }
    Ok(copied)
}

/// What verifying a shop found.
#[derive(Debug, Serialize)]
pub struct VerifiedShop {
    /// The shop.
    pub slug: String,
    /// Entries checked.
    pub entries: u64,
    /// What is wrong; none: all is well.
    pub problems: Vec<String>,
}

/// Verifies every shop: signatures, chains, facts, digests, projections. The server must not be serving.
pub async fn verify(data: &Path) -> Result<Vec<VerifiedShop>, ServerError> {
    let database = open_database(data).await?;
    let mut verified = Vec::new();
    for row in database.hosted_shops().await? {
        let folder = data.join("shops").join(row.shop.to_string());
        if !Replica::exists(&folder) {
            continue;
        }
        let checked = tokio::task::spawn_blocking(move || verify_folder(&folder)).await;
        let (entries, problems) = checked.map_err(|error| ServerError::Internal(error.to_string()))??;
        verified.push(VerifiedShop { slug: row.slug, entries, problems });
    }
    database.close().await;
    Ok(verified)
}

fn verify_folder(folder: &Path) -> Result<(u64, Vec<String>), ServerError> {
    let mut opened = match Replica::open(folder, secrets_in(folder)?, &mut crate::SystemEnvironment) {
        Err(ReplicaError::InUse) => {
            return Err(ServerError::Config("the server is serving this folder: stop it first".to_owned()));
        }
        opened => opened?,
    };
    let report = opened.replica.verify(&mut |_, _| {})?;
    Ok((report.entries, report.problems))
}
