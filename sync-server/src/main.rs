//! `tradepost-server`: serves shops, and what its operator needs around that.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tradepost_server::config::Config;
use tradepost_server::error::ServerError;
use tradepost_server::{operator, serve};

/// Hosts Tradepost shops: sync for their devices, storefronts for their buyers.
#[derive(Parser)]
#[command(name = "tradepost-server", version, arg_required_else_help = true)]
struct Arguments {
    /// The data folder.
    #[arg(long, global = true, default_value = "server-data", value_name = "DIR")]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves. The first start makes the data folder and writes the file admin-token into it.
    Serve {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
        listen: SocketAddr,
        /// A TOML file; variables TRADEPOST_... override it.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Shops.
    #[command(subcommand)]
    Shop(ShopCommand),
    /// Backs everything up into a new folder, also while the server serves. The backup holds the keys: keep it safe.
    Backup {
        /// The backup's folder.
        folder: PathBuf,
    },
    /// Makes a data folder of a backup.
    Restore {
        /// The backup's folder.
        folder: PathBuf,
    },
    /// Verifies every shop's journal, facts and projections. Stop the server first.
    Verify,
}

#[derive(Subcommand)]
enum ShopCommand {
    /// Lists the hosted shops.
    List,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, ServerError> {
    let Arguments { data, command } = arguments;
    match command {
        Command::Serve { listen, config } => {
            let environment: BTreeMap<String, String> = std::env::vars().collect();
            let config = Config::load(config.as_deref(), &environment)?;
            log(config.json_logs);
            serve::serve(&data, listen, config).await?;
        }
        Command::Shop(ShopCommand::List) => print(&operator::list(&data).await?)?,
        Command::Backup { folder } => print(&operator::backup(&data, &folder).await?)?,
        Command::Restore { folder } => print(&operator::restore(&folder, &data).await?)?,
        Command::Verify => {
            let verified = operator::verify(&data).await?;
            print(&verified)?;
            if verified.iter().any(|shop| !shop.problems.is_empty()) {
                return Ok(ExitCode::from(1));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn log(json: bool) {
    let filter = EnvFilter::try_from_env("TRADEPOST_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        lines.json().init();
    } else {
        lines.init();
    }
}

fn print<T: serde::Serialize>(value: &T) -> Result<(), ServerError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| ServerError::Internal(error.to_string()))?;
    println!("{text}");
    Ok(())
}
