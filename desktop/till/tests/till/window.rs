//! The real window on a virtual screen: scans typed by another program, a sale, a picture, and how much memory it takes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::bench::{MUG, look_into, make_shop};

const WHITE: [u8; 3] = [0xFF, 0xFF, 0xFF];
const PAGE: [u8; 3] = [0xFA, 0xF8, 0xF4];
const SUNKEN: [u8; 3] = [0xF1, 0xEE, 0xE7];
const ACCENT: [u8; 3] = [0x0B, 0x6E, 0x63];
const ACCENT_SOFT: [u8; 3] = [0xE2, 0xF0, 0xED];
/// On the pay button, between its word and its key: accent when there is something to pay.
const PAY_BUTTON: (usize, usize) = (390, 716);

/// A virtual screen that ends with the test.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    /// `None`: this machine has no Xvfb or xdotool.
    fn open() -> Option<Self> {
        use std::io::BufRead;
        let has = |program: &str| {
            Command::new("which").arg(program).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        if !["Xvfb", "xdotool", "import"].into_iter().all(has) {
            return None;
        }
        // Xvfb chooses a free number itself and says which.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        std::io::BufReader::new(server.stdout.take()?).read_line(&mut number).ok()?;
        Some(Self { server, display: format!(":{}", number.trim()) })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).env("DISPLAY", &self.display).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types like a scanner, with Enter.
    fn scan(&self, code: &str) {
        self.run("xdotool", &["type", "--args", "1", "--delay", "8", code, "key", "Return"]);
    }

    /// The screen's pixels.
    fn picture(&self) -> Vec<u8> {
        let arguments = ["-window", "root", "-depth", "8", "rgb:-"];
        Command::new("import").args(arguments).env("DISPLAY", &self.display).output().unwrap().stdout
    }

    /// Waits until the pixel at this place has this color, as good as the screen draws it.
    fn see(&self, what: &str, (x, y): (usize, usize), color: [u8; 3]) {
        until(what, || {
            let picture = self.picture();
            let there = picture.get((y * 1280 + x) * 3..).unwrap_or_default();
            there.len() >= 3 && there.iter().zip(color).all(|(there, wanted)| there.abs_diff(wanted) < 4)
        });
    }

    fn keys(&self, keys: &[&str]) {
        for key in keys {
            self.run("xdotool", &["key", "--delay", "60", key]);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ended = self.server.kill().and_then(|()| self.server.wait().map(drop));
    }
}

/// Looks again and again until `is_so`, at most ninety seconds.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..900 {
        if is_so() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
    panic!("waited in vain for {what}");
}

fn start_till(folder: &Path, screen: &Screen) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tradepost-till"))
        .arg("--data")
        .arg(folder)
        .args(["--theme", "light"])
        .env("DISPLAY", &screen.display)
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .unwrap()
}

/// Megabytes of a process, `VmRSS` in all, `RssAnon` without what is shared with the file it was started from.
fn megabytes(process: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[test]
fn the_real_window_sells_what_a_scanner_types() {
    let Some(screen) = Screen::open() else {
        println!("skipped: this needs Xvfb, xdotool and ImageMagick's import");
        return;
    };
    let root = tempfile::tempdir().unwrap();
    make_shop(root.path());
    let mut till = start_till(root.path(), &screen);
    // The card of names is wider than the one of the float, and the basket is further left than both.
    screen.see("who is at the till", (190, 400), WHITE);
    let window = screen.run("xdotool", &["search", "--sync", "--name", "Tradepost till"]);
    screen.run("xdotool", &["windowfocus", "--sync", window.lines().next().unwrap_or_default()]);

    // Maya's tile, her PIN, a float of 100; then a sale that is paid with 20.
    screen.run("xdotool", &["mousemove", "400", "246", "click", "1", "mousemove", "640", "780"]);
    screen.see("Maya's tile chosen", (400, 232), ACCENT_SOFT);
    screen.keys(&["1", "2", "3", "4", "Return"]);
    screen.see("the drawer's float asked", (190, 400), PAGE);
    screen.keys(&["1", "0", "0", "Return"]);
    screen.see("the selling screen", (30, 400), WHITE);
    screen.scan(MUG);
    screen.see("the mug in the basket", PAY_BUTTON, ACCENT);
    screen.keys(&["F12"]);
    screen.see("the payment", (530, 200), SUNKEN);
    screen.keys(&["2", "0", "Return"]);
    screen.see("the change", (530, 200), WHITE);
    if let Some(folder) = std::env::var_os("TILL_SHOTS") {
        let file = Path::new(&folder).join("till-real-window.png");
        screen.run("import", &["-window", "root", &file.to_string_lossy()]);
    }
    println!("resident after a sale: {} MB, {} of its own", megabytes(till.id(), "VmRSS:"), megabytes(till.id(), "RssAnon:"));

    // The power is cut in the middle of the next sale.
    screen.scan(MUG);
    screen.see("the mug of the next sale", PAY_BUTTON, ACCENT);
    till.kill().unwrap();
    till.wait().unwrap();
    look_into(root.path(), |shop| {
        let reader = shop.reader().unwrap();
        let sales = reader.sales(&tradepost_operations::read::SaleFilter::default(), 10, 0).unwrap();
        assert_eq!(sales.iter().map(|sale| sale.gross.minor).collect::<Vec<_>>(), [1800]);
        let basket = shop
            .current_basket(&mut tradepost_operations::By::owner(&mut tradepost_connection::SystemEnvironment::new()))
            .unwrap();
        assert_eq!(basket.lines.len(), 1, "the basket of the next sale outlives the power cut");
    });
}
