//! `tradepost-till`: opens the window at once, and the shop beside it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use tradepost_till::app::TillApp;
use tradepost_till::ask::{Ask, ThemeChoice};
use tradepost_till::inbox::Inbox;
use tradepost_till::worker::{Preferences, Start, Worker};

/// The native till: one window that sells, pays, prints and closes, online or not.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The folder of this till's shop.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Join a shop: the server's address and a one-time code.
    #[arg(long, num_args = 2, value_names = ["URL", "CODE"])]
    pair: Option<Vec<String>>,
    /// The receipt printer, such as 192.168.1.50:9100.
    #[arg(long, value_name = "HOST:PORT")]
    printer: Option<String>,
    /// The look; without it, as last chosen.
    #[arg(long)]
    theme: Option<ThemeChoice>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter()).init();
    let arguments = Arguments::parse();
    let viewport = eframe::egui::ViewportBuilder::default()
        .with_title("Tradepost till")
        .with_app_id("tradepost-till")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([1000.0, 680.0]);
    let options = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..Default::default() };
    eframe::run_native("tradepost-till", options, Box::new(move |creation| open(creation, arguments)))?;
    Ok(())
}

/// The window's content, with the worker that it keeps alive.
struct Window {
    app: TillApp,
    _worker: Worker,
}

fn open(
    creation: &eframe::CreationContext<'_>,
    arguments: Arguments,
) -> Result<Box<dyn eframe::App>, Box<dyn std::error::Error + Send + Sync>> {
    let inbox = Inbox::default();
    let ctx = creation.egui_ctx.clone();
    let theme = arguments.theme.unwrap_or_else(|| Preferences::read(&arguments.data).theme);
    let start = Start { folder: arguments.data, printer: arguments.printer, wake: Arc::new(move || ctx.request_repaint()) };
    let worker = Worker::start(start, inbox.clone())?;
    let asks = worker.asks();
    let mut app = TillApp::new(&creation.egui_ctx, inbox, worker.asks(), theme);
    if let Some([url, code]) = arguments.pair.as_deref() {
        app.propose_pairing(url, code);
        asks.ask(Ask::Pair { url: url.clone(), code: code.clone() });
    }
    Ok(Box::new(Window { app, _worker: worker }))
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut eframe::egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
    }
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into())
}
