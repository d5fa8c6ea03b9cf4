//! The printing thread: prints the queue in order, marks each job printed or failed, and opens the drawer. Selling never waits for it.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tradepost_connection::SystemEnvironment;
use tradepost_devices::{NetworkPrinter, PrinterError, ReceiptPrinter, StatusSupport, Timeouts, open_drawer};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{FactId, StaffId, TillSessionId};
use tradepost_domain::sale::Sale;
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::time::Timestamp;
use tradepost_exchange::receipt::{Drawer, ENGLISH, PrinterProfile, ReceiptContext, ReceiptDocument};
use tradepost_operations::read::Reader;
use tradepost_operations::{Environment, OperationError, PrintJob, PrintWhat, Shop};

use super::Signal;

/// Orders that wait for the printing thread; jobs themselves wait in the shop's queue.
const ORDERS_MAX: usize = 32;
/// After a failure the queue is tried again by itself.
const RETRY: Duration = Duration::from_secs(20);
/// How long closing the window waits for the printing thread.
const END_MAX: Duration = Duration::from_millis(700);
/// Journal codes remembered for receipts still to be printed.
const CODES_MAX: usize = 128;
/// A receipt queued longer after its sale than this is a copy.
const COPY_AFTER_MS: i64 = 5_000;

/// What the printing thread is told.
pub enum Order {
    /// Print what waits.
    Queue,
    /// Open the drawer.
    Kick,
    /// The printer is here now; empty: there is none.
    Printer(String),
}

/// The short codes of the journal's tip after each sale, for its receipt.
#[derive(Clone, Default)]
pub struct JournalCodes {
    codes: Arc<Mutex<VecDeque<(FactId, String)>>>,
}

impl JournalCodes {
    /// Remembers one.
    pub fn put(&self, fact: FactId, code: String) {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= CODES_MAX {
            codes.pop_front();
        }
        codes.push_back((fact, code));
    }

    fn find(&self, fact: FactId) -> String {
        let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.iter().find(|(id, _)| *id == fact).map(|(_, code)| code.clone()).unwrap_or_default()
    }
}

/// The shop's end of the printing thread.
pub struct Printing {
    orders: Option<SyncSender<Order>>,
    /// Hears when the thread has let go of the shop.
    ended: Receiver<()>,
    /// What went wrong with the drawer or a report, for the settings.
    problem: Arc<Mutex<Option<String>>>,
}

impl Printing {
    /// Starts the thread.
    pub fn start(
        shop: Shop,
        till_name: String,
        address: &str,
        codes: JournalCodes,
        signals: SyncSender<Signal>,
    ) -> std::io::Result<Self> {
        let (orders, received) = sync_channel(ORDERS_MAX);
        let problem = Arc::new(Mutex::new(None));
        let mut press =
            Press { shop, till_name, codes, signals, printer: printer_at(address), problem: Arc::clone(&problem), failed: false };
        let (end, ended) = sync_channel(1);
        std::thread::Builder::new().name("print".to_owned()).spawn(move || {
            press.work(&received);
            drop(press);
            // Nobody may be waiting any more.
            end.try_send(()).ok();
        })?;
        Ok(Self { orders: Some(orders), ended, problem })
    }

    /// Gives an order; one too many is dropped, for the queue is tried again by itself.
    pub fn order(&self, order: Order) {
        if self.orders.as_ref().is_none_or(|orders| orders.try_send(order).is_err()) {
            tracing::warn!("the printing thread has no room for another order");
        }
    }

    /// What the printer last complained about outside the queue.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Printing {
    /// Lets the thread end, so that the shop's file is free; does not wait for a printer that hangs.
    fn drop(&mut self) {
        drop(self.orders.take());
        if self.ended.recv_timeout(END_MAX).is_err() {
            tracing::warn!("the printer is still busy; what it does not print now stays in the queue");
        }
    }
}

struct Press {
    shop: Shop,
    till_name: String,
    codes: JournalCodes,
    signals: SyncSender<Signal>,
    printer: Option<NetworkPrinter>,
    problem: Arc<Mutex<Option<String>>>,
    failed: bool,
}

impl Press {
    fn work(&mut self, orders: &Receiver<Order>) {
        self.print_queue();
        loop {
            match orders.recv_timeout(RETRY) {
                Ok(Order::Queue) => self.print_queue(),
                Ok(Order::Kick) => self.outside_queue(|printer| open_drawer(printer)),
                Ok(Order::Printer(address)) => {
                    self.printer = printer_at(&address);
                    self.set_problem(None);
                    self.print_queue();
                }
                Err(RecvTimeoutError::Timeout) if self.failed => self.print_queue(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn outside_queue(&self, work: impl FnOnce(&dyn ReceiptPrinter) -> Result<(), PrinterError>) {
        let Some(printer) = &self.printer else { return };
        self.set_problem(work(printer).err().map(|problem| problem.to_string()));
        self.tell();
    }

    fn set_problem(&self, problem: Option<String>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }

    /// Prints from the front until the queue is empty or the printer fails.
    fn print_queue(&mut self) {
        self.failed = false;
        loop {
            let job = match self.shop.print_queue() {
                Ok(queue) => queue.into_iter().next(),
                Err(problem) => return tracing::warn!(%problem, "the print queue could not be read"),
            };
            let (Some(job), Some(printer)) = (job, &self.printer) else { return };
            let outcome = match self.bytes_of(&job) {
                Ok(Some(bytes)) => printer.print(&bytes).map_err(|problem| problem.to_string()),
                // What was to be printed is not there: nothing to print is not a failure.
                Ok(None) => Ok(()),
                Err(problem) => Err(problem.to_string()),
            };
            self.failed = outcome.is_err();
            let marked = match &outcome {
                Ok(()) => self.shop.mark_printed(&job.id),
                Err(problem) => self.shop.mark_print_failed(&job.id, problem),
            };
            self.tell();
            if let Err(problem) = marked {
                tracing::warn!(%problem, "the print queue could not be written");
                self.failed = true;
            }
            if self.failed {
                return;
            }
        }
    }

    fn tell(&self) {
        // A full queue means that the worker looks soon anyway.
        if self.signals.try_send(Signal::Printed).is_err() {
            tracing::debug!("the worker is busy");
        }
    }

    fn bytes_of(&self, job: &PrintJob) -> Result<Option<Vec<u8>>, OperationError> {
        let reader = self.shop.reader()?;
        let shop = reader.shop()?;
        let document = match job.what {
            PrintWhat::Sale(id) => reader.sale(id)?.map(|sale| self.sale(&reader, &shop, &sale, job)).transpose()?,
            PrintWhat::Refund(id) => match reader.refund(id)? {
                Some(refund) => {
                    let of_receipt =
                        refund.sale.map(|sale| reader.sale(sale)).transpose()?.flatten().map(|sale| sale.receipt_number);
                    let staff = staff_name(&reader, refund.staff)?;
                    let (code, number) = (self.codes.find(id.into()), refund.receipt_number.to_string());
                    let context = self.context(&shop, &staff, &code, Some(&number));
                    let document = ReceiptDocument::of_refund(&refund, of_receipt.as_ref(), &context);
                    Some(copied(document, job.queued_at, refund.refunded_at))
                }
                None => None,
            },
            PrintWhat::XReport(session) => self.x_report(&reader, &shop, session)?,
            PrintWhat::ZReport(session) => reader.z_report(session)?.map(|closed| {
                let document = ReceiptDocument::of_z_report(&closed, &self.context(&shop, "", "", None));
                copied(document, job.queued_at, closed.closed_at)
            }),
        };
        Ok(document.map(|document| document.to_escpos(PrinterProfile::generic(), Drawer::LeaveShut).bytes))
    }

    fn sale(&self, reader: &Reader, shop: &ShopSettings, sale: &Sale, job: &PrintJob) -> Result<ReceiptDocument, OperationError> {
        let staff = staff_name(reader, sale.staff)?;
        let (code, number) = (self.codes.find(sale.id.into()), sale.receipt_number.to_string());
        let document = ReceiptDocument::of_sale(sale, &self.context(shop, &staff, &code, Some(&number)));
        Ok(copied(document, job.queued_at, sale.sold_at))
    }

    /// The totals so far, as they are when the paper comes out; nothing of a session that is closed: its Z report tells all.
    fn x_report(
        &self,
        reader: &Reader,
        shop: &ShopSettings,
        session: TillSessionId,
    ) -> Result<Option<ReceiptDocument>, OperationError> {
        let Some(fact) = reader.fact(session.into())? else { return Ok(None) };
        let (FactBody::TillSessionOpened(opened), None) = (fact.body, reader.z_report(session)?) else { return Ok(None) };
        let totals = self.shop.x_report(session)?.totals;
        let now = Timestamp::from_unix_ms(SystemEnvironment::new().clock().corrected_ms());
        Ok(Some(ReceiptDocument::of_x_report(&opened, &totals, now, &self.context(shop, "", "", None))))
    }

    fn context<'a>(
        &'a self,
        shop: &'a ShopSettings,
        staff_name: &'a str,
        journal_code: &'a str,
        qr: Option<&'a str>,
    ) -> ReceiptContext<'a> {
        ReceiptContext { shop, words: &ENGLISH, till_name: &self.till_name, staff_name, journal_code, qr }
    }
}

fn copied(document: ReceiptDocument, queued_at: Timestamp, done_at: Timestamp) -> ReceiptDocument {
    let is_copy = queued_at.unix_ms.saturating_sub(done_at.unix_ms) > COPY_AFTER_MS;
    if is_copy { document.into_copy(&ENGLISH) } else { document }
}

fn staff_name(reader: &Reader, staff: Option<StaffId>) -> Result<String, OperationError> {
    let member = staff.map(|id| reader.staff_member(id)).transpose()?.flatten();
    Ok(member.map(|member| member.name).unwrap_or_default())
}

/// The printer at an address; `None` for an empty one.
fn printer_at(address: &str) -> Option<NetworkPrinter> {
    let address = address.trim();
    let is_set = !address.is_empty();
    is_set.then(|| {
        NetworkPrinter::new("Receipts", address, StatusSupport::Epson, Timeouts { confirm_ms_max: 8_000, ..Timeouts::default() })
    })
}
