//! The world: its programs, its lines, its time, and the dice.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use tempfile::TempDir;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ReplicaId, TillId};
use tradepost_domain::money::{Currency, Money};
use tradepost_operations::{By, NewShop, Outcome as Done, Shop};
use tradepost_replica::identity::public_key_of;
use tradepost_replica::{DatabaseKey, DeviceSecrets, Environment, Guards, Hash, Replica, SigningSeed, lock};
use tradepost_sync::pairing::{PairCodeRequest, PairRequest, certify_device};

use super::checks;
use super::network::{Link, Weather};
use super::node::{Node, NodeEnvironment, NodeKind};
use super::rng::Rng;
use super::work::{self, Ground, Printed};

/// The most steps that a quiet world may need until everyone has everything (check C8).
const QUIET_STEPS_MAX: usize = 4_000;
const PRODUCTS: usize = 12;
/// Steps of the database's machine: a sale takes some thousands, a batch of entries tens of thousands.
const STEPS_TO_POWER_CUT_MAX: u64 = 30_000;
/// Server, back office, two tills.
const NODES: usize = 4;
const SERVER: usize = 0;
const KEY: DatabaseKey = DatabaseKey([42; 32]);

/// What a run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The one source of chance.
    pub seed: u64,
    /// Things people do.
    pub steps: usize,
    /// How bad the network is.
    pub weather: Weather,
    /// Whether programs crash, backups are restored and disks are cloned.
    pub accidents: bool,
    /// The guards, all up unless a test takes one down to see that it is missed.
    pub guards: Guards,
    /// The step at which a till's disk is cloned, beside the accidents; `None`: only by accident.
    pub clone_at: Option<usize>,
}

impl Settings {
    /// A rough world with all guards up.
    pub fn rough(seed: u64, steps: usize) -> Self {
        Self { seed, steps, weather: Weather::ROUGH, accidents: true, guards: Guards::default(), clone_at: None }
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The digest that all replicas agree on.
    pub digest: Hash,
    /// Things done, by name.
    pub done: BTreeMap<&'static str, u64>,
    /// Sessions that were begun between programs.
    pub sessions: u64,
    /// Every check that failed, in words; empty: all held.
    pub failures: Vec<String>,
}

/// The world.
pub struct World {
    /// The server first, then the back office, then the tills.
    pub nodes: Vec<Node>,
    /// Receipts that customers took home.
    pub printed: Vec<Printed>,
    links: Vec<Link>,
    ground: Ground,
    rng: Rng,
    now_ms: Rc<Cell<i64>>,
    settings: Settings,
    folder: TempDir,
    orders: u64,
    done: BTreeMap<&'static str, u64>,
    failures: Vec<String>,
    backups: u64,
}

impl World {
    /// Runs a world to its end and checks it.
    pub fn run(settings: Settings) -> Outcome {
        let mut world = Self::new(settings);
        for step in 0..settings.steps {
            if settings.clone_at == Some(step) {
                world.clone_disk();
            }
            world.step();
            // A world in the middle of its day is checked too: whole sales only (C3), reads that do not go back (C4).
            if step % 97 == 0 {
                let seen = checks::while_busy(&world.nodes);
                world.failures.extend(seen);
            }
        }
        world.calm_down();
        let digest = world
            .nodes
            .first()
            .and_then(Node::replica)
            .map_or(Hash::default(), |server| lock(&server).digest().expect("a digest").total);
        let seen = checks::when_quiet(&mut world.nodes, &world.printed);
        world.failures.extend(seen);
        let sessions = world.links.iter().map(|link| link.sessions).sum();
        Outcome { digest, done: world.done, sessions, failures: world.failures }
    }

    /// A back office that founds the shop, a server and two tills that join it, and some products.
    pub fn new(settings: Settings) -> Self {
        let mut rng = Rng::new(settings.seed);
        let now_ms = Rc::new(Cell::new(1_795_300_000_000));
        let folder = tempfile::Builder::new().prefix("tradepost-simulation").tempdir_in(scratch()).expect("a folder");
        let mut office = found(folder.path(), &now_ms, &mut rng);
        let ground = stock_the_shelves(&mut office);
        let mut nodes = Vec::new();
        nodes.push(join(&mut office, folder.path(), "server", NodeKind::Server, None, &now_ms, &mut rng));
        let tills = add_tills(&mut office, &ground, 2);
        let joined: Vec<Node> = tills
            .iter()
            .enumerate()
            .map(|(n, till)| {
                join(&mut office, folder.path(), &format!("till {n}"), NodeKind::Till, Some(*till), &now_ms, &mut rng)
            })
            .collect();
        nodes.push(office);
        nodes.extend(joined);
        let links = nodes.iter().skip(1).map(|_| Link::default()).collect();
        let mut world = Self {
            nodes,
            printed: Vec::new(),
            links,
            ground,
            rng,
            now_ms,
            settings,
            folder,
            orders: 1_000,
            done: BTreeMap::new(),
            failures: Vec::new(),
            backups: 0,
        };
        world.weaken_all();
        // The shop reaches everyone before the day begins, as it does in life.
        assert!(world.exchange_until_in_step(), "seed {}: the first exchange never ended", settings.seed);
        world
    }

    fn step(&mut self) {
        self.now_ms.set(self.now_ms.get() + 20 + self.rng.below(4_000) as i64);
        let index = 1 + self.rng.below(self.nodes.len() as u64 - 1) as usize;
        let dice = self.rng.below(1_000);
        match dice {
            0..=5 if self.settings.accidents => self.crash(index),
            6..=11 if self.settings.accidents => self.cut_power(index),
            12..=13 if self.settings.accidents => self.restore_backup(index),
            14 if self.settings.accidents => self.crash(SERVER),
            15 if self.settings.accidents => self.cut_power(SERVER),
            16 if self.settings.accidents => self.clone_disk(),
            17..=45 => self.toggle_line(index),
            _ => self.do_something(index),
        }
        let weather = self.settings.weather;
        for _ in 0..self.rng.below(3) {
            self.exchange(weather);
        }
    }

    /// One person does one thing at one program. A refusal is an answer, not a failure: only storage may not fail.
    fn do_something(&mut self, index: usize) {
        let mut rng = self.rng.fork();
        let at_server = rng.percent(12);
        let Some(node) = self.nodes.get_mut(if at_server { SERVER } else { index }) else { return };
        let Some(shop) = node.shop.clone() else { return };
        let mut by = By::owner(&mut node.env);
        let ground = &self.ground;
        let (what, done): (&'static str, Done<()>) = match (node.kind, node.till) {
            (NodeKind::Till, Some(till)) => {
                let session = match work::session(&shop, ground, till, &mut by) {
                    Ok(session) => session,
                    Err(error) => return self.note("session", Err(error)),
                };
                match rng.below(100) {
                    0..=69 => {
                        let sold = work::sell(&shop, ground, till, session, &mut by, &mut rng);
                        let sold = sold.map(|printed| self.printed.extend(printed));
                        ("sale", sold)
                    }
                    70..=79 => match rng.pick(&self.printed).map(|printed| printed.sale) {
                        Some(sale) => ("refund", work::refund(&shop, sale, till, session, &mut by)),
                        None => return,
                    },
                    80..=85 => ("cash", work::move_cash(&shop, ground, session, &mut by, &mut rng)),
                    86..=88 => ("close", work::close(&shop, ground, session, &mut by, &mut rng)),
                    89..=91 => ("count", work::count(&shop, ground, &mut by, &mut rng)),
                    _ => ("edit", work::edit(&shop, ground, &mut by, &mut rng)),
                }
            }
            (NodeKind::Server, _) => {
                self.orders += 1;
                ("order", work::order(&shop, ground, self.orders, &mut by, &mut rng).map(drop))
            }
            (NodeKind::BackOffice | NodeKind::Till, _) => match rng.below(100) {
                0..=39 => ("edit", work::edit(&shop, ground, &mut by, &mut rng)),
                40..=59 => ("receive", work::receive(&shop, ground, &mut by, &mut rng)),
                60..=69 => ("count", work::count(&shop, ground, &mut by, &mut rng)),
                70..=94 => ("work order", work::work_order(&shop, &mut by, &mut rng)),
                _ => ("settle", work::settle(&shop, &mut by)),
            },
        };
        self.note(what, done);
    }

    fn note(&mut self, what: &'static str, done: Done<()>) {
        match done {
            Ok(()) => *self.done.entry(what).or_default() += 1,
            Err(tradepost_operations::OperationError::Storage(error)) => self.failures.push(format!("{what} failed: {error}")),
            Err(_) => *self.done.entry("refused").or_default() += 1,
        }
    }

    /// The program dies and is started again; half of the time its witness had just been written.
    fn crash(&mut self, index: usize) {
        let witnessed = self.rng.percent(50);
        let Some(node) = self.nodes.get_mut(index) else { return };
        if witnessed && let Some(replica) = node.replica() {
            lock(&replica).write_witness().expect("the witness is written");
        }
        self.hang_up(index);
        let Some(node) = self.nodes.get_mut(index) else { return };
        node.crash();
        node.start();
        self.weaken(index);
        *self.done.entry("crash").or_default() += 1;
    }

    /// The power goes at any statement of whatever the program is doing: selling, or taking what others send. What was answered before that
    /// moment must be there afterwards; what was not may be missing, whole.
    fn cut_power(&mut self, index: usize) {
        let steps = 1 + self.rng.below(STEPS_TO_POWER_CUT_MAX);
        let Some(replica) = self.nodes.get(index).and_then(Node::replica) else { return };
        lock(&replica).cut_power_after(steps).expect("the hook is set");
        let failures = self.failures.len();
        if index != SERVER {
            self.do_something(index);
        }
        for _ in 0..self.rng.below(6) {
            self.exchange(self.settings.weather);
        }
        // That a program without power cannot store anything is no failure.
        if self.failures.len() > failures {
            self.failures.truncate(failures);
            *self.done.entry("cut in the middle").or_default() += 1;
        }
        drop(replica);
        self.hang_up(index);
        let Some(node) = self.nodes.get_mut(index) else { return };
        node.crash();
        node.start();
        self.weaken(index);
        *self.done.entry("power cut").or_default() += 1;
    }

    /// Somebody restores yesterday's state: from a backup, or as a disk image beside today's witness.
    fn restore_backup(&mut self, index: usize) {
        let is_image = self.rng.percent(50);
        self.backups += 1;
        let kept = self.folder.path().join(format!("backup-{}", self.backups));
        let Some(node) = self.nodes.get_mut(index) else { return };
        if is_image {
            node.crash();
            copy_folder(&node.folder, &kept);
            node.start();
        } else if let Some(replica) = node.replica() {
            lock(&replica).backup(&kept).expect("a backup");
        }
        self.hang_up(index);
        self.weaken(index);
        for _ in 0..5 + self.rng.below(20) {
            self.do_something(index);
            self.exchange(self.settings.weather);
        }
        self.hang_up(index);
        // What this device sold since and had not sent is gone with the disk: no promise covers it.
        let unsent = checks::unsent_sales(&self.nodes, index);
        self.printed.retain(|printed| !unsent.contains(&printed.sale));
        let Some(node) = self.nodes.get_mut(index) else { return };
        if let Some(replica) = node.replica() {
            lock(&replica).write_witness().expect("the witness is written");
        }
        node.crash();
        if is_image {
            put_back_image(&kept, &node.folder);
        } else {
            put_back_backup(&kept, node);
        }
        node.start();
        self.weaken(index);
        *self.done.entry(if is_image { "restored image" } else { "restored backup" }).or_default() += 1;
    }

    /// A till's disk is copied to a second computer, and both sell: once in a world, so that it stays one that a shop could meet.
    fn clone_disk(&mut self) {
        if self.nodes.len() != NODES {
            return;
        }
        let (Some(number), folder) = (self.nodes.len().checked_sub(1), self.folder.path().join("cloned till")) else { return };
        self.hang_up(number);
        let rng = self.rng.fork();
        let Some(till) = self.nodes.get_mut(number) else { return };
        till.crash();
        copy_folder(&till.folder, &folder);
        till.start();
        let env = NodeEnvironment { rng, ..till.env.clone() };
        let mut twin = Node {
            name: "cloned till".to_owned(),
            kind: till.kind,
            folder,
            secrets: till.secrets.clone(),
            env,
            shop: None,
            till: till.till,
            fresh: Arc::default(),
        };
        twin.start();
        self.nodes.push(twin);
        self.links.push(Link::default());
        self.weaken_all();
        *self.done.entry("cloned disk").or_default() += 1;
    }

    fn toggle_line(&mut self, index: usize) {
        if let Some(link) = index.checked_sub(1).and_then(|link| self.links.get_mut(link)) {
            link.is_cut = !link.is_cut;
        }
    }

    fn hang_up(&mut self, index: usize) {
        match index.checked_sub(1) {
            Some(link) => self.links.get_mut(link).into_iter().for_each(Link::hang_up),
            None => self.links.iter_mut().for_each(Link::hang_up),
        }
    }

    fn exchange(&mut self, weather: Weather) {
        let Some((server, devices)) = self.nodes.split_first_mut() else { return };
        for (device, link) in devices.iter_mut().zip(&mut self.links) {
            link.step(device, server, weather, &mut self.rng);
        }
    }

    /// No new work, all lines whole, a calm network: everyone must get everything (C8).
    fn calm_down(&mut self) {
        self.links.iter_mut().for_each(|link| link.is_cut = false);
        if !self.exchange_until_in_step() {
            let vectors: Vec<String> = self.nodes.iter().map(describe).collect();
            let states: Vec<String> = self.links.iter().map(Link::describe).collect();
            self.failures.push(format!(
                "C8: not in step after {QUIET_STEPS_MAX} quiet steps:\n  {}\n  {}",
                vectors.join("\n  "),
                states.join("\n  ")
            ));
        }
    }

    fn exchange_until_in_step(&mut self) -> bool {
        for _ in 0..QUIET_STEPS_MAX {
            self.now_ms.set(self.now_ms.get() + 200);
            self.exchange(Weather::CALM);
            if self.links.iter().all(Link::is_in_step) && self.have_same_vectors() {
                return true;
            }
        }
        false
    }

    fn have_same_vectors(&self) -> bool {
        let mut vectors = self.nodes.iter().filter_map(Node::replica).map(|replica| lock(&replica).vector().expect("a vector"));
        let Some(first) = vectors.next() else { return true };
        vectors.all(|vector| vector == first)
    }

    fn weaken_all(&mut self) {
        (0..self.nodes.len()).for_each(|index| self.weaken(index));
    }

    fn weaken(&mut self, index: usize) {
        if let Some(replica) = self.nodes.get(index).and_then(Node::replica) {
            lock(&replica).weaken(self.settings.guards);
        }
    }
}

/// A folder in memory where there is one: the files are real, the disk's speed is not what is tested.
fn scratch() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new("/tmp") }
}

/// A node's vector in short, for a report.
fn describe(node: &Node) -> String {
    let Some(replica) = node.replica() else { return format!("{} is down", node.name) };
    let mut replica = lock(&replica);
    let vector = replica.vector().expect("a vector");
    let positions: Vec<String> = vector
        .0
        .iter()
        .map(|(origin, position)| {
            let (replica, tip) = (origin.replica.to_string(), position.tip.to_string());
            format!("{}-{}:{}@{}", &replica[..4], origin.incarnation, position.seq, &tip[..6])
        })
        .collect();
    let digest = replica.digest().expect("a digest").total.to_string();
    format!(
        "{:12} {} digest {} pending {} quarantined {:?}",
        node.name,
        positions.join(" "),
        &digest[..6],
        replica.pending_count(),
        replica.quarantined(50).expect("the quarantine")
    )
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("a folder").flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

/// The image of the database comes back; the witness stays today's, as on a disk where only the shop's file was restored.
fn put_back_image(image: &Path, folder: &Path) {
    for name in ["shop.db", "shop.db-wal", "shop.db-shm"] {
        let (from, to) = (image.join(name), folder.join(name));
        if to.exists() {
            std::fs::remove_file(&to).expect("removed");
        }
        if from.exists() {
            std::fs::copy(from, to).expect("a copy");
        }
    }
}

fn put_back_backup(backup: &Path, node: &mut Node) {
    for name in ["shop.db", "shop.db-wal", "shop.db-shm"] {
        let file = node.folder.join(name);
        if file.exists() {
            std::fs::remove_file(file).expect("removed");
        }
    }
    drop(Replica::restore(backup, &node.folder, node.secrets.clone(), &mut node.env).expect("the backup is restored"));
}

fn environment(now_ms: &Rc<Cell<i64>>, rng: &mut Rng) -> NodeEnvironment {
    let skew_ms = if rng.percent(30) { rng.below(7_200_000) as i64 - 3_600_000 } else { 0 };
    NodeEnvironment { now_ms: Rc::clone(now_ms), skew_ms, rng: rng.fork() }
}

fn found(folder: &Path, now_ms: &Rc<Cell<i64>>, rng: &mut Rng) -> Node {
    let folder = folder.join("back office");
    std::fs::create_dir(&folder).expect("a folder");
    let mut env = environment(now_ms, rng);
    let founded = Replica::found(&folder, "Back office", DeviceRole::BackOffice, KEY, &mut env).expect("a shop");
    let secrets = DeviceSecrets { database_key: KEY, signing_seed: Some(founded.signing_seed) };
    let (name, kind) = ("back office".to_owned(), NodeKind::BackOffice);
    let mut node = Node { name, kind, folder, secrets, env, shop: None, till: None, fresh: Arc::default() };
    node.run(founded.replica);
    let currency: Currency = "USD".parse().expect("a currency");
    let new_shop = NewShop::new("Simulated shop", currency, "DE");
    let shop = node.shop.clone().expect("it runs");
    shop.set_up(&mut By::owner(&mut node.env), new_shop).expect("set up");
    node
}

fn join(
    office: &mut Node,
    folder: &Path,
    name: &str,
    kind: NodeKind,
    till: Option<TillId>,
    now_ms: &Rc<Cell<i64>>,
    rng: &mut Rng,
) -> Node {
    let folder = folder.join(name);
    std::fs::create_dir(&folder).expect("a folder");
    let mut env = environment(now_ms, rng);
    let mut seed = [0; 32];
    env.random(&mut seed);
    let seed = SigningSeed(seed);
    let mut id = [0; 16];
    env.random(&mut id);
    let request = PairRequest {
        code: String::new(),
        replica: ReplicaId::from_bytes(id),
        public_key: public_key_of(&seed),
        name: name.to_owned(),
    };
    let role = if kind == NodeKind::Server { DeviceRole::Server } else { DeviceRole::Till };
    let grant = PairCodeRequest { role, name: name.to_owned(), till };
    let at_office = office.replica().expect("the back office runs");
    let membership = certify_device(&mut lock(&at_office), &request, &grant, &mut office.env).expect("a certificate");
    let replica = Replica::join(&folder, KEY, &seed, &membership, &mut env).expect("it joins");
    let secrets = DeviceSecrets { database_key: KEY, signing_seed: Some(seed) };
    let mut node = Node { name: name.to_owned(), kind, folder, secrets, env, shop: None, till, fresh: Arc::default() };
    node.run(replica);
    node
}

fn stock_the_shelves(office: &mut Node) -> Ground {
    let shop = office.shop.clone().expect("the back office runs");
    let mut by = By::owner(&mut office.env);
    let settings = shop.settings().expect("settings");
    let location = shop.reader().expect("a reader").locations().expect("locations").first().expect("a location").id;
    let mut products = Vec::new();
    for number in 0..PRODUCTS {
        let mut product = Shop::new_product(&mut by, &format!("Product {number}"));
        let mut variant = Shop::new_variant(&mut by);
        variant.sku = format!("SKU-{number}");
        variant.list_price = Some(Money::from_minor(199 + 137 * number as i64, settings.currency));
        products.push((product.id, variant.id));
        product.variants = vec![variant];
        shop.save_product(&mut by, &product).expect("a product");
    }
    Ground { currency: settings.currency, location, products }
}

fn add_tills(office: &mut Node, ground: &Ground, how_many: usize) -> Vec<TillId> {
    let shop = office.shop.clone().expect("the back office runs");
    let mut by = By::owner(&mut office.env);
    (0..how_many).map(|number| shop.add_till(&mut by, &format!("Till {number}"), ground.location).expect("a till").id).collect()
}
