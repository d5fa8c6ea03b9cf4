//! The real window on a virtual screen: scans typed by another program, a sale, a picture, and how much memory it takes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::bench::{MUG, look_into, make_shop};

/// A change of a screen is larger than this, a digit or a cursor smaller.
const CHANGED_PIXELS_MIN: usize = 4_000;

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
        self.run("xdotool", &["type", "--args", "1", "--delay", "2", code, "key", "Return"]);
    }

    /// The screen's pixels.
    fn picture(&self) -> Vec<u8> {
        let arguments = ["-window", "root", "-depth", "8", "rgb:-"];
        Command::new("import").args(arguments).env("DISPLAY", &self.display).output().unwrap().stdout
    }

    /// Does something and waits until the screen shows that it was done: more than a blinking cursor or a digit changes.
    fn and_see(&self, what: &str, act: impl FnOnce()) {
        let before = self.picture();
        act();
        until(what, || {
            let after = self.picture();
            changed(&before, &after) > CHANGED_PIXELS_MIN
        });
        // What was asked for is drawn to the end: two looks in a row differ by a cursor at most.
        let mut last = self.picture();
        until("a still screen", || {
            let now = self.picture();
            let is_still = changed(&last, &now) < CHANGED_PIXELS_MIN / 10;
            last = now;
            is_still
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

/// How many pixels differ.
fn changed(before: &[u8], after: &[u8]) -> usize {
    before.chunks(3).zip(after.chunks(3)).filter(|(before, after)| before != after).count()
}

/// Looks again and again until `is_so`, at most twenty seconds.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..200 {
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
    let mut till = None;
    screen.and_see("the window with its shop", || till = Some(start_till(root.path(), &screen)));
    let mut till = till.unwrap();
    let window = screen.run("xdotool", &["search", "--sync", "--name", "Tradepost till"]);
    screen.run("xdotool", &["windowfocus", "--sync", window.lines().next().unwrap_or_default()]);

    // Maya's tile, her PIN, a float of 100; then a sale that is paid with 20.
    screen.and_see("Maya's tile chosen", || drop(screen.run("xdotool", &["mousemove", "300", "246", "click", "1"])));
    screen.and_see("the drawer's float asked", || screen.keys(&["1", "2", "3", "4", "Return"]));
    screen.and_see("the selling screen", || screen.keys(&["1", "0", "0", "Return"]));
    screen.and_see("the mug in the basket", || screen.scan(MUG));
    screen.and_see("the payment", || screen.keys(&["F12"]));
    screen.keys(&["2", "0"]);
    screen.and_see("the change", || screen.keys(&["Return"]));
    if let Some(folder) = std::env::var_os("TILL_SHOTS") {
        let file = Path::new(&folder).join("till-real-window.png");
        screen.run("import", &["-window", "root", &file.to_string_lossy()]);
    }
    println!("resident after a sale: {} MB, {} of its own", megabytes(till.id(), "VmRSS:"), megabytes(till.id(), "RssAnon:"));

    // The power is cut in the middle of the next sale.
    screen.and_see("the mug of the next sale", || screen.scan(MUG));
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
