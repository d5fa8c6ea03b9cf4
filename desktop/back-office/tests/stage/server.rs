//! The real server and the real command line beside the window, and a buyer with a plain browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const START_TIME_MAX: Duration = Duration::from_secs(90);

/// A program of the workspace, where cargo put it beside the window's.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_BIN_EXE_tradepost-back-office")).with_file_name(name);
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: {name} is not built (cargo build -p tradepost-server -p tradepost-cli)");
    None
}

/// A server that can be turned off and on again at the same address.
pub struct Server {
    program: PathBuf,
    data: PathBuf,
    address: String,
    child: Option<Child>,
}

impl Server {
    /// A server that is off.
    pub fn new(data: &Path) -> Option<Self> {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        Some(Self { program: program("tradepost-server")?, data: data.to_owned(), address, child: None })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn admin_token(&self) -> String {
        std::fs::read_to_string(self.data.join("admin-token")).unwrap().trim().to_owned()
    }

    /// Turns it on and waits until it answers.
    pub fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", &self.address, "--data"]).arg(&self.data);
        command.env("TRADEPOST_KEY_FILE", "1").stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let until = Instant::now() + START_TIME_MAX;
        while TcpStream::connect(&self.address).is_err() {
            assert!(Instant::now() < until, "the server does not answer");
            std::thread::yield_now();
        }
    }

    /// Turns it off.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Another web server, which answers everything with a page: a sign-in page of a network, or somebody else's site.
pub fn some_website() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            read_request(&stream);
            let page = "<!doctype html><title>Welcome</title><p>Sign in to use this network";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
            stream.write_all(answer.as_bytes()).ok();
        }
    });
    url
}

/// Reads a request to its end: hanging up before that would be another failure than the one that is played.
fn read_request(stream: &TcpStream) {
    let mut asked = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while asked.read_line(&mut line).is_ok_and(|read| read > 0) && !line.trim().is_empty() {
        let value = line.to_lowercase().strip_prefix("content-length:").and_then(|value| value.trim().parse().ok());
        length = value.unwrap_or(length);
        line.clear();
    }
    std::io::copy(&mut asked.take(length), &mut std::io::sink()).ok();
}

/// The command line on a data folder.
pub struct CommandLine {
    program: PathBuf,
    data: PathBuf,
}

impl CommandLine {
    pub fn on(data: &Path) -> Option<Self> {
        Some(Self { program: program("tradepost")?, data: data.to_owned() })
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.arg("--data").arg(&self.data).arg("--json").args(arguments).env("TRADEPOST_KEY_FILE", "1");
        command.output().unwrap()
    }

    /// What it answers when it is done.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Why it refuses.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    }
}

/// A buyer on the plain pages of a web shop.
pub struct Buyer {
    browser: reqwest::Client,
    base: String,
}

impl Buyer {
    pub fn at(base: &str) -> Self {
        let browser = reqwest::Client::builder().cookie_store(true).build().unwrap();
        Self { browser, base: base.to_owned() }
    }

    pub async fn read(&self, path: &str) -> String {
        self.browser.get(format!("{}{path}", self.base)).send().await.unwrap().text().await.unwrap()
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let form = self.browser.post(format!("{}{path}", self.base)).header("origin", &self.base).form(fields);
        let answer = form.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        (answer.url().path().to_owned(), answer.text().await.unwrap())
    }

    /// Orders one of a product, to be shipped, paid by bank transfer. The page where the order can be followed.
    pub async fn orders(&self, handle: &str) -> String {
        let product = self.read(&format!("/products/{handle}")).await;
        self.send("/basket/add", &[("variant", &hidden(&product, "variant")), ("quantity", "1")]).await;
        let token = hidden(&self.read("/basket").await, "token");
        let (details, _) = self.send("/checkout", &[("token", &token)]).await;
        let address = [
            ("token", token.as_str()),
            ("email", "ada@example.com"),
            ("name", "Ada Lovelace"),
            ("delivery", "ship"),
            ("line1", "12 Alder Street"),
            ("city", "Portland"),
            ("region", "OR"),
            ("postal_code", "97201"),
            ("country", "US"),
        ];
        let (_, payment) = self.send(&format!("{details}/details"), &address).await;
        let way = choice(&payment, "payment", "transfer");
        let mut chosen = vec![("token", token.as_str()), ("payment", way.as_str())];
        let shipping = payment.contains("name=\"rate\"").then(|| choice(&payment, "rate", ""));
        chosen.extend(shipping.as_deref().map(|rate| ("rate", rate)));
        let (_, review) = self.send(&format!("{details}/payment"), &chosen).await;
        let last = [("token", hidden(&review, "token")), ("seen", hidden(&review, "seen"))];
        let last: Vec<(&str, &str)> = last.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (placed, page) = self.send(&format!("{details}/place"), &last).await;
        assert!(page.contains("W-1001"), "the order has a number: {page}");
        placed
    }
}

fn inputs<'a>(page: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let named = format!("name=\"{name}\"");
    let fitting = page.split("<input").filter(move |input| input.contains(&named));
    fitting.filter_map(|input| input.split("value=\"").nth(1)?.split('"').next())
}

/// The value of the first input of this name on a page.
fn hidden(page: &str, name: &str) -> String {
    inputs(page, name).next().unwrap_or_else(|| panic!("no {name} on this page: {page}")).to_owned()
}

/// The first choice of this name whose value has this in it.
fn choice(page: &str, name: &str, part: &str) -> String {
    let found = inputs(page, name).find(|value| value.contains(part));
    found.unwrap_or_else(|| panic!("no {name} with {part} on this page: {page}")).to_owned()
}
