//! The programs under test, started as their users start them.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a program may take to answer for the first time.
const START_TIME_MAX: Duration = Duration::from_secs(60);

/// Where cargo put a program of the workspace: beside this test.
///
/// # Panics
/// Where it was not built: `cargo test --workspace` builds all of them.
pub fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("this test's own path");
    let folder = here.parent().and_then(Path::parent).expect("target/debug");
    let program = folder.join(name);
    assert!(program.exists(), "{} is not built: run cargo test --workspace", program.display());
    program
}

/// The command line on one data folder.
#[derive(Debug, Clone)]
pub struct Tradepost {
    data: PathBuf,
}

impl Tradepost {
    /// On this folder.
    pub fn on(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into() }
    }

    /// The folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    fn run(&self, arguments: &[&str]) -> Output {
        // Keys go into a file: a test machine has no keyring, and must not fill one that it has.
        let mut command = Command::new(program("tradepost"));
        command.arg("--data").arg(&self.data).args(arguments).env("TRADEPOST_KEY_FILE", "1");
        command.output().expect("the command line starts")
    }

    /// What it answers, as JSON.
    ///
    /// # Panics
    /// Where it refuses.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut with_json = arguments.to_vec();
        with_json.push("--json");
        let output = self.run(&with_json);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "tradepost {arguments:?}: {message}{}", String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("tradepost {arguments:?} answers no JSON: {error}"))
    }

    /// Why it refuses.
    ///
    /// # Panics
    /// Where it does not.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "tradepost {arguments:?} was expected to refuse");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// A server process on a port of its own; killed when dropped.
pub struct Server {
    child: Child,
    /// Its address.
    pub url: String,
    /// Its data folder.
    pub data: PathBuf,
}

impl Server {
    /// Starts it and waits until it answers.
    pub fn start(data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(program("tradepost-server"));
        command.args(["serve", "--listen", &address, "--data"]).arg(data);
        command.env("TRADEPOST_KEY_FILE", "1").stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        drain(&mut child);
        wait_for_port(&address);
        Self { child, url: format!("http://{address}"), data: data.to_owned() }
    }

    /// What its operator hands out.
    pub fn admin_token(&self) -> String {
        std::fs::read_to_string(self.data.join("admin-token")).expect("the admin token").trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A full pipe would stop the server: its log is read and let go.
fn drain(child: &mut Child) {
    if let Some(log) = child.stderr.take() {
        std::thread::spawn(move || BufReader::new(log).lines().map_while(Result::ok).for_each(drop));
    }
}

#[expect(clippy::disallowed_methods, reason = "waiting for a real program takes real time")]
fn wait_for_port(address: &str) {
    let until = Instant::now() + START_TIME_MAX;
    while std::net::TcpStream::connect(address).is_err() {
        assert!(Instant::now() < until, "the server does not answer at {address}");
        std::thread::yield_now();
    }
}

/// Real input beside the checkout, where it is present.
pub fn real_input(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let file = root.join("../shared/data").join(path);
    if !file.exists() {
        println!("skipped: {path} is not beside this checkout");
        return None;
    }
    Some(file)
}

/// The demo shop's product file.
pub fn demo_products() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("installers/demo/products.csv")
}
