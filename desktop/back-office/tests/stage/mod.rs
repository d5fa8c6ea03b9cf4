//! A display, a WebDriver, and the window on it.

#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod server;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A display and a driver for one test.
pub struct Stage {
    display: Child,
    driver: Child,
    port: u16,
}

/// The window, as a person with a mouse and a keyboard has it.
pub struct Screen {
    client: Client,
}

impl Stage {
    /// Starts both, or says what is missing.
    pub fn start() -> Option<Self> {
        if !cfg!(feature = "custom-protocol") {
            println!("SKIPPED: built without --features custom-protocol, the window has no screens in it");
            return None;
        }
        let missing = ["Xvfb", "tauri-driver", "WebKitWebDriver"].into_iter().find(|tool| !is_there(tool));
        if let Some(missing) = missing {
            println!("SKIPPED: {missing} is not installed (see desktop/back-office/README.md)");
            return None;
        }
        let mut display = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(display.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let (port, native_port) = (free_port(), free_port());
        let driver = Command::new("tauri-driver")
            .args(["--port", &port.to_string(), "--native-port", &native_port.to_string()])
            .env("DISPLAY", format!(":{}", number.trim()))
            .env("GDK_BACKEND", "x11")
            .env_remove("TRADEPOST_DATA")
            // What the window writes for people goes beside its data, not among the downloads of whoever runs the tests.
            .env("XDG_CONFIG_HOME", std::env::temp_dir().join("tradepost-no-such-folder"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { display, driver, port })
    }

    /// Opens the window over a data folder.
    pub async fn open(&self, folder: &Path) -> Screen {
        let application = env!("CARGO_BIN_EXE_tradepost-back-office");
        let options = json!({ "application": application, "args": ["--data", folder] });
        let capabilities = [("tauri:options".to_owned(), options)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{}", self.port);
        let begun = Instant::now();
        loop {
            match builder.connect(&address).await {
                Ok(client) => {
                    client.set_window_rect(0, 0, 1280, 800).await.unwrap();
                    return Screen { client };
                }
                // The driver needs a moment before it listens.
                Err(error) if begun.elapsed() > PATIENCE => panic!("the window did not open: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in [&mut self.driver, &mut self.display] {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Screen {
    /// Types into the field with this label, over what stood there.
    pub async fn fill(&self, label: &str, text: &str) {
        let path = format!("//label[starts-with(normalize-space(), '{label}')]/following::*[self::input or self::textarea][1]");
        self.type_into(Locator::XPath(&path), text).await;
    }

    /// Types into the field with this accessible name.
    pub async fn fill_labelled(&self, name: &str, text: &str) {
        self.type_into(Locator::Css(&format!("input[aria-label='{name}']")), text).await;
    }

    async fn type_into(&self, at: Locator<'_>, text: &str) {
        let over_what_stood_there = async |field: Element| {
            field.clear().await?;
            field.send_keys(text).await
        };
        self.with(at, over_what_stood_there).await;
    }

    /// Presses the button that says this.
    pub async fn press(&self, text: &str) {
        self.click(&format!("//button[normalize-space()='{text}' and not(@disabled)]")).await;
    }

    /// Presses the button that begins with this.
    pub async fn press_starting(&self, text: &str) {
        self.click(&format!("//button[starts-with(normalize-space(), '{text}') and not(@disabled)]")).await;
    }

    /// Presses the button with this accessible name.
    pub async fn press_named(&self, name: &str) {
        self.click(&format!("//button[@aria-label='{name}']")).await;
    }

    /// Waits until the row that says `title` also says `text`.
    pub async fn sees_in_row(&self, title: &str, text: &str) {
        let path = format!("//*[@role='row'][.//*[normalize-space(text())='{title}']]//*[normalize-space(text())='{text}']");
        self.find(Locator::XPath(&path)).await;
    }

    /// Presses the button that ends with `button` beside `text`.
    pub async fn press_in(&self, text: &str, button: &str) {
        self.click(&format!("//*[p[normalize-space()='{text}']]//button[contains(normalize-space(), '{button}')]")).await;
    }

    /// Clicks what says this.
    pub async fn click_text(&self, text: &str) {
        self.click(&format!("//*[not(self::option) and normalize-space(text())='{text}']")).await;
    }

    async fn click(&self, path: &str) {
        self.with(Locator::XPath(path), async |element| element.click().await).await;
    }

    /// Waits until this is on the screen.
    pub async fn sees(&self, text: &str) {
        self.find(Locator::XPath(&format!("//body//*[contains(normalize-space(.), '{text}')]"))).await;
    }

    /// Chooses a file.
    pub async fn choose_file(&self, css: &str, file: &Path) {
        self.with(Locator::Css(css), async |input| input.send_keys(&file.display().to_string()).await).await;
    }

    /// Goes to another place in the program.
    pub async fn go(&self, hash: &str) {
        self.client.execute("location.hash = arguments[0]", vec![json!(hash)]).await.unwrap();
    }

    /// Chooses from the list with this label.
    pub async fn select(&self, label: &str, text: &str) {
        let path = format!("//label[starts-with(normalize-space(), '{label}')]/following::select[1]");
        self.with(Locator::XPath(&path), async |list| list.select_by_label(text).await).await;
    }

    /// Creates a shop at the first start.
    pub async fn create_shop(&self) {
        self.fill("Shop name", "Harbor Street Outfitters").await;
        self.fill("Your name", "Maya Lindqvist").await;
        self.fill("PIN for the till", "2468").await;
        self.fill("PIN again", "2468").await;
        self.look("first-start").await;
        self.press("Create shop").await;
        self.sees("Start selling in three steps").await;
    }

    /// What the element with this accessible name says.
    pub async fn says(&self, name: &str) -> String {
        self.with(Locator::Css(&format!("[aria-label='{name}']")), async |element| element.text().await).await
    }

    /// Waits until an element of this kind is on the screen.
    pub async fn sees_css(&self, css: &str) {
        self.find(Locator::Css(css)).await;
    }

    async fn find(&self, at: Locator<'_>) {
        self.with(at, async |_| Ok(())).await;
    }

    /// Does this with the first such element, as soon as there is one and it lets itself be used: like a person, who waits while
    /// a list is drawn anew under the mouse or something lies over a button.
    async fn with<T>(&self, at: Locator<'_>, act: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        let begun = Instant::now();
        loop {
            let (error, passes) = match self.client.find(at).await {
                Ok(element) => match act(element).await {
                    Ok(done) => return done,
                    Err(error) => (error.to_string(), was_not_touched(&error)),
                },
                // Looking changes nothing, so it may be done again whatever came in between.
                Err(error) => (error.to_string(), true),
            };
            if !passes || begun.elapsed() > PATIENCE {
                self.shoot("failed").await;
                panic!("{at:?} after {:?}: {error}\non the screen: {}", begun.elapsed(), self.text().await);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Asks the page.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Notes from now on what the program tells the window of a running import.
    pub async fn listen_to_progress(&self) {
        let listen = "const [done, { invoke, transformCallback }] = [arguments[0], window.__TAURI_INTERNALS__];
            const handler = transformCallback(({ payload }) => { window.productsHeard = payload.done; });
            invoke('plugin:event|listen', { event: 'import-progress', target: { kind: 'Any' }, handler }).then(() => done(), done);";
        assert_eq!(self.client.execute_async(listen, vec![]).await.unwrap(), Value::Null);
    }

    /// Keeps the program's answers to this command from the window until [`Self::let_answers_come`].
    pub async fn hold_answers(&self, command: &str) {
        let hold = "const [command] = arguments;
            const come = new Promise((let_come) => (window.letAnswersCome = let_come));
            window.fetchAtOnce = window.fetch;
            window.answersHeld = 0;
            window.fetch = async (address, ...rest) => {
                const answer = await window.fetchAtOnce(address, ...rest);
                if (String(address).endsWith(command)) {
                    window.answersHeld += 1;
                    await come;
                }
                return answer;
            };";
        self.client.execute(hold, vec![json!(command)]).await.unwrap();
    }

    /// Lets them come, and waits until the window has worked on them.
    pub async fn let_answers_come(&self) {
        let let_come = "const [done] = arguments;
            const held = window.answersHeld;
            window.fetch = window.fetchAtOnce;
            window.letAnswersCome();
            setTimeout(() => requestAnimationFrame(() => done(held)), 0);";
        assert_ne!(self.client.execute_async(let_come, vec![]).await.unwrap(), json!(0), "no answer was held");
    }

    /// Waits until the window was told that so many products are done.
    pub async fn hears_progress(&self, products: u64) {
        let heard = "const [products, done] = arguments;
            const look = () => window.productsHeard === products ? done() : requestAnimationFrame(look);
            look();";
        self.client.execute_async(heard, vec![json!(products)]).await.unwrap();
    }

    /// Waits until this is no longer on the screen.
    pub async fn sees_no(&self, text: &str) {
        self.holds("return !document.body.innerText.includes(arguments[0])", text).await;
    }

    /// Waits until a picture of this kind is drawn. Its element alone says nothing: initials take its place if it has not arrived yet.
    pub async fn sees_picture(&self, css: &str) {
        self.holds("return [...document.querySelectorAll(arguments[0])].some((img) => img.naturalWidth > 0)", css).await;
    }

    async fn holds(&self, condition: &str, argument: &str) {
        let begun = Instant::now();
        while self.client.execute(condition, vec![json!(argument)]).await.unwrap() != json!(true) {
            if begun.elapsed() > PATIENCE {
                self.shoot("failed").await;
                panic!("{condition} ({argument}) does not come true\non the screen: {}", self.text().await);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Closes what is open.
    pub async fn escape(&self) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys("\u{E00C}").await.unwrap();
    }

    /// Light or dark.
    pub async fn theme(&self, theme: &str) {
        self.client
            .execute("document.documentElement.setAttribute('data-theme', arguments[0])", vec![json!(theme)])
            .await
            .unwrap();
    }

    /// Keeps a picture of the screen, and holds it against the rules of accessibility.
    pub async fn look(&self, name: &str) {
        self.shoot(name).await;
        let findings = self.serious_findings().await;
        assert!(findings.is_empty(), "{name}: {findings:#?}");
    }

    /// The same in light and in dark.
    pub async fn look_in_both(&self, name: &str) {
        self.theme("dark").await;
        self.look(&format!("{name}-dark")).await;
        self.theme("light").await;
        self.look(name).await;
    }

    async fn shoot(&self, name: &str) {
        // The picture is of the last frame that was drawn.
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));";
        self.client.execute_async(drawn, vec![]).await.unwrap();
        let folder = screenshots();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("back-office-{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
    }

    async fn serious_findings(&self) -> Vec<Value> {
        let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");
        let Ok(axe) = std::fs::read_to_string(axe) else {
            println!("SKIPPED: accessibility (axe-core is not installed: npm ci in ui)");
            return Vec::new();
        };
        self.client.execute(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await.unwrap();
        let run = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(
                ({ violations }) => done(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
                    .map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 4).map(({ html, failureSummary }) => `${html.slice(0, 240)} ${failureSummary}`) }))),
                (error) => done([{ id: String(error) }]));";
        self.client.execute_async(run, vec![]).await.unwrap().as_array().cloned().unwrap_or_default()
    }

    /// What stands on the screen.
    pub async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText", vec![]).await.unwrap();
        text.as_str().unwrap_or_default().chars().take(2_000).collect()
    }

    /// Closes the window; the program ends.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// Whether an element was left as it is: it was drawn anew since it was found, or could not be reached at the moment.
fn was_not_touched(error: &CmdError) -> bool {
    let CmdError::Standard(error) = error else { return false };
    matches!(
        error.error,
        ErrorStatus::StaleElementReference | ErrorStatus::ElementNotInteractable | ErrorStatus::ElementClickIntercepted
    )
}

/// Where pictures go.
fn screenshots() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    target.join("screenshots")
}

fn is_there(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).exists())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
