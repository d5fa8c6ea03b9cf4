//! The till's program with the big shop: from its start to a window with the shop open behind it, and its memory.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use super::lab::Lab;
use super::measure::{Times, now, show, status_kib};
use super::server::program;
use super::table::{Row, Verdict};
use crate::setting::{KEY, seed_of};

const STARTS: usize = 5;
const START_MAX: Duration = Duration::from_secs(1);
const RESIDENT_MAX_KIB: u64 = 150 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);
/// What the till says once its shop is open (`desktop/till/src/worker`).
const OPEN_WORDS: &str = "the shop is open";
const DISPLAY: &str = ":97";

/// Starts it a few times.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let till = program("tradepost-till")?;
    let products = lab.products();
    let folder = lab.close_big()?;
    let screen = Screen::open()?;
    let (mut times, mut resident) = (Times::default(), 0);
    for _ in 0..STARTS {
        let (time, kib) = start(&till, &folder)?;
        times.add(time);
        resident = resident.max(kib);
    }
    drop(screen);
    Ok(vec![
        Row {
            what: format!("till: start to ready, {products} products"),
            figure: show(times.p50()),
            floor: String::new(),
            ratio: String::new(),
            target: format!("under {}", show(START_MAX)),
            verdict: Verdict::of(times.p50() < START_MAX),
            notes: vec![format!(
                "window shown and shop open; worst of {STARTS}: {}; drawn without a graphics card",
                show(times.percentile(100))
            )],
        },
        Row {
            what: "till: memory".to_owned(),
            figure: format!("{} MB resident", resident >> 10),
            floor: String::new(),
            ratio: String::new(),
            target: format!("under {} MB", RESIDENT_MAX_KIB >> 10),
            verdict: Verdict::of(resident < RESIDENT_MAX_KIB),
            notes: vec!["two seconds after it was ready; the software renderer of this machine is part of it".to_owned()],
        },
    ])
}

/// Makes a device's folder of the shop's: the till opens it as one that was paired.
pub fn make_device(folder: &Path, till: tradepost_domain::id::TillId) -> Result<(), String> {
    let words = |error: std::io::Error| error.to_string();
    let device = serde_json::json!({ "device_id": "bench", "role": "till", "till": till, "keys": "file", "server_url": null });
    let keys = serde_json::json!({ "database": KEY.0, "signing": seed_of(folder).0, "root": null });
    std::fs::write(folder.join("device.json"), device.to_string()).map_err(words)?;
    std::fs::write(folder.join("keys.json"), keys.to_string()).map_err(words)
}

/// A screen without a screen.
struct Screen(Child);

impl Screen {
    fn open() -> Result<Self, String> {
        let mut server = Command::new("Xvfb");
        server.args([DISPLAY, "-screen", "0", "1400x900x24", "-nolisten", "tcp"]).stdout(Stdio::null()).stderr(Stdio::null());
        let screen = Self(server.spawn().map_err(|error| format!("Xvfb does not start: {error}"))?);
        let start = now();
        while start.elapsed() < PATIENCE {
            let asked = Command::new("xdotool").env("DISPLAY", DISPLAY).arg("getmouselocation").output();
            if asked.map_err(|error| format!("xdotool does not start: {error}"))?.status.success() {
                return Ok(screen);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("Xvfb does not answer".to_owned())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

fn end(child: &mut Child) {
    if child.kill().and_then(|()| child.wait()).is_err() {
        eprintln!("bench: a program could not be ended");
    }
}

fn start(till: &Path, folder: &Path) -> Result<(Duration, u64), String> {
    let began = now();
    let mut child = Command::new(till)
        .arg("--data")
        .arg(folder)
        .env("DISPLAY", DISPLAY)
        .env_remove("WAYLAND_DISPLAY")
        .env("RUST_LOG", "tradepost_till=info")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let ready = ready_at(&mut child);
    std::thread::sleep(Duration::from_secs(2));
    let resident = status_kib(&child.id().to_string(), "VmRSS");
    end(&mut child);
    Ok((ready?.saturating_duration_since(began), resident))
}

/// When the window is shown and the shop is open, whichever comes last.
fn ready_at(child: &mut Child) -> Result<Instant, String> {
    let errors = child.stderr.take().ok_or("the till has no voice")?;
    let (tell, told) = sync_channel(1);
    std::thread::spawn(move || {
        let opened = BufReader::new(errors).lines().map_while(Result::ok).any(|line| line.contains(OPEN_WORDS));
        // Whoever asked may have lost patience.
        tell.send(opened.then(now)).ok();
    });
    let pid = child.id().to_string();
    let shown =
        Command::new("xdotool").env("DISPLAY", DISPLAY).args(["search", "--sync", "--onlyvisible", "--pid", &pid]).output();
    let shown_at = shown.is_ok_and(|shown| shown.status.success()).then(now).ok_or("the till shows no window")?;
    match told.recv_timeout(PATIENCE) {
        Ok(Some(opened_at)) => Ok(opened_at.max(shown_at)),
        Ok(None) | Err(_) => Err("the till did not say that its shop is open".to_owned()),
    }
}
