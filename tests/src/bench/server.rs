//! A real server process on this machine, and devices that are connected to it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tradepost_connection::{Device, SystemEnvironment};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::TillId;
use tradepost_exchange::shopify::Reader;
use tradepost_operations::Shop;

use super::lab::{Lab, new_shop};
use super::load::Client;
use super::measure::now;
use crate::product_file::import;
use crate::setting::Side;

/// How long the server may take to start.
const START_MAX: Duration = Duration::from_secs(20);
/// How long a first sync may take.
const SYNC_MAX: Duration = Duration::from_secs(300);

/// The program beside this one.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let path = own.with_file_name(name);
    if path.is_file() { Ok(path) } else { Err(format!("{name} is not built in this profile: cargo build --release -p {name}")) }
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its data folder.
    pub folder: PathBuf,
}

impl Server {
    /// Starts it on a free port.
    pub fn start(folder: &Path) -> Result<Self, String> {
        let words = |error: std::io::Error| error.to_string();
        std::fs::create_dir_all(folder).map_err(words)?;
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(words)?;
        let log = std::fs::File::create(folder.join("log")).map_err(words)?;
        let child = Command::new(program("tradepost-server")?)
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(words)?;
        let mut server = Self { child, address, folder: folder.to_owned() };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let start = now();
        while start.elapsed() < START_MAX {
            if let Some(status) = self.child.try_wait().map_err(|error| error.to_string())? {
                return Err(format!("the server ended with {status}: see {}", self.folder.join("log").display()));
            }
            if Client::dial(self.address).and_then(|mut client| client.get("/readyz")).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the server did not become ready".to_owned())
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().and_then(|()| self.child.wait()).is_err() {
            eprintln!("bench: the server could not be ended");
        }
    }
}

/// A shop on a server, and its office.
pub struct Hosted {
    /// The server.
    pub server: Server,
    /// The office's device.
    pub office: Device,
    /// Products.
    pub products: usize,
}

impl Hosted {
    /// A shop of ten thousand products, published.
    pub fn make(lab: &Lab, folder: &Path) -> Result<Self, String> {
        let words = |error: tradepost_connection::ConnectionError| error.to_string();
        let server = Server::start(&folder.join("server"))?;
        let mut office = Device::found(&folder.join("office"), "Office", DeviceRole::BackOffice).map_err(words)?;
        let mut side = side_of(&office, folder)?;
        let (shop, mut by) = side.work();
        shop.set_up(&mut by, new_shop()).map_err(|error| error.to_string())?;
        let products = lab.hosted_products();
        let file = std::fs::File::open(lab.product_file(products)?).map_err(|error| error.to_string())?;
        let currency = new_shop().currency;
        let mut file = Reader::open(std::io::BufReader::new(file), currency).map_err(|error| error.to_string())?;
        import(&mut side, &mut file);
        let token = std::fs::read_to_string(server.folder.join("admin-token")).map_err(|error| error.to_string())?;
        office.connect(&server.url(), token.trim()).map_err(words)?;
        office.sync_once(SYNC_MAX).map_err(words)?;
        Ok(Self { server, office, products })
    }

    /// A new till of the shop, loaded and in step.
    pub fn till(&self, folder: &Path, name: &str) -> Result<(Device, TillId), String> {
        let words = |error: tradepost_connection::ConnectionError| error.to_string();
        let mut side = side_of(&self.office, folder)?;
        let (shop, mut by) = side.work();
        let location = shop.reader().and_then(|reader| Ok(reader.locations()?)).map_err(|error| error.to_string())?;
        let location = location.first().ok_or("there is no location")?.id;
        let till = shop.add_till(&mut by, name, location).map_err(|error| error.to_string())?.id;
        self.office.sync_once(SYNC_MAX).map_err(words)?;
        let code = self.office.pair_code(DeviceRole::Till, name, Some(till)).map_err(words)?;
        let device = Device::pair(&folder.join(name), &self.server.url(), &code.code, name).map_err(words)?;
        device.sync_once(SYNC_MAX).map_err(words)?;
        Ok((device, till))
    }
}

/// A device as the other benchmarks hold one.
pub fn side_of(device: &Device, folder: &Path) -> Result<Side, String> {
    let shop = Shop::new(device.replica()).map_err(|error| error.to_string())?;
    Ok(Side { shop, env: Box::new(SystemEnvironment::new()), folder: folder.to_owned() })
}
